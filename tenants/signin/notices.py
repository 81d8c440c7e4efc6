"""Mail that tells a person of a change to how they sign in."""

from typing import Any

from kernel.jobs import JobContext, enqueue, handler
from kernel.tenancy.context import Actor
from tenants.models import User
from tenants.signin import mail

NOTIFY = "tenants.notify_of_second_factor"


def notify(*, actor: Actor, user: User, change: str) -> None:
    """Have the person told that their second factor was added, moved, removed or reset (by who runs the platform).

    The mail goes to the address they have now, whatever becomes of it before the job runs.
    """
    enqueue(NOTIFY, {"user_id": str(user.pk), "to": user.email, "change": change}, actor=actor)


@handler(NOTIFY, transactional=False, timeout=60, platform=True)
def send(ctx: JobContext) -> dict[str, Any] | None:
    """Mail one notice. A killed attempt may mail it twice."""
    mail.second_factor_notice(ctx.payload["to"], ctx.payload["change"])
    return None
