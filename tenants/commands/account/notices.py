"""Telling people by mail what was done with their account, at the address they had before."""

from collections.abc import Mapping

from kernel.jobs import enqueue
from kernel.tenancy.context import Actor
from tenants.models import User

SEND = "tenants.send_account_notice"
PASSWORD_CHANGED = "password_changed"  # noqa: S105
EMAIL_CHANGE_ASKED = "email_change_asked"
EMAIL_CHANGED = "email_changed"


def notify(*, actor: Actor, user: User, what: str, to: str = "", facts: Mapping[str, str] | None = None) -> None:
    """Have the account's holder told, in the open transaction; `to` is an address they no longer have."""
    enqueue(SEND, {"what": what, "to": to or user.email, "facts": dict(facts or {})}, actor=actor)
