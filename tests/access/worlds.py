"""Random organizations, written to the database and into the oracle alike."""

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from campaigns.models import Campaign, CampaignTeamGrant, CampaignUserGrant
from catalog.catalogs.default import default_catalog
from catalog.models import Product, ProductTeamGrant, ProductUserGrant
from kernel.ids import uuid7
from kernel.tenancy.context import Actor
from tenants.access.catalogue import LEVEL_ORDER, PERMISSIONS, ROLES
from tenants.access.context import forget
from tenants.access.models import Membership, Role, ServiceToken, Team, TeamMembership
from tenants.access.models.grants import level_ids
from tests.access.oracle import Person, Share, Thing, World

OBJECTS = sorted(name for name, permission in PERMISSIONS.items() if permission.resource in ("campaign", "catalog"))
RESOURCES = ("campaign", "catalog")
MODELS: dict[str, Any] = {"campaign": Campaign, "catalog": Product}
GRANTS: dict[str, tuple[Any, Any]] = {
    "campaign": (CampaignUserGrant, CampaignTeamGrant),
    "catalog": (ProductUserGrant, ProductTeamGrant),
}


def build(seed: int, *, people: int = 12, teams: int = 6, things: int = 16, shares: int = 30) -> World:
    """Write a random organization into the open scope, in place of what is there, and return the oracle's picture."""
    for model in (Campaign, Product):
        model.objects.all().delete()
    chance = random.Random(seed)
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        now: datetime = cursor.fetchone()[0]
    world = World(now)
    _roles(world, chance)
    _teams(world, chance, teams)
    _people(world, chance, people)
    _things(world, chance, things)
    _shares(world, chance, shares)
    forget()
    return world


def actor_of(user_id: UUID) -> Actor:
    """The person as a request knows them."""
    return Actor("person", user_id, "Somebody", "somebody@example.test")


def token_of(world: World, user_id: UUID, scopes: set[str], *, expired: bool = False) -> Actor:
    """A program that acts as the person within these scopes."""
    row = ServiceToken.objects.create(
        name="CI",
        owner=Membership.objects.get(user_id=user_id),
        secret_hash=b"0" * 32,
        scopes=sorted(scopes),
        expires_at=world.now + timedelta(days=-1 if expired else 1),
    )
    return Actor("token", user_id, "Somebody", "somebody@example.test", token_id=row.pk)


def row_of(thing: Thing) -> Campaign | Product:
    """The object as it is stored."""
    found: Campaign | Product = MODELS[thing.resource].objects.get(pk=thing.id)
    return found


def _until(world: World, chance: random.Random) -> datetime | None:
    return chance.choice([None, None, world.now + timedelta(hours=1), world.now - timedelta(seconds=1), world.now])


def _roles(world: World, chance: random.Random) -> None:
    for number in range(2):
        slug = f"custom-{uuid7().hex[-12:]}"
        chosen = chance.sample(OBJECTS, 6)
        world.custom[slug] = {name: chance.choice(PERMISSIONS[name].reaches) for name in chosen}
        Role.objects.create(slug=slug, name=f"Custom {number} {slug}", permissions=world.custom[slug])


def _teams(world: World, chance: random.Random, count: int) -> None:
    for number in range(count):
        parent = chance.choice([None, *world.parents])
        team = Team.objects.create(name=f"Team {number} {uuid7().hex[-8:]}", parent_id=parent)
        world.parents[team.pk] = parent


def _people(world: World, chance: random.Random, count: int) -> None:
    roles = {role.slug: role for role in Role.objects.all()}
    for number in range(count):
        user_id = uuid7()
        slug = chance.choice([*ROLES, *world.custom])
        status = chance.choice(["active", "active", "active", "active", "suspended"])
        person = Person(user_id, slug, status, chance.choice([None, None, _until(world, chance)]))
        Membership.objects.create(
            user_id=user_id,
            email=f"{user_id}@example.test",
            name=f"Person {number}",
            role=roles[slug],
            status=status,
            expires_at=person.expires_at,
        )
        world.people[user_id] = person
        for team_id in chance.sample(list(world.parents), chance.randint(0, 3)):
            kind, until = chance.choice(["lead", "member", "member"]), _until(world, chance)
            TeamMembership.objects.create(user_id=user_id, team_id=team_id, role=kind, expires_at=until)
            world.belongs.append((user_id, team_id, kind, until))


def _things(world: World, chance: random.Random, count: int) -> None:
    for number in range(count):
        resource = RESOURCES[number % 2]
        owner, team = chance.choice(list(world.people)), chance.choice([None, *world.parents])
        of_catalog = {"catalog": default_catalog()} if resource == "catalog" else {}
        row = MODELS[resource].objects.create(
            **of_catalog,
            name=f"Thing {number}",
            owner_id=owner,
            team_id=team,
            updated_at=world.now - timedelta(minutes=chance.randint(0, 5)),
        )
        world.things[row.pk] = Thing(row.pk, resource, owner, team)


def _shares(world: World, chance: random.Random, count: int) -> None:
    taken = set()
    for _number in range(count):
        thing = chance.choice(list(world.things.values()))
        of_team = chance.random() < 0.4
        principal = chance.choice(list(world.parents if of_team else world.people))
        if (thing.id, principal) in taken:
            continue
        taken.add((thing.id, principal))
        level, until = chance.choice(list(LEVEL_ORDER)), _until(world, chance)
        row = row_of(thing)
        grants = GRANTS[thing.resource][1 if of_team else 0]
        grants.objects.create(
            **{"group_id" if of_team else "user_id": principal},
            content_object=row,
            permission_id=level_ids(type(row))[level],
            sort_at=row.updated_at,
            expires_at=until,
        )
        share = Share(thing.id, level, expires_at=until)
        share.team_id, share.user_id = (principal, None) if of_team else (None, principal)
        world.shares.append(share)
