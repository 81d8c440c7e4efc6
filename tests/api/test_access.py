"""Who may do what through the API, role by role; and nothing of another organization, ever."""

from typing import Any

import pytest

from kernel.ids import uuid7
from tests.api.caller import Caller, code_of
from tests.api.objects import body, digest, fill, make
from tests.api.world import World, make_world, token_for
from tests.tenants import remove_organization

COLLECTIONS = pytest.mark.parametrize("collection", ["campaigns", "products"])
READ, WRITE = {"GET": 200}, {"PATCH": 200, "DELETE": 200}
# What each role gets for its own object and for the owner's; None: it can make none.
MATRIX: dict[str, dict[str, tuple[dict[str, int] | None, dict[str, int]]]] = {
    "campaigns": {
        "owner": (READ | WRITE, READ | WRITE),
        "admin": (READ | WRITE, READ | WRITE),
        "manager": (READ | WRITE, READ | {"PATCH": 403, "DELETE": 403}),
        "marketer": (READ | WRITE, {"GET": 404, "PATCH": 404, "DELETE": 404}),
        "analyst": (None, READ | {"PATCH": 403, "DELETE": 403}),
    },
    "products": {
        "owner": (READ | WRITE, READ | WRITE),
        "admin": (READ | WRITE, READ | WRITE),
        "manager": (READ | WRITE, READ | {"PATCH": 403, "DELETE": 403}),
        "marketer": (READ | WRITE, {"GET": 404, "PATCH": 404, "DELETE": 404}),
        "analyst": (None, READ | {"PATCH": 403, "DELETE": 403}),
    },
}


def attempt(caller: Caller, collection: str, made: dict[str, Any], tag: str) -> dict[str, int]:
    """The status of each operation on an object, in an order that leaves it writable for the next."""
    address = f"/{collection}/{made['id']}"
    found = {"GET": caller("GET", address).status_code}
    changed = caller("PATCH", address, {"name": "Mine"}, if_match=tag)
    found["PATCH"] = changed.status_code
    tag = changed["ETag"] if changed.status_code == 200 else tag
    found["DELETE"] = caller("DELETE", address, if_match=tag).status_code
    return found


@COLLECTIONS
@pytest.mark.parametrize("role", MATRIX["campaigns"])
def test_each_role_does_what_the_matrix_says(world: World, collection: str, role: str) -> None:
    own, foreign = MATRIX[collection][role]
    caller = world.callers[role]
    made, tag = make(world.callers["owner"], collection)

    before = digest(world)
    assert attempt(caller, collection, made, tag) == foreign
    if 200 not in (foreign["PATCH"], foreign["DELETE"]):
        assert digest(world) == before
    if own is None:
        refused = caller("POST", f"/{collection}", {"name": "x"})
        assert refused.status_code == 403
    else:
        assert attempt(caller, collection, *make(caller, collection)) == own


def test_a_refusal_names_the_permission_and_who_holds_it(world: World) -> None:
    made, tag = make(world.callers["owner"])

    refused = world.callers["manager"]("PATCH", f"/campaigns/{made['id']}", {"name": "x"}, if_match=tag)

    assert (refused.status_code, code_of(refused)) == (403, "not_allowed")
    assert body(refused)["permission"] == "campaign:edit"
    assert body(refused)["granted_by"] == ["Owner", "Admin"]
    assert body(refused)["detail"] == "You need the permission: Change campaigns."


def test_a_token_does_not_go_beyond_its_scopes(world: World) -> None:
    made, tag = make(world.callers["owner"])
    before = digest(world)
    reader = token_for(world, "owner", {"campaign:view"})

    assert reader("GET", f"/campaigns/{made['id']}").status_code == 200
    refused = reader("PATCH", f"/campaigns/{made['id']}", {"name": "x"}, if_match=tag)
    assert (refused.status_code, code_of(refused)) == (403, "scope_missing")
    assert body(refused)["permission"] == "campaign:edit"
    assert code_of(reader("GET", "/products")) == "scope_missing"
    assert digest(world) == before


