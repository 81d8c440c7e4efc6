"""Keyset pages: every row once, whatever moves in between."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from campaigns.queries import CampaignFilters, campaign_page
from kernel.tenancy.scope import scope
from tests.api.caller import Caller, code_of
from tests.api.objects import body, make
from tests.api.world import World, token_for

COLLECTIONS = pytest.mark.parametrize("collection", ["campaigns", "products"])
SORTS = ["-updated_at", "updated_at", "-created_at", "created_at", "name", "-name"]


def pages(caller: Caller, address: str) -> Iterator[list[Any]]:
    """Follow `next` to the end."""
    cursor = ""
    while True:
        answer = caller("GET", f"{address}{cursor}")
        assert answer.status_code == 200, answer.content
        yield body(answer)["items"]
        if body(answer)["next"] is None:
            return
        cursor = f"&cursor={body(answer)['next']}"


@pytest.fixture
def analyst(world: World) -> Caller:
    """Somebody who sees everything."""
    return world.callers["analyst"]


@COLLECTIONS
@pytest.mark.parametrize("sort", SORTS)
def test_pages_hold_every_row_once_in_order(world: World, analyst: Caller, collection: str, sort: str) -> None:
    owner = world.actors["manager"].user_id
    for number in (3, 1, 2, 2, 2):
        make(world.callers["manager"], collection, name=f"Page {number}")

    whole = body(analyst("GET", f"/{collection}?owner_id={owner}&sort={sort}&limit=200"))["items"]
    found = list(pages(analyst, f"/{collection}?owner_id={owner}&sort={sort}&limit=2"))

    assert [row["id"] for rows in found for row in rows] == [row["id"] for row in whole]
    assert all(len(rows) == 2 for rows in found[:-1])
    key = sort.removeprefix("-")
    order = [(row[key], row["id"]) for row in whole]
    assert order == sorted(order, reverse=sort.startswith("-"))


def test_rows_that_come_and_go_shift_nothing(world: World, analyst: Caller) -> None:
    caller = world.callers["admin"]
    made = [make(caller, name=f"Row {number}") for number in range(6)]
    address = f"/campaigns?owner_id={world.actors['admin'].user_id}&limit=3&sort=-created_at"
    first = body(analyst("GET", address))

    make(caller, name="Newer")
    seen, tag = made[5]
    caller("DELETE", f"/campaigns/{seen['id']}", if_match=tag)
    second = body(analyst("GET", f"{address}&cursor={first['next']}"))

    assert [row["name"] for row in first["items"]] == ["Row 5", "Row 4", "Row 3"]
    assert [row["name"] for row in second["items"]] == ["Row 2", "Row 1", "Row 0"]


def test_a_cursor_continues_only_its_own_list(world: World, other_world: World, analyst: Caller) -> None:
    for collection in ("campaigns", "products"):
        for _number in range(2):
            make(world.callers["owner"], collection)
            make(other_world.callers["owner"], collection)
    cursor = body(analyst("GET", "/campaigns?limit=1"))["next"]

    refused = [
        analyst("GET", f"/campaigns?limit=1&status=draft&cursor={cursor}"),
        analyst("GET", f"/campaigns?limit=1&sort=name&cursor={cursor}"),
        analyst("GET", f"/campaigns?limit=1&trashed=true&cursor={cursor}"),
        analyst("GET", f"/products?limit=1&cursor={cursor}"),
        other_world.callers["owner"]("GET", f"/campaigns?limit=1&cursor={cursor}"),
        analyst("GET", f"/campaigns?limit=1&cursor={cursor[:-1]}"),
        analyst("GET", f"/campaigns?limit=1&cursor=A{cursor}"),
    ]

    assert [(answer.status_code, code_of(answer)) for answer in refused] == [(400, "bad_cursor")] * 7
    assert analyst("GET", f"/campaigns?limit=2&cursor={cursor}").status_code == 200


@COLLECTIONS
def test_filters_are_equalities(world: World, analyst: Caller, collection: str) -> None:
    owner = world.actors["marketer"].user_id
    make(world.callers["marketer"], collection)

    mine = body(analyst("GET", f"/{collection}?owner_id={owner}&status=draft&limit=200"))["items"]
    none = body(analyst("GET", f"/{collection}?owner_id={owner}&status=archived"))["items"]

    assert mine
    assert {row["owner_id"] for row in mine} == {str(owner)}
    assert none == []


@COLLECTIONS
def test_every_operation_costs_one_statement_for_access_and_few_of_its_own(world: World, collection: str) -> None:
    caller = token_for(world, "owner")
    made, tag = make(caller, collection)
    caller("GET", "/me")

    def queries(method: str, path: str, sent: Any = None, **headers: Any) -> int:
        with CaptureQueriesContext(connections["default"]) as captured:
            answer = caller(method, path, sent, **headers)
        assert answer.status_code < 400, answer.content
        return sum(query["sql"] not in ("BEGIN", "COMMIT") for query in captured)

    # A change of a campaign also reads and keeps its content (a revision), under a lock; a product has pictures.
    more = {"campaigns": (2, 5, 0), "products": (2, 2, 1)}[collection]
    address = f"/{collection}/{made['id']}"
    assert queries("GET", f"/{collection}?limit=200") == 2
    assert queries("GET", f"/{collection}?limit=1") == 2
    assert queries("GET", address) == 2 + more[2]
    assert queries("POST", f"/{collection}", {"name": "x"}) == 3 + more[0]
    assert queries("POST", f"/{collection}", {"name": "x", "data": {"a": 1}}) == 4 + more[0]
    assert queries("PATCH", address, {"name": "y"}, if_match=tag) == 3 + more[1]
    assert queries("GET", "/me") == 1


def test_a_page_walks_the_index(world: World) -> None:
    for _number in range(2):
        make(world.callers["owner"])
    actor = world.actors["owner"]

    with scope(world.organization, actor=actor, source="api"):
        first = campaign_page(actor=actor, filters=CampaignFilters(), limit=1)
        with CaptureQueriesContext(connections["default"]) as captured:
            campaign_page(actor=actor, filters=CampaignFilters(), limit=1, cursor=first.next)
        with connections["default"].cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {captured[0]['sql']}")
            plan = "\n".join(line for (line,) in cursor.fetchall())

    assert '("campaigns_campaign"."updated_at", "campaigns_campaign"."id") < (' in captured[0]["sql"]
    assert "Index Scan using campaign_recent" in plan
    assert "Sort" not in plan
