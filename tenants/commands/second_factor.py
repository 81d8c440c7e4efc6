"""A person's second factor: added, used, its recovery codes renewed, removed; and the organizations that ask for one.

All of it concerns public tables, so it runs in the public phase, inside the caller's public scope.
"""

import logging
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.db.models import F
from django.utils.translation import gettext as _

from kernel import secrets
from kernel.errors import Conflict, FieldError, Invalid, NotFound
from kernel.recorder.events import event
from kernel.tenancy.context import Actor, TenantLike
from kernel.tenancy.scope import public_scope, scope
from tenants import records
from tenants.access.resolver import require
from tenants.actors import user_id_of
from tenants.commands.sessions import end_other_sessions
from tenants.models import Organization, User
from tenants.queries.people import person_by_email
from tenants.queries.second_factor import has_second_factor, requiring_organizations
from tenants.signin.notices import notify
from tenants.signin.second_factor import LAST_COUNTER, TOTP_KIND, matching_counter, wrapped

ADDED = "person.second_factor_added"
MOVED = "person.second_factor_moved"
REMOVED = "person.second_factor_removed"
RESET = "person.second_factor_reset"
CODES_RENEWED = "person.recovery_codes_renewed"
CODE_USED = "person.recovery_code_used"
REQUIRED = "organization.second_factor_required"
OPTIONAL = "organization.second_factor_made_optional"
RENEWED_AT_ONCE = 200

logger = logging.getLogger(__name__)


def add_second_factor(
    *, actor: Actor, secret: str, code: str, session_key: str, present_code: str = "", password: str | None = None
) -> None:
    """Ask for codes made from `secret` from now on; `code` proves that the person's app makes them.

    Makes recovery codes too, and ends every session but the one that asks: those were opened without this factor.
    Where there is a second factor already it moves to the new app, which takes a `present_code`. Raises Invalid for a
    wrong code, and for a wrong `password`, which is None where the person signed in a moment ago.
    """
    user = _locked(actor)
    if password is not None:
        _require_password(user, password)
    counter = matching_counter(secret, code)
    if counter is None:
        raise wrong_code()
    is_move = has_second_factor(user.pk)
    if is_move and not use_second_factor(user_id=user.pk, code=present_code):
        raise wrong_code("present_code")
    Authenticator.objects.filter(user_id=user.pk, type=TOTP_KIND).delete()
    row = TOTP.activate(user, secret).instance
    row.data[LAST_COUNTER] = counter
    row.save(update_fields=["data"])
    _make_codes(user)
    event(MOVED if is_move else ADDED, user)
    end_other_sessions(actor=actor, keep=session_key)
    notify(actor=actor, user=user, change="moved" if is_move else "added")


def use_second_factor(*, user_id: UUID, code: str) -> str:
    """Use the code up and return which kind it was, "totp" or "recovery_codes"; "" where it is wrong or was used."""
    # Both rows in one order, so of many who try one code at once exactly one succeeds.
    rows = list(Authenticator.objects.select_for_update().filter(user_id=user_id).order_by("type"))
    for row in rows if any(found.type == TOTP_KIND for found in rows) else ():
        try:
            is_right = wrapped(row).validate_code(code)
        except secrets.Unreadable:
            logger.error("a second factor can't be read with the keys in ENCRYPTION_KEYS", extra={"row": row.pk})
            continue
        if is_right:
            row.record_usage()
            if row.type != TOTP_KIND:
                event(CODE_USED, row.user)
            return str(row.type)
    return ""


def renew_recovery_codes(*, actor: Actor, code: str, session_key: str) -> None:
    """Replace the recovery codes, and end every session but the one that asks. Raises Invalid for a wrong code.

    Codes are replaced when somebody else may know them, who may have come in with one already.
    """
    user = _locked(actor)
    if not use_second_factor(user_id=user.pk, code=code):
        raise wrong_code()
    _make_codes(user)
    event(CODES_RENEWED, user)
    end_other_sessions(actor=actor, keep=session_key)


