"""Mail goes out by jobs: it is not lost with a process, and nobody waits for a mail server."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from kernel.errors import NotFound
from kernel.jobs import JobContext, handler
from kernel.tenancy.scope import scope
from tenants.commands.account import email as account_email
from tenants.commands.account import notices
from tenants.commands.account.password import SEND_RESET, make_reset_link
from tenants.commands.account.profile import TIDY, tidy_pictures
from tenants.commands.invitations import send_invitation
from tenants.commands.inviting import SEND
from tenants.commands.people import SEND_ADDRESSES, send_addresses
from tenants.models import Invitation, User
from tenants.signin import mail
from tenants.signin.commands import user_actor


@handler(SEND, transactional=False, timeout=60)
def invitation(ctx: JobContext) -> dict[str, Any] | None:
    """Mail one invitation. A killed attempt may mail it twice; the link is the same."""
    if ctx.organization is None:
        raise NotFound(_("An invitation is mailed for an organization."))
    rows = Invitation.objects.select_related("organization").filter(organization_id=ctx.organization.id)
    row = rows.filter(pk=UUID(ctx.payload["invitation_id"])).first()
    if row is not None:
        send_invitation(organization=row.organization, email=row.email)
    return None


@handler(SEND_ADDRESSES, transactional=False, timeout=60, platform=True)
def addresses(ctx: JobContext) -> dict[str, Any] | None:
    """Mail a person the addresses of their organizations."""
    return {"sent": send_addresses(email=ctx.payload["email"])}


@handler(SEND_RESET, transactional=False, timeout=60, platform=True)
def password_reset(ctx: JobContext) -> dict[str, Any] | None:
    """Mail a person the link to a new password. A killed attempt may mail a second link; both work."""
    with ctx.transaction():
        link = make_reset_link(actor=ctx.actor, email=ctx.payload["email"])
    if link is not None:
        mail.password_reset(link.email, link.token)
    return {"sent": link is not None}


@handler(account_email.SEND_CHANGE, transactional=False, timeout=60, platform=True)
def email_change(ctx: JobContext) -> dict[str, Any] | None:
    """Mail a new address the link that confirms it. A killed attempt may mail it twice; the last one works."""
    with ctx.transaction():
        link = account_email.make_change_link(actor=ctx.actor, change_id=UUID(ctx.payload["change_id"]))
    if link is not None:
        mail.email_change(link.email, link.account, link.token)
    return {"sent": link is not None}


@handler(notices.SEND, transactional=False, timeout=60, platform=True)
def notice(ctx: JobContext) -> dict[str, Any] | None:
    """Mail a person what was done with their account. A killed attempt may mail it twice."""
    mail.account_notice(ctx.payload["to"], ctx.payload["what"], ctx.payload["facts"])
    return None


@handler(account_email.MIRROR, transactional=False, timeout=600, platform=True)
def mirror_email(ctx: JobContext) -> dict[str, Any] | None:
    """Write a person's new address into each of their organizations, one transaction each, in the person's name."""
    user = User.objects.filter(pk=UUID(ctx.payload["user_id"])).first()
    if user is None:
        return None
    person, organizations = user_actor(user), account_email.organizations_to_tell(user.pk)
    for organization in organizations:
        ctx.checkpoint()
        with (
            ctx.transaction(),
            scope(organization, actor=person, source="job", request_id=ctx.request_id, job_id=ctx.job_id),
        ):
            account_email.mirror_email(actor=person, user=user)
    return {"organizations": len(organizations)}


@handler(TIDY, timeout=60, platform=True)
def tidy(ctx: JobContext) -> dict[str, Any] | None:
    """Remove the pictures a person is no longer shown by."""
    return {"removed": tidy_pictures(actor=ctx.actor, user_id=UUID(ctx.payload["user_id"]))}
