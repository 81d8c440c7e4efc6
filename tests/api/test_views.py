"""Filters that people keep: their own to change, shared ones for everybody to use."""

from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from campaigns.commands.views import MOST_VIEWS
from campaigns.models import SavedView
from kernel.ids import uuid7
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tests.api.caller import code_of, pointers
from tests.api.objects import body
from tests.api.world import World, token_for


@pytest.fixture(autouse=True)
def nothing_kept(world: World) -> None:
    """Each test begins without a view."""
    with scope(world.organization, actor=SYSTEM, source="system"):
        SavedView.objects.all().delete()


def kept(world: World) -> list[Any]:
    """All views, as the database has them."""
    with scope(world.organization, actor=SYSTEM, source="system"):
        return list(SavedView.objects.order_by("pk").values_list())


def keep(world: World, role: str = "owner", **values: Any) -> dict[str, Any]:
    answer = world.callers[role]("POST", "/views", {"name": "Running"} | values)
    assert answer.status_code == 201, answer.content
    assert answer["Location"] == f"/api/v1/views/{body(answer)['id']}"
    found: dict[str, Any] = body(answer)
    return found


def names(world: World, role: str, query: str = "") -> list[str]:
    return [view["name"] for view in body(world.callers[role]("GET", f"/views{query}"))["items"]]


def test_a_view_is_kept_read_changed_shared_and_forgotten(world: World) -> None:
    caller, chosen = world.callers["owner"], str(uuid7())
    made = keep(world, id=chosen, query={"state": "active", "view": "board"})
    address = f"/views/{chosen}"

    assert made == {
        "id": chosen,
        "name": "Running",
        "query": {"state": "active", "view": "board"},
        "shared": False,
        "owner_id": str(world.actors["owner"].user_id),
        "created_at": made["created_at"],
    }
    assert body(caller("GET", address)) == made
    assert body(caller("PATCH", address, {"name": " Now ", "shared": True})) == made | {"name": "Now", "shared": True}
    changed = body(caller("PATCH", address, {"query": {"q": "spring"}}))
    assert changed == made | {"name": "Now", "shared": True, "query": {"q": "spring"}}
    assert body(caller("DELETE", address)) == changed
    assert caller("GET", address).status_code == 404
    assert caller("DELETE", address).status_code == 404
    assert kept(world) == []


def test_another_one_s_view_is_not_there_until_it_is_shared(world: World, other_world: World) -> None:
    made = keep(world)
    address = f"/views/{made['id']}"
    before = kept(world)

    for other in (world.callers["admin"], other_world.callers["owner"]):
        for method, sent in (("GET", None), ("PATCH", {"name": "Mine"}), ("DELETE", None)):
            assert (other(method, address, sent).status_code) == 404
    assert names(world, "admin") == []
    assert kept(world) == before


def test_a_shared_view_is_seen_by_all_and_changed_by_its_owner_alone(world: World, other_world: World) -> None:
    made = keep(world, shared=True)
    address = f"/views/{made['id']}"
    before = kept(world)
    admin = world.callers["admin"]

    assert body(admin("GET", address)) == made
    assert names(world, "admin") == ["Running"]
    assert admin("PATCH", address, {"shared": False}).status_code == 404
    assert admin("DELETE", address).status_code == 404
    assert kept(world) == before
    assert other_world.callers["owner"]("GET", address).status_code == 404
    assert body(other_world.callers["owner"]("GET", "/views")) == {"items": [], "next": None}


BAD: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"name": ""}, {"/name": "too_short"}),
    ({"name": "   "}, {"/name": "too_short"}),
    ({"name": "x" * 81}, {"/name": "too_long"}),
    ({"name": None}, {"/name": "wrong_type"}),
    ({"query": []}, {"/query": "wrong_type"}),
    ({"query": {"q": 7}}, {"/query/q": "wrong_type"}),
    ({"query": {"q": "x" * 301}}, {"/query/q": "too_long"}),
    ({"query": {"x" * 301: "q"}}, {"/query": "wrong_type"}),
    ({"query": {str(number): "x" for number in range(41)}}, {"/query": "too_long"}),
    ({"shared": "yes"}, {"/shared": "wrong_type"}),
    ({"shared": None}, {"/shared": "wrong_type"}),
    ({"owner_id": "0199d5f0-c6f2-7b6c-9f3a-2b1c0d4e5f60"}, {"/owner_id": "unknown_field"}),
]


