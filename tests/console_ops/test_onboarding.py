"""From the form to a live organization, as an operator clicks through it."""

import re
from typing import Any

import pytest
from django.core import mail
from django.db import connections
from django.test import Client

from kernel.jobs.models import Job
from kernel.tenancy.names import tenant_role
from tenants.models import Domain, Invitation, Organization
from tenants.provisioning.schemas import schema_exists
from tenants.slugs import slug_error
from tests.console_ops import desk

STEPS = ["schema", "roles", "limits", "invitation", "checks", "live"]


def text_of(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def asked(client: Client) -> Organization:
    """Send the form; the organization that it asks for."""
    data = desk.filled_in()
    answer = client.post("/tenants/new/", data)
    assert (answer.status_code, answer["Location"]) == (302, f"/tenants/{data['slug']}/onboarding/")
    made: Organization = Organization.objects.get(slug=data["slug"])
    return made


def nothing_is_left_of(organization: Organization) -> bool:
    role = tenant_role(str(connections["owner"].settings_dict["NAME"]), organization.schema_name)
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [role])
        [roles] = cursor.fetchone()
    return (
        not schema_exists(organization.schema_name)
        and roles == 0
        and slug_error(organization.slug) is None
        and not Domain.objects.filter(tenant=organization).exists()
        and not Invitation.objects.filter(organization=organization, revoked_at=None).exists()
        and Organization.objects.get(pk=organization.pk).status == "removed"
    )


def test_three_screens_lead_to_a_live_organization_and_its_invitation(client: Client) -> None:
    directory = client.get("/")
    assert 'href="/tenants/new/"' in directory.content.decode()
    form = client.get("/tenants/new/")
    assert "Nobody of the organization can sign in" in form.content.decode()
    organization = asked(client)

    address = f"/tenants/{organization.slug}/onboarding/"
    watching = client.get(address)
    assert "Setting up Alder &amp; Oak" in watching.content.decode()
    assert f'hx-get="{address}progress/"' in watching.content.decode()
    job = desk.run_next()
    part = client.get(f"{address}progress/", headers={"hx-request": "true"})

    [link] = re.findall(r"http://localhost:8000/invitation/[\w-]{43}/", part.content.decode())
    assert job.finished_at is not None
    assert job.started_at is not None
    took = (job.finished_at - job.started_at).total_seconds()
    assert f"Alder & Oak is live All 6 steps passed in {took:.1f} s." in text_of(part).replace("&amp;", "&")
    assert "hx-get" not in part.content.decode()
    assert Client(headers={"host": "localhost:8000"}).get(link, follow=True).status_code == 200
    desk.run_all("default")
    assert link in mail.outbox[-1].body
    assert mail.outbox[-1].to == [f"mira@{organization.slug}.example"]


def test_the_job_carries_the_operators_name(client: Client) -> None:
    organization = asked(client)

    assert desk.job_of(organization.pk).actor_name == "Olga Operator"
    assert "Olga Operator" in client.get(f"/tenants/{organization.slug}/onboarding/").content.decode()


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"name": ""}, "name", "This field is required."),
        ({"name": "x" * 121}, "name", "at most 120 characters"),
        ({"name": "a\x00b"}, "name", "Null characters are not allowed."),
        ({"slug": "Ab c"}, "slug", "Use 3 to 40 lower-case letters"),
        ({"slug": "www"}, "slug", "This address is reserved"),
        ({"slug": "x"}, "slug", "Use 3 to 40 lower-case letters"),
        ({"plan": "gold"}, "plan", "Select a valid choice"),
        ({"plan": ""}, "plan", "This field is required."),
        ({"admin_email": "mira"}, "admin_email", "Enter a valid email address."),
        ({"admin_name": "x" * 121}, "admin_name", "at most 120 characters"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "Select a valid choice"),
    ],
)
def test_bad_input_is_explained_beside_its_field_and_changes_nothing(
    client: Client, changed: dict[str, str], field: str, message: str
) -> None:
    data = desk.filled_in(**changed)
    before = Organization.objects.count(), Domain.objects.count()

    answer = client.post("/tenants/new/", data)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "1 field needs attention" in page
    assert f'href="#id_{field}"' in page
    assert message in page
    assert (Organization.objects.count(), Domain.objects.count(), Job.objects.count()) == (*before, 0)


def test_what_was_typed_is_kept(client: Client) -> None:
    page = client.post("/tenants/new/", desk.filled_in(slug="no good", plan="scale")).content.decode()

    assert 'value="Alder &amp; Oak"' in page
    assert 'value="no good"' in page
    assert 'value="scale" checked' in page
    assert '<option value="Europe/Berlin" selected>' in page


def test_an_address_that_is_taken_is_refused(client: Client, organization: Organization) -> None:
    answer = client.post("/tenants/new/", desk.filled_in(slug=organization.slug))

    assert answer.status_code == 422
    assert "This address is taken" in answer.content.decode()
    assert Job.objects.count() == 0


