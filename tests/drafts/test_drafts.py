"""Drafts over the wire: one's own, per object and device, the last write counts, never a version of anything."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from audit.models import Entry
from campaigns.models import Draft
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tests.api.caller import Caller, code_of, pointers
from tests.api.objects import body, digest, make
from tests.api.world import World, token_for
from tests.audit.conftest import id_of
from tests.tenancy.statements import statements

DEVICE, PHONE = str(uuid4()), str(uuid4())
# One for good: the names of tests must be the same in every process.
KEY = "0b7c6a52-5d0e-4a6f-9d8b-2f0f6f3c1a11"
TYPED = {"base": {"name": "a"}, "fields": {"name": "ab", "channels": ["search", "email"]}}


def put(caller: Caller, where: str, device: str = DEVICE, **more: Any) -> Any:
    return caller("PUT", f"/drafts/{where}", {"device": device, "body": TYPED} | more)


def drafts(world: World) -> list[Any]:
    with scope(world.organization, actor=SYSTEM, source="system"):
        return list(Draft.objects.order_by("pk").values_list())


def test_what_is_kept_is_read_back_with_the_objects_version(world: World) -> None:
    caller = world.callers["marketer"]
    made, tag = make(caller)
    where = f"campaign/{made['id']}"

    kept = put(caller, where, base_version=1)
    read = caller("GET", f"/drafts/{where}")

    assert (kept.status_code, read.status_code) == (200, 200)
    assert body(read) == body(kept) | {"body": TYPED}
    assert body(read)["base_version"] == body(read)["object_version"] == 1
    changed = caller("PATCH", f"/campaigns/{made['id']}", {"name": "Meanwhile"}, if_match=tag)
    assert changed.status_code == 200
    assert body(put(caller, where, base_version=1))["object_version"] == 2


def test_the_last_write_of_a_device_counts_and_devices_stand_side_by_side(world: World) -> None:
    caller = world.callers["marketer"]
    where = f"campaign/new-{uuid4()}"
    put(caller, where)
    put(caller, where, PHONE, body={"from": "phone"})
    put(caller, where, body={"from": "desk"})

    assert body(caller("GET", f"/drafts/{where}"))["body"] == {"from": "desk"}
    assert body(caller("GET", f"/drafts/{where}?device={PHONE}"))["body"] == {"from": "phone"}
    listed = body(caller("GET", f"/drafts?kind=campaign&key={where.partition('/')[2]}"))["items"]
    assert [item["device"] for item in listed] == [DEVICE, PHONE]
    assert "body" not in listed[0]

    assert body(caller("DELETE", f"/drafts/{where}?device={DEVICE}")) == {"discarded": 1}
    assert body(caller("GET", f"/drafts/{where}"))["body"] == {"from": "phone"}
    assert body(caller("DELETE", f"/drafts/{where}")) == {"discarded": 1}
    assert body(caller("DELETE", f"/drafts/{where}")) == {"discarded": 0}
    assert caller("GET", f"/drafts/{where}").status_code == 404


def test_nobody_else_sees_or_removes_them_whatever_their_role(world: World, other_world: World) -> None:
    made, _tag = make(world.callers["marketer"])
    where = f"campaign/{made['id']}"
    put(world.callers["marketer"], where)
    before = drafts(world)

    assert world.callers["owner"]("GET", f"/drafts/{where}").status_code == 404
    assert made["id"] not in str(body(world.callers["owner"]("GET", "/drafts")))
    assert body(world.callers["owner"]("DELETE", f"/drafts/{where}")) == {"discarded": 0}
    assert body(other_world.callers["owner"]("GET", "/drafts")) == {"items": [], "next": None}
    assert put(other_world.callers["owner"], where).status_code == 404
    assert drafts(world) == before


def test_it_takes_seeing_the_object(world: World) -> None:
    mine, _tag = make(world.callers["owner"])
    marketer, before = world.callers["marketer"], drafts(world)

    assert put(marketer, f"campaign/{mine['id']}").status_code == 404
    assert put(marketer, f"creative/{uuid4()}").status_code == 404
    settings = put(marketer, "settings/calendar")
    assert (settings.status_code, code_of(settings)) == (403, "scope_missing")
    narrow = put(token_for(world, "owner", {"catalog:view"}), f"campaign/{mine['id']}")
    assert (narrow.status_code, code_of(narrow)) == (403, "scope_missing")
    assert drafts(world) == before


def test_parts_of_an_object_are_kept_side_by_side(world: World) -> None:
    caller = world.callers["owner"]
    made, _tag = make(caller)
    put(caller, f"campaign/{made['id']}.build", body={"part": "build"})
    put(caller, f"campaign/{made['id']}.schedule", body={"part": "schedule"})

    assert body(caller("GET", f"/drafts/campaign/{made['id']}.build"))["body"] == {"part": "build"}
    assert put(world.callers["marketer"], f"campaign/{made['id']}.build").status_code == 404


@pytest.mark.parametrize("collection", ["campaigns", "products"])
def test_what_is_in_the_trash_has_no_drafts(world: World, collection: str) -> None:
    caller = world.callers["owner"]
    made, tag = make(caller, collection)
    where = f"{collection.removesuffix('s')}/{made['id']}"
    put(caller, where)
    trashed = caller("DELETE", f"/{collection}/{made['id']}", if_match=tag)
    before = drafts(world)

    read, kept = caller("GET", f"/drafts/{where}"), put(caller, where, body={"late": True})

    assert trashed.status_code == 200
    assert [(answer.status_code, code_of(answer)) for answer in (read, kept)] == [(409, "in_trash")] * 2
    assert made["id"] not in str(body(caller("GET", "/drafts")))
    assert drafts(world) == before


def test_a_creative_follows_its_campaign_and_settings_are_one(world: World) -> None:
    caller = world.callers["owner"]
    campaign, _tag = make(caller)
    sent = {"name": "Square", "placement": "square"}
    creative = body(caller("POST", f"/campaigns/{campaign['id']}/creatives", sent))

    assert body(put(caller, f"creative/{creative['id']}"))["object_version"] == creative["version"]
    assert body(put(caller, "settings/calendar"))["object_version"] == body(caller("GET", "/settings"))["version"]
    with scope(world.organization, actor=SYSTEM, source="system"):
        owner = id_of(world.actors["owner"])
        Draft.objects.filter(user_id=owner, kind__in=("creative", "settings")).delete()


@pytest.mark.parametrize(
    ("where", "change", "errors"),
    [
        (f"person/{KEY}", {}, {"kind": "unknown_value"}),
        ("campaign/new", {}, {"key": "wrong_format"}),
        (f"campaign/new-{KEY}.build", {}, {"key": "wrong_format"}),
        (f"settings/{KEY}", {}, {"key": "wrong_format"}),
        (f"campaign/new-{KEY}", {"device": "desk"}, {"/device": "wrong_format"}),
        (f"campaign/new-{KEY}", {"base_version": -1}, {"/base_version": "out_of_range"}),
        (f"campaign/new-{KEY}", {"body": ["a"]}, {"/body": "wrong_type"}),
        (f"campaign/new-{KEY}", {"body": {"text": "x" * 256 * 1024}}, {"/body": "too_large"}),
        (f"campaign/new-{KEY}", {"user_id": KEY}, {"/user_id": "unknown_field"}),
    ],
)
def test_what_cant_be_kept_is_refused(world: World, where: str, change: dict[str, Any], errors: dict[str, str]) -> None:
    before = drafts(world)

    refused = put(world.callers["owner"], where, **change)

    assert refused.status_code == 422
    assert pointers(refused) == errors
    assert drafts(world) == before


def test_a_rehearsal_keeps_nothing(world: World) -> None:
    before = drafts(world)

    answer = world.callers["owner"](
        "PUT", f"/drafts/campaign/new-{uuid4()}?dry_run=true", {"device": DEVICE, "body": TYPED}
    )

    assert answer.status_code == 200
    assert drafts(world) == before


def test_typing_is_no_version_and_no_entry_in_the_log(world: World) -> None:
    caller = world.callers["owner"]
    made, tag = make(caller)
    before = digest(world)
    with scope(world.organization, actor=SYSTEM, source="system"):
        told = Entry.objects.count()

    put(caller, f"campaign/{made['id']}")
    put(caller, f"campaign/{made['id']}", body={"more": 1})

    assert digest(world) == before
    assert caller("GET", f"/campaigns/{made['id']}")["ETag"] == tag
    with scope(world.organization, actor=SYSTEM, source="system"):
        assert Entry.objects.count() == told


def test_a_write_costs_access_the_object_and_one_update(world: World) -> None:
    caller = world.callers["owner"]
    made, _tag = make(caller)
    where = f"campaign/{made['id']}"
    put(caller, where)

    with CaptureQueriesContext(connection) as asked:
        put(caller, where)

    assert [sql.split()[0] for sql in statements(asked)] == ["SELECT", "SELECT", "UPDATE"]


def test_the_list_costs_the_same_at_ten_rows_and_at_a_hundred(world: World) -> None:
    caller, user_id = world.callers["analyst"], id_of(world.actors["analyst"])

    def fill(number: int) -> None:
        with scope(world.organization, actor=SYSTEM, source="system"):
            Draft.objects.bulk_create(
                Draft(user_id=user_id, kind="campaign", key=f"new-{uuid4()}", device=DEVICE, body={}, saved_at=now())
                for _number in range(number)
            )

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert caller("GET", "/drafts?limit=200").status_code == 200
        return len(statements(asked))

    fill(10)
    caller("GET", "/drafts")
    assert cost() == 2
    fill(90)
    assert cost() == 2
    first = body(caller("GET", "/drafts?limit=60&kind=campaign&key=new"))
    second = body(caller("GET", f"/drafts?limit=60&kind=campaign&key=new&cursor={first['next']}"))
    assert (len(first["items"]), len(second["items"]), second["next"]) == (60, 40, None)
    assert len({item["key"] for page in (first, second) for item in page["items"]}) == 100
