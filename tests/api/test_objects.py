"""Campaigns and products from creation to trash and back."""

import json
from typing import Any

import pytest

from audit.models import Entry
from campaigns.schemas import CampaignList, CampaignOut
from catalog.schemas import ProductList, ProductOut
from kernel.ids import uuid7
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tests.api.caller import code_of, pointers
from tests.api.objects import body, digest, make
from tests.api.world import World

COLLECTIONS = pytest.mark.parametrize("collection", ["campaigns", "products"])
SHAPES: dict[str, tuple[Any, Any]] = {
    "campaigns": (CampaignOut, CampaignList),
    "products": (ProductOut, ProductList),
}
FULL = {
    "campaigns": {
        "name": "Spring launch",
        "objective": "awareness",
        "starts_at": "2030-03-01T08:00:00.5Z",
        "ends_at": "2030-03-31T20:00:00+02:00",
        "budget_micros": 1_500_000_000,
        "currency": "EUR",
        "data": {"note": "first wave", "a": [1, 2.5, None, True], "long": 1e22},
    },
    "products": {
        "name": "Oat drink",
        "sku": "OAT-1",
        "brand": "Northfield",
        "category": "beverages",
        "description": "One litre.",
        "url": "https://example.test/oat",
        "status": "active",
        "price_micros": 2_490_000,
        "currency": "EUR",
        "data": {"litres": 1, "bb": {"z": 1, "a": 2}},
    },
}


@COLLECTIONS
def test_what_is_created_reads_back_the_same_bytes(world: World, collection: str) -> None:
    caller = world.callers["marketer"]

    created = caller("POST", f"/{collection}", FULL[collection])
    read = caller("GET", created["Location"].removeprefix("/api/v1"))

    assert created.status_code == 201
    assert read.content == created.content
    assert read["ETag"] == created["ETag"]
    found = body(read)
    SHAPES[collection][0].model_validate(found)
    assert found["owner_id"] == str(world.actors["marketer"].user_id)
    assert found["version"] == 1
    times = {"starts_at": "2030-03-01T08:00:00.500000Z", "ends_at": "2030-03-31T18:00:00Z"}
    for name, value in FULL[collection].items():
        assert found[name] == times.get(name, value)


@COLLECTIONS
def test_the_least_is_a_name(world: World, collection: str) -> None:
    made, _tag = make(world.callers["owner"], collection, name="  Padded  ")

    assert made["name"] == "Padded"
    assert made["status"] == "draft"
    assert made["data"] == {}


@COLLECTIONS
def test_an_id_of_ones_own_makes_a_retry_safe(world: World, collection: str) -> None:
    own = str(uuid7())
    made, _tag = make(world.callers["owner"], collection, id=own)
    before = digest(world)

    again = world.callers["owner"]("POST", f"/{collection}", {"name": "Again", "id": own})

    assert made["id"] == own
    assert (again.status_code, code_of(again)) == (409, "id_taken")
    assert digest(world) == before


@COLLECTIONS
def test_a_change_gives_the_next_version_and_its_etag(world: World, collection: str) -> None:
    caller = world.callers["owner"]
    made, tag = make(caller, collection, data={"b": 1, "aa": 2})

    changed = caller(
        "PATCH", f"/{collection}/{made['id']}", {"name": "New", "data": {"zz": 1, "y": 1e22}}, if_match=tag
    )
    read = caller("GET", f"/{collection}/{made['id']}")

    assert changed.status_code == 200
    assert body(changed)["version"] == 2
    assert body(changed)["name"] == "New"
    assert changed["ETag"].startswith('"2-')
    assert (read["ETag"], read.content) == (changed["ETag"], changed.content)


