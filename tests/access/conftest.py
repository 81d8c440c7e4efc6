"""People of the standing organization, rolled back with the test."""

import pytest

from kernel.ids import uuid7
from kernel.tenancy.context import Actor, Scope
from tenants.access.models import Membership, Role


def person(role: str) -> Actor:
    """A member with that role; the account itself lives in the public tables and is not needed here."""
    user_id = uuid7()
    actor = Actor("person", user_id, role.title(), f"{role}@example.test", role)
    Membership.objects.create(user_id=user_id, email=actor.email, name=actor.name, role=Role.objects.get(slug=role))
    return actor


@pytest.fixture
def owner(tenant: Scope) -> Actor:
    return person("owner")


@pytest.fixture
def admin(tenant: Scope) -> Actor:
    return person("admin")


@pytest.fixture
def manager(tenant: Scope) -> Actor:
    return person("manager")


@pytest.fixture
def marketer(tenant: Scope) -> Actor:
    return person("marketer")


@pytest.fixture
def analyst(tenant: Scope) -> Actor:
    return person("analyst")


@pytest.fixture
def viewer(tenant: Scope) -> Actor:
    return person("viewer")
