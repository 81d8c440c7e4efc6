"""Bulk changes of the catalog: the same machinery over products with pictures, and over assets."""

import uuid
from typing import Any

import pytest

from campaigns.models import Campaign
from catalog.models import Asset, Label, Product, ProductPicture
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tenants.access.members import add_member
from tenants.access.models import Membership
from tests.api.caller import Caller
from tests.api.objects import body
from tests.api.world import World, make_user


def bulk(caller: Caller, collection: str, action: str, rows: list[Any]) -> Any:
    """The report of rows sent under a new key."""
    sent = {"action": action, "rows": rows}
    answer = caller("POST", f"/{collection}/bulk", sent, idempotency_key=str(uuid.uuid4()))
    assert answer.status_code == 200, answer.content
    return body(answer)


def undo(caller: Caller, report: Any) -> Any:
    """What came of undoing the report's batch."""
    return body(caller("POST", f"/batches/{report['batch']}/undo"))["counts"]


@pytest.fixture
def asset(world: World) -> Asset:
    """An asset of the owner."""
    owner = world.actors["owner"].user_id
    assert owner is not None
    with scope(world.organization, actor=SYSTEM, source="system"):
        return Asset.objects.create(name="Shoe", kind="image", owner_id=owner)


def test_assets_get_labels_and_lose_them(world: World, asset: Asset) -> None:
    caller = world.callers["owner"]
    with scope(world.organization, actor=SYSTEM, source="system"):
        label = Label.objects.create(name=f"Spring {uuid.uuid4()}")

    labelled = bulk(caller, "assets", "label", [{"id": str(asset.pk), "version": 1, "add": [str(label.pk)]}])
    with scope(world.organization, actor=SYSTEM, source="system"):
        assert Asset.objects.get(pk=asset.pk).label_ids == [label.pk]
    counts = undo(caller, labelled)

    with scope(world.organization, actor=SYSTEM, source="system"):
        again = Asset.objects.get(pk=asset.pk)
    assert counts == {"total": 1, "undone": 1, "left": 0}
    assert (again.label_ids, again.row_version) == ([], 3)


def test_assets_come_back_from_the_trash(world: World, asset: Asset) -> None:
    caller = world.callers["owner"]

    trashed = bulk(caller, "assets", "trash", [{"id": str(asset.pk), "version": 1}])

    assert undo(caller, trashed)["undone"] == 1
    with scope(world.organization, actor=SYSTEM, source="system"):
        assert Asset.objects.get(pk=asset.pk).trashed_at is None


def test_an_undo_leaves_pictures_that_came_since(world: World, asset: Asset) -> None:
    caller = world.callers["owner"]
    made = bulk(caller, "products", "create", [{"name": "Bare"}, {"name": "Pictured"}])
    bare, pictured = (row["id"] for row in made["results"])
    changed = bulk(caller, "products", "change", [{"id": pk, "version": 1, "brand": "B"} for pk in (bare, pictured)])
    with scope(world.organization, actor=SYSTEM, source="system"):
        ProductPicture.objects.create(product_id=pictured, asset=asset, position=0)

    counts = undo(caller, changed)

    assert counts == {"total": 2, "undone": 1, "left": 1}
    with scope(world.organization, actor=SYSTEM, source="system"):
        brands = dict(Product.objects.filter(pk__in=[bare, pictured]).values_list("pk", "brand"))
    assert brands == {uuid.UUID(bare): "", uuid.UUID(pictured): "B"}


def test_a_number_that_is_given_twice_fails_alone(world: World) -> None:
    caller, sku = world.callers["owner"], f"SKU-{uuid.uuid4()}"

    report = bulk(caller, "products", "create", [{"name": "One", "sku": sku}, {"name": "Two", "sku": sku}])

    assert [row["status"] for row in report["results"]] in ([201, 409], [201, 422])
    assert undo(caller, report) == {"total": 1, "undone": 1, "left": 0}


def test_nobody_who_left_owns_something_again(world: World) -> None:
    caller, owner = world.callers["owner"], world.actors["owner"].user_id
    user = make_user("leaving")
    with scope(world.organization, actor=SYSTEM, source="system"):
        add_member(actor=SYSTEM, user=user, role_slug="marketer")
        campaign = Campaign.objects.create(name="Handed on", owner_id=user.pk)
    row = {"id": str(campaign.pk), "version": 1, "owner_id": str(owner), "team_id": None}
    given = bulk(caller, "campaigns", "transfer", [row])
    with scope(world.organization, actor=SYSTEM, source="system"):
        Membership.objects.filter(user_id=user.pk).update(status=Membership.Status.SUSPENDED)

    undone = body(caller("POST", f"/batches/{given['batch']}/undo"))

    assert undone["batch"] is None
    assert undone["results"][0]["problem"]["errors"][0]["code"] == "not_a_member"
    with scope(world.organization, actor=SYSTEM, source="system"):
        assert Campaign.objects.get(pk=campaign.pk).owner_id == owner