@COLLECTIONS
def test_an_outdated_etag_changes_nothing_and_learns_the_current_one(world: World, collection: str) -> None:
    caller = world.callers["owner"]
    made, old = make(caller, collection)
    current = caller("PATCH", f"/{collection}/{made['id']}", {"name": "First"}, if_match=old)["ETag"]
    before = digest(world)

    late = caller("PATCH", f"/{collection}/{made['id']}", {"name": "Second"}, if_match=old)

    assert (late.status_code, code_of(late)) == (412, "version_changed")
    assert late["ETag"] == current == body(late)["etag"]
    assert digest(world) == before


@COLLECTIONS
def test_a_change_that_changes_nothing_writes_nothing(world: World, collection: str) -> None:
    caller = world.callers["owner"]
    made, tag = make(caller, collection, name="Same")
    before = digest(world)

    same = caller("PATCH", f"/{collection}/{made['id']}", {"name": "Same"}, if_match=tag)
    empty = caller("PATCH", f"/{collection}/{made['id']}", {}, if_match=tag)

    assert [same.status_code, empty.status_code] == [200, 200]
    assert same["ETag"] == empty["ETag"] == tag
    assert digest(world) == before


@COLLECTIONS
def test_a_known_etag_gets_no_body(world: World, collection: str) -> None:
    caller = world.callers["owner"]
    made, tag = make(caller, collection)

    known = caller("GET", f"/{collection}/{made['id']}", if_none_match=f'"x", W/{tag}')
    unknown = caller("GET", f"/{collection}/{made['id']}", if_none_match='"1-other"')
    listed = caller("GET", f"/{collection}")
    again = caller("GET", f"/{collection}", if_none_match=listed["ETag"])

    assert (known.status_code, known.content, known["ETag"]) == (304, b"", tag)
    assert unknown.status_code == 200
    assert again.status_code == 304
    assert listed["Cache-Control"] == "private, no-cache"


@COLLECTIONS
def test_trash_takes_out_of_the_list_and_restore_brings_back(world: World, collection: str) -> None:
    caller = world.callers["owner"]
    made, tag = make(caller, collection)
    address = f"/{collection}/{made['id']}"

    def listed(query: str = "") -> bool:
        items = body(caller("GET", f"/{collection}?limit=200{query}"))["items"]
        return any(item["id"] == made["id"] for item in items)

    trashed = caller("DELETE", address, if_match=tag)
    assert trashed.status_code == 200
    assert body(trashed)["trashed_at"] is not None
    assert (listed(), listed("&trashed=true")) == (False, True)
    assert caller("GET", address)["ETag"] == trashed["ETag"]

    refused = caller("PATCH", address, {"name": "New"}, if_match=trashed["ETag"])
    assert (refused.status_code, code_of(refused)) == (409, "in_trash")
    again = caller("DELETE", address, if_match=trashed["ETag"])
    assert (again.status_code, again["ETag"]) == (200, trashed["ETag"])

    restored = caller("DELETE", f"{address}/trash", if_match=trashed["ETag"])
    assert restored.status_code == 200
    assert body(restored)["trashed_at"] is None
    assert body(restored)["version"] == 3
    assert (listed(), listed("&trashed=true")) == (True, False)
    again = caller("DELETE", f"{address}/trash", if_match=restored["ETag"])
    assert (again.status_code, again["ETag"]) == (200, restored["ETag"])


@COLLECTIONS
def test_each_write_leaves_one_entry_with_actor_and_request(world: World, collection: str) -> None:
    caller = world.callers["owner"]
    created = caller("POST", f"/{collection}", {"name": "Recorded"})
    made = body(created)
    changed = caller("PATCH", f"/{collection}/{made['id']}", {"name": "New"}, if_match=created["ETag"])
    caller("PATCH", f"/{collection}/{made['id']}", {"name": "Late"}, if_match=created["ETag"])

    with scope(world.organization, actor=SYSTEM, source="system"):
        entries = list(Entry.objects.filter(object_pk=made["id"]).order_by("id"))

    assert [entry.cid for entry in entries] == [created["X-Request-Id"], changed["X-Request-Id"]]
    assert {str(entry.actor_id) for entry in entries} == {str(world.actors["owner"].user_id)}
    assert {entry.source for entry in entries} == {"api"}


