"""Mail goes out by jobs: it is not lost with a process, and nobody waits for a mail server."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from kernel.errors import NotFound
from kernel.jobs import JobContext, handler
from tenants.commands.invitations import SEND, send_invitation
from tenants.commands.people import SEND_ADDRESSES, send_addresses
from tenants.models import Invitation


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
