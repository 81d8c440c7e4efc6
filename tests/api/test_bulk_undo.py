"""Taking a batch back asks what the commands ask: what they would refuse stays as it is, and is named."""

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign, CampaignRevision, Creative
from catalog.models import Asset, Product
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tests.api.caller import Caller
from tests.api.objects import body, make
from tests.api.test_bulk_kinds import bulk
from tests.api.world import World
from tests.campaigns.ready import ready_campaign


def undo(caller: Caller, report: Any) -> list[tuple[str, str]]:
    """What became of each row of the report's batch, and why."""
    answer = caller("POST", f"/batches/{report['batch']}/undo")
    assert answer.status_code == 200, answer.content
    return [(row["effect"], row.get("problem", {}).get("code", "")) for row in body(answer)["results"]]


def row(version: int, pk: Any, **values: Any) -> dict[str, Any]:
    """A row of a bulk call."""
    return {"id": str(pk), "version": version} | values


def saved(world: World, pk: Any) -> Campaign:
    """The campaign as it is."""
    with scope(world.organization, actor=SYSTEM, source="system"):
        return Campaign.objects.get(pk=pk)


@pytest.fixture
def ready(world: World) -> Campaign:
    """A draft that nothing keeps from its start."""
    with scope(world.organization, actor=world.actors["owner"], source="api"):
        return ready_campaign(world.actors["owner"])


def led(caller: Caller, pk: Any, *path: str) -> Any:
    """The last report of leading the campaign along these statuses."""
    report = None
    for status in path:
        version = body(caller("GET", f"/campaigns/{pk}"))["version"]
        report = bulk(caller, "campaigns", "transition", [row(version, pk, status=status)])
        assert report["counts"]["done"] == 1, report
    return report


@pytest.mark.parametrize(
    ("path", "outcome", "status"),
    [
        (("scheduled",), ("changed", ""), "draft"),
        (("active", "paused"), ("changed", ""), "active"),
        (("archived",), ("changed", ""), "draft"),
        (("active", "ended", "archived"), ("changed", ""), "ended"),
        (("active",), ("left", "transition_not_allowed"), "active"),
        (("active", "ended"), ("left", "transition_not_allowed"), "ended"),
        (("scheduled", "archived"), ("left", "transition_not_allowed"), "archived"),
    ],
)
def test_a_status_goes_back_along_the_table_only(
    world: World, ready: Campaign, path: tuple[str, ...], outcome: tuple[str, str], status: str
) -> None:
    caller = world.callers["owner"]
    report = led(caller, ready.pk, *path)

    assert undo(caller, report) == [outcome]
    assert saved(world, ready.pk).status == status


def test_nothing_comes_back_on_air_that_could_not_be_started(world: World, ready: Campaign) -> None:
    caller = world.callers["owner"]
    report = led(caller, ready.pk, "active", "paused")
    with scope(world.organization, actor=SYSTEM, source="system"):
        Creative.objects.filter(campaign=ready).update(status="paused")

    assert undo(caller, report) == [("left", "launch_blocked")]
    assert saved(world, ready.pk).status == "paused"


def test_what_is_in_use_does_not_go_back_to_the_trash(world: World) -> None:
    caller = world.callers["owner"]
    made = bulk(caller, "products", "create", [{"name": "Shoe"}])["results"][0]["id"]
    bulk(caller, "products", "trash", [row(1, made)])
    report = bulk(caller, "products", "restore", [row(2, made)])
    make(caller, product_id=made)

    assert undo(caller, report) == [("left", "in_use")]
    with scope(world.organization, actor=SYSTEM, source="system"):
        assert Product.objects.get(pk=made).trashed_at is None


def test_no_campaign_gets_back_a_product_in_the_trash(world: World) -> None:
    caller = world.callers["owner"]
    product = bulk(caller, "products", "create", [{"name": "Shoe"}])["results"][0]["id"]
    campaign, _tag = make(caller, product_id=product)
    report = bulk(caller, "campaigns", "change", [row(1, campaign["id"], product_id=None)])
    bulk(caller, "products", "trash", [row(1, product)])

    assert undo(caller, report) == [("left", "invalid")]
    assert saved(world, campaign["id"]).product_id is None


