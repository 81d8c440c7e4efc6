"""The people of a sample organization as actors."""

from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import scope
from tenants.access.models import Membership
from tenants.models import Organization


def member(organization: Organization, email: str) -> Actor:
    """Return a person of the organization as an actor."""
    with scope(organization, actor=SYSTEM, source="system"):
        found = Membership.objects.select_related("role").get(email=email)
    return Actor(kind="person", user_id=found.user_id, name=found.name, email=found.email, role=found.role.slug)
