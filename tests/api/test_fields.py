"""`fields` and `expand`: less of a row, and what stands behind its ids, in a constant number of statements."""

from collections.abc import Callable

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from tests.api.caller import Caller
from tests.api.objects import body, make
from tests.api.world import World


@pytest.fixture
def queries(world: World) -> Callable[[Caller, str], int]:
    """Counts the statements of a GET."""

    def count(caller: Caller, path: str) -> int:
        with CaptureQueriesContext(connections["default"]) as captured:
            assert caller("GET", path).status_code == 200
        return len(captured)

    return count


def test_fields_leave_the_rest_out(world: World) -> None:
    caller = world.callers["owner"]
    make(caller, name="Sparse")

    rows = body(caller("GET", "/campaigns?fields=name,status&limit=3"))["items"]

    assert rows
    assert all(row.keys() == {"id", "name", "status"} for row in rows)


def test_each_choice_of_fields_has_an_etag_of_its_own(world: World) -> None:
    caller = world.callers["owner"]
    make(caller)

    tags = {caller("GET", f"/campaigns?limit=1{more}")["ETag"] for more in ("", "&fields=name", "&fields=status")}

    assert len(tags) == 3


def test_expand_puts_objects_beside_their_ids(world: World) -> None:
    caller = world.callers["owner"]
    product = make(caller, "products", name="Shoe")[0]
    make(caller, name="Expanded", product_id=product["id"])

    row = body(caller("GET", "/campaigns?q=Expanded&expand=owner,team,product"))["items"][0]
    sparse = body(caller("GET", "/campaigns?q=Expanded&expand=product&fields=name"))["items"][0]

    assert row["owner"] == {"id": str(world.actors["owner"].user_id), "name": "Owner"}
    assert row["team"] is None
    assert (row["product"]["id"], row["product"]["name"]) == (product["id"], "Shoe")
    assert sparse == {"id": row["id"], "name": "Expanded", "product": row["product"]}


def test_what_one_may_not_see_is_null(world: World) -> None:
    product = make(world.callers["owner"], "products", name="Hidden")[0]
    mine, tag = make(world.callers["owner"], name="Half hidden", product_id=product["id"])
    theirs = {"owner_id": str(world.actors["marketer"].user_id), "team_id": None}
    moved = world.callers["owner"]("PUT", f"/campaigns/{mine['id']}/ownership", theirs, if_match=tag)
    assert moved.status_code == 200

    row = body(world.callers["marketer"]("GET", "/campaigns?q=Half+hidden&expand=product"))["items"][0]

    assert row["product_id"] == product["id"]
    assert row["product"] is None


@pytest.mark.parametrize("expand", ["owner", "team", "product", "labels", "owner,team,product,labels"])
def test_expanding_costs_the_same_for_ten_rows_and_more(
    world: World, queries: Callable[[Caller, str], int], expand: str
) -> None:
    caller = world.callers["admin"]
    product = make(caller, "products", name="Shared")[0]
    for number in range(25 - len(body(caller("GET", "/campaigns?q=Constant&limit=25"))["items"])):
        make(caller, name=f"Constant {number}", product_id=product["id"])

    few, many = (queries(caller, f"/campaigns?q=Constant&expand={expand}&limit={limit}") for limit in (10, 25))

    assert few == many
