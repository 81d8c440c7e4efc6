"""Who would gain or lose what, before a change of roles is made. A pure preview: nothing is written.

What somebody may do now and what they might do then are both asked of the one rule (tenants.access.resolver), with
their access as it would be. Rights on objects are counted for the first people only; the report says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from kernel.errors import NotFound
from kernel.tenancy.context import Actor
from tenants.access.catalogue import PERMISSIONS, RESOURCES, WIDTH, level_for
from tenants.access.ceiling import require_within
from tenants.access.context import Access, accesses
from tenants.access.models import LIVE, Membership, Owned
from tenants.access.resolver import can, condition_for, require
from tenants.access.roles import DEFINE, Diff, checked, custom_role, permissions_in, role_row
from tenants.access.teams import owned_models

MOST_COUNTED = 50

type _Key = tuple[str | None, str | None, type[Owned]]


@dataclass(frozen=True, slots=True)
class ReachChange:
    """One permission with its reach before and after; None is no access.

    `objects` is how many more (or, below zero, fewer) objects it opens: None where it is about no objects, and for
    people whose objects were not counted.
    """

    permission: str
    before: str | None
    after: str | None
    objects: int | None = None

    @property
    def is_gain(self) -> bool:
        """Whether it reaches further than before."""
        return WIDTH.get(self.after or "", 0) > WIDTH.get(self.before or "", 0)

    @property
    def label(self) -> str:
        """What it permits, in the product's words."""
        return str(PERMISSIONS[self.permission].label)

    @property
    def resource(self) -> str:
        """What kind of objects it is about, in the product's words."""
        return str(RESOURCES[PERMISSIONS[self.permission].resource])


@dataclass(frozen=True, slots=True)
class PersonImpact:
    """What changes for one person, by the catalogue's order; `email` is empty for who may not see the people."""

    user_id: UUID
    membership_id: UUID
    name: str
    email: str
    role_name: str
    changes: tuple[ReachChange, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """Everybody who gains or loses access, by name. `counted` says of how many the objects were counted."""

    people: tuple[PersonImpact, ...]
    counted: int

    @property
    def is_exact(self) -> bool:
        """Whether the objects of everybody were counted."""
        return self.counted == len(self.people)


def roles_impact(*, actor: Actor, drafts: Mapping[UUID, Diff]) -> Impact:
    """Return what these changes of custom roles would mean; raises what making them would raise."""
    require(actor, DEFINE)
    after = {}
    for role_id, changes in drafts.items():
        role = custom_role(role_id)
        after[role.slug] = checked(actor, role, changes)
    holders = Membership.objects.filter(role__slug__in=after, status=Membership.Status.ACTIVE)
    return _impact([(access, after[access.role]) for access in _accesses(actor, holders)])


def role_change_impact(*, actor: Actor, membership_ids: Sequence[UUID], role_id: UUID) -> Impact:
    """Return what it would mean to give these people another role; nobody gives more than they have."""
    require(actor, "member:change_role")
    role = role_row(role_id)
    require_within(actor, role, "member:change_role")
    people = Membership.objects.filter(pk__in=membership_ids).select_related("role")
    if len(people) < len(set(membership_ids)):
        raise NotFound()
    for present in {person.role_id: person.role for person in people}.values():
        require_within(actor, present, "member:change_role")
    return _impact([(access, permissions_in(role)) for access in _accesses(actor, people)])


def _accesses(actor: Actor, people: QuerySet[Membership]) -> list[Access]:
    """Addresses are for those who may see the people."""
    found = accesses(list(people.order_by().values_list("user_id", flat=True)))
    if not can(actor, "member:view"):
        found = [replace(access, email="") for access in found]
    return sorted(found, key=lambda access: (access.name, access.user_id))


def _impact(pairs: Iterable[tuple[Access, Mapping[str, str]]]) -> Impact:
    touched = []
    for access, permissions in pairs:
        changes = [
            ReachChange(name, access.permissions.get(name), permissions.get(name))
            for name in PERMISSIONS
            if access.permissions.get(name) != permissions.get(name)
        ]
        if changes:
            touched.append((access, replace(access, permissions=permissions), changes))
    people = [
        _person(before, _counted(before, after, changes) if number < MOST_COUNTED else changes)
        for number, (before, after, changes) in enumerate(touched)
    ]
    return Impact(tuple(people), min(len(people), MOST_COUNTED))


def _person(access: Access, changes: Sequence[ReachChange]) -> PersonImpact:
    return PersonImpact(
        access.user_id, access.membership_id, access.name, access.email, access.role_name, tuple(changes)
    )


def _counted(before: Access, after: Access, changes: Sequence[ReachChange]) -> list[ReachChange]:
    """Add how many objects each change opens or closes, in one statement.

    Wider reach includes narrower, so the difference of two counts is exact.
    """
    wanted: dict[_Key, tuple[Access, str]] = {}
    for change in changes:
        for access in (before, after):
            key = _key(access, change.permission)
            if key is not None:
                wanted[key] = (access, change.permission)
    found = _numbers(wanted)
    return [replace(change, objects=_difference(change, before, after, found)) for change in changes]


def _difference(change: ReachChange, before: Access, after: Access, found: Mapping[_Key, int]) -> int | None:
    if _model(change.permission) is None:
        return None
    was, becomes = (_key(access, change.permission) for access in (before, after))
    return (found[becomes] if becomes else 0) - (found[was] if was else 0)


def _key(access: Access, permission: str) -> _Key | None:
    """What the number of objects depends on, None where it is zero: for one person, reach, level and kind."""
    model, reach, level = _model(permission), access.reach(permission), level_for(permission)
    return None if model is None or (reach is None and level is None) else (reach, level, model)


def _model(permission: str) -> type[Owned] | None:
    """The objects that a permission is about; creating and importing are about none that exist."""
    if permission.partition(":")[2] in ("create", "import"):
        return None
    return owned_models().get(PERMISSIONS[permission].resource)


def _numbers(asked: Mapping[_Key, tuple[Access, str]]) -> dict[_Key, int]:
    if not asked:
        return {}
    parts: list[str] = []
    params: list[Any] = []
    for number, ((_reach, _level, model), (access, action)) in enumerate(asked.items()):
        sql, values = _ids(access, action, model).query.sql_with_params()
        parts.append(f"SELECT {number} AS number, count(*) FROM ({sql}) found")
        params += values
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        counts = dict(cursor.fetchall())
    return {key: counts[number] for number, key in enumerate(asked)}


def _ids(access: Access, action: str, model: type[Owned]) -> QuerySet[Owned, Any]:
    condition, rows = condition_for(access, action, model), model._default_manager.filter(LIVE).order_by().values("pk")
    return rows if condition is True else rows.filter(condition)
