"""Two at the same moment: one wins, nothing is lost, no limit is passed."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connections

from campaigns.queries import live_campaigns
from kernel.ids import uuid7
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tests.api.caller import Caller
from tests.api.objects import body, fill, make
from tests.api.world import World, make_world
from tests.tenants import remove_organization


def in_parallel(times: int, call: object) -> list[int]:
    """The statuses of `times` calls made at once."""

    def once(number: int) -> int:
        try:
            return int(call(number).status_code)  # type: ignore[operator]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return sorted(pool.map(once, range(times)))


def test_of_two_changes_from_one_version_one_wins(world: World) -> None:
    caller = world.callers["owner"]
    made, tag = make(caller)
    address = f"/campaigns/{made['id']}"

    statuses = in_parallel(6, lambda n: caller("PATCH", address, {"name": f"Writer {n}"}, if_match=tag))

    assert statuses == [200, 412, 412, 412, 412, 412]
    assert body(caller("GET", address))["version"] == 2


def test_parallel_creates_do_not_pass_the_limit(world: World) -> None:
    small = make_world(plan="free", roles=("owner",))
    caller: Caller = small.callers["owner"]
    limit = small.organization.limits["campaigns"]
    assert limit is not None
    try:
        fill(small, "campaigns", limit - 2)

        statuses = in_parallel(6, lambda n: caller("POST", "/campaigns", {"name": f"New {n}"}))

        assert statuses == [201, 201, 409, 409, 409, 409]
        with scope(small.organization, actor=SYSTEM, source="system"):
            assert live_campaigns() == limit
    finally:
        remove_organization(small.row)


def test_of_two_creates_with_one_id_one_wins(world: World) -> None:
    own = str(uuid7())

    statuses = in_parallel(4, lambda n: world.callers["owner"]("POST", "/campaigns", {"name": f"{n}", "id": own}))

    assert statuses == [201, 409, 409, 409]


def test_of_two_undos_one_wins(world: World) -> None:
    caller = world.callers["owner"]
    sent = {"action": "create", "rows": [{"name": f"Raced {number}"} for number in range(5)]}
    batch = body(caller("POST", "/campaigns/bulk", sent, idempotency_key=str(uuid7())))["batch"]

    assert in_parallel(4, lambda n: caller("POST", f"/batches/{batch}/undo")) == [200, 409, 409, 409]


def test_bulk_changes_of_the_same_rows_never_block_each_other_for_good(world: World) -> None:
    caller = world.callers["owner"]
    made = [make(caller)[0] for _number in range(10)]
    rows = [{"id": one["id"], "version": 1, "name": "Raced"} for one in made]

    def change(number: int) -> object:
        sent = {"action": "change", "rows": rows if number % 2 else rows[::-1]}
        return caller("POST", "/campaigns/bulk", sent, idempotency_key=str(uuid7()))

    assert in_parallel(4, change) == [200, 200, 200, 200]
    assert {body(caller("GET", f"/campaigns/{one['id']}"))["version"] for one in made} == {2}
