"""What every owned object does alike: be listed, be changed only from the version its author saw, be trashed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, models
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel.errors import Conflict, FieldError, Invalid, NotAllowed, PreconditionFailed
from kernel.http.cursor import DEFAULT_PAGE, LARGEST_PAGE, Page, Sort, page
from kernel.ids import uuid7
from kernel.tenancy.context import Actor
from tenants.access.limits import reserve
from tenants.access.lists import count_of, counts_by, narrowed, page_reader, with_owner
from tenants.access.models import Owned, Versioned
from tenants.access.purging import empty_later

# Each is backed by an index of tenants.access.models.Owned.
SORTS: Mapping[str, Sort] = {
    "-updated_at": Sort(("updated_at", "id"), descending=True),
    "updated_at": Sort(("updated_at", "id")),
    "-created_at": Sort(("created_at", "id"), descending=True),
    "created_at": Sort(("created_at", "id")),
    "name": Sort(("name", "id")),
    "-name": Sort(("name", "id"), descending=True),
}
_STAYS = """
SELECT 1 FROM access_membership WHERE user_id = %s AND status = 'active' AND (expires_at IS NULL OR expires_at > now())
FOR KEY SHARE
"""
TRASH_SORTS: Mapping[str, Sort] = {"-trashed_at": Sort(("trashed_at", "id"), descending=True)}


def owned_page[M: Owned](
    model: type[M],
    *,
    actor: Actor,
    action: str,
    name: str,
    filters: Mapping[str, Any],
    trashed: bool,
    sort: str | None,
    cursor: str | None,
    limit: int | None,
    count: bool = False,
) -> Page[M]:
    """Return one page of what `actor` may do `action` to, in or out of the trash, in one query once access is known.

    `filters` are lookups, or whole conditions (see kernel.http.lists.containing); those that are None are left out.
    `count` asks for the number of rows on all pages together, which is a second query.
    """
    sorts = TRASH_SORTS if trashed else SORTS
    chosen = sort or next(iter(sorts))
    if chosen not in sorts:
        message = _("This list sorts by: %(sorts)s.") % {"sorts": ", ".join(sorts)}
        raise Invalid(errors=[FieldError("?sort", "unknown_value", message)])
    wanted = {key: value for key, value in filters.items() if value is not None}
    lookups = {"trashed_at__isnull": not trashed, **wanted}
    read = page_reader(actor, action, model, lookups, sorts[chosen])
    found = page(
        model._default_manager.all() if read else with_owner(narrowed(model, lookups)),
        name=name,
        filters=wanted | {"trashed": trashed},
        sort=chosen,
        sorts=sorts,
        cursor=cursor,
        limit=max(1, min(limit or DEFAULT_PAGE, LARGEST_PAGE)),
        read=read,
    )
    return replace(found, total=count_of(actor, action, model, lookups)) if count else found


def owned_counts(model: type[Owned], statuses: Iterable[str], *, actor: Actor, action: str) -> dict[str, int]:
    """Return how many rows `actor` may do `action` to are in each status, zeros included, with `all` and `trash`."""
    found = counts_by(actor, action, model, "status")
    counts = {status: found.get(status, 0) for status in statuses}
    return {"all": sum(counts.values()), "trash": found.get("trash", 0), **counts}


def create_owned[M: Owned](model: type[M], *, actor: Actor, row_id: UUID | None, values: Mapping[str, Any]) -> M:
    """Insert a row that `actor`, an active member, owns. Raises Conflict when the id the caller chose is taken."""
    if actor.user_id is None or not _stays(actor.user_id):
        raise NotAllowed(_("Only people of the organization can own this."))
    now = timezone.now()
    try:
        row = model._default_manager.create(
            id=row_id or uuid7(), owner_id=actor.user_id, created_at=now, updated_at=now, **values
        )
    except IntegrityError as error:
        if _constraint(error) == f"{model._meta.db_table}_pkey":
            raise Conflict(_("An object with this id is there already."), code="id_taken") from error
        raise
    return _as_stored(row, values)


def check_version(row: Versioned, version: int) -> None:
    """Raise PreconditionFailed unless `row` is at `version`."""
    if row.row_version != version:
        raise PreconditionFailed(version=row.row_version)


def check_not_trashed(row: Versioned) -> None:
    """Raise Conflict when `row` is in the trash."""
    if row.trashed_at is not None:
        raise Conflict(_("This is in the trash. Restore it first."), code="in_trash")


def write_version[M: Versioned](row: M, version: int, values: Mapping[str, Any]) -> M:
    """Write `values` if the row is still at `version`, as one statement; return the row at its next version.

    Raises PreconditionFailed when somebody was faster.
    """
    changed = {**values, "row_version": version + 1, "updated_at": timezone.now()}
    if not type(row)._default_manager.filter(pk=row.pk, row_version=version).update(**changed):
        raise PreconditionFailed()
    for name, value in changed.items():
        setattr(row, name, value)
    return _as_stored(row, values)


def trash_owned[M: Versioned](row: M, version: int) -> M:
    """Put `row` into the trash for 30 days; one that is there already stays as it is."""
    check_version(row, version)
    if row.trashed_at is not None:
        return row
    now = timezone.now()
    empty_later(now)
    return write_version(row, version, {"trashed_at": now})


def restore_owned[M: Owned](row: M, version: int, *, limit: str, count: Callable[[], int]) -> M:
    """Take `row` out of the trash if the plan has room for it; one that is not there stays as it is."""
    check_version(row, version)
    if row.trashed_at is None:
        return row
    reserve(limit, count)
    return write_version(row, version, {"trashed_at": None})


def _stays(user_id: UUID) -> bool:
    """Whether this is an active member, who is not removed before the commit: what is made now is handed over then."""
    with connection.cursor() as cursor:
        cursor.execute(_STAYS, [user_id])
        return cursor.fetchone() is not None


def _constraint(error: IntegrityError) -> str:
    return str(getattr(getattr(error.__cause__, "diag", None), "constraint_name", ""))


def _as_stored[M: Versioned](row: M, values: Mapping[str, Any]) -> M:
    """Documents are read back: jsonb orders keys and writes numbers its own way, and the ETag is of bytes."""
    documents = [name for name, value in values.items() if value and _is_document(type(row), name)]
    if documents:
        row.refresh_from_db(fields=documents)
    return row


@cache
def _is_document(model: type[Versioned], name: str) -> bool:
    field = next((found for found in model._meta.concrete_fields if name in (found.name, found.attname)), None)
    return isinstance(field, models.JSONField)
