"""What is shared with whom: the shares of one object, and those of all objects that somebody may share, in pages."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zlib import crc32

from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from kernel.errors import FieldError, NotFound
from kernel.http.cursor import DEFAULT_PAGE, LARGEST_PAGE, BadCursor
from kernel.tenancy.context import Actor, current_organization
from tenants.access.models import Membership, Owned, TeamGrant, UserGrant
from tenants.access.models.grants import level_ids
from tenants.access.resolver import may_some, refusal, visible
from tenants.access.shares import grant_models, shareable_models

SOON = timedelta(days=14)
_ENDS_SOON = models.Q(
    expires_at__gt=Now(),
    expires_at__lte=models.ExpressionWrapper(Now() + models.Value(SOON), output_field=models.DateTimeField()),
)
_HAS_EXPIRED = models.Q(expires_at__isnull=False) & models.Q(expires_at__lte=Now())


@dataclass(frozen=True, slots=True)
class Share:
    """One object shared with one person (`user_id`) or one team (`team_id`); an expired one gives nothing."""

    id: UUID
    object_type: str
    object_id: UUID
    object_name: str
    user_id: UUID | None
    team_id: UUID | None
    name: str
    level: str
    expires_at: datetime | None
    is_expired: bool
    granted_by_id: UUID | None
    granted_by_name: str
    reason: str
    created_at: datetime

    @property
    def version(self) -> int:
        """What an If-Match compares: two different states of a share have different numbers."""
        return crc32(repr((self.level, self.expires_at, self.granted_by_id, self.reason)).encode())


@dataclass(frozen=True, slots=True)
class ShareFilters:
    """Which shares; None means any. `expiring` are those that end within the next 14 days, the next to end first."""

    object_type: str | None = None
    object_id: UUID | None = None
    user_id: UUID | None = None
    team_id: UUID | None = None
    level: str | None = None
    expiring: bool = False


@dataclass(frozen=True, slots=True)
class SharePage:
    """Some shares; `next` continues the list and is None at its end."""

    items: list[Share]
    next: str | None


def object_types() -> dict[str, type[Owned]]:
    """Return the models whose objects can be shared, by the word for one such object: campaign, product."""
    return {str(model._meta.model_name): model for model in shareable_models().values()}


def shares_of(obj: Owned) -> list[Share]:
    """Return the shares of an object, with people first, expired ones too; one statement.

    The caller has found that whoever reads them may know.
    """
    found = _read(_tables([type(obj)]), models.Q(content_object_id=obj.pk))
    return sorted(found, key=lambda share: (share.team_id is not None, share.name.lower(), share.id))


def shares_by_id(ids: Collection[UUID]) -> dict[UUID, Share]:
    """Return those of these shares that are there, of whatever object; one statement."""
    found = _read(_tables(object_types().values()), models.Q(pk__in=list(ids)))
    return {share.id: share for share in found}


def share_detail(*, actor: Actor, share_id: UUID) -> Share:
    """Return a share of an object that `actor` may share; NotFound for any other."""
    _require_any(actor)
    found = _read(_tables(object_types().values(), actor=actor), models.Q(pk=share_id))
    if not found:
        raise NotFound()
    return found[0]


def share_page(
    *, actor: Actor, filters: ShareFilters, cursor: str | None = None, limit: int | None = None
) -> SharePage:
    """Return one page of the shares of all objects that `actor` may share, in one statement once access is known.

    The newest come first; those that end soon come in the order of their end.
    """
    _require_any(actor)
    size = max(1, min(limit or DEFAULT_PAGE, LARGEST_PAGE))
    meant = ["shares", [str(value) for value in astuple(filters)]]
    signer = Signer(salt=f"kernel.http.cursor:{current_organization().id}")
    condition = models.Q() if filters.object_id is None else models.Q(content_object_id=filters.object_id)
    if filters.expiring:
        condition &= _ENDS_SOON
    if cursor is not None:
        condition &= _beyond(signer, cursor, meant, filters)
    models_asked = [model for name, model in object_types().items() if filters.object_type in (None, name)]
    tables = _tables(models_asked, actor=actor, filters=filters)
    found = _read(tables, condition, ("expires_at", "id") if filters.expiring else ("-id",), size + 1)
    items = found[:size]
    if len(found) <= size:
        return SharePage(items, None)
    end = items[-1].expires_at
    return SharePage(items, signer.sign_object([*meant, end.isoformat() if end else "", str(items[-1].id)]))


def share_counts(*, actor: Actor) -> tuple[int, int]:
    """Return how many shares there are of objects that `actor` may share, and how many end soon; one statement."""
    tallies = [
        rows.order_by()
        .annotate(one=models.Value(1))
        .values("one")
        .annotate(total=models.Count("pk"), soon=models.Count("pk", filter=_ENDS_SOON))
        .values_list("total", "soon")
        for _table, rows in _tables(object_types().values(), actor=actor)
    ]
    found = list(tallies[0].union(*tallies[1:], all=True).order_by())
    return sum(total for total, _soon in found), sum(soon for _total, soon in found)


def _require_any(actor: Actor) -> None:
    actions = [f"{resource}:share" for resource in shareable_models()]
    if not any(may_some(actor, action) for action in actions):
        raise refusal(actor, actions[0])


type _Table = tuple[type[UserGrant] | type[TeamGrant], models.QuerySet[Any, Any]]


def _tables(
    asked: Iterable[type[Owned]], *, actor: Actor | None = None, filters: ShareFilters | None = None
) -> list[_Table]:
    """The share tables of these models with their rows; with `actor` only shares of what they may share."""
    filters = filters or ShareFilters()
    found: list[_Table] = []
    for model in asked:
        tables = grant_models(model)
        if tables is None:
            continue
        condition = models.Q()
        if actor is not None:
            condition &= models.Q(content_object__in=visible(actor, f"{model.resource}:share", model).order_by())
        if filters.level is not None:
            condition &= models.Q(permission_id=level_ids(model)[filters.level])
        people, teams = tables
        if filters.team_id is None:
            mine = models.Q() if filters.user_id is None else models.Q(user_id=filters.user_id)
            found.append((people, people.objects.filter(condition & mine)))
        if filters.user_id is None:
            ours = models.Q() if filters.team_id is None else models.Q(group_id=filters.team_id)
            found.append((teams, teams.objects.filter(condition & ours)))
    return found


def _read(
    tables: Sequence[_Table], condition: models.Q, order: Sequence[str] = (), limit: int | None = None
) -> list[Share]:
    """The rows of all tables as one list, in one statement; each table gives no more rows than are asked for."""
    if not tables:
        return []
    picked = []
    for table, rows in tables:
        branch = _columns(table, rows.filter(condition).order_by(*order))
        picked.append(branch if limit is None else branch[:limit])
    found = picked[0].union(*picked[1:], all=True).order_by(*order) if len(picked) > 1 else picked[0]
    levels = {number: level for model in object_types().values() for level, number in level_ids(model).items()}
    read = []
    for row in found if limit is None else found[:limit]:
        *head, permission_id, expires_at, is_expired, granted_by_id, granted_by_name, reason, created_at = row
        share_id, object_type, object_id, object_name, user_id, team_id, name = head
        read.append(
            Share(
                id=share_id,
                object_type=object_type,
                object_id=object_id,
                object_name=object_name,
                user_id=user_id,
                team_id=team_id,
                name=name or "",
                level=levels[permission_id],
                expires_at=expires_at,
                is_expired=is_expired,
                granted_by_id=granted_by_id,
                granted_by_name=granted_by_name or "",
                reason=reason,
                created_at=created_at,
            )
        )
    return read


def _columns(
    table: type[UserGrant] | type[TeamGrant], rows: models.QuerySet[Any, Any]
) -> models.QuerySet[Any, tuple[Any, ...]]:
    nobody = models.Value(None, models.UUIDField())
    to_person = issubclass(table, UserGrant)
    shared: Any = table._meta.get_field("content_object").related_model  # type: ignore[misc]
    object_type = str(shared._meta.model_name)
    read: models.QuerySet[Any, tuple[Any, ...]] = rows.annotate(
        object_type=models.Value(object_type, models.TextField()),
        object_name=models.F("content_object__name"),
        to_user=models.F("user_id") if to_person else nobody,
        to_team=nobody if to_person else models.F("group_id"),
        to_name=_name_of("user_id") if to_person else models.F("group__name"),
        is_expired=models.ExpressionWrapper(_HAS_EXPIRED, models.BooleanField()),
        granter=_name_of("granted_by_id"),
    ).values_list(
        "id",
        "object_type",
        "content_object_id",
        "object_name",
        "to_user",
        "to_team",
        "to_name",
        "permission_id",
        "expires_at",
        "is_expired",
        "granted_by_id",
        "granter",
        "reason",
        "created_at",
    )
    return read


def _name_of(field: str) -> models.Subquery:
    names = Membership.objects.filter(user_id=models.OuterRef(field)).order_by().values("name")
    return models.Subquery(names[:1])


def _beyond(signer: Signer, cursor: str, meant: list[Any], filters: ShareFilters) -> models.Q:
    try:
        *list_of_cursor, end, last = signer.unsign_object(cursor)
        if list_of_cursor != meant:
            raise ValueError("The cursor belongs to another list.")
        share_id = UUID(last)
        if not filters.expiring:
            return models.Q(pk__lt=share_id)
        at = datetime.fromisoformat(end)
    except (BadSignature, ValueError, TypeError, UnicodeError) as error:
        message = _("Start again without a cursor; it continues only the list, filter and order that gave it out.")
        raise BadCursor(message, errors=[FieldError("?cursor", "bad_cursor", message)]) from error
    return models.Q(expires_at__gt=at) | models.Q(expires_at=at, pk__gt=share_id)
