"""What a change to one organization makes the others read again: nothing."""

import secrets
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.errors import Conflict
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope
from tenants import records
from tenants.commands.lifecycle import resume, suspend
from tenants.commands.onboarding import onboard
from tenants.models import Organization
from tests.tenancy.statements import statements


def queries_of(ask: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert ask() is not None
    return len(statements(captured))


@pytest.fixture
def ask(organization: Organization) -> Callable[[], records.Tenant | None]:
    """Asks for the organization by its host; it is known already."""
    host = f"{organization.slug}.localhost"
    assert records.tenant_by_host(host) is not None
    return lambda: records.tenant_by_host(host)


def test_an_onboarding_empties_nobodys_record(
    organization: Organization, ask: Callable[[], records.Tenant | None]
) -> None:
    with public_scope(actor=SYSTEM, source="system"):
        slug = f"new-{secrets.token_hex(4)}"
        onboard(actor=SYSTEM, name="New", slug=slug, plan="team", admin_email="mira@example.com")

    assert queries_of(lambda: records.tenant_by_id(organization.pk)) == 0
    assert queries_of(ask) == 1  # whom the host leads to, not who that is
    assert queries_of(ask) == 0
    Organization.objects.using("owner").filter(slug=slug).delete()


def test_a_change_to_one_organization_empties_no_others_record(
    ask: Callable[[], records.Tenant | None], other_organization: Organization
) -> None:
    with public_scope(actor=SYSTEM, source="system"):
        suspend(actor=SYSTEM, organization_id=other_organization.pk, reason="unpaid")

    assert queries_of(ask) == 0
    found = records.tenant_by_id(other_organization.pk)
    assert found is not None
    assert found.status == "suspended"


def test_a_refused_change_leaves_the_record_in_the_cache(
    organization: Organization, ask: Callable[[], records.Tenant | None]
) -> None:
    Organization.objects.using("owner").filter(pk=organization.pk).update(status=Organization.Status.REMOVED)
    with pytest.raises(Conflict), public_scope(actor=SYSTEM, source="system"):
        resume(actor=SYSTEM, organization_id=organization.pk)
    Organization.objects.using("owner").filter(pk=organization.pk).update(status=Organization.Status.ACTIVE)

    assert queries_of(ask) > 0
    assert queries_of(ask) == 0
