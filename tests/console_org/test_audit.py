"""The change log in the console."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from tests.console_org.desk import House, queries_of, words


def shown(client: Client, **filters: str) -> list[tuple[str, str, str]]:
    entries = client.get("/audit/", filters).context["entries"]
    return [(entry["actor_name"], entry["verb"], entry["object_name"]) for entry in entries]


def test_it_filters_by_person_kind_and_request(client: Client, house: House) -> None:
    house.campaign("owner", name="Mine")
    house.product("marketer", name="Theirs")

    assert shown(client, actor="rae own") == [("Rae Owner", "created", "Mine")]
    assert shown(client, object_type="product") == [("Rae Marketer", "created", "Theirs")]
    client.post("/campaigns/new/", {"name": "By the console"})
    page = client.get("/audit/", {"object_type": "campaign"})
    request_id = page.context["entries"][0]["request_id"]
    assert shown(client, request_id=request_id) == [("Rae Owner", "created", "By the console")]
    assert f"?request_id={request_id}" in words(page)


def test_days_are_the_organizations_days(client: Client, house: House) -> None:
    house.campaign(name="Today")
    today = datetime.now(ZoneInfo("Europe/Berlin")).date().isoformat()

    assert ("Rae Owner", "created", "Today") in shown(client, since=today, until=today)
    assert shown(client, since="2999-01-01") == []
    assert shown(client, until="2020-01-01") == []


@pytest.mark.parametrize(
    "filters",
    [
        {"since": "yesterday"},
        {"until": "2026-02-30"},
        {"since": "9999-12-31"},
        {"until": "9999-12-31"},
        {"since": "0001-01-01"},
        {"object_type": "spaceship"},
    ],
)
def test_a_filter_that_means_nothing_is_explained(client: Client, filters: dict[str, str]) -> None:
    assert client.get("/audit/", filters).status_code == 422


@pytest.mark.parametrize("name", ["actor", "request_id"])
@pytest.mark.parametrize("value", ["\x00", "%", "' OR 1=1", "\U0001f600", "x" * 5000])
def test_any_text_can_be_looked_for(client: Client, name: str, value: str) -> None:
    assert client.get("/audit/", {name: value}).status_code == 200


def test_marketers_read_their_own_doings(house: House) -> None:
    house.campaign("owner", name="The owner's")
    house.campaign("marketer", name="Their own")

    assert shown(house.client("marketer")) == [("Rae Marketer", "created", "Their own")]


def test_filters_answer_the_entries_alone(house: House) -> None:
    house.campaign()

    answer = house.client(htmx=True).get("/audit/", {"actor": "rae"})

    assert answer["Vary"].startswith("HX-Request")
    assert "<html" not in words(answer)
    assert "Spring launch" in words(answer)


def test_it_goes_on_page_by_page(client: Client, house: House) -> None:
    for number in range(60):
        house.campaign(name=f"n{number:02}")

    first = client.get("/audit/", {"object_type": "campaign"})
    second = client.get(first.context["page"].next_url)

    names = [entry["object_name"] for page in (first, second) for entry in page.context["entries"]]
    assert names == [f"n{number:02}" for number in reversed(range(60))]


def test_it_takes_as_many_queries_for_three_entries_as_for_sixty(client: Client, house: House) -> None:
    for number in range(3):
        house.campaign(name=f"n{number}")
    few = queries_of(client, "/audit/?object_type=campaign")
    for number in range(57):
        house.campaign(name=f"m{number}")

    assert queries_of(client, "/audit/?object_type=campaign") == few
    assert few <= 6
