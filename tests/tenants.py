"""Organizations for tests, made through the product's own provisioning."""

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connections

from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tenants.access.roles import install_roles
from tenants.models import Domain, Organization
from tenants.provisioning.schemas import drop_schema, make_schema
from tenants.slugs import host_of


def make_organization(slug: str = "", plan: str = "scale") -> Organization:
    """Return a committed, active organization with its schema."""
    slug = slug or f"org-{secrets.token_hex(4)}"
    made = Organization.objects.using("owner").create(
        slug=slug, name=slug.title(), plan_id=plan, status=Organization.Status.ACTIVE
    )
    Domain.objects.using("owner").create(domain=host_of(slug), tenant=made, is_primary=True)
    make_schema(made)
    with scope(made, actor=SYSTEM, source="system"):
        install_roles()
    return Organization.objects.get(pk=made.pk)


def remove_organization(organization: Organization) -> None:
    """Remove the organization with everything it holds."""
    drop_schema(organization)
    Organization.objects.using("owner").filter(pk=organization.pk).delete()


def outside[T](act: Callable[[], T]) -> T:
    """Do something with no scope open, on connections of its own, while the test stands inside one."""

    def alone() -> T:
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(alone).result()
