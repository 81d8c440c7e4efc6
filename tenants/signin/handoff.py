"""From the sign-in host to another of our hosts: a code that works once, for a minute, in one browser."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from kernel.errors import Invalid, NotAllowed, Unauthenticated
from kernel.tenancy.context import Actor
from tenants.models import HandoffCode, User
from tenants.queries.people import may_enter, organization_at

LIFETIME = timedelta(seconds=60)
KEPT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Entrance:
    """Whom a code lets in, and which second factor they have used (empty: none)."""

    user: User
    second_factor: str


def new_state() -> str:
    """Return the random value that stays in the browser on the target host."""
    return secrets.token_urlsafe(32)


def state_hash_of(state: str) -> str:
    """Return what the sign-in host is told of the state."""
    return hashlib.sha256(state.encode(errors="surrogatepass")).hexdigest()


def issue_code(*, actor: Actor, host: str, state_hash: str, second_factor: str = "") -> str:
    """Return a code that opens one session for `actor` on `host`, in the browser that holds the state.

    Raises NotAllowed where the person has no place on that host; with code second_factor_required where they have
    used none and the organization asks for one.
    """
    bound_to = _digest(state_hash)
    if actor.user_id is None or not may_enter(actor.user_id, host):
        raise NotAllowed(
            _("%(email)s has no place at %(host)s.") % {"email": actor.email, "host": host}, code="no_place"
        )
    tenant = organization_at(host)
    if tenant is not None and tenant.mfa_required and not second_factor:
        raise NotAllowed(_("%(name)s asks for a second factor.") % {"name": tenant.name}, code="second_factor_required")
    HandoffCode.objects.filter(expires_at__lt=Now() - KEPT).delete()
    code = secrets.token_urlsafe(32)
    HandoffCode.objects.create(
        code_hash=_hash(code),
        state_hash=bound_to,
        user_id=actor.user_id,
        host=host,
        second_factor=second_factor,
        expires_at=Now() + LIFETIME,
    )
    return code


def redeem_code(*, code: str, host: str, state: str) -> Entrance:
    """Return whom the code lets in and use it up, in one statement: of many who try at once, exactly one succeeds.

    Raises Unauthenticated with code handoff_used for a code that is used, expired, unknown, of another host or of
    another browser; which of these, nobody is told.
    """
    mine = HandoffCode.objects.filter(
        code_hash=_hash(code),
        state_hash=bytes.fromhex(state_hash_of(state)),
        host=host,
        used_at=None,
        expires_at__gt=Now(),
    )
    if mine.update(used_at=Now()) != 1:
        raise _used()
    used = HandoffCode.objects.select_related("user").filter(code_hash=_hash(code)).first()
    if used is None or not may_enter(used.user_id, host):
        raise _used()
    return Entrance(used.user, used.second_factor)


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode(errors="surrogatepass")).digest()


def _digest(state_hash: str) -> bytes:
    try:
        digest = bytes.fromhex(state_hash)
    except ValueError:
        digest = b""
    if len(digest) != 32:
        raise Invalid(_("This link is not complete. Start again."), code="state_malformed")
    return digest


def _used() -> Unauthenticated:
    return Unauthenticated(_("This link was used or has expired. Start again."), code="handoff_used")
