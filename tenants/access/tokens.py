"""API tokens: the commands that make, rotate and revoke them, and what a secret opens."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from kernel.errors import Conflict, FieldError, Invalid, NotAllowed, NotFound, PreconditionFailed
from kernel.http.cursor import DEFAULT_PAGE, Page, Sort, page
from kernel.ids import uuid7
from kernel.tenancy.context import Actor, current_organization
from tenants import records
from tenants.access.catalogue import PERMISSIONS
from tenants.access.models import Membership, ServiceToken
from tenants.access.resolver import permissions_of, require, visible
from tenants.access.token_text import digest, matches, new_secret, text_of

DEFAULT_LIFE = timedelta(days=90)
LONGEST_LIFE = timedelta(days=366)
DEFAULT_OVERLAP = timedelta(hours=24)
LONGEST_OVERLAP = timedelta(days=7)
_SORTS = {"-created_at": Sort(("created_at", "id"), descending=True)}


def verify(token: ServiceToken, secret: str, *, at: datetime | None = None) -> bool:
    """Whether `secret` opens `token` at that time: it is neither revoked nor expired, and the secret is its own.

    That is the present secret, or until `former_until` the one before it.
    """
    now = at or timezone.now()
    is_live = token.revoked_at is None and token.expires_at > now
    is_present = matches(secret, token.secret_hash)
    is_former = matches(secret, token.former_hash or b"")
    return is_live and (is_present or (is_former and token.former_until is not None and token.former_until > now))


def create_token(
    *, actor: Actor, name: str, scopes: Collection[str], expires_at: datetime | None = None
) -> tuple[ServiceToken, str]:
    """Make a token that acts as `actor` narrowed to `scopes`; return it with its text, which is never shown again.

    Without `expires_at` it lives 90 days, or as long as the token that asks for it.
    """
    require(actor, "token:create")  # who may not makes nobody wait
    records.access_changing(current_organization().id)
    require(actor, "token:create")
    now = timezone.now()
    latest = _latest_end(actor, now)
    ends = expires_at or min(now + DEFAULT_LIFE, latest)
    wanted = sorted(set(scopes))
    errors = [*_name_errors(name), *_scope_errors(actor, wanted), *_end_errors(ends, now, latest)]
    if errors:
        raise Invalid(errors=errors)
    people = Membership.objects.filter(status=Membership.Status.ACTIVE)
    owner = people.filter(user_id=actor.user_id).first() if actor.user_id else None
    if owner is None:
        raise NotAllowed(_("Only people of this organization can have tokens."))
    token_id, secret = uuid7(), new_secret()
    token = ServiceToken.objects.create(
        id=token_id, name=name.strip(), owner=owner, secret_hash=digest(secret), scopes=wanted, expires_at=ends
    )
    return token, text_of(current_organization().id, token_id, secret)


def rotate_token(
    *,
    actor: Actor,
    token_id: UUID,
    version: int | None = None,
    overlap: timedelta = DEFAULT_OVERLAP,
    expires_at: datetime | None = None,
) -> tuple[ServiceToken, str]:
    """Give a token a new secret and return it with its new text, which is never shown again.

    The secret it has now keeps working for `overlap`, at most until the token would have ended; one that was still
    working from a rotation before ends at once. `expires_at` gives the token another end. Only its owner may do it,
    because whoever holds the secret acts in the owner's name, and no token gets at the secret of one that may do more
    or lives longer.
    """
    token = _locked(actor, token_id, version)
    _require_holder(actor, token)
    now = timezone.now()
    if token.revoked_at is not None or token.expires_at <= now:
        raise Conflict(_("This token is over; make a new one."))
    errors = []
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        errors.append(FieldError("/overlap_hours", "out_of_range", _("Choose at most 7 days.")))
    if expires_at is not None:
        errors += _end_errors(expires_at, now, _latest_end(actor, now))
    if errors:
        raise Invalid(errors=errors)
    secret = new_secret()
    token.former_hash = bytes(token.secret_hash) if overlap else None
    token.former_until = min(now + overlap, token.expires_at) if overlap else None
    token.secret_hash, token.rotated_at = digest(secret), now
    token.expires_at = expires_at or token.expires_at
    _save(token, "secret_hash", "former_hash", "former_until", "rotated_at", "expires_at")
    return token, text_of(current_organization().id, token.pk, secret)


def rename_token(*, actor: Actor, token_id: UUID, name: str, version: int | None = None) -> ServiceToken:
    """Call a token something else."""
    token = _locked(actor, token_id, version)
    errors = _name_errors(name)
    if errors:
        raise Invalid(errors=errors)
    if token.name != name.strip():
        token.name = name.strip()
        _save(token, "name")
    return token


def revoke_token(*, actor: Actor, token_id: UUID, version: int | None = None) -> ServiceToken:
    """End a token at once; revoking it again changes nothing."""
    token = _locked(actor, token_id, version)
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        _save(token, "revoked_at")
    return token


def token_detail(*, actor: Actor, token_id: UUID) -> ServiceToken:
    """Return a token that `actor` may manage, with its owner."""
    return _manageable(actor, token_id)


def token_page(*, actor: Actor, cursor: str | None = None, limit: int | None = None) -> Page[ServiceToken]:
    """Return one page of the tokens that `actor` may manage with their owners, newest first."""
    return page(
        _manageable_ones(actor),
        name="tokens",
        filters={},
        sort="-created_at",
        sorts=_SORTS,
        cursor=cursor,
        limit=limit or DEFAULT_PAGE,
    )


def state_of(token: ServiceToken, now: datetime) -> str:
    """Return active, expired or revoked."""
    if token.revoked_at is not None:
        return "revoked"
    return "active" if token.expires_at > now else "expired"


def scopes_to_give(*, actor: Actor) -> list[str]:
    """Return the scopes that `actor` can put on a token: those that the API asks for, within their own rights."""
    own, asked = permissions_of(actor), import_string(settings.API_SCOPES)()
    return [scope for scope in PERMISSIONS if scope in asked and scope in own]


def has_tokens(*, actor: Actor) -> bool:
    """Whether there is any token that `actor` may manage, revoked ones included."""
    return visible(actor, "token:create", ServiceToken).exists()


def may_rotate(*, actor: Actor, token: ServiceToken) -> bool:
    """Whether `actor` may have the new secret of this token, whose owner is loaded."""
    if token.owner.user_id != actor.user_id or actor.token_id is None:
        return token.owner.user_id == actor.user_id
    outlives = not ServiceToken.objects.filter(pk=actor.token_id, expires_at__gte=token.expires_at).exists()
    return not outlives and set(token.scopes) <= permissions_of(actor).keys()


def _manageable_ones(actor: Actor) -> QuerySet[ServiceToken]:
    require(actor, "token:create")
    return visible(actor, "token:create", ServiceToken).select_related("owner")


def _manageable(actor: Actor, token_id: UUID) -> ServiceToken:
    token = _manageable_ones(actor).filter(pk=token_id).first()
    if token is None:
        raise NotFound()
    return token


def _require_holder(actor: Actor, token: ServiceToken) -> None:
    if token.owner.user_id != actor.user_id:
        raise NotAllowed(
            _("Only %(name)s may have this token's secret. You can revoke the token.") % {"name": token.owner.name},
            permission="token:create",
            granted_by=[],
        )
    if not may_rotate(actor=actor, token=token):
        raise NotAllowed(
            _("A token can't have the secret of a token with more scopes or a later end."),
            code="beyond_own_rights",
            permission="token:create",
            granted_by=[],
        )


def _locked(actor: Actor, token_id: UUID, version: int | None) -> ServiceToken:
    """Return the token where nobody else changes access until this transaction ends; refuse another version."""
    _manageable(actor, token_id)  # who may not see it makes nobody wait
    records.access_changing(current_organization().id)
    token = _manageable(actor, token_id)
    if version is not None and token.row_version != version:
        raise PreconditionFailed(version=token.row_version)
    return token


def _save(token: ServiceToken, *fields: str) -> None:
    token.row_version += 1
    token.save(update_fields=[*fields, "row_version"])


def _latest_end(actor: Actor, now: datetime) -> datetime:
    """A year from now; what a token makes does not outlive that token."""
    latest = now + LONGEST_LIFE
    own = ServiceToken.objects.filter(pk=actor.token_id).first() if actor.token_id else None
    return min(latest, own.expires_at) if own else latest


def _name_errors(name: str) -> list[FieldError]:
    if 1 <= len(name.strip()) <= 80 and "\x00" not in name:
        return []
    return [FieldError("/name", "wrong_length", _("Give a name of 1 to 80 characters."))]


def _scope_errors(actor: Actor, scopes: list[str]) -> list[FieldError]:
    if not scopes:
        return [FieldError("/scopes", "required", _("Choose at least one scope."))]
    own = permissions_of(actor)
    beyond = [scope for scope in scopes if scope not in own]
    if not beyond:
        return []
    message = _("You can't give what you don't have: %(scopes)s.") % {"scopes": ", ".join(beyond)}
    return [FieldError("/scopes", "beyond_own_rights", message)]


def _end_errors(ends: datetime, now: datetime, latest: datetime) -> list[FieldError]:
    if now < ends <= latest:
        return []
    if now < ends <= now + LONGEST_LIFE:
        message = _("A token can't make one that lives longer than itself.")
        return [FieldError("/expires_at", "beyond_own_rights", message)]
    return [FieldError("/expires_at", "out_of_range", _("Choose a time within the next year."))]