def test_status_follows_the_table(world: World) -> None:
    caller = world.callers["owner"]
    made, tag = make(caller)
    address = f"/campaigns/{made['id']}/status"

    refused = caller("PUT", address, {"status": "paused"}, if_match=tag)
    blocked = caller("PUT", address, {"status": "active"}, if_match=tag)
    assert (refused.status_code, code_of(refused)) == (409, "transition_not_allowed")
    assert body(refused)["allowed"] == ["scheduled", "active", "archived"]
    assert (blocked.status_code, code_of(blocked)) == (409, "launch_blocked")
    for status in ("archived", "draft"):
        answer = caller("PUT", address, {"status": status}, if_match=tag)
        assert body(answer)["status"] == status
        tag = answer["ETag"]


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"budget_micros": 1}, {"/currency": "required"}),
        (
            {"starts_at": "2030-02-02T00:00:00Z", "ends_at": "2030-02-01T00:00:00Z"},
            {"/ends_at": "out_of_range"},
        ),
        ({"objective": "fame"}, {"/objective": "unknown_value"}),
        ({"product_id": "0199d5f0-c6f2-7b6c-9f3a-2b1c0d4e5f60"}, {"/product_id": "unknown_value"}),
    ],
)
def test_a_campaign_must_make_sense(world: World, values: dict[str, Any], errors: dict[str, str]) -> None:
    caller = world.callers["owner"]
    made, tag = make(caller)
    before = digest(world)

    created = caller("POST", "/campaigns", {"name": "x"} | values)
    changed = caller("PATCH", f"/campaigns/{made['id']}", values, if_match=tag)

    assert (created.status_code, pointers(created)) == (422, errors)
    assert (changed.status_code, pointers(changed)) == (422, errors)
    assert digest(world) == before


def test_a_change_is_checked_with_what_stays(world: World) -> None:
    caller = world.callers["owner"]
    made, tag = make(caller, budget_micros=5, currency="EUR", ends_at="2030-01-01T00:00:00Z")

    answer = caller(
        "PATCH", f"/campaigns/{made['id']}", {"currency": "", "starts_at": "2031-01-01T00:00:00Z"}, if_match=tag
    )

    assert pointers(answer) == {"/currency": "required", "/ends_at": "out_of_range"}


def test_a_product_address_is_a_web_address(world: World) -> None:
    answer = world.callers["owner"]("POST", "/products", {"name": "x", "url": "javascript:alert(1)"})

    assert pointers(answer) == {"/url": "wrong_format"}


def test_a_campaign_names_a_product_outside_the_trash(world: World) -> None:
    caller = world.callers["owner"]
    product, product_tag = make(caller, "products")
    trashed, trashed_tag = make(caller, "products")
    caller("DELETE", f"/products/{trashed['id']}", if_match=trashed_tag)
    made, _tag = make(caller, product_id=product["id"])
    before = digest(world)

    assert made["product_id"] == product["id"]
    assert pointers(caller("POST", "/campaigns", {"name": "x", "product_id": trashed["id"]})) == {
        "/product_id": "unknown_value"
    }
    refused = caller("DELETE", f"/products/{product['id']}", if_match=product_tag)
    assert (refused.status_code, body(refused)["code"]) == (409, "in_use")
    assert body(refused)["uses"] == [{"kind": "campaign", "id": made["id"], "name": "Spring launch"}]
    assert digest(world) == before


@COLLECTIONS
def test_every_list_item_is_what_the_document_says(world: World, collection: str) -> None:
    values = {name: value for name, value in FULL[collection].items() if name != "sku"}
    make(world.callers["owner"], collection, **values)

    answer = world.callers["owner"]("GET", f"/{collection}")

    SHAPES[collection][1].model_validate(json.loads(answer.content))
    assert "data" not in body(answer)["items"][0]
