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

Level = Literal["viewer", "editor", "manager"]

# What a share adds: each level includes those before it.
LEVEL_ORDER: Mapping[str, int] = MappingProxyType({"viewer": 1, "editor": 2, "manager": 3})

RESOURCES: Mapping[str, Promise] = MappingProxyType(
    {
        "campaign": _("Campaigns"),
        "catalog": _("Catalog"),
        "asset": _("Assets"),
        "integration": _("Integrations"),
        "analytics": _("Analytics"),
        "import": _("Imports"),
        "team": _("Teams"),
        "member": _("People"),
        "role": _("Roles"),
        "token": _("API tokens"),
        "access": _("Access"),
        "audit": _("Change log"),
        "organization": _("Organization"),
    }
)


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing that can be permitted.

    `reaches` are those that mean something for it, widest first: what has no owner knows only "all". `level` is the
    lowest level of a share that adds it, None where a share never does.
    """

    name: str
    label: Promise
    reaches: tuple[Reach, ...]
    level: Level | None = None

    @property
    def resource(self) -> str:
        """The first half of the name."""
        return self.name.partition(":")[0]


_OBJECTS: tuple[Reach, ...] = ("all", "team", "own")
_OWN_OR_ALL: tuple[Reach, ...] = ("all", "own")
_EVERYTHING: tuple[Reach, ...] = ("all",)


def _permissions(*found: Permission) -> Mapping[str, Permission]:
    return MappingProxyType({permission.name: permission for permission in found})


PERMISSIONS: Mapping[str, Permission] = _permissions(
    Permission("campaign:view", _("See campaigns"), _OBJECTS, "viewer"),
    Permission("campaign:create", _("Create campaigns"), _OBJECTS),
    Permission("campaign:edit", _("Change campaigns"), _OBJECTS, "editor"),
    Permission("campaign:budget_over_cap", _("Set a budget above the cap"), _OBJECTS, "manager"),
    Permission("campaign:publish", _("Schedule, start, pause and end campaigns"), _OBJECTS, "manager"),
    Permission("campaign:approve", _("Approve campaigns"), _OBJECTS),
    Permission("campaign:delete", _("Move campaigns to the trash"), _OBJECTS, "manager"),
    Permission("campaign:restore", _("Restore campaigns from the trash"), _OBJECTS, "manager"),
    Permission("campaign:share", _("Share campaigns"), _OBJECTS, "manager"),
    Permission("campaign:transfer", _("Give campaigns to another owner or team"), _OBJECTS, "manager"),
    Permission("catalog:view", _("See products"), _OBJECTS, "viewer"),
    Permission("catalog:edit", _("Create, change, trash and restore products"), _OBJECTS, "editor"),
    Permission("catalog:import", _("Import products"), _OBJECTS),
    Permission("catalog:define", _("Create catalogs and define their attributes"), _EVERYTHING),
    Permission("catalog:share", _("Share products"), _OBJECTS, "manager"),
    Permission("catalog:transfer", _("Give products to another owner or team"), _OBJECTS, "manager"),
    Permission("asset:view", _("See assets"), _OBJECTS, "viewer"),
    Permission("asset:upload", _("Upload assets and new versions"), _OBJECTS, "editor"),
    Permission("asset:delete", _("Move assets to the trash and restore them"), _OBJECTS, "manager"),
    Permission("asset:share", _("Share assets"), _OBJECTS, "manager"),
    Permission("asset:transfer", _("Give assets to another owner or team"), _OBJECTS, "manager"),
    Permission("integration:view", _("See integrations"), _OBJECTS),
    Permission("integration:connect", _("Connect integrations"), _OBJECTS),
    Permission("integration:rotate_secret", _("Rotate secrets of integrations"), _OBJECTS),
    Permission("analytics:view", _("See analytics"), _OBJECTS, "viewer"),
    Permission("analytics:export", _("Export analytics"), _OBJECTS),
    Permission("import:run", _("Import data of the former browser application"), _EVERYTHING),
    Permission("team:manage", _("Manage teams and their people"), _OBJECTS),
    Permission("member:view", _("See the people and teams of the organization"), _EVERYTHING),
    Permission("member:invite", _("Invite people"), _EVERYTHING),
    Permission("member:suspend", _("Suspend and remove people"), _EVERYTHING),
    Permission("member:change_role", _("Change people's roles"), _EVERYTHING),
    Permission("role:define", _("Define custom roles"), _EVERYTHING),
    Permission("token:create", _("Create and revoke API tokens"), _OWN_OR_ALL),
    Permission("access:explain", _("Ask who may do what, and why"), _EVERYTHING),
    Permission("audit:view", _("Read the change log"), _OBJECTS),
    Permission("audit:export", _("Export the change log"), _EVERYTHING),
    Permission("audit:verify", _("Verify the change log"), _EVERYTHING),
    Permission("organization:settings", _("Change the organization's settings"), _EVERYTHING),
    Permission("organization:billing", _("Manage plan and billing"), _EVERYTHING),
    Permission("organization:transfer", _("Hand the organization to another owner"), _EVERYTHING),
    Permission("organization:delete", _("Delete the organization"), _EVERYTHING),
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
            if reach not in PERMISSIONS[action].reaches:
                raise ValueError(f"Role {slug}: {action} has no reach {reach}.")
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
                all="campaign:view campaign:create catalog:view catalog:define analytics:view analytics:export "
                "member:view access:explain",
                team="campaign:edit campaign:budget_over_cap campaign:publish campaign:approve campaign:delete "
                "campaign:restore campaign:share campaign:transfer catalog:edit catalog:import catalog:share "
                "catalog:transfer asset:view asset:upload asset:delete asset:share asset:transfer integration:view "
                "integration:connect team:manage audit:view",
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
                "catalog:share catalog:transfer asset:delete asset:share asset:transfer token:create audit:view",
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
    return str(PERMISSIONS[known(action)].label)


def level_for(action: str) -> str | None:
    """Return the lowest level of a share that adds `action`, None where no share does."""
    return PERMISSIONS[known(action)].level


def actions_of_level(resource: str, level: str) -> list[str]:
    """Return what a share of this level adds on objects of `resource`."""
    return [
        permission.name
        for permission in PERMISSIONS.values()
        if permission.resource == resource
        and permission.level is not None
        and LEVEL_ORDER[permission.level] <= LEVEL_ORDER[level]
    ]


def exceeds(permissions: Mapping[str, str], own: Mapping[str, str]) -> list[str]:
    """Return what of `permissions` is missing in `own` or reaches further than there."""
    return [action for action, reach in permissions.items() if WIDTH[reach] > WIDTH.get(own.get(action, ""), 0)]


def roles_with(action: str, *, wider_than: str | None = None) -> list[str]:
    """Return the names of the built-in roles that permit `action`, only those reaching further where asked."""
    floor = WIDTH[wider_than] if wider_than else 0
    holders = (role for role in ROLES.values() if WIDTH.get(role.permissions.get(known(action), ""), 0) > floor)
    return [str(role.name) for role in holders]
