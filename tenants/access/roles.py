"""Built-in roles as rows, so that memberships can point at them and screens can show them."""

from tenants.access.catalogue import ROLES
from tenants.access.models import Role


def install_roles() -> None:
    """Write the built-in roles into the open scope's organization; run again, it writes only what differs."""
    present = {role.slug: role for role in Role.objects.filter(slug__in=ROLES)}
    for role in ROLES.values():
        wanted = {
            "name": str(role.name),
            "builtin": True,
            "position": role.position,
            "permissions": dict(role.permissions),
        }
        row = present.get(role.slug)
        if row is None:
            Role.objects.create(slug=role.slug, **wanted)
        elif any(getattr(row, name) != value for name, value in wanted.items()):
            Role.objects.filter(pk=row.pk).update(**wanted, row_version=row.row_version + 1)
