"""Signing in and out on a host, with the entry in the log that belongs there."""

from collections.abc import Mapping
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from kernel.recorder.events import event
from kernel.tenancy.context import Actor, ActorKind, TenantLike
from kernel.tenancy.scope import public_scope, scope
from tenants.doors.request import DoorRequest
from tenants.models import User
from tenants.signin import handoff
from tenants.signin.sessions import close_session, open_session

SIGNED_IN = "person.signed_in"
SIGNED_OUT = "person.signed_out"
# On the sign-in host, where no organization's log is open: the platform's log tells of these.
ACCOUNT_SIGNED_IN = "account.signed_in"
ACCOUNT_SIGNED_OUT = "account.signed_out"
PROOF_SALT = "tenants.signin.signed-out"
PROOF_SECONDS = 60


def enter(request: DoorRequest, *, organization: TenantLike | None, code: str, host: str, state: str) -> User:
    """Turn a handoff code into a session on this host; nothing is opened unless the log knows of it."""
    request_id = request.request_id
    with public_scope(actor=_nobody(), source="console", request_id=request_id):
        found = handoff.redeem_code(code=code, host=host, state=state)
        open_session(request, found.user, found.second_factor, found.family)
        actor = user_actor(found.user, "person" if organization else "operator")
        _record(SIGNED_IN, organization, actor, request_id, {"second_factor": found.second_factor or None})
    return found.user


def leave(request: DoorRequest, *, organization: TenantLike | None, actor: Actor | None) -> str:
    """End this host's session; return the proof with which the sign-in host ends its own in the same browser."""
    request_id = request.request_id
    with public_scope(actor=actor or _nobody(), source="console", request_id=request_id):
        if actor is not None:
            _record(SIGNED_OUT, organization, actor, request_id)
        close_session(request)
    return signing.dumps(str(actor.user_id), salt=PROOF_SALT) if actor is not None else ""


def leave_account(request: DoorRequest) -> None:
    """End the session of the sign-in host, on record."""
    actor = request.actor or _nobody()
    with public_scope(actor=actor, source="console", request_id=request.request_id):
        event(ACCOUNT_SIGNED_OUT, label=actor.name or actor.email)
        close_session(request)


def proves_sign_out(proof: str, user_id: object) -> bool:
    """Whether one of our hosts ended this person's session within the last minute."""
    try:
        return bool(signing.loads(proof, salt=PROOF_SALT, max_age=PROOF_SECONDS) == str(user_id))
    except signing.BadSignature:
        return False


def user_actor(user: User, kind: ActorKind = "person") -> Actor:
    """Return the account as the log names it."""
    return Actor(kind=kind, user_id=user.pk, name=user.name, email=user.email)


def _record(
    name: str,
    organization: TenantLike | None,
    actor: Actor,
    request_id: str,
    data: Mapping[str, Any] | None = None,
) -> None:
    if organization is None:
        with public_scope(actor=actor, source="operator", request_id=request_id):
            event(name, label=actor.name or actor.email, data=data)
        return
    with scope(organization, actor=actor, source="console", request_id=request_id):
        event(name, label=actor.name or actor.email, data=data)


def _nobody() -> Actor:
    return Actor(kind="system", user_id=None, name=_("Sign-in"), email="")
