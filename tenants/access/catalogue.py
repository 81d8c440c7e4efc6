"""What can be permitted, and to whom the six built-in roles permit it: data, checked when it is imported."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Reach = Literal["all", "team", "own"]

# Wider reach includes narrower: all objects, my teams' and my own, only my own.
WIDTH: Mapping[str, int] = MappingProxyType({"own": 1, "team": 2, "all": 3})

PERMISSIONS: Mapping[str, Promise] = MappingProxyType(
    {
        "campaign:view": _("See campaigns"),
        "campaign:create": _("Create campaigns"),
        "campaign:edit": _("Change campaigns"),
        "campaign:budget_over_cap": _("Set a budget above the cap"),
        "campaign:publish": _("Schedule, start, pause and end campaigns"),
        "campaign:approve": _("Approve campaigns"),
        "campaign:delete": _("Move campaigns to the trash"),
        "campaign:restore": _("Restore campaigns from the trash"),
        "campaign:share": _("Share campaigns"),
        "campaign:transfer": _("Give campaigns to another owner"),
        "catalog:view": _("See products"),
        "catalog:edit": _("Create, change, trash and restore products"),
        "catalog:import": _("Import products"),
        "asset:view": _("See assets"),
        "asset:upload": _("Upload assets and new versions"),
        "asset:delete": _("Move assets to the trash"),
        "integration:view": _("See integrations"),
        "integration:connect": _("Connect integrations"),
        "integration:rotate_secret": _("Rotate secrets of integrations"),
        "analytics:view": _("See analytics"),
        "analytics:export": _("Export analytics"),
        "import:run": _("Import data of the former browser application"),
        "team:manage": _("Manage teams and their people"),
        "member:view": _("See the people of the organization"),
        "member:invite": _("Invite people"),
        "member:suspend": _("Suspend people"),
        "member:change_role": _("Change people's roles"),
        "role:define": _("Define custom roles"),
        "token:create": _("Create and revoke API tokens"),
        "audit:view": _("Read the change log"),
        "audit:export": _("Export the change log"),
        "audit:verify": _("Verify the change log"),
        "organization:settings": _("Change the organization's settings"),
        "organization:billing": _("Manage plan and billing"),
        "organization:transfer": _("Hand the organization to another owner"),
        "organization:delete": _("Delete the organization"),
    }
)


@dataclass(frozen=True, slots=True)
class BuiltinRole:
    """One built-in role; a lower `position` is a higher rank."""

    slug: str
    name: Promise
    position: int
    permissions: Mapping[str, Reach]


def known(action: str) -> str:
    """Return `action`; raise KeyError for a name that the catalogue does not hold, always a bug in the caller."""
    if action not in PERMISSIONS:
        raise KeyError(f"{action!r} is no permission; tenants.access.catalogue lists them.")
    return action


def _role(slug: str, name: Promise, position: int, **reaches: str) -> BuiltinRole:
    permissions: dict[str, Reach] = {}
    for reach in ("all", "team", "own"):
        for action in reaches.get(reach, "").split():
            if known(action) in permissions:
                raise ValueError(f"Role {slug} names {action} twice.")
            permissions[action] = reach
    return BuiltinRole(slug, name, position, MappingProxyType(permissions))


_OWNERS_ONLY = ("organization:billing", "organization:transfer", "organization:delete")

ROLES: Mapping[str, BuiltinRole] = MappingProxyType(
    {
        role.slug: role
        for role in (
            _role("owner", _("Owner"), 0, all=" ".join(PERMISSIONS)),
            _role("admin", _("Admin"), 1, all=" ".join(p for p in PERMISSIONS if p not in _OWNERS_ONLY)),
            _role(
                "manager",
                _("Manager"),
                2,
                all="campaign:view campaign:create catalog:view analytics:view analytics:export member:view",
                team="campaign:edit campaign:budget_over_cap campaign:publish campaign:approve campaign:delete "
                "campaign:restore campaign:share campaign:transfer catalog:edit catalog:import asset:view "
                "asset:upload asset:delete integration:view integration:connect team:manage audit:view",
                own="token:create",
            ),
            _role(
                "marketer",
                _("Marketer"),
                3,
                all="member:view",
                team="campaign:view campaign:create campaign:edit catalog:view catalog:edit asset:view "
                "asset:upload integration:view integration:connect analytics:view analytics:export",
                own="campaign:publish campaign:delete campaign:restore campaign:share campaign:transfer "
                "asset:delete token:create audit:view",
            ),
            _role(
                "analyst",
                _("Analyst"),
                4,
                all="campaign:view catalog:view asset:view analytics:view analytics:export member:view",
                own="token:create",
            ),
            _role(
                "viewer",
                _("Viewer"),
                5,
                team="campaign:view catalog:view asset:view analytics:view",
            ),
        )
    }
)


def label(action: str) -> str:
    """Return the sentence that says in the product's words what `action` permits."""
    return str(PERMISSIONS[known(action)])


def roles_with(action: str, *, wider_than: str | None = None) -> list[str]:
    """Return the names of the built-in roles that permit `action`, only those reaching further where asked."""
    floor = WIDTH[wider_than] if wider_than else 0
    holders = (role for role in ROLES.values() if WIDTH.get(role.permissions.get(known(action), ""), 0) > floor)
    return [str(role.name) for role in holders]
