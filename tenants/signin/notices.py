"""Mail that tells a person of a change to how they sign in."""

from typing import Any
from uuid import UUID

from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from kernel.jobs import JobContext, enqueue, handler
from kernel.tenancy.context import Actor
from tenants.addresses import base_url
from tenants.models import User

NOTIFY = "tenants.notify_of_second_factor"


def notify(*, actor: Actor, user_id: UUID, change: str) -> None:
    """Have the person told that their second factor was added, moved, removed or reset (by who runs the platform)."""
    enqueue(NOTIFY, {"user_id": str(user_id), "change": change}, actor=actor)


@handler(NOTIFY, transactional=False, timeout=60, platform=True)
def send(ctx: JobContext) -> dict[str, Any] | None:
    """Mail one notice. A killed attempt may mail it twice."""
    user = User.objects.filter(pk=UUID(ctx.payload["user_id"])).first()
    if user is not None:
        subject, text = _words(ctx.payload["change"])
        link = base_url("/account/security/")
        end = _("If this was not you, change your password and look at your sessions: %(link)s") % {"link": link}
        EmailMessage(subject=subject, body=f"{text}\n\n{end}\n", to=[user.email]).send()
    return None


def _words(change: str) -> tuple[str, str]:
    if change == "added":
        return _("A second factor was added to your account"), _(
            "From now on signing in to Campaign Builder asks for a code from your authenticator app."
        )
    if change == "moved":
        return _("The second factor of your account was moved to another app"), _(
            "Codes of the former app and former recovery codes do not work any more."
        )
    if change == "reset":
        return _("Your second factor was reset"), _(
            "The people who run the platform removed the second factor of your account. Your password alone signs"
            " you in now."
        )
    return _("The second factor of your account was removed"), _(
        "From now on your password alone signs you in to Campaign Builder."
    )