def test_no_creative_gets_back_a_product_in_the_trash(world: World, ready: Campaign) -> None:
    caller = world.callers["owner"]
    product = bulk(caller, "products", "create", [{"name": "Shoe"}])["results"][0]["id"]
    sent = {"campaign_id": str(ready.pk), "name": "Ad", "placement": "square", "product_ids": [product]}
    creative = bulk(caller, "creatives", "create", [sent])["results"][0]["id"]
    report = bulk(caller, "creatives", "change", [row(1, creative, product_ids=[])])
    bulk(caller, "products", "trash", [row(1, product)])

    assert undo(caller, report) == [("left", "invalid")]
    assert body(caller("GET", f"/creatives/{creative}"))["product_ids"] == []


def test_a_creative_of_a_campaign_in_the_trash_stays_as_it_is(world: World, ready: Campaign) -> None:
    caller = world.callers["owner"]
    sent = {"campaign_id": str(ready.pk), "name": "Ad", "placement": "square"}
    made = bulk(caller, "creatives", "create", [sent])
    creative = made["results"][0]["id"]
    changed = bulk(caller, "creatives", "change", [row(1, creative, name="Other")])
    bulk(caller, "campaigns", "trash", [row(1, ready.pk)])

    assert undo(caller, changed) == [("left", "in_trash")]
    with scope(world.organization, actor=SYSTEM, source="system"):
        assert Creative.objects.get(pk=creative).name == "Other"


def test_a_campaign_follows_when_its_new_creatives_are_removed(world: World, ready: Campaign) -> None:
    caller = world.callers["owner"]
    led(caller, ready.pk, "active")
    with scope(world.organization, actor=SYSTEM, source="system"):
        asset = Asset.objects.get(creative_links__creative__campaign=ready)
        old = Creative.objects.get(campaign=ready)
    link = {"asset_id": str(asset.pk), "version_id": None, "slot": "picture"}
    sent: dict[str, Any] = {"campaign_id": str(ready.pk), "name": "New", "placement": "square", "headline": "Run"}
    sent |= {"final_url": "https://shop.example/", "assets": [link]}
    report = bulk(caller, "creatives", "create", [sent])
    bulk(caller, "creatives", "trash", [row(1, old.pk)])
    assert saved(world, ready.pk).effective_status == "serving"

    assert undo(caller, report) == [("removed", "")]

    after = saved(world, ready.pk)
    assert (after.effective_status, after.effective_reasons) == ("blocked", ["no_creatives"])
    with scope(world.organization, actor=SYSTEM, source="system"):
        last = CampaignRevision.objects.filter(campaign=ready).order_by("-n").first()
        assert last is not None
        assert last.tree["creatives"] == []


def test_handing_on_and_its_undo_wait_for_changes_of_access_before_they_lock_rows(world: World) -> None:
    caller, admin = world.callers["owner"], world.actors["admin"].user_id
    campaign, _tag = make(caller)
    given: list[Any] = []

    def locks_rows_first(act: Callable[[], object]) -> bool:
        with CaptureQueriesContext(connection) as captured:
            act()
        told = [found["sql"] for found in captured.captured_queries]
        first = next(sql for sql in told if "FOR NO KEY UPDATE" in sql or "FOR UPDATE" in sql or "advisory" in sql)
        return "campaigns_campaign" in first or "records_batch" in first

    sent = row(1, campaign["id"], owner_id=str(admin), team_id=None)
    assert not locks_rows_first(lambda: given.append(bulk(caller, "campaigns", "transfer", [sent])))
    assert not locks_rows_first(lambda: given.append(undo(caller, given[0])))
    assert given[1] == [("changed", "")]


def test_a_reference_that_is_being_made_keeps_its_row_only(world: World) -> None:
    caller, answers = world.callers["owner"], list[Any]()
    report = bulk(caller, "products", "create", [{"name": "Used"}, {"name": "Free"}])
    used = report["results"][0]["id"]

    def later() -> None:
        try:
            answers.append(caller("POST", f"/batches/{report['batch']}/undo"))
        finally:
            connections.close_all()

    thread = threading.Thread(target=later)
    with scope(world.organization, actor=SYSTEM, source="system"):
        owner = world.actors["owner"].user_id or uuid.uuid4()
        Campaign.objects.create(name="Uses it", owner_id=owner, product_id=used)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as the commit does
        thread.start()
        thread.join(0.3)
        assert thread.is_alive(), "it waits for the other to commit"
    thread.join(10)

    [answer] = answers
    assert answer.status_code == 200, answer.content
    assert [found["effect"] for found in body(answer)["results"]] == ["left", "removed"]
