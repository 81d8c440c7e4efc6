"""A person of an organization, and what the log says."""

import secrets
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from audit.models import Entry
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import public_scope, scope
from tenants.access.models import Membership, Role
from tenants.models import Organization, User

Log = Callable[..., list[Entry]]


@pytest.fixture
def anna(organization: Organization) -> Actor:
    """A marketer of the disposable organization."""
    return make_member(organization, "Anna Marketer", "marketer")


@pytest.fixture
def log() -> Log:
    """The entries that match, oldest first."""

    def read(**wanted: Any) -> list[Entry]:
        return list(Entry.objects.filter(**wanted).order_by("id"))

    return read


@pytest.fixture
def opened(organization: Organization, anna: Actor) -> Callable[..., Any]:
    """Open a scope of Anna's in the disposable organization."""

    def open_scope(source: Any = "api", request_id: str = "request-1", **more: Any) -> Any:
        return scope(organization, actor=anna, source=source, request_id=request_id, **more)

    return open_scope


def id_of(actor: Actor) -> UUID:
    """The actor's account."""
    assert actor.user_id is not None
    return actor.user_id


def make_member(organization: Organization, name: str, role: str) -> Actor:
    """Make an account with a membership and return it as an actor."""
    email = f"{name.split()[0].lower()}-{secrets.token_hex(4)}@example.com"
    with public_scope(actor=SYSTEM, source="system"):
        user = User.objects.create(email=email, name=name, password="secret-hash")
    with scope(organization, actor=SYSTEM, source="system"):
        held, _ = Role.objects.get_or_create(slug=role, defaults={"name": role.title()})
        Membership.objects.create(user_id=user.id, email=email, name=name, role=held)
    return Actor(kind="person", user_id=user.id, name=name, email=email, role=role)
