"""Organizations with one person per role, and a token for each."""

import secrets
from dataclasses import dataclass, field

from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import public_scope, scope
from tenants import records
from tenants.access.catalogue import ROLES
from tenants.access.members import add_member
from tenants.access.resolver import permissions_of
from tenants.access.tokens import create_token
from tenants.models import Organization, User
from tests.api.caller import Caller
from tests.tenants import make_organization


@dataclass(frozen=True, slots=True)
class World:
    """One organization: its record, its people as actors and as callers of the API, by role."""

    organization: records.Tenant
    row: Organization
    actors: dict[str, Actor] = field(default_factory=dict)
    callers: dict[str, Caller] = field(default_factory=dict)


def make_user(name: str) -> User:
    """An account that can sign in nowhere in particular."""
    with public_scope(actor=SYSTEM, source="system"):
        return User.objects.create(email=f"{name}-{secrets.token_hex(4)}@example.test", name=name.title())


def make_world(plan: str = "enterprise", roles: tuple[str, ...] = tuple(ROLES)) -> World:
    """A committed organization with a person and a token for each of `roles`."""
    row = make_organization(plan=plan)
    organization = records.tenant_by_id(row.pk)
    assert organization is not None
    world = World(organization, row)
    for role in roles:
        user = make_user(role)
        with scope(organization, actor=SYSTEM, source="system"):
            add_member(actor=SYSTEM, user=user, role_slug=role)
        actor = Actor(kind="person", user_id=user.pk, name=user.name, email=user.email, role=role)
        world.actors[role] = actor
        if "token:create" in ROLES[role].permissions:
            world.callers[role] = token_for(world, role)
    return world


def token_for(world: World, role: str, scopes: set[str] | None = None) -> Caller:
    """A caller with a new token of that role's person, for `scopes` or for all they may do."""
    actor = world.actors[role]
    with scope(world.organization, actor=actor, source="api"):
        _token, text = create_token(actor=actor, name="test", scopes=scopes or set(permissions_of(actor)))
    return Caller(text)
