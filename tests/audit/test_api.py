"""`GET /api/v1/audit`."""

import json
from typing import Any

import pytest

from tests.api.caller import Caller, code_of, pointers
from tests.api.conftest import world, worlds
from tests.api.world import World, token_for

__all__ = ["world", "worlds"]


def items(caller: Caller, query: str) -> list[dict[str, Any]]:
    answer = caller("GET", f"/audit?{query}")
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = json.loads(answer.content)["items"]
    return found


def test_a_change_through_the_api_is_found_by_its_request_id(world: World) -> None:
    created = world.callers["marketer"](
        "POST", "/campaigns", {"name": "Spring", "budget_micros": 10**9, "currency": "EUR"}
    )
    campaign = json.loads(created.content)

    (entry,) = items(world.callers["admin"], f"request_id={created['X-Request-Id']}&object_type=campaign")

    marketer = world.actors["marketer"]
    assert entry["actor"]["id"] == str(marketer.user_id)
    assert (entry["actor"]["name"], entry["actor"]["kind"]) == ("Marketer", "token")
    assert entry["actor"]["token_id"] is not None
    assert (entry["event"], entry["source"], entry["request_id"]) == ("create", "api", created["X-Request-Id"])
    assert entry["object"] == {"type": "campaign", "id": campaign["id"], "name": "Spring"}
    assert entry["recorded"]["owner"] == [None, str(marketer.user_id)]
    assert {"name": "owner", "field": "Owner", "before": None, "after": "Marketer"} in entry["changes"]
    assert {"name": "budget_micros", "field": "Budget", "before": None, "after": "1,000.00"} in entry["changes"]


def test_a_refused_change_leaves_no_entry(world: World) -> None:
    refused = world.callers["marketer"]("POST", "/campaigns", {"name": ""})

    assert refused.status_code == 422
    assert items(world.callers["admin"], f"request_id={refused['X-Request-Id']}") == []


def test_pages_are_followed_by_cursor(world: World) -> None:
    requests = [world.callers["owner"]("POST", "/products", {"name": f"P {n}"})["X-Request-Id"] for n in range(3)]
    seen: list[str] = []
    cursor = ""
    while len(seen) < 3:
        answer = world.callers["owner"]("GET", f"/audit?object_type=product&event=create&limit=1{cursor}")
        page = json.loads(answer.content)
        seen += [entry["request_id"] for entry in page["items"]]
        cursor = f"&cursor={page['next']}"

    assert seen == requests[::-1]


def test_a_marketer_gets_only_their_own_doings(world: World) -> None:
    world.callers["owner"]("POST", "/products", {"name": "Of the owner"})
    world.callers["marketer"]("POST", "/products", {"name": "Of the marketer"})

    found = items(world.callers["marketer"], "limit=200")
    assert {entry["actor"]["id"] for entry in found} == {str(world.actors["marketer"].user_id)}


def test_another_organizations_entries_are_out_of_reach(worlds: tuple[World, World], world: World) -> None:
    created = worlds[1].callers["owner"]("POST", "/campaigns", {"name": "Elsewhere"})

    assert items(world.callers["owner"], f"request_id={created['X-Request-Id']}") == []
    assert len(items(worlds[1].callers["owner"], f"request_id={created['X-Request-Id']}")) == 1


def test_without_the_permission_there_is_no_log(world: World) -> None:
    answer = world.callers["analyst"]("GET", "/audit")

    assert (answer.status_code, json.loads(answer.content)["permission"]) == (403, "audit:view")
    assert code_of(token_for(world, "admin", {"campaign:view"})("GET", "/audit")) == "scope_missing"
    assert Caller("")("GET", "/audit").status_code == 401


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("who=anna", {"?who": "unknown_parameter"}),
        ("since=2026-01-01T00:00:00Z", {"?since": "unknown_parameter"}),
        ("from=yesterday", {"?from": "wrong_format"}),
        ("to=2026-01-01", {"?to": "wrong_format"}),
        ("actor=anna", {"?actor": "wrong_format"}),
        ("object_type=invoice", {"?object_type": "unknown_value"}),
        ("limit=201", {"?limit": "out_of_range"}),
        ("limit=x", {"?limit": "wrong_format"}),
        ("event=create&event=update", {"?event": "repeated"}),
    ],
)
def test_a_question_that_is_not_understood_is_refused(world: World, query: str, found: dict[str, str]) -> None:
    answer = world.callers["owner"]("GET", f"/audit?{query}")

    assert answer.status_code == 422
    assert pointers(answer) == found


def test_a_range_of_time_is_asked_with_from_and_to(world: World) -> None:
    created = world.callers["owner"]("POST", "/campaigns", {"name": "Timed"})
    query = f"request_id={created['X-Request-Id']}"
    (entry,) = items(world.callers["owner"], query)
    at = entry["at"]

    assert len(items(world.callers["owner"], f"{query}&from={at}")) == 1
    assert items(world.callers["owner"], f"{query}&to={at}") == []
    assert items(world.callers["owner"], f"{query}&from=2999-01-01T00:00:00Z") == []


def test_a_broken_cursor_is_refused(world: World) -> None:
    answer = world.callers["owner"]("GET", "/audit?cursor=abc")

    assert (answer.status_code, code_of(answer)) == (400, "bad_cursor")
