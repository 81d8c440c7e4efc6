"""The two pages save section by section, and what was chosen shows at the next page."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from pytest_django.plugin import DjangoDbBlocker

from audit.models import Entry
from catalog.catalogs.default import default_catalog
from catalog.models import Product
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tenants import records
from tenants.access.models import OrganizationSettings, Preferences
from tenants.access.settings.commands import change_preferences, change_settings
from tenants.access.settings.queries import organization_settings
from tenants.access.team_members import add_to_team
from tenants.access.teams import create_team
from tests.console_org.desk import House, errors, open_house, queries_of, toasts, words
from tests.identity.world import signed_in
from tests.tenants import make_organization, remove_organization

PAGES = {"start_page": "home", "campaigns_view": "list", "list_size": "50"}
ROOT = re.compile(r"<html[^>]*>")


@pytest.fixture(scope="module")
def home(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[House]:
    """One organization for all of these tests."""
    with django_db_blocker.unblock():
        row = make_organization()
        yield open_house(row, roles=("owner", "marketer", "viewer"))
        remove_organization(row)


@pytest.fixture
def house(home: House) -> Iterator[House]:
    """That organization without anything chosen."""
    yield home
    with scope(home.tenant, actor=SYSTEM, source="system"):
        for user in home.users.values():
            records.account_changing(user.pk)
        Product.objects.all().delete()
        OrganizationSettings.objects.all().delete()
        Preferences.objects.all().delete()


def root_of(answer: Any) -> str:
    found = ROOT.search(words(answer))
    assert found is not None
    return found[0]


def stored(house: House) -> list[Any]:
    return house.all_of(OrganizationSettings, Preferences)


def test_a_section_is_saved_by_itself(house: House) -> None:
    client = house.client()

    answer = client.post("/settings/", {"section": "calendar", "row_version": 0, "week_start": "sunday"}, follow=True)

    assert answer.redirect_chain == [("/settings/", 302)]
    assert toasts(answer) == ["Calendar: saved."]
    with scope(house.tenant, actor=SYSTEM, source="system"):
        assert OrganizationSettings.objects.get().values == {"week_start": "sunday"}
        assert Entry.objects.filter(source="console", event="create").latest("id").changes["values"][1] == {
            "week_start": "sunday"
        }


def test_a_wrong_value_is_told_at_its_field_and_changes_nothing(house: House) -> None:
    client, before = house.client(), stored(house)
    sent = {"section": "campaigns", "row_version": 0, "currency": "e1", "campaign_team": "own", "name_pattern": "{x}"}

    answer = client.post("/settings/", sent)

    assert answer.status_code == 422
    assert errors(answer) == {
        "currency": ["Use three letters, such as EUR."],
        "name_pattern": ["Use these placeholders only: {year}, {month}, {quarter}, {objective}, {team}, {name}."],
    }
    assert 'value="e1"' in words(answer)
    assert stored(house) == before


def test_a_late_save_keeps_what_was_typed_and_says_so(house: House) -> None:
    client = house.client()
    with scope(house.tenant, actor=house.actors["owner"], source="api"):
        change_settings(actor=house.actors["owner"], version=0, changes={"week_start": "saturday"})
    sent = {"section": "links", "row_version": 0, "utm_source": "{channel}", "utm_medium": "paid"}

    late = client.post("/settings/", sent)

    assert late.status_code == 409
    assert "Somebody changed this meanwhile" in words(late)
    assert 'value="{channel}"' in words(late)
    again = client.post("/settings/", sent | {"row_version": late.context["form"]["row_version"].value()})
    assert again.status_code == 302
    with scope(house.tenant, actor=SYSTEM, source="system"):
        found = organization_settings()
    assert (found.week_start, found.utm_source, found.utm_medium) == ("saturday", "{channel}", "paid")


def test_a_section_that_there_is_not_saves_nothing(house: House) -> None:
    assert house.client().post("/settings/", {"section": "nothing", "row_version": 0}).status_code == 422
    assert house.client().post("/preferences/", {"row_version": 0}).status_code == 422
    assert stored(house) == [[], []]


def test_name_and_clock_are_changed_with_an_entry_in_the_organizations_log(house: House) -> None:
    client, name = house.client(), house.tenant.name
    seen = {"seen_name": name, "seen_time_zone": "Europe/Berlin"}

    answer = client.post("/settings/organization/", seen | {"name": "Juniper", "time_zone": "Asia/Tokyo"}, follow=True)

    assert toasts(answer) == ["The organization is saved."]
    assert (house.tenant.name, house.tenant.time_zone) == ("Juniper", "Asia/Tokyo")
    with scope(house.tenant, actor=SYSTEM, source="system"):
        told = Entry.objects.get(event="organization.changed")
    assert (told.actor_name, told.object_repr) == ("Rae Owner", "Juniper")

    late = client.post("/settings/organization/", seen | {"name": name, "time_zone": "UTC"}, follow=True)
    assert toasts(late) == ["Somebody changed this meanwhile. Look at it as it is now and try again."]
    assert (house.tenant.name, house.tenant.time_zone) == ("Juniper", "Asia/Tokyo")
    back = {"seen_name": "Juniper", "seen_time_zone": "Asia/Tokyo", "name": name, "time_zone": "Europe/Berlin"}
    assert client.post("/settings/organization/", back).status_code == 302


@pytest.mark.parametrize("wrong", [{"name": " "}, {"name": "x" * 121}, {"time_zone": "Mars/Olympus"}])
def test_a_name_or_clock_that_cant_be_changes_nothing(house: House, wrong: dict[str, str]) -> None:
    name = house.tenant.name
    sent = {"seen_name": name, "seen_time_zone": "Europe/Berlin", "name": name, "time_zone": "UTC"} | wrong

    answer = house.client().post("/settings/organization/", sent)

    assert answer.status_code == 422
    assert set(errors(answer)) == set(wrong)
    assert (house.tenant.name, house.tenant.time_zone) == (name, "Europe/Berlin")


@pytest.mark.parametrize("role", ["marketer", "viewer"])
def test_who_may_not_change_settings_gets_no_page_and_changes_nothing(house: House, role: str) -> None:
    client, before, name = house.client(role), stored(house), house.tenant.name

    assert client.get("/settings/").status_code == 403
    assert (
        client.post("/settings/", {"section": "calendar", "row_version": 0, "week_start": "sunday"}).status_code == 403
    )
    seen = {"seen_name": name, "seen_time_zone": "Europe/Berlin"}
    assert client.post("/settings/organization/", seen | {"name": "X", "time_zone": "UTC"}).status_code == 403
    assert (stored(house), house.tenant.name) == (before, name)


def test_preferences_show_at_the_next_page(house: House) -> None:
    client = house.client("viewer")
    plain = client.get("/")
    assert 'data-account-theme="auto"' in root_of(plain)
    assert "data-shortcuts" not in root_of(plain)
    assert "density.css" not in words(plain)

    for sent in (
        {"section": "look", "row_version": 0, "theme": "dark", "density": "compact"},
        {"section": "times", "row_version": 1, "time_zone": "Asia/Tokyo", "date_format": "iso"},
        {"section": "keyboard", "row_version": 2},
    ):
        assert client.post("/preferences/", sent).status_code == 302

    answer = client.get("/")
    for attribute in ("theme", "account-theme"):
        assert f'data-{attribute}="dark"' in root_of(answer)
    assert 'data-time-zone="Asia/Tokyo" data-date-format="iso" data-shortcuts="off"' in root_of(answer)
    assert "console/density.css" in words(answer)
    assert 'data-account-theme="auto"' in root_of(house.client("marketer").get("/"))


def test_tables_have_as_many_rows_as_wanted_and_the_same_number_of_statements(house: House) -> None:
    client = house.client("viewer")
    with scope(house.tenant, actor=house.actors["owner"], source="console"):
        Product.objects.bulk_create(
            Product(name=f"P{number}", owner_id=house.users["viewer"].pk, catalog=default_catalog())
            for number in range(60)
        )
    assert len(client.get("/catalog/").context["page"].next_url) > 0
    before = queries_of(client, "/catalog/")

    client.post("/preferences/", {"section": "pages", "row_version": 0, **PAGES, "list_size": "100"})

    assert client.get("/catalog/").context["page"] is None
    assert queries_of(client, "/catalog/") == before


def test_times_are_written_on_the_chosen_clock(house: House) -> None:
    starts = datetime(2030, 3, 1, 8, tzinfo=UTC)
    campaign = house.campaign("marketer", name="Clocked", starts_at=starts)
    client = house.client("marketer")
    assert "1 Mar 2030, 09:00 (Europe/Berlin)" in words(client.get(f"/campaigns/{campaign.pk}/"))

    client.post(
        "/preferences/", {"section": "times", "row_version": 0, "time_zone": "Asia/Tokyo", "date_format": "auto"}
    )

    assert "1 Mar 2030, 17:00 (Asia/Tokyo)" in words(client.get(f"/campaigns/{campaign.pk}/"))


@pytest.mark.parametrize(
    ("role", "chosen", "landed"),
    [
        ("marketer", "home", "/"),
        ("marketer", "campaigns", "/campaigns/"),
        ("viewer", "catalog", "/catalog/"),
        ("marketer", "assets", "/assets/"),
    ],
)
def test_who_comes_in_without_asking_for_a_page_lands_where_they_like(
    house: House, role: str, chosen: str, landed: str
) -> None:
    with scope(house.tenant, actor=house.actors[role], source="console"):
        change_preferences(actor=house.actors[role], version=0, changes={"start_page": chosen})
    browser = signed_in(house.users[role])

    browser.open(f"http://{house.host}:8000/sign-in/")
    assert urlsplit(browser.here).path == landed

    asked = signed_in(house.users[role])
    asked.open(f"http://{house.host}:8000/sign-in/?next=/preferences/")
    assert urlsplit(asked.here).path == "/preferences/"


def test_the_pages_cost_the_frames_statements_and_one_more(house: House) -> None:
    client = house.client()

    assert queries_of(client, "/settings/") == 2
    assert queries_of(client, "/preferences/") == 2


def test_a_new_campaign_starts_as_the_organization_wants(house: House) -> None:
    owner, client = house.actors["owner"], house.client("marketer")
    with scope(house.tenant, actor=owner, source="console"):
        team = create_team(actor=owner, name="Growth")
        add_to_team(actor=owner, team_id=team.pk, user_id=house.users["marketer"].pk)
    plain = client.get("/campaigns/new/").context["form"]
    assert (plain["currency"].value(), plain["team_id"].value(), plain["name"].help_text) == ("", "", "")

    chosen = {"currency": "SEK", "campaign_team": "own", "name_pattern": "{name} ({year})"}
    with scope(house.tenant, actor=owner, source="console"):
        change_settings(actor=owner, version=0, changes=chosen)

    form = client.get("/campaigns/new/").context["form"]
    assert (form["currency"].value(), form["team_id"].value()) == ("SEK", str(team.pk))
    assert re.fullmatch(r"Names here look like {name} \(\d{4}\)\.", form["name"].help_text)


@pytest.mark.parametrize("tab", ["", "schedule", "products"])
def test_every_part_of_a_campaign_says_which_version_it_was_filled_from(house: House, tab: str) -> None:
    campaign = house.campaign("marketer", name="Versioned")

    page = words(house.client("marketer").get(f"/campaigns/{campaign.pk}/?tab={tab}"))

    assert re.search(r'name="row_version" value="1"', page)
    assert re.search(rf'data-kind="campaign" data-key="{campaign.pk}" data-part="\w+" data-version="1"', page)
