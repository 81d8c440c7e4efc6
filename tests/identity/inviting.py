"""An admin who asks people in, and what there is to see of it."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from audit.models import Entry
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import public_scope, scope
from tenants.access.models import Membership
from tenants.commands.invitations import invite
from tenants.models import Invitation, Organization, User
from tests.identity.world import PASSWORD, email, house, join, person

OPERATOR = Actor(kind="operator", user_id=None, name="Olga", email="olga@example.com")


@pytest.fixture
def admin(organization: Organization) -> Actor:
    """An admin of the disposable organization."""
    house(organization)
    return join(organization, person(), "admin")


def invited(organization: Organization, admin: Actor, to: str = "", role: str = "marketer") -> Invitation:
    """An invitation of theirs."""
    with scope(organization, actor=admin, source="console"):
        return invite(actor=admin, organization=organization, email=to or email(), name="Grace Hopper", role=role)


def move_end(invitation: Invitation, by: timedelta) -> None:
    """Let the invitation end that long from now."""
    with public_scope(actor=SYSTEM, source="system"):
        Invitation.objects.filter(pk=invitation.pk).update(expires_at=Now() + by)


def members(organization: Organization) -> list[tuple[str, str]]:
    """Who is in, with their roles."""
    with scope(organization, actor=SYSTEM, source="system"):
        people = Membership.objects.exclude(status="invited").order_by("email")
        return list(people.values_list("email", "role__slug"))


def accounts(address: str) -> int:
    """How many accounts have the address."""
    return User.objects.filter(email__iexact=address).count()


def rows(organization: Organization, **wanted: str) -> list[Membership]:
    """The memberships that match."""
    with scope(organization, actor=SYSTEM, source="system"):
        return list(Membership.objects.select_related("role").filter(**wanted))


def entries(organization: Organization, request_id: str) -> list[tuple[str, str]]:
    """What the organization's log holds of one request: kind of object and event."""
    with scope(organization, actor=SYSTEM, source="system"):
        found = Entry.objects.select_related("content_type").filter(cid=request_id).order_by("id")
        return sorted((entry.content_type.model if entry.content_type else "", entry.event) for entry in found)


def form(**changes: str) -> dict[str, str]:
    """What somebody fills in who comes in."""
    return {"name": "Grace Hopper", "password": PASSWORD, "password_again": PASSWORD} | changes
