"""Who works with whom in the demo: teams, a custom role, shared campaigns and an open invitation."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from campaigns.models import Campaign
from kernel.tenancy.context import Actor
from kernel.tenancy.scope import scope
from ops.demo.people import member
from ops.demo.story import DemoFailed
from tenants.access.grants import share
from tenants.access.members import change_role
from tenants.access.models import Membership, Role, Team
from tenants.access.ownership import transfer
from tenants.access.roles import clone_role
from tenants.access.team_members import add_to_team
from tenants.access.teams import create_team
from tenants.commands.invitations import invite
from tenants.commands.inviting import TeamPlace
from tenants.models import Organization

_OUTERWEAR = ("Winter layers", "Rain or shine")
_PARTNER_MAY = {"campaign:view": "own", "catalog:view": "own", "asset:view": "own", "analytics:view": "own"}


def teamed_up(organization: Organization, admin: Actor) -> None:
    """Make teams, give campaigns to them, share two campaigns, and invite one more person; once."""
    tom, ana, leo = (_id(organization, f"{name}@northwind.example") for name in ("tom", "ana", "leo"))
    noor = _id(organization, "noor@fjordstudio.example")
    with scope(organization, actor=admin, source="console"):
        if Team.objects.exists():
            return
        retail = create_team(actor=admin, name="Retail", description="Everything that is sold in shops.")
        outerwear = create_team(actor=admin, name="Outerwear", description="Jackets and shells.", parent_id=retail.pk)
        for team, person, place in ((retail, tom, "lead"), (outerwear, ana, "member"), (retail, leo, "member")):
            add_to_team(actor=admin, team_id=team.pk, user_id=person, role=place)
        for row in Campaign.objects.filter(name__in=_OUTERWEAR):
            transfer(
                actor=admin,
                model=Campaign,
                object_id=row.pk,
                version=row.row_version,
                owner_id=row.owner_id,
                team_id=outerwear.pk,
            )
        viewer = Role.objects.get(slug="viewer")
        partner = clone_role(actor=admin, source_id=viewer.pk, name="Agency partner", changes=_PARTNER_MAY)
        outside = Membership.objects.get(user_id=noor)
        change_role(actor=admin, membership_id=outside.pk, role_slug=partner.slug)
        solo, tent = (Campaign.objects.get(name=name) for name in ("Solo season", "First tent, first night"))
        ends = timezone.now() + timedelta(days=10)
        share(actor=admin, obj=solo, level="editor", user_id=noor, expires_at=ends, reason="Draft of the pictures")
        share(actor=admin, obj=tent, level="viewer", user_id=noor)
        share(actor=admin, obj=solo, level="viewer", team_id=retail.pk, reason="Same shelf in May")
        invite(
            actor=admin,
            organization=organization,
            email="jo@northwind.example",
            name="Jo Winter",
            role="marketer",
            teams=[TeamPlace(outerwear.pk)],
        )


def _id(organization: Organization, email: str) -> UUID:
    found = member(organization, email).user_id
    if found is None:
        raise DemoFailed(f"{email} is nobody here.")
    return found