def recovery_codes(*, actor: Actor) -> list[str]:
    """Return the recovery codes that are left; empty where there is no second factor."""
    row = Authenticator.objects.filter(user_id=user_id_of(actor), type=Authenticator.Type.RECOVERY_CODES).first()
    return RecoveryCodes(row).get_unused_codes() if row else []


def remove_second_factor(*, actor: Actor, password: str, code: str, session_key: str) -> None:
    """Let the password alone sign in again, and end every session but the one that asks.

    Raises Conflict where an organization of theirs asks for a second factor, Invalid for a wrong password or code.
    """
    user = _locked(actor)
    asking = requiring_organizations(user.pk)
    if asking:
        raise Conflict(
            _("%(names)s asks for a second factor, so you can't turn it off.") % {"names": ", ".join(asking)},
            code="second_factor_required",
        )
    _require_password(user, password)
    if not use_second_factor(user_id=user.pk, code=code):
        raise wrong_code()
    Authenticator.objects.filter(user_id=user.pk).delete()
    event(REMOVED, user)
    end_other_sessions(actor=actor, keep=session_key)
    notify(actor=actor, user=user, change="removed")


def reset_second_factor(*, actor: Actor, email: str) -> None:
    """Remove the second factor of somebody who lost theirs, and end all their sessions.

    For the people who run the platform, who made sure that it is this person who asks.
    """
    user = person_by_email(email)
    if user is None or not has_second_factor(user.pk):
        raise NotFound(_("%(email)s has no second factor.") % {"email": email})
    Authenticator.objects.filter(user_id=user.pk).delete()
    event(RESET, user)
    end_other_sessions(actor=Actor(kind="person", user_id=user.pk, name=user.name, email=user.email), keep="")
    notify(actor=actor, user=user, change="reset")


def set_mfa_policy(*, actor: Actor, organization: TenantLike, required: bool, request_id: str = "") -> None:
    """Ask every person of the organization for a second factor, or no longer. Runs in the public phase.

    Whoever turns it on must have one, because they would shut themselves out; raises Conflict. API tokens work as
    before.
    """
    with scope(organization, actor=actor, source="console", request_id=request_id):
        require(actor, "organization:settings")
    with public_scope(actor=actor, source="console", request_id=request_id):
        if required and not has_second_factor(user_id_of(actor)):
            raise Conflict(
                _("Set up a second factor for yourself first, or you would shut yourself out."),
                code="second_factor_missing",
            )
        records.organization_changing(organization.id)
        changed = Organization.objects.filter(pk=organization.id, mfa_required=not required).update(
            mfa_required=required, row_version=F("row_version") + 1
        )
        if changed:
            with scope(organization, actor=actor, source="console", request_id=request_id):
                event(REQUIRED if required else OPTIONAL, label=_("Sign-in policy"))


def renew_encryption(*, after: int = 0) -> tuple[int, int]:
    """Encrypt the secrets of the next second factors with the newest key; return how many there were, and the last.

    That one is the `after` of the next call; none are left where there were none. Each call is a transaction of its
    own, so nobody who signs in waits for all of them.
    """
    rows = list(Authenticator.objects.select_for_update().filter(pk__gt=after).order_by("pk")[:RENEWED_AT_ONCE])
    for row in rows:
        for name in {"secret", "seed"} & row.data.keys():
            row.data[name] = secrets.renew(row.data[name])
        row.save(update_fields=["data"])
    return len(rows), rows[-1].pk if rows else after


def wrong_code(field: str = "code") -> Invalid:
    """The refusal of a code; which part of it is wrong, nobody is told."""
    return Invalid(errors=[FieldError(field, "wrong_code", _("This code is wrong or was used already."))])


def _locked(actor: Actor) -> User:
    """Return the actor's account; its lock lets one change of their second factor happen after the other."""
    user = User.objects.select_for_update().filter(pk=user_id_of(actor), is_active=True).first()
    if user is None:
        raise NotFound()
    return user


def _require_password(user: User, password: str) -> None:
    if not user.check_password(password):
        raise Invalid(errors=[FieldError("password", "wrong_password", _("This is not your password."))])


def _make_codes(user: User) -> None:
    Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.RECOVERY_CODES).delete()
    RecoveryCodes.activate(user)
