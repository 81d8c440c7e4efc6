"""A dry run answers what the run would, and leaves nothing."""

import uuid
from typing import Any

from audit.models import Entry
from config.api import api
from kernel.http.operations import WRITES, takes_dry_run
from kernel.jobs.models import Job
from kernel.records.models import IdempotencyKey
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tests.api.caller import code_of, pointers
from tests.api.objects import body, digest, make
from tests.api.world import World

# What is made anew by each run.
GENERATED = {"id", "created_at", "updated_at"}
# Bytes of files can't be taken back, and a question has nothing to take back.
BEYOND = {
    "append_to_an_upload",
    "complete_an_upload",
    "discard_an_upload",
    "foresee_misfits",
    "send_a_product_file",
}


def traces(world: World) -> list[Any]:
    """Everything that a write leaves: objects, entries of the log, jobs, keys."""
    with scope(world.organization, actor=SYSTEM, source="system"):
        numbers = [Entry.objects.count(), IdempotencyKey.objects.count()]
        jobs = Job.objects.filter(organization_id=world.organization.id).count()
    return [digest(world), *numbers, jobs]


def same(one: Any, other: Any) -> bool:
    """Whether two answers tell the same, but for what each run makes anew."""
    return {k: v for k, v in one.items() if k not in GENERATED} == {
        k: v for k, v in other.items() if k not in GENERATED
    }


def test_a_create_is_rehearsed(world: World) -> None:
    caller, sent = world.callers["owner"], {"name": "Rehearsed", "currency": "EUR", "budget_micros": 5_000_000}
    before = traces(world)

    rehearsed = caller("POST", "/campaigns?dry_run=true", sent, idempotency_key=str(uuid.uuid4()))
    after = traces(world)
    real = caller("POST", "/campaigns", sent)

    assert after == before
    assert (rehearsed.status_code, rehearsed["Dry-Run"]) == (201, "true")
    assert real.status_code == 201
    assert "Dry-Run" not in real
    assert same(body(rehearsed), body(real))


def test_changes_and_the_trash_are_rehearsed(world: World) -> None:
    caller = world.callers["owner"]
    made, tag = make(caller)
    address = f"/campaigns/{made['id']}"
    before = traces(world)

    changed = caller("PATCH", f"{address}?dry_run=true", {"name": "New"}, if_match=tag)
    trashed = caller("DELETE", f"{address}?dry_run=true", if_match=tag)

    assert (body(changed)["name"], body(changed)["version"], changed["Dry-Run"]) == ("New", 2, "true")
    assert body(trashed)["trashed_at"] is not None
    assert traces(world) == before
    assert caller("GET", address)["ETag"] == tag


def test_a_rehearsal_is_refused_as_the_run_would_be(world: World) -> None:
    caller = world.callers["owner"]
    made, _tag = make(caller)
    address = f"/campaigns/{made['id']}?dry_run=true"
    before = traces(world)

    refusals = [
        caller("PATCH", address, {"name": "y"}, if_match='"9-000000000000000000000000"'),
        caller("PATCH", address, {"name": "x"}),
        caller("PATCH", address, {"name": "x"}, if_match='"7-000000000000000000000000"'),
        caller("POST", "/campaigns?dry_run=true", {"name": "x", "id": made["id"]}),
        caller("POST", "/campaigns?dry_run=true", {}),
    ]

    assert [answer.status_code for answer in refusals] == [412, 428, 412, 409, 422]
    assert all(answer["Dry-Run"] == "true" for answer in refusals[:4])
    assert traces(world) == before


def test_it_uses_up_no_key(world: World) -> None:
    caller, key = world.callers["owner"], str(uuid.uuid4())

    rehearsed = caller("POST", "/campaigns?dry_run=true", {"name": "Key"}, idempotency_key=key)
    real = caller("POST", "/campaigns", {"name": "Key"}, idempotency_key=key)

    assert rehearsed.status_code == real.status_code == 201
    assert "Idempotent-Replayed" not in real


def test_anything_but_true_and_false_is_refused(world: World) -> None:
    before = traces(world)

    refused = world.callers["owner"]("POST", "/campaigns?dry_run=yes", {"name": "x"})

    assert (refused.status_code, pointers(refused)) == (422, {"?dry_run": "unknown_value"})
    assert traces(world) == before
    assert code_of(world.callers["owner"]("GET", "/campaigns?dry_run=true")) == "invalid"


def test_a_rehearsed_token_opens_nothing(world: World) -> None:
    caller = world.callers["owner"]

    answer = caller("POST", "/tokens?dry_run=true", {"name": "Ghost", "scopes": ["campaign:view"]})

    assert answer.status_code == 201
    assert type(caller)(body(answer)["token"])("GET", "/campaigns").status_code == 401


def test_every_write_declares_it() -> None:
    for operation in api.operations():
        if not WRITES.intersection(operation.methods):
            continue
        declared = [p for p in (operation.openapi_extra or {})["parameters"] if p["name"] == "dry_run"]
        assert len(declared) == takes_dry_run(operation), operation.operation_id


def test_only_files_and_questions_are_beyond_it() -> None:
    opted_out = {
        operation["operationId"]
        for methods in api.document()["paths"].values()
        for operation in methods.values()
        if operation.get("x-dry-run") is False
    }

    assert opted_out == BEYOND
