"""The public directory row of a member, by which sign-in knows a person's organizations."""

from django.db import connection

from kernel.tenancy.context import current_organization
from kernel.tenancy.names import tenant_role
from tenants.access.models import Membership
from tenants.models import DirectoryEntry


def mirror(membership: Membership) -> None:
    """Write the directory row of a member; somebody who is only invited has none."""
    organization = current_organization()
    if membership.user_id is None:
        return
    DirectoryEntry.objects.update_or_create(
        organization_id=organization.id,
        user_id=membership.user_id,
        defaults={"email": membership.email, "status": membership.status},
        create_defaults={
            "email": membership.email,
            "status": membership.status,
            "tenant_role": tenant_role(str(connection.settings_dict["NAME"]), organization.schema_name),
        },
    )


def unmirror(membership: Membership) -> None:
    """Remove the directory row of somebody who leaves."""
    rows = DirectoryEntry.objects.filter(organization_id=current_organization().id)
    if membership.user_id is not None:
        rows.filter(user_id=membership.user_id).delete()