def test_sent_twice_the_form_onboards_once(client: Client) -> None:
    data = desk.filled_in()

    answers = [client.post("/tenants/new/", data).status_code for _ in range(2)]

    assert answers == [302, 422]
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "tone", "message"),
    [
        ("", "field-note", "Where its people sign in."),
        ("new-place", "field-note field-note-ok", "new-place.localhost is free."),
        ("New-Place", "field-note field-note-ok", "new-place.localhost is free."),
        ("admin", "field-note field-note-bad", "This address is reserved"),
        ("a", "field-note field-note-bad", "Use 3 to 40"),
    ],
)
def test_an_address_is_checked_while_it_is_typed(client: Client, typed: str, tone: str, message: str) -> None:
    part = client.get("/tenants/new/address/", {"slug": typed}, headers={"hx-request": "true"}).content.decode()

    assert part.startswith(f'<p class="{tone}"')
    assert message in part


def test_a_page_that_shows_the_same_is_not_sent_again(client: Client) -> None:
    organization = asked(client)
    address = f"/tenants/{organization.slug}/onboarding/progress/"
    first = client.get(address, headers={"hx-request": "true"})
    known = {"hx-request": "true", "if-none-match": first["ETag"]}
    assert f'hx-headers="{{&quot;If-None-Match&quot;: &quot;\\&quot;{first["ETag"][1:-1]}' in first.content.decode()

    same = client.get(address, headers=known)
    desk.run_next()
    changed = client.get(address, headers=known)

    assert (same.status_code, same.content) == (304, b"")
    assert (changed.status_code, changed["ETag"] != first["ETag"]) == (200, True)


def test_opened_alone_the_changing_part_is_the_whole_page(client: Client) -> None:
    organization = asked(client)

    page = client.get(f"/tenants/{organization.slug}/onboarding/progress/").content.decode()

    assert page.lstrip().startswith("<!doctype html>")


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_fails_stops_there_and_can_be_tried_again(
    client: Client, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    organization = asked(client)
    address = f"/tenants/{organization.slug}/onboarding/"
    with desk.breaking(monkeypatch, step):
        assert desk.run_next().state == "failed"
    page = client.get(address).content.decode()
    assert "Setting up Alder &amp; Oak stopped" in page
    assert f"Step {STEPS.index(step) + 1} of 6 failed." in page
    assert "The disk is full." in page
    assert Organization.objects.get(pk=organization.pk).status == "provisioning"
    assert Client(headers={"host": f"{organization.slug}.localhost"}).get("/").status_code == 404

    assert client.post(f"{address}retry/").status_code == 302
    assert desk.run_next().state == "done"

    assert "Alder &amp; Oak is live" in client.get(address).content.decode()
    assert Organization.objects.get(pk=organization.pk).status == "active"


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_fails_can_be_rolled_back_with_all_before_it(
    client: Client, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    organization = asked(client)
    address = f"/tenants/{organization.slug}/onboarding/"
    with desk.breaking(monkeypatch, step):
        desk.run_next()

    assert client.post(f"{address}roll-back/").status_code == 302
    assert "Rolling Alder &amp; Oak back" in client.get(address).content.decode()
    assert desk.run_next().state == "done"

    assert "Alder &amp; Oak was rolled back" in client.get(address).content.decode()
    assert nothing_is_left_of(organization)


def test_an_address_that_was_rolled_back_can_be_onboarded_again(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    organization = asked(client)
    address = f"/tenants/{organization.slug}/onboarding/"
    with desk.breaking(monkeypatch, "checks"):
        desk.run_next()
    client.post(f"{address}roll-back/")
    desk.run_next()

    assert client.post("/tenants/new/", desk.filled_in(slug=organization.slug)).status_code == 302
    assert "Setting up" in client.get(address).content.decode()
    assert desk.run_next().state == "done"

    assert Organization.objects.get(slug=organization.slug, status="active").pk != organization.pk
    assert "is live" in client.get(address).content.decode()


def test_a_live_organization_can_neither_be_retried_nor_rolled_back(client: Client) -> None:
    organization = asked(client)
    desk.run_next()
    address = f"/tenants/{organization.slug}/onboarding/"

    answers = [client.post(f"{address}retry/").status_code, client.post(f"{address}roll-back/").status_code]

    assert answers == [409, 409]
    assert Organization.objects.get(pk=organization.pk).status == "active"
    assert Job.objects.filter(dedupe_key=str(organization.pk)).count() == 1
    assert schema_exists(organization.schema_name)


def test_an_organization_that_no_job_set_up_has_no_onboarding(client: Client, organization: Organization) -> None:
    assert client.get(f"/tenants/{organization.slug}/onboarding/").status_code == 404
