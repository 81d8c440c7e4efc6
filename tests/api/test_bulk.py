"""Many rows in one call: each with its own answer, the dry run first, the way back after."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.http import HttpResponse

from audit.models import Entry
from campaigns.models import Campaign, CampaignRevision
from kernel.ids import uuid7
from kernel.records.models import Batch, BatchRow
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tests.api.caller import Caller, code_of, pointers
from tests.api.objects import body, digest, make
from tests.api.world import World

# An undo is a new version; everything else is as before.
OF_THE_VERSION = {"row_version", "updated_at"}


def bulk(
    caller: Caller, action: str, rows: list[Any], collection: str = "campaigns", query: str = "", **options: Any
) -> HttpResponse:
    """Send rows under a new key."""
    sent = {"action": action, "rows": rows} | options
    return caller("POST", f"/{collection}/bulk{query}", sent, idempotency_key=str(uuid.uuid4()))


def content(world: World) -> list[Any]:
    """Every campaign as it is, but for its version."""
    with scope(world.organization, actor=SYSTEM, source="system"):
        rows = list(Campaign.objects.order_by("pk").values())
    return [{name: value for name, value in row.items() if name not in OF_THE_VERSION} for row in rows]


def outcomes(report: Any) -> list[tuple[int, int, str]]:
    """Index, status and problem of each row: what a dry run and the run must agree on."""
    return [(row["index"], row["status"], row.get("problem", {}).get("code", "")) for row in report["results"]]


def mixed(caller: Caller, number: int) -> list[Any]:
    """As many changes, every fifth of them wrong in one of five ways; the campaigns come from one bulk call."""
    made = body(bulk(caller, "create", [{"name": f"Row {n}"} for n in range(number)]))["results"]
    rows = [{"id": row["id"], "version": 1, "name": f"Changed {row['index']}"} for row in made]
    wrongs: list[dict[str, Any]] = [
        {"name": ""},
        {"version": 9},
        {"id": str(uuid7())},
        {"colour": "red"},
        {"budget_micros": 5},
    ]
    for place, index in enumerate(range(0, number, 5)):
        rows[index] |= wrongs[place % 5]
    return rows


def test_500_mixed_rows_are_rehearsed_done_and_undone(world: World) -> None:
    caller = world.callers["owner"]
    rows = mixed(caller, 500)
    before = content(world)

    rehearsed = bulk(caller, "change", rows, query="?dry_run=true")
    assert (rehearsed["Dry-Run"], content(world)) == ("true", before)
    done = bulk(caller, "change", rows)
    report = body(done)
    changed = content(world)
    undone = body(caller("POST", f"/batches/{report['batch']}/undo"))

    assert (rehearsed.status_code, done.status_code) == (200, 200)
    assert body(rehearsed) | {"batch": None, "undo_until": None} == report | {"batch": None, "undo_until": None}
    assert report["counts"] == {"total": 500, "done": 400, "failed": 100}
    assert {code for _index, _status, code in outcomes(report)} == {"", "invalid", "version_changed", "not_found"}
    assert changed != before
    assert undone["counts"] == {"total": 400, "undone": 400, "left": 0}
    assert content(world) == before


def test_every_row_gets_the_answer_it_would_get_alone(world: World) -> None:
    caller = world.callers["owner"]
    one, _tag = make(caller)
    two, _tag = make(caller, name="Untouched")
    rows = [
        {"id": one["id"], "version": 1, "name": "First"},
        {"id": one["id"], "version": 2, "objective": "traffic"},
        {"id": one["id"], "version": 2, "name": "Too late"},
        {"id": two["id"], "version": 1, "name": "Untouched"},
        {"id": two["id"], "version": 1, "name": "x" * 256},
        {"version": 1},
    ]

    report = body(bulk(caller, "change", rows))

    assert outcomes(report) == [
        (0, 200, ""),
        (1, 200, ""),
        (2, 412, "version_changed"),
        (3, 200, ""),
        (4, 422, "invalid"),
        (5, 422, "invalid"),
    ]
    assert [row.get("version") for row in report["results"]] == [2, 3, None, 1, None, None]
    assert report["results"][4]["problem"]["errors"][0]["pointer"] == "/name"
    assert {error["pointer"] for error in report["results"][5]["problem"]["errors"]} == {"/id"}
    with scope(world.organization, actor=SYSTEM, source="system"):
        saved = BatchRow.objects.get(batch_id=report["batch"])
        assert (saved.object_id, saved.version_after, saved.effect) == (uuid.UUID(one["id"]), 3, "changed")


def test_abort_writes_nothing_and_names_the_rows(world: World) -> None:
    caller = world.callers["owner"]
    made, _tag = make(caller)
    rows = [{"id": made["id"], "version": 1, "name": "Fine"}, {"id": made["id"], "version": 2, "name": ""}]
    before = digest(world)

    refused = bulk(caller, "change", rows, on_error="abort")
    rehearsed = bulk(caller, "change", rows, on_error="abort", query="?dry_run=true")

    assert (refused.status_code, code_of(refused)) == (422, "bulk_aborted")
    assert pointers(refused) == {"/rows/1/name": "too_short"}
    assert outcomes(body(refused)) == outcomes(body(rehearsed)) == [(0, 200, ""), (1, 422, "invalid")]
    assert digest(world) == before
    assert body(bulk(caller, "change", rows[:1], on_error="abort"))["counts"]["done"] == 1


def test_created_rows_are_removed_again(world: World) -> None:
    caller = world.callers["owner"]
    before = content(world)

    report = body(bulk(caller, "create", [{"name": "New one"}, {"name": "New two", "currency": "EUR"}]))
    undone = body(caller("POST", f"/batches/{report['batch']}/undo"))

    assert [row["status"] for row in report["results"]] == [201, 201]
    assert [row["effect"] for row in undone["results"]] == ["removed", "removed"]
    assert content(world) == before
    with scope(world.organization, actor=SYSTEM, source="system"):
        ids = [row["id"] for row in report["results"]]
        assert not CampaignRevision.objects.filter(campaign_id__in=ids).exists()


def test_transitions_trash_and_restore_go_back(world: World) -> None:
    caller = world.callers["owner"]
    made = [make(caller)[0] for _number in range(3)]
    before = content(world)

    led = body(bulk(caller, "transition", [{"id": one["id"], "version": 1, "status": "archived"} for one in made]))
    trashed = body(bulk(caller, "trash", [{"id": one["id"], "version": 2} for one in made]))
    restored = body(bulk(caller, "restore", [{"id": one["id"], "version": 3} for one in made]))
    backwards = [caller("POST", f"/batches/{report['batch']}/undo") for report in (restored, trashed, led)]

    assert [body(answer)["counts"]["undone"] for answer in backwards] == [3, 3, 3]
    assert content(world) == before


def test_what_was_changed_since_stays_and_is_named(world: World) -> None:
    caller = world.callers["owner"]
    report = body(bulk(caller, "create", [{"name": "Kept"}, {"name": "Gone"}, {"name": "Used"}]))
    kept, _gone, used = (row["id"] for row in report["results"])
    tag = caller("GET", f"/campaigns/{kept}")["ETag"]
    caller("PATCH", f"/campaigns/{kept}", {"name": "Somebody's work"}, if_match=tag)
    sent = {"name": "Ad", "placement": "square"}
    assert caller("POST", f"/campaigns/{used}/creatives", sent).status_code == 201

    undone = body(caller("POST", f"/batches/{report['batch']}/undo"))

    assert [(row["effect"], row.get("problem", {}).get("code")) for row in undone["results"]] == [
        ("left", "changed_since"),
        ("removed", None),
        ("left", "in_use"),
    ]
    assert undone["counts"] == {"total": 3, "undone": 1, "left": 2}
    assert body(caller("GET", f"/campaigns/{kept}"))["name"] == "Somebody's work"


def test_an_undo_is_a_batch_with_its_own_trail(world: World) -> None:
    caller = world.callers["owner"]
    made, _tag = make(caller, name="Before")
    report = body(bulk(caller, "change", [{"id": made["id"], "version": 1, "name": "After"}]))

    undone = body(caller("POST", f"/batches/{report['batch']}/undo"))
    listed = body(caller("GET", "/batches?limit=2"))["items"]

    assert [(row["id"], row["action"], row["undoable"]) for row in listed] == [
        (undone["batch"], "undo", False),
        (report["batch"], "change", False),
    ]
    assert (listed[0]["undo_of"], listed[1]["undone_by"]) == (report["batch"], undone["batch"])
    assert body(caller("GET", f"/campaigns/{made['id']}"))["version"] == 3
    with scope(world.organization, actor=SYSTEM, source="system"):
        told = Entry.objects.filter(object_pk=report["batch"]).order_by("id").values_list("event", "object_repr")
        assert list(told) == [("batch.applied", "change: 1 campaigns"), ("batch.undone", "change: 1 campaigns")]
        last = Entry.objects.filter(object_pk=made["id"]).order_by("-id").first()
        assert last is not None
        assert (last.changes or {})["name"] == ["After", "Before"]


@pytest.mark.parametrize(("age", "code"), [(0, "batch_undone"), (31, "undo_expired")])
def test_a_batch_is_undone_once_and_in_time(world: World, age: int, code: str) -> None:
    caller = world.callers["owner"]
    report = body(bulk(caller, "create", [{"name": "Once"}]))
    if age:
        with scope(world.organization, actor=SYSTEM, source="system"):
            Batch.objects.filter(pk=report["batch"]).update(created_at=Now() - timedelta(minutes=age))
    else:
        undo = body(caller("POST", f"/batches/{report['batch']}/undo"))["batch"]
        assert code_of(caller("POST", f"/batches/{undo}/undo")) == "not_undoable"
    before = digest(world)

    refused = caller("POST", f"/batches/{report['batch']}/undo")

    assert (refused.status_code, code_of(refused)) == (409, code)
    assert digest(world) == before


def test_an_undo_can_be_rehearsed(world: World) -> None:
    caller = world.callers["owner"]
    report = body(bulk(caller, "create", [{"name": "Rehearsed"}]))
    before = digest(world)

    rehearsed = caller("POST", f"/batches/{report['batch']}/undo?dry_run=true")

    assert (rehearsed.status_code, body(rehearsed)["counts"]["undone"]) == (200, 1)
    assert digest(world) == before
    assert body(caller("GET", f"/batches/{report['batch']}"))["undoable"]


def test_rights_are_asked_for_each_row(world: World) -> None:
    owner, marketer = world.callers["owner"], world.callers["marketer"]
    theirs, _tag = make(owner)
    own, _tag = make(marketer)
    rows = [{"id": one["id"], "version": 1, "name": "Mine now"} for one in (theirs, own)]

    report = body(bulk(marketer, "change", rows))
    refused = bulk(world.callers["analyst"], "change", rows)

    assert outcomes(report) == [(0, 404, "not_found"), (1, 200, "")]
    assert (refused.status_code, code_of(refused)) == (403, "scope_missing")


def test_others_see_a_batch_only_if_they_may_take_it_back(world: World) -> None:
    report = body(bulk(world.callers["marketer"], "create", [{"name": "Private"}]))
    address = f"/batches/{report['batch']}"

    statuses = {role: world.callers[role]("GET", address).status_code for role in ("marketer", "admin", "analyst")}
    undone = body(world.callers["admin"]("POST", f"{address}/undo"))

    assert statuses == {"marketer": 200, "admin": 200, "analyst": 404}
    assert undone["counts"]["undone"] == 1
    assert world.callers["analyst"]("POST", f"{address}/undo").status_code == 404


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ({"action": "explode", "rows": [{}]}, {"/action": "unknown_value"}),
        ({"action": "trash", "rows": []}, {"/rows": "too_short"}),
        ({"action": "trash", "rows": [{}] * 501}, {"/rows": "too_long"}),
        ({"action": "trash", "rows": [1]}, {"/rows/0": "wrong_type"}),
        ({"action": "trash", "rows": [{}], "on_error": "ask"}, {"/on_error": "unknown_value"}),
        ({"rows": [{}]}, {"/action": "required"}),
    ],
)
def test_a_body_that_is_none_is_refused(world: World, sent: Any, found: dict[str, str]) -> None:
    before = digest(world)

    refused = world.callers["owner"]("POST", "/campaigns/bulk", sent, idempotency_key="k1")

    assert (refused.status_code, pointers(refused)) == (422, found)
    assert digest(world) == before


def test_a_key_is_required_and_replays_the_report(world: World) -> None:
    caller = world.callers["owner"]
    sent, key = {"action": "create", "rows": [{"name": "Keyed"}]}, str(uuid.uuid4())

    refused = caller("POST", "/campaigns/bulk", sent)
    first, again = (caller("POST", "/campaigns/bulk", sent, idempotency_key=key) for _time in range(2))

    assert (refused.status_code, pointers(refused)) == (422, {"Idempotency-Key": "required"})
    assert first.content == again.content


def test_creatives_come_and_go_with_their_links(world: World) -> None:
    caller = world.callers["owner"]
    campaign, _tag = make(caller)
    product = body(caller("POST", "/products", {"name": "Shoe"}))
    row = {"campaign_id": campaign["id"], "name": "Ad", "placement": "square", "product_ids": [product["id"]]}

    made = body(bulk(caller, "create", [row, row | {"placement": "moon"}], "creatives"))
    first = made["results"][0]
    changed = body(bulk(caller, "change", [{"id": first["id"], "version": 1, "product_ids": []}], "creatives"))
    undone = body(caller("POST", f"/batches/{changed['batch']}/undo"))

    assert outcomes(made) == [(0, 201, ""), (1, 422, "invalid")]
    assert undone["counts"]["undone"] == 1
    assert body(caller("GET", f"/creatives/{first['id']}"))["product_ids"] == [product["id"]]
