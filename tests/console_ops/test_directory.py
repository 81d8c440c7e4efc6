"""The directory of organizations, and one organization's page."""

import secrets
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope
from tenants import records
from tenants.commands.lifecycle import suspend
from tenants.models import Domain, Invitation, Organization
from tests.console_ops import desk
from tests.identity.world import join, person


def add_rows(count: int, name: str, status: str = "active") -> list[Organization]:
    """Organizations as the directory knows them; nobody needs their schemas here."""
    with public_scope(actor=SYSTEM, source="system"):
        records.hosts_changing()
        made = []
        for number in range(count):
            slug = f"row-{secrets.token_hex(6)}"
            row = Organization.objects.create(slug=slug, name=f"{name} {number:03}", plan_id="team", status=status)
            Domain.objects.create(domain=f"{slug}.localhost", tenant=row, is_primary=True)
            made.append(row)
        return made


def test_it_lists_organizations_with_plan_state_and_seats(client: Client, organization: Organization) -> None:
    join(organization, person())

    page = client.get("/", {"q": organization.slug}).content.decode()

    assert f'<a href="/tenants/{organization.slug}/">{organization.name}</a>' in page
    assert ">Scale</td>" in page
    assert ">Active</span>" in page
    assert "1 / 50" in page


def test_it_finds_by_name_and_by_address(client: Client) -> None:
    [wanted, _other] = add_rows(2, "Zebra")

    by_name = client.get("/", {"q": "zebra 000"}).content.decode()
    by_address = client.get("/", {"q": wanted.slug}).content.decode()

    for page in (by_name, by_address):
        assert "Zebra 000" in page
        assert "Zebra 001" not in page


def test_its_tabs_count_and_filter_by_state(client: Client, organization: Organization) -> None:
    [shut] = add_rows(1, "Shut", "suspended")
    before = Organization.objects.filter(status="active").count()

    page = client.get("/", {"state": "suspended"}).content.decode()

    assert shut.name in page
    assert f"/tenants/{organization.slug}/" not in page
    assert f'Active <span class="tab-count">{before}</span>' in page
    assert '<a href="/?state=suspended" aria-current="page">Suspended <span class="tab-count">1</span></a>' in page


def test_a_setup_that_stopped_has_a_tab_of_its_own(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    data = desk.filled_in()
    client.post("/tenants/new/", data)
    assert data["slug"] in client.get("/", {"state": "provisioning"}).content.decode()

    with desk.breaking(monkeypatch, "roles"):
        desk.run_next()

    assert data["slug"] not in client.get("/", {"state": "provisioning"}).content.decode()
    page = client.get("/", {"state": "failed"}).content.decode()
    assert data["slug"] in page
    assert "Setup failed</span>" in page


def test_the_find_box_gets_only_the_rows(client: Client) -> None:
    part = client.get("/", {"q": "x"}, headers={"hx-request": "true"}).content.decode()

    assert "<html" not in part
    assert "No tenant matches" in part


def test_it_goes_on_after_the_last_row_of_a_page(client: Client) -> None:
    add_rows(51, "Many")

    first = client.get("/", {"q": "Many"})
    [onward] = [line for line in first.content.decode().split('"') if line.startswith("/?") and "cursor=" in line]
    second = client.get(onward.replace("&amp;", "&")).content.decode()

    assert "Many 049" in first.content.decode()
    assert "Many 050" not in first.content.decode()
    assert "Many 050" in second
    assert "Many 049" not in second
    assert 'rel="prev"' in second


@pytest.mark.parametrize("cursor", ["x", "a\tb", "\t", "Many 049"])
def test_a_cursor_that_is_none_of_ours_is_refused(client: Client, cursor: str) -> None:
    assert client.get("/", {"cursor": cursor}).status_code == (200 if not cursor.strip() else 400)


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "%", "x" * 5000, "'; --", "\\", "😀"])
def test_whatever_is_typed_finds_or_finds_not(client: Client, text: str) -> None:
    for page in ("/", "/jobs/", "/tenants/new/address/"):
        assert client.get(page, {"q": text, "state": text, "slug": text}).status_code == 200


def test_it_asks_the_same_number_of_questions_for_two_and_for_thirty(client: Client) -> None:
    add_rows(2, "Crowd")
    client.get("/")
    few = desk.queries_of(client, "/", q="Crowd")

    add_rows(28, "Crowd")
    client.get("/")

    assert desk.queries_of(client, "/", q="Crowd") == few == 2


def test_a_page_shows_its_address_plan_and_schema(client: Client, organization: Organization) -> None:
    page = client.get(f"/tenants/{organization.slug}/").content.decode()

    assert organization.schema_name in page
    assert "Scale" in page
    assert "0 / 50" in page
    assert f"/tenants/{organization.slug}/suspend/" in page


def test_people_stand_on_their_tab(client: Client, organization: Organization) -> None:
    ada = join(organization, person())

    page = client.get(f"/tenants/{organization.slug}/", {"tab": "people"}).content.decode()

    assert "Ada Lovelace" in page
    assert ada.email in page


def test_an_invitation_shows_its_link_only_while_it_can_be_used(client: Client) -> None:
    data = desk.filled_in()
    client.post("/tenants/new/", data)
    desk.run_next()
    address = f"/tenants/{data['slug']}/"
    assert "http://localhost:8000/invitation/" in client.get(address).content.decode()

    with public_scope(actor=SYSTEM, source="system"):
        ended = timezone.now() - timedelta(minutes=1)
        Invitation.objects.filter(email=data["admin_email"]).update(expires_at=ended)

    page = client.get(address).content.decode()
    assert "http://localhost:8000/invitation/" not in page
    assert "Expired</span>" in page


def test_its_audit_tells_who_did_what(client: Client, organization: Organization) -> None:
    with public_scope(actor=desk.actor_for(desk.make_operator("Oscar Operator")), source="operator"):
        suspend(actor=SYSTEM, organization_id=organization.pk, reason="Unpaid")

    page = client.get(f"/tenants/{organization.slug}/", {"tab": "audit"}).content.decode()

    assert "<b>Oscar Operator</b> changed" in page
    assert "Unpaid" in page


@pytest.mark.parametrize("tab", ["", "people", "jobs", "audit", "nonsense"])
def test_each_tab_opens(client: Client, organization: Organization, tab: str) -> None:
    assert client.get(f"/tenants/{organization.slug}/", {"tab": tab}).status_code == 200


def test_an_organization_that_is_not_there_is_not_found(client: Client) -> None:
    [removed] = add_rows(1, "Removed", "removed")

    assert client.get("/tenants/nobody/").status_code == 404
    assert client.get(f"/tenants/{removed.slug}/").status_code == 404