def test_starting_a_campaign_needs_the_right_to_publish(world: World) -> None:
    editor = token_for(world, "owner", {"campaign:view", "campaign:edit"})
    made, tag = make(world.callers["owner"])

    started = editor("PUT", f"/campaigns/{made['id']}/status", {"status": "active"}, if_match=tag)
    archived = editor("PUT", f"/campaigns/{made['id']}/status", {"status": "archived"}, if_match=tag)

    assert (started.status_code, body(started)["permission"]) == (403, "campaign:publish")
    assert archived.status_code == 200


@COLLECTIONS
def test_another_organization_has_nothing_to_offer(world: World, other_world: World, collection: str) -> None:
    made, tag = make(world.callers["owner"], collection)
    stranger = other_world.callers["owner"]
    address = f"/{collection}/{made['id']}"
    before = digest(world)

    answers = [
        stranger("GET", address),
        stranger("PATCH", address, {"name": "Mine"}, if_match=tag),
        stranger("DELETE", address, if_match=tag),
        stranger("DELETE", f"{address}/trash", if_match=tag),
        stranger("PATCH", address, {"name": "Mine"}),
    ]

    assert [(answer.status_code, code_of(answer)) for answer in answers] == [(404, "not_found")] * 5
    listed = body(stranger("GET", f"/{collection}?limit=200"))["items"]
    assert made["id"] not in {row["id"] for row in listed}
    assert stranger("POST", f"/{collection}", {"name": "x", "id": made["id"]}).status_code == 201
    assert digest(world) == before


def test_a_product_of_another_organization_can_not_be_named(world: World, other_world: World) -> None:
    product, _tag = make(other_world.callers["owner"], "products")

    answer = world.callers["owner"]("POST", "/campaigns", {"name": "x", "product_id": product["id"]})

    assert answer.status_code == 422


@pytest.mark.parametrize(
    "token",
    ["x", "cb_live_x_y_z", "cb_live_" + "a" * 52 + "_" + "0" * 30 + "_000000", "\u00e9"],
)
def test_a_token_that_is_none_opens_nothing(world: World, token: str) -> None:
    answer = Caller(token)("GET", "/campaigns")

    assert (answer.status_code, code_of(answer)) == (401, "invalid_token")


@COLLECTIONS
def test_the_plan_limits_what_is_outside_the_trash(world: World, collection: str) -> None:
    small = make_world(plan="free", roles=("owner",))
    caller, limit = small.callers["owner"], small.organization.limits[collection]
    assert limit is not None
    try:
        fill(small, collection, limit - 1)
        made, tag = make(caller, collection)
        before = digest(small)

        refused = caller("POST", f"/{collection}", {"name": "One more"})
        assert (refused.status_code, code_of(refused)) == (409, "limit_reached")
        facts = {name: body(refused)[name] for name in ("limit", "current", "maximum")}
        assert facts == {"limit": collection, "current": limit, "maximum": limit}
        assert digest(small) == before

        trashed = caller("DELETE", f"/{collection}/{made['id']}", if_match=tag)
        make(caller, collection)
        refused = caller("DELETE", f"/{collection}/{made['id']}/trash", if_match=trashed["ETag"])
        assert (refused.status_code, code_of(refused)) == (409, "limit_reached")
    finally:
        remove_organization(small.row)


def test_an_unknown_object_is_not_found(world: World) -> None:
    caller = world.callers["owner"]

    assert caller("GET", f"/campaigns/{uuid7()}").status_code == 404
    assert caller("PATCH", f"/campaigns/{uuid7()}", {"name": "x"}, if_match='"1-' + "0" * 24 + '"').status_code == 404
    assert caller("DELETE", f"/products/{uuid7()}").status_code == 404
