"""From the sign-in host to another of our hosts: a code that works once, for a minute, in one browser."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from kernel.errors import Invalid, NotAllowed, Unauthenticated
from kernel.tenancy.context import Actor
from tenants.models import HandoffCode, SessionRecord, User
from tenants.queries.people import may_enter, organization_at

LIFETIME = timedelta(seconds=60)
KEPT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Entrance:
    """Whom a code lets in, which second factor they have used (empty: none), and by which sign-in."""

    user: User
    second_factor: str
    family: UUID


def new_state() -> str:
    """Return the random value that stays in the browser on the target host."""
    return secrets.token_urlsafe(32)


def state_hash_of(state: str) -> str:
    """Return what the sign-in host is told of the state."""
    return hashlib.sha256(state.encode(errors="surrogatepass")).hexdigest()


def issue_code(
    *, actor: Actor, host: str, state_hash: str, session_hash: str, family: UUID, second_factor: str = ""
) -> str:
    """Return a code that opens one session for `actor` on `host`, in the browser that holds the state.

    `session_hash` and `family` are those of the session on the sign-in host that asks.
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
        session_hash=session_hash,
        family=family,
        expires_at=Now() + LIFETIME,
    )
    return code


@transaction.atomic
def redeem_code(*, code: str, host: str, state: str) -> Entrance:
    """Return whom the code lets in and use it up: of many who try at once, exactly one succeeds.

    Raises Unauthenticated with code handoff_used for a code that is used, expired, unknown, of another host, of
    another browser, or issued by a sign-in that has ended since; which of these, nobody is told.
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
    # Ending sessions takes this lock too: it waits for the session that is about to be opened, and ends it.
    used = HandoffCode.objects.get(code_hash=_hash(code))
    user = User.objects.select_for_update(no_key=True).get(pk=used.user_id)
    if used.family is None or not _still_signed_in(user, used) or not may_enter(user.pk, host):
        raise _used()
    return Entrance(user, used.second_factor, used.family)


def _still_signed_in(user: User, code: HandoffCode) -> bool:
    if not constant_time_compare(code.session_hash, user.get_session_auth_hash()):
        return False
    rows = SessionRecord.objects.filter(user_id=user.pk, family=code.family, host=settings.BASE_DOMAIN)
    return bool(rows.exists())


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
