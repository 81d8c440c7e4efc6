"""Idempotency-Key: one effect and one answer, whoever retries when."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.db.models.functions import Now
from django.http import HttpResponse

from campaigns.models import Campaign
from kernel.http import idempotency
from kernel.jobs.models import Job
from kernel.records import pruning
from kernel.records.models import IdempotencyKey
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tests.api.caller import code_of, pointers
from tests.api.objects import body, digest, make
from tests.api.world import World, token_for


def keyed() -> str:
    """A new key."""
    return str(uuid.uuid4())


def called(world: World, name: str) -> int:
    """How many campaigns have this name."""
    with scope(world.organization, actor=SYSTEM, source="system"):
        return Campaign.objects.filter(name=name).count()


def keys(world: World) -> list[Any]:
    """The keys that are kept."""
    with scope(world.organization, actor=SYSTEM, source="system"):
        return list(IdempotencyKey.objects.order_by("pk").values_list("key", flat=True))


def test_a_retry_gets_the_first_answer_and_does_nothing(world: World) -> None:
    caller, key = world.callers["owner"], keyed()

    first = caller("POST", "/campaigns", {"name": "Once only"}, idempotency_key=key)
    again = caller("POST", "/campaigns", {"name": "Once only"}, idempotency_key=key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert (again["ETag"], again["Location"]) == (first["ETag"], first["Location"])
    assert again["Content-Type"] == "application/json"
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert called(world, "Once only") == 1
    assert caller("GET", f"/campaigns/{body(again)['id']}", if_none_match=again["ETag"]).status_code == 304


def test_who_does_not_see_it_any_more_gets_no_answer_again(world: World) -> None:
    caller, key = world.callers["marketer"], keyed()
    made = caller("POST", "/campaigns", {"name": "Out of sight"}, idempotency_key=key)
    address = f"/campaigns/{body(made)['id']}"
    assert caller("POST", "/campaigns", {"name": "Out of sight"}, idempotency_key=key).content == made.content
    with scope(world.organization, actor=SYSTEM, source="system"):
        Campaign.objects.filter(pk=body(made)["id"]).update(owner_id=world.actors["owner"].user_id)

    refused = caller("POST", "/campaigns", {"name": "Out of sight"}, idempotency_key=key)

    assert caller("GET", address).status_code == 404
    assert (refused.status_code, code_of(refused)) == (409, "idempotency_answer_lost")
    assert called(world, "Out of sight") == 1


def test_who_may_make_but_not_look_gets_the_answer_again(world: World) -> None:
    caller, key = token_for(world, "owner", {"campaign:create"}), keyed()

    first, again = (caller("POST", "/campaigns", {"name": "Blind"}, idempotency_key=key) for _time in range(2))

    assert (first.status_code, again.content, again["Idempotent-Replayed"]) == (201, first.content, "true")


def test_another_key_or_none_is_another_request(world: World) -> None:
    caller = world.callers["owner"]

    for key in (keyed(), keyed()):
        assert caller("POST", "/campaigns", {"name": "Thrice"}, idempotency_key=key).status_code == 201
    assert caller("POST", "/campaigns", {"name": "Thrice"}).status_code == 201

    assert called(world, "Thrice") == 3


def test_a_key_belongs_to_who_sent_it(world: World) -> None:
    key = keyed()

    for caller in (world.callers["owner"], world.callers["admin"], token_for(world, "owner")):
        answer = caller("POST", "/campaigns", {"name": "Each their own"}, idempotency_key=key)
        assert "Idempotent-Replayed" not in answer

    assert called(world, "Each their own") == 3


@pytest.mark.parametrize("other", [{"name": "Other"}, {"name": "First", "currency": "EUR"}])
def test_another_body_with_the_same_key_is_refused(world: World, other: dict[str, str]) -> None:
    caller, key = world.callers["owner"], keyed()
    caller("POST", "/campaigns", {"name": "First"}, idempotency_key=key)
    before = digest(world)

    refused = caller("POST", "/campaigns", other, idempotency_key=key)

    assert (refused.status_code, code_of(refused)) == (422, "idempotency_key_reused")
    assert pointers(refused) == {"Idempotency-Key": "reused"}
    assert digest(world) == before


def test_another_address_with_the_same_key_is_refused(world: World) -> None:
    caller, key = world.callers["owner"], keyed()
    caller("POST", "/campaigns", {"name": "Mine"}, idempotency_key=key)

    assert code_of(caller("POST", "/products", {"name": "Mine"}, idempotency_key=key)) == "idempotency_key_reused"


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "schl\u00fcssel"])
def test_a_key_that_is_none_is_refused(world: World, key: str) -> None:
    before = digest(world)

    refused = world.callers["owner"]("POST", "/campaigns", {"name": "Bad key"}, idempotency_key=key)

    assert (refused.status_code, pointers(refused)) == (422, {"Idempotency-Key": "wrong_format"})
    assert digest(world) == before


def test_a_failure_is_not_kept_and_may_be_tried_again(world: World) -> None:
    caller, key = world.callers["owner"], keyed()
    made, _tag = make(caller)

    failed = caller("POST", "/campaigns", {"name": "Again", "id": made["id"]}, idempotency_key=key)
    kept = keys(world)
    repaired = caller("POST", "/campaigns", {"name": "Again"}, idempotency_key=key)

    assert (failed.status_code, code_of(failed)) == (409, "id_taken")
    assert key not in kept
    assert repaired.status_code == 201
    assert "Idempotent-Replayed" not in repaired


def test_a_secret_is_replayed_but_not_kept_readable(world: World) -> None:
    caller, key = world.callers["owner"], keyed()
    wanted = {"name": "Nightly", "scopes": ["campaign:view"]}

    first = caller("POST", "/tokens", wanted, idempotency_key=key)
    again = caller("POST", "/tokens", wanted, idempotency_key=key)

    secret = body(first)["token"]
    assert body(again)["token"] == secret
    assert again["Cache-Control"] == "no-store"
    with scope(world.organization, actor=SYSTEM, source="system"):
        kept = IdempotencyKey.objects.get(key=key)
    assert secret not in kept.body
    assert secret not in str(kept.headers)


def test_fifty_at_once_have_one_effect(world: World) -> None:
    caller, key = world.callers["owner"], keyed()

    def once(_number: int) -> HttpResponse:
        try:
            return caller("POST", "/campaigns", {"name": "Fifty"}, idempotency_key=key)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(once, range(50)))

    statuses = [answer.status_code for answer in answers]
    done = [answer for answer in answers if answer.status_code == 201]
    assert set(statuses) <= {201, 409}
    assert called(world, "Fifty") == 1
    assert len({answer.content for answer in done}) == 1
    assert sum("Idempotent-Replayed" not in answer for answer in done) == 1
    for answer in answers:
        if answer.status_code == 409:
            assert (code_of(answer), answer["Retry-After"]) == ("idempotency_in_flight", "1")


def test_who_comes_while_the_first_is_under_way_is_told_to_wait(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "LONGEST_WAIT", "50ms")
    caller, key, owner = world.callers["owner"], keyed(), principal(world)
    claimed, finish = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with scope(world.organization, actor=world.actors["owner"], source="api"):
                row = IdempotencyKey.objects.create(principal_id=owner, key=key, fingerprint="", status=None)
                claimed.set()
                finish.wait(20)
                row.delete()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(hold)
        assert claimed.wait(20)
        waiting = caller("POST", "/campaigns", {"name": "Patience"}, idempotency_key=key)
        finish.set()
        held.result()
    after = caller("POST", "/campaigns", {"name": "Patience"}, idempotency_key=key)

    assert (waiting.status_code, code_of(waiting), waiting["Retry-After"]) == (409, "idempotency_in_flight", "1")
    assert after.status_code == 201
    assert called(world, "Patience") == 1


def principal(world: World) -> uuid.UUID:
    """The id under which the owner's token keeps its keys."""
    known = keyed()
    world.callers["owner"]("POST", "/campaigns", {"name": "Who"}, idempotency_key=known)
    with scope(world.organization, actor=SYSTEM, source="system"):
        return IdempotencyKey.objects.get(key=known).principal_id


