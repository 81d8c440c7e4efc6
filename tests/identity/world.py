"""People and places for the tests of coming in; everything is committed."""

import secrets

from django.test import Client

from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import public_scope, scope
from tenants import records
from tenants.access.members import add_member
from tenants.commands.operators import add_operator
from tenants.models import Domain, Organization, User
from tests.identity.browser import Browser

BASE = "http://localhost:8000"
OPS = "http://ops.localhost:8000"
PASSWORD = "a-long-enough-password"


def email() -> str:
    """An address nobody has."""
    return f"{secrets.token_hex(6)}@example.com"


def person(password: str = PASSWORD, *, is_active: bool = True) -> User:
    """A committed account."""
    [user] = people("Ada Lovelace", password=password, is_active=is_active)
    return user


def people(*names: str, password: str = PASSWORD, is_active: bool = True) -> list[User]:
    """Committed accounts with these names."""
    users = [User(email=email(), name=name, is_active=is_active) for name in names]
    with public_scope(actor=SYSTEM, source="system"):
        for user in users:
            user.set_password(password or None)
            user.save()
    return users


def operator() -> User:
    """A committed operator."""
    with public_scope(actor=SYSTEM, source="system"):
        return add_operator(actor=SYSTEM, email=email(), name="Olga Operator", password=PASSWORD).user


def house(organization: Organization) -> str:
    """Give the organization its address, where it has none yet, and return its origin."""
    with public_scope(actor=SYSTEM, source="system"):
        records.hosts_changing()
        Domain.objects.get_or_create(
            domain=f"{organization.slug}.localhost", defaults={"tenant": organization, "is_primary": True}
        )
    return f"http://{organization.slug}.localhost:8000"


def join(organization: Organization, user: User, role: str = "marketer") -> Actor:
    """Make the person a member and return them as they act there."""
    with scope(organization, actor=SYSTEM, source="system"):
        add_member(actor=SYSTEM, user=user, role_slug=role)
    return Actor(kind="person", user_id=user.pk, name=user.name, email=user.email, role=role)


def signed_in(user: User, browser: Browser | None = None) -> Browser:
    """A browser in which the person signed in on the base host."""
    browser = browser or Browser()
    response = browser.post(f"{BASE}/sign-in/", {"login": user.email, "password": PASSWORD})
    assert response.status_code == 302, response.content.decode()
    return browser


def user_id_at(client: Client) -> str | None:
    """Whose session the client's cookie opens."""
    found: str | None = client.session.get("_auth_user_id")
    return found
