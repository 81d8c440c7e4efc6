"""Campaigns as list, board and calendar over one filter, kept views, and what is done to many at once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from campaigns.commands import create_creative, save_view
from campaigns.models import Campaign, SavedView
from catalog.labels.commands import create_label
from kernel.records.models import Batch
from kernel.tenancy.scope import scope
from tests.console_org.desk import House, queries_of, toasts, words

NOON = datetime(2030, 5, 10, 12, tzinfo=UTC)


def names(answer: Any) -> set[str]:
    return {found.name for found in answer.context["campaigns"]}


def row(house: House, campaign: Campaign) -> Campaign:
    with scope(house.tenant, actor=house.actors["owner"], source="console"):
        return Campaign.objects.get(pk=campaign.pk)


def fill(house: House, number: int) -> None:
    for index in range(number):
        campaign = house.campaign(name=f"n{index}", starts_at=NOON, ends_at=NOON + timedelta(days=3))
        with scope(house.tenant, actor=house.actors["owner"], source="console"):
            create_creative(
                actor=house.actors["owner"], campaign_id=campaign.pk, values={"name": "Square", "placement": "square"}
            )


def test_one_filter_narrows_every_way_to_look(client: Client, house: House) -> None:
    with scope(house.tenant, actor=house.actors["owner"], source="console"):
        label = create_label(actor=house.actors["owner"], values={"name": "Winter", "colour": "blue"})
    wanted = house.campaign(
        name="Alpine", objective="traffic", channels=["meta"], label_ids=[label.pk], starts_at=NOON, ends_at=NOON
    )
    house.campaign(name="Other", objective="awareness", channels=["ctv"])
    filters = {"objective": "traffic", "channel": "meta", "label": str(label.pk), "owner": str(wanted.owner_id)}

    listed = client.get("/campaigns/", filters | {"from": "2030-05-01", "until": "2030-05-10"})
    board = client.get("/campaigns/", filters | {"view": "board"})
    calendar = client.get("/campaigns/", filters | {"view": "calendar", "at": "2030-05-01"})

    assert names(listed) == {"Alpine"}
    assert [[card.name for card in column.cards] for column in board.context["columns"]] == [["Alpine"], [], [], [], []]
    assert [bar.campaign.name for week in calendar.context["weeks"] for bar in week.bars] == ["Alpine"]
    assert names(client.get("/campaigns/", {"from": "2030-05-11"})) == set()
    assert names(client.get("/campaigns/", {"owner": "nobody", "objective": "none"})) == {"Alpine", "Other"}


@pytest.mark.parametrize(("view", "number"), [("list", 9), ("board", 17), ("calendar", 9)])
def test_a_way_to_look_takes_as_many_queries_for_ten_as_for_twenty(
    client: Client, house: House, view: str, number: int
) -> None:
    address = f"/campaigns/?view={view}&at=2030-05-01"
    fill(house, 10)
    few = queries_of(client, address)
    fill(house, 10)

    assert (few, queries_of(client, address)) == (number, number)


def test_a_column_of_the_board_shows_more_on_demand(client: Client, house: House) -> None:
    for number in range(14):
        house.campaign(name=f"n{number:02}")

    column = client.get("/campaigns/?view=board").context["columns"][0]
    more = house.client(htmx=True).get(column.more)

    assert (len(column.cards), column.total) == (12, 14)
    assert [card.name for card in more.context["column"].cards] == ["n01", "n00"]
    assert "<html" not in words(more)


def test_a_card_moves_along_an_open_step_and_a_refused_launch_says_why(client: Client, house: House) -> None:
    made = house.campaign(name="Bare")
    sent = {"version": 1, "status": "active", "back": "view=board"}

    refused = client.post(f"/campaigns/{made.pk}/status/", sent)

    assert (refused.status_code, refused["Location"]) == (302, "/campaigns/?view=board")
    [told] = toasts(client.get(refused["Location"]))
    assert told.startswith("Bare: It can't start yet: ")
    assert "Add a creative." in told
    assert row(house, made).status == "draft"
    moved = client.post(f"/campaigns/{made.pk}/status/", sent | {"status": "archived"})
    assert toasts(client.get(moved["Location"])) == ["Bare is archived."]


def test_a_bar_moves_to_another_day_at_its_time_for_as_long(client: Client, house: House) -> None:
    made = house.campaign(starts_at=NOON, ends_at=NOON + timedelta(days=3))

    client.post(f"/campaigns/{made.pk}/move/", {"version": 1, "day": "2030-11-02"})

    after = row(house, made)
    # The clocks went back in between: noon in London stays two in the afternoon in Berlin.
    assert after.starts_at == datetime(2030, 11, 2, 13, tzinfo=UTC)
    assert after.ends_at == datetime(2030, 11, 5, 13, tzinfo=UTC)


def test_what_has_no_start_stands_beside_the_calendar_until_it_gets_a_day(client: Client, house: House) -> None:
    made = house.campaign(name="Some day")

    beside = client.get("/campaigns/?view=calendar").context["undated"]
    client.post(f"/campaigns/{made.pk}/move/", {"version": 1, "day": "2030-05-06"})

    assert [found.name for found in beside] == ["Some day"]
    assert row(house, made).starts_at == datetime(2030, 5, 6, 7, tzinfo=UTC)


def test_views_are_kept_renamed_shared_picked_and_forgotten(client: Client, house: House) -> None:
    query = "view=board&state=draft&q=alp&nonsense=1&cursor=x"

    kept = client.post("/campaigns/views/", {"name": "Alpine drafts", "query": query})

    with scope(house.tenant, actor=house.actors["owner"], source="console"):
        view = SavedView.objects.get()
    assert view.query == {"view": "board", "state": "draft", "q": "alp"}
    page = client.get(kept["Location"])
    assert page.context["open_view"]["view"].name == "Alpine drafts"
    assert page.context["asked"].view == "board"
    manager = house.client("manager")
    assert manager.get("/campaigns/").context["saved"] == []
    client.post(f"/campaigns/views/{view.pk}/", {"name": "Alps", "shared": "on", "do": "change"})
    assert [found["view"].name for found in manager.get("/campaigns/").context["saved"]] == ["Alps"]
    assert manager.post(f"/campaigns/views/{view.pk}/", {"name": "Mine", "do": "delete"}).status_code == 404
    client.post(f"/campaigns/views/{view.pk}/", {"do": "delete"})
    assert manager.get("/campaigns/").context["saved"] == []


def test_a_second_view_of_one_name_is_refused(client: Client, house: House) -> None:
    with scope(house.tenant, actor=house.actors["owner"], source="console"):
        save_view(actor=house.actors["owner"], name="Mine", query={"q": "a"})

    answer = client.post("/campaigns/views/", {"name": "Mine", "query": "q=b"})

    assert toasts(client.get(answer["Location"])) == ["You have a view of this name already."]
    assert house.all_of(SavedView)[0][0][3] == {"q": "a"}


def test_many_are_looked_at_changed_and_put_back(client: Client, house: House) -> None:
    drafts = [house.campaign(name=f"n{number}") for number in range(3)]
    before = house.all_of(Campaign)
    chosen = {"do": "archive", "query": "view=list", "id": [str(campaign.pk) for campaign in drafts]}

    looked = client.post("/campaigns/bulk/", chosen)

    assert [(line.before, line.after, line.refused) for line in looked.context["lines"]] == [
        ("Draft", "Archived", "")
    ] * 3
    assert house.all_of(Campaign) == before
    assert house.all_of(Batch) == [[]]

    client.post(f"/campaigns/{drafts[0].pk}/status/", {"version": 1, "status": "archived"})
    sent = {name: looked.context[name] for name in ("do", "query", "rows")} | {"target": "", "percent": ""}
    done = client.post("/campaigns/bulk/apply/", sent)

    page = client.get(done["Location"])
    assert toasts(page)[-1] == "2 campaigns are done. 1 was refused."
    assert page.context["done"].size == 2
    assert [row(house, campaign).status for campaign in drafts] == ["archived"] * 3
    undone = client.post("/campaigns/bulk/undo/", {"batch": str(page.context["done"].pk)})
    assert toasts(client.get(undone["Location"])) == ["2 campaigns are as they were."]
    assert [row(house, campaign).status for campaign in drafts] == ["archived", "draft", "draft"]


def test_all_that_match_get_a_label_a_budget_or_a_refusal(client: Client, house: House) -> None:
    with scope(house.tenant, actor=house.actors["owner"], source="console"):
        label = create_label(actor=house.actors["owner"], values={"name": "Winter", "colour": "blue"})
    rich = house.campaign(name="Alpine rich", budget_micros=1_005_000_000, currency="EUR")
    house.campaign(name="Other")
    chosen = {"all": "on", "query": "q=alpine"}

    labelled = client.post("/campaigns/bulk/", chosen | {"do": "label_add", "target": str(label.pk)})
    raised = client.post("/campaigns/bulk/", chosen | {"do": "budget", "percent": "10"})
    started = client.post("/campaigns/bulk/", chosen | {"do": "start"})
    asks = client.post("/campaigns/bulk/", chosen | {"do": "budget"})

    def told(answer: Any) -> list[tuple[str, str]]:
        return [(line.before, line.after or "refused") for line in answer.context["lines"]]

    assert told(labelled) == [("No label", "Winter")]
    assert told(raised) == [("1,005.00 EUR", "1,105.50 EUR")]
    assert told(started) == [("Draft", "refused")]
    assert "Add a creative." in started.context["lines"][0].refused
    assert (asks.context["ready"], asks.context["lines"]) == (False, [])
    assert row(house, rich).row_version == 1


def test_nothing_chosen_is_said_and_what_others_own_is_refused(house: House) -> None:
    theirs = house.campaign("owner", name="Theirs")
    manager = house.client("manager")

    nothing = manager.post("/campaigns/bulk/", {"do": "pause", "query": "view=list"})
    told = toasts(manager.get(nothing["Location"]))
    refused = manager.post("/campaigns/bulk/", {"do": "trash", "id": str(theirs.pk)})

    assert told == ["Choose at least one campaign."]
    assert [bool(line.refused) for line in refused.context["lines"]] == [True]
    assert refused.context["works"] == 0
