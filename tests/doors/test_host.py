"""A host leads to the sign-in pages, to the operators, to one organization, or nowhere."""

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from tenants import records
from tenants.models import Organization
from tests.tenancy.statements import written


def answer(host: str, path: str = "/sign-in/") -> int:
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
    assert [answer(host) for host in hosts] == [200, 200, 302, 302, 302]


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]:8000", "10.0.0.7", "nobody.localhost", "elsewhere.example", ""])
@pytest.mark.parametrize("check", ["livez", "readyz"])
def test_probes_are_answered_by_whatever_name_they_ask(host: str, check: str) -> None:
    found = Client().get(f"/{check}", headers={"Host": host})

    assert (found.status_code, found.json()) == (200, {"status": check[:4] if check == "livez" else "ready"})
    assert Client().head(f"/{check}", headers={"Host": host}).content == b""
    assert answer(host, f"/{check}/") == 404


def test_probes_are_not_sent_to_https(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True

    assert Client().get("/livez", headers={"Host": "127.0.0.1"}).status_code == 200


def test_readiness_needs_the_database_and_liveness_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_args: object) -> None:
        raise OperationalError("the server is away")

    monkeypatch.setattr(connection, "_cursor", gone)

    answers = [Client().get(path, headers={"Host": "10.0.0.7"}) for path in ("/livez", "/readyz")]
    assert [found.status_code for found in answers] == [200, 503]


def test_a_forwarded_host_is_not_believed(organization: Organization) -> None:
    response = Client().get(
        "/sign-in/", headers={"Host": "nobody.localhost", "X-Forwarded-Host": f"{organization.slug}.localhost"}
    )
    assert response.status_code == 404


@pytest.mark.parametrize("status", [Organization.Status.PROVISIONING, Organization.Status.REMOVED])
def test_an_organization_that_is_not_live_leads_nowhere(organization: Organization, status: str) -> None:
    Organization.objects.using("owner").filter(pk=organization.pk).update(status=status)
    assert records.tenant_by_id(organization.pk) is None
    assert answer(f"{organization.slug}.localhost") == 404
