"""A host leads to the sign-in pages, to the operators, to one organization, or nowhere."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenants import records
from tenants.models import Organization
from tests.tenancy.statements import written


def answer(host: str, path: str = "/livez") -> int:
    return int(Client(raise_request_exception=False).get(path, headers={"Host": host}).status_code)


@pytest.mark.parametrize(
    "host",
    [
        "nobody.localhost",
        "localhost.evil.example",
        "evil.example",
        "127.0.0.1",
        "a.b.localhost",
        "under_score.localhost",
        "-dash.localhost",
        "www.localhost",
        "admin.localhost",
        "xn--80ak6aa92e.localhost",
        "%00.localhost",
        "[::1]",
        "localhost@evil.example",
        "ops.localhost.",
        "t_aaaaaaaaaaaaaaaa.localhost",
        "public.localhost",
        "x" * 70 + ".localhost",
    ],
)
def test_an_unknown_host_is_a_404_that_writes_nothing(host: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        status = answer(host)

    assert status == 404
    assert written(queries) == []


def test_known_hosts_answer(organization: Organization) -> None:
    hosts = ["localhost", "localhost:8000", "ops.localhost", "OPS.localhost", f"{organization.slug}.localhost"]
    assert [answer(host) for host in hosts] == [200] * 5


def test_a_forwarded_host_is_not_believed(organization: Organization) -> None:
    response = Client().get(
        "/livez", headers={"Host": "nobody.localhost", "X-Forwarded-Host": f"{organization.slug}.localhost"}
    )
    assert response.status_code == 404


@pytest.mark.parametrize("status", [Organization.Status.PROVISIONING, Organization.Status.REMOVED])
def test_an_organization_that_is_not_live_leads_nowhere(organization: Organization, status: str) -> None:
    Organization.objects.using("owner").filter(pk=organization.pk).update(status=status)
    assert records.tenant_by_id(organization.pk) is None
    assert answer(f"{organization.slug}.localhost") == 404