@pytest.mark.parametrize(("wrong", "errors"), BAD)
def test_bad_input_is_told_exactly_and_changes_nothing(
    world: World, wrong: dict[str, Any], errors: dict[str, str]
) -> None:
    made = keep(world)
    before = kept(world)

    created = world.callers["owner"]("POST", "/views", {"name": "Other"} | wrong)
    changed = world.callers["owner"]("PATCH", f"/views/{made['id']}", wrong)

    assert (created.status_code, pointers(created)) == (422, errors)
    assert (changed.status_code, pointers(changed)) == (422, errors)
    assert kept(world) == before


def test_a_name_and_an_id_are_taken_once(world: World) -> None:
    first, second = keep(world), keep(world, name="Other")
    before = kept(world)
    caller = world.callers["owner"]

    same_name = caller("POST", "/views", {"name": "Running"})
    renamed = caller("PATCH", f"/views/{second['id']}", {"name": "Running"})
    same_id = caller("POST", "/views", {"name": "Third", "id": first["id"]})
    of_another = world.callers["admin"]("POST", "/views", {"name": "Third", "id": first["id"]})

    assert [(answer.status_code, code_of(answer)) for answer in (same_name, renamed, same_id, of_another)] == [
        (409, "name_taken"),
        (409, "name_taken"),
        (409, "id_taken"),
        (409, "id_taken"),
    ]
    assert kept(world) == before
    keep(world, "admin")


def test_nobody_keeps_views_without_end(world: World) -> None:
    fill(world, MOST_VIEWS)
    before = kept(world)

    refused = world.callers["owner"]("POST", "/views", {"name": "One more"})

    assert (refused.status_code, code_of(refused)) == (409, "too_many_views")
    assert kept(world) == before


def test_a_rehearsal_keeps_and_forgets_nothing(world: World) -> None:
    made = keep(world)
    before = kept(world)
    caller = world.callers["owner"]

    assert caller("POST", "/views?dry_run=true", {"name": "Other"}).status_code == 201
    assert caller("PATCH", f"/views/{made['id']}?dry_run=true", {"name": "Other"}).status_code == 200
    assert caller("DELETE", f"/views/{made['id']}?dry_run=true").status_code == 200
    assert kept(world) == before


def test_it_takes_seeing_campaigns(world: World) -> None:
    made = keep(world)
    before = kept(world)
    caller = token_for(world, "owner", {"catalog:view"})

    for method, path, sent in (
        ("GET", "/views", None),
        ("POST", "/views", {"name": "x"}),
        ("GET", f"/views/{made['id']}", None),
        ("PATCH", f"/views/{made['id']}", {"name": "x"}),
        ("DELETE", f"/views/{made['id']}", None),
    ):
        assert caller(method, path, sent).status_code == 403, (method, path)
    assert kept(world) == before


def test_the_list_is_read_by_name_page_by_page(world: World) -> None:
    for name in ("Beta", "Delta"):
        keep(world, name=name)
    keep(world, "admin", name="Alpha", shared=True)
    keep(world, "admin", name="Charlie")
    caller = world.callers["owner"]

    first = body(caller("GET", "/views?limit=2&count=exact"))
    second = body(caller("GET", f"/views?limit=2&cursor={first['next']}"))

    assert [view["name"] for view in (*first["items"], *second["items"])] == ["Alpha", "Beta", "Delta"]
    assert (first["total"], second["next"]) == (3, None)
    foreign = world.callers["admin"]("GET", f"/views?cursor={first['next']}")
    assert (foreign.status_code, code_of(foreign)) == (400, "bad_cursor")


def test_the_list_takes_as_many_queries_for_one_view_as_for_twelve(world: World) -> None:
    caller = world.callers["owner"]

    def queries() -> int:
        with CaptureQueriesContext(connections["default"]) as captured:
            assert caller("GET", "/views").status_code == 200
        return sum(query["sql"] not in ("BEGIN", "COMMIT") for query in captured)

    fill(world, 1)
    queries()
    assert queries() == 2
    fill(world, 11)
    assert queries() == 2
    assert len(names(world, "owner")) == 12


def fill(world: World, number: int) -> None:
    """Give the owner more views."""
    owner = world.actors["owner"]
    with scope(world.organization, actor=owner, source="api"):
        assert owner.user_id is not None
        SavedView.objects.bulk_create(SavedView(owner_id=owner.user_id, name=str(uuid7())) for _index in range(number))
