"""Nobody gives, defines or takes away more than they have themselves: one rule for roles, people and tokens."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from kernel.errors import NotAllowed
from kernel.tenancy.context import Actor
from tenants.access.catalogue import ROLES, exceeds, label
from tenants.access.context import role_permissions
from tenants.access.models import Role
from tenants.access.resolver import permissions_of


def is_within(actor: Actor, permissions: Mapping[str, str]) -> bool:
    """Whether `actor` has everything in `permissions`, with at least its reach."""
    return not exceeds(permissions, permissions_of(actor))


def role_is_within(actor: Actor, role: Role) -> bool:
    """Whether `actor` has everything that `role` permits."""
    return is_within(actor, role_permissions(role.slug, role.permissions))


def require_within(actor: Actor, role: Role, permission: str) -> None:
    """Raise NotAllowed where `role` permits what `actor` may not do; `permission` is what they are using."""
    wanted = role_permissions(role.slug, role.permissions)
    missing = exceeds(wanted, permissions_of(actor))
    if not missing:
        return
    holders = [
        str(found.name)
        for found in ROLES.values()
        if permission in found.permissions and not exceeds(wanted, found.permissions)
    ]
    raise NotAllowed(
        _("%(role)s permits more than your own role, for example: %(label)s.")
        % {"role": role.name, "label": label(missing[0])},
        code="beyond_own_rights",
        permission=permission,
        granted_by=holders,
    )
