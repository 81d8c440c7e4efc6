"""API tokens: their text, and the commands that make and revoke them.

`cb_live_<id>_<secret>_<crc>`: the id names organization and token, so a request finds both without a search; the
crc lets us, and secret scanners, tell garbage without any I/O. Only the secret's sha256 is stored.
"""

import hashlib
import hmac
import re
import secrets
import string
import zlib
from base64 import b32decode, b32encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from kernel.errors import FieldError, Invalid, NotAllowed, NotFound
from kernel.ids import uuid7
from kernel.tenancy.context import Actor, current_organization
from tenants import records
from tenants.access.models import Membership, ServiceToken
from tenants.access.resolver import permissions_of, require, visible

DEFAULT_LIFE = timedelta(days=90)
LONGEST_LIFE = timedelta(days=366)
# What the API's operations ask for; the other permissions have no operation yet, so no token needs them.
API_SCOPES = (
    "campaign:view",
    "campaign:create",
    "campaign:edit",
    "campaign:publish",
    "campaign:delete",
    "campaign:restore",
    "catalog:view",
    "catalog:edit",
    "audit:view",
)
_SECRET_LENGTH = 30  # 62^30 > 2^178
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_TEXT = re.compile(r"(cb_live_([a-z2-7]{52})_([0-9A-Za-z]{30}))_([0-9A-Za-z]{6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ParsedToken:
    """A well-formed token: whose it says it is, and the secret that has to prove it."""

    organization_id: UUID
    token_id: UUID
    secret: str


def parse(text: str) -> ParsedToken | None:
    """Return what `text` says, None for anything that create_token() can't have made. Does no I/O."""
    found = _TEXT.fullmatch(text)
    if found is None:
        return None
    body, name, secret, check = found.groups()
    if not hmac.compare_digest(check, _crc(body)):
        return None
    ids = b32decode(name.upper() + "====")
    if _name(ids) != name:
        return None
    return ParsedToken(UUID(bytes=ids[:16]), UUID(bytes=ids[16:]), secret)


def matches(secret: str, secret_hash: str | bytes | memoryview) -> bool:
    """Whether `secret` is the one behind `secret_hash` (bytes as stored, or their hex); takes the same time always."""
    stored = secret_hash if isinstance(secret_hash, str) else bytes(secret_hash).hex()
    return hmac.compare_digest(hashlib.sha256(secret.encode()).hexdigest(), stored)


def verify(token: ServiceToken, secret: str, *, at: datetime | None = None) -> bool:
    """Whether `secret` opens `token` now: it matches, and the token is neither revoked nor expired."""
    live = token.revoked_at is None and token.expires_at > (at or timezone.now())
    return matches(secret, token.secret_hash) and live


def create_token(
    *, actor: Actor, name: str, scopes: Collection[str], expires_at: datetime | None = None
) -> tuple[ServiceToken, str]:
    """Make a token that acts as `actor` narrowed to `scopes`; return it with its text, which is never shown again.

    Without `expires_at` it lives 90 days.
    """
    require(actor, "token:create")
    now = timezone.now()
    ends = expires_at or now + DEFAULT_LIFE
    wanted = sorted(set(scopes))
    _check(actor, name.strip(), wanted, ends, now)
    people = Membership.objects.filter(status=Membership.Status.ACTIVE)
    owner = people.filter(user_id=actor.user_id).first() if actor.user_id else None
    if owner is None:
        raise NotAllowed(_("Only people of this organization can have tokens."))
    organization = current_organization()
    records.access_changing(organization.id)
    token_id, secret = uuid7(), "".join(secrets.choice(_BASE62) for _i in range(_SECRET_LENGTH))
    token = ServiceToken.objects.create(
        id=token_id,
        name=name.strip(),
        owner=owner,
        secret_hash=hashlib.sha256(secret.encode()).digest(),
        scopes=wanted,
        expires_at=ends,
    )
    body = f"cb_live_{_name(organization.id.bytes + token_id.bytes)}_{secret}"
    return token, f"{body}_{_crc(body)}"


def revoke_token(*, actor: Actor, token_id: UUID) -> ServiceToken:
    """End a token at once; revoking it again changes nothing."""
    require(actor, "token:create")
    token = visible(actor, "token:create", ServiceToken).filter(pk=token_id).first()
    if token is None:
        raise NotFound()
    if token.revoked_at is None:
        records.access_changing(current_organization().id)
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
    return token


def token_list(*, actor: Actor) -> Sequence[ServiceToken]:
    """Return the tokens `actor` may manage with their owners, newest first."""
    require(actor, "token:create")
    return list(visible(actor, "token:create", ServiceToken).select_related("owner"))


def scopes_to_give(*, actor: Actor) -> list[str]:
    """Return the scopes that `actor` can put on a token: those that the API asks for, within their own rights."""
    own = permissions_of(actor)
    return [scope for scope in API_SCOPES if scope in own]


def has_tokens(*, actor: Actor) -> bool:
    """Whether there is any token that `actor` may manage, revoked ones included."""
    return visible(actor, "token:create", ServiceToken).exists()


def _check(actor: Actor, name: str, scopes: list[str], ends: datetime, now: datetime) -> None:
    errors = []
    if not 1 <= len(name) <= 80 or "\x00" in name:
        errors.append(FieldError("/name", "wrong_length", _("Give a name of 1 to 80 characters.")))
    own = permissions_of(actor)
    beyond = [scope for scope in scopes if scope not in own]
    if not scopes:
        errors.append(FieldError("/scopes", "required", _("Choose at least one scope.")))
    if beyond:
        message = _("You can't give what you don't have: %(scopes)s.") % {"scopes": ", ".join(beyond)}
        errors.append(FieldError("/scopes", "beyond_own_rights", message))
    if not now < ends <= now + LONGEST_LIFE:
        errors.append(FieldError("/expires_at", "out_of_range", _("Choose a time within the next year.")))
    if errors:
        raise Invalid(errors=errors)


def _name(ids: bytes) -> str:
    return b32encode(ids).decode().rstrip("=").lower()


def _crc(body: str) -> str:
    number, digits = zlib.crc32(body.encode()), ""
    for _position in range(6):
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return digits
