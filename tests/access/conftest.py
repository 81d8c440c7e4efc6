"""People of the standing organization, rolled back with the test."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kernel.ids import uuid7
from kernel.tenancy.context import Actor, Scope
from tenants.access.models import Membership, Role, ServiceToken


def person(role: str) -> Actor:
    """A member with that role; the account itself lives in the public tables and is not needed here."""
    user_id = uuid7()
    actor = Actor("person", user_id, role.title(), f"{role}@example.test", role)
    Membership.objects.create(user_id=user_id, email=actor.email, name=actor.name, role=Role.objects.get(slug=role))
    return actor


def token_of(actor: Actor, *scopes: str) -> Actor:
    """A program that acts as this person within these scopes."""
    assert actor.user_id is not None
    owner = Membership.objects.get(user_id=actor.user_id)
    expires = timezone.now() + timedelta(days=1)
    row = ServiceToken.objects.create(
        name="CI", owner=owner, secret_hash=b"0" * 32, scopes=list(scopes), expires_at=expires
    )
    return Actor("token", actor.user_id, actor.name, actor.email, token_id=row.pk)


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