def test_a_key_is_forgotten_after_a_day(world: World) -> None:
    caller, key = world.callers["owner"], keyed()
    caller("POST", "/campaigns", {"name": "Daily"}, idempotency_key=key)
    grow_old(world, key)

    again = caller("POST", "/campaigns", {"name": "Daily"}, idempotency_key=key)

    assert "Idempotent-Replayed" not in again
    assert called(world, "Daily") == 2


def test_a_job_removes_what_is_older_than_a_day(world: World) -> None:
    caller, old, new = world.callers["owner"], keyed(), keyed()
    for key in (old, new):
        caller("POST", "/campaigns", {"name": "Pruned"}, idempotency_key=key)
    grow_old(world, old)

    with scope(world.organization, actor=SYSTEM, source="system"):
        assert Job.objects.filter(kind=pruning.PRUNE, organization_id=world.organization.id).exists()
        assert pruning.delete_expired() >= 1

    assert old not in keys(world)
    assert new in keys(world)


def grow_old(world: World, key: str) -> None:
    """Let the key be older than it is kept."""
    with scope(world.organization, actor=SYSTEM, source="system"):
        rows = IdempotencyKey.objects.filter(key=key)
        assert rows.update(created_at=Now() - timedelta(hours=24, minutes=1)) == 1
