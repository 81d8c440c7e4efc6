"""Assets through the API: lists, changes, versions, uses, comparisons."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.commands import create_product
from catalog.models import Asset, AssetVersion, Label, Product, ProductPicture
from catalog.pictures import set_pictures
from kernel.ids import uuid7
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tests.api.caller import Caller, code_of, pointers
from tests.api.world import World
from tests.assets import samples
from tests.assets.sending import body, upload


def asset_of(caller: Caller, asset: str) -> tuple[dict[str, Any], str]:
    """An asset with its ETag."""
    answer = caller("GET", f"/assets/{asset}")
    assert answer.status_code == 200, answer.content
    return body(answer), answer["ETag"]


def made(world: World, colour: str, **values: Any) -> str:
    """A new asset of the marketer's."""
    return str(upload(world.callers["marketer"], samples.picture(size=(40, 30), colour=colour), **values)["asset_id"])


def fill(world: World, number: int, name: str) -> None:
    """Give the marketer assets with versions, at once."""
    actor = world.actors["marketer"]
    assert actor.user_id is not None
    with scope(world.organization, actor=actor, source="api"):
        assets = Asset.objects.bulk_create(
            Asset(name=f"{name} {at}", kind="image", owner_id=actor.user_id) for at in range(number)
        )
        versions = AssetVersion.objects.bulk_create(
            AssetVersion(
                asset=asset,
                n=1,
                sha256=asset.pk.hex * 2,
                source_sha256=asset.pk.hex * 2,
                size=10,
                stored_bytes=10,
                mime="image/png",
                file_name="x.png",
                storage_key=f"tenants/{world.row.schema_name}/assets/{asset.pk.hex[:2]}/{asset.pk.hex * 2}",
            )
            for asset in assets
        )
        for asset, version in zip(assets, versions, strict=True):
            asset.current = version
        Asset.objects.bulk_update(assets, ["current"])


def test_changing_an_asset_changes_what_was_sent(world: World) -> None:
    caller = world.callers["marketer"]
    with scope(world.organization, actor=SYSTEM, source="system"):
        label = Label.objects.create(name="Spring")
    before, tag = asset_of(caller, made(world, "khaki"))

    changes = {"alt": "A bottle", "rights_until": "2099-01-31", "label_ids": [str(label.pk)], "data": {"b": 1, "a": 2}}
    answer = caller("PATCH", f"/assets/{before['id']}", changes, if_match=tag)

    assert answer.status_code == 200
    after = body(answer)
    assert {name: after[name] for name in changes} == changes
    assert (after["version"], after["rights"]) == (before["version"] + 1, "open")
    assert {name for name in after if after[name] != before[name]} <= {*changes, "version", "updated_at"}
    same = caller("PATCH", f"/assets/{before['id']}", changes, if_match=answer["ETag"])
    assert body(same)["version"] == after["version"]


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"name": ""}, "/name", "too_short"),
        ({"alt": "x" * 501}, "/alt", "too_long"),
        ({"status": "gone"}, "/status", "unknown_value"),
        ({"rights_until": "2030-02-30"}, "/rights_until", "wrong_format"),
        ({"rights_until": "2030-01-31T00:00:00Z"}, "/rights_until", "wrong_format"),
        ({"label_ids": [str(uuid7())]}, "/label_ids/0", "unknown_value"),
        ({"kind": "video"}, "/kind", "unknown_field"),
    ],
)
def test_a_change_that_is_wrong_changes_nothing(world: World, changes: dict[str, Any], pointer: str, code: str) -> None:
    caller = world.callers["marketer"]
    with scope(world.organization, actor=SYSTEM, source="system"):
        asset = Asset.objects.filter(name="wrong").first()
    before, tag = asset_of(caller, str(asset.pk) if asset else made(world, "crimson", name="wrong"))

    answer = caller("PATCH", f"/assets/{before['id']}", changes, if_match=tag)

    assert (answer.status_code, pointers(answer)) == (422, {pointer: code})
    assert asset_of(caller, before["id"])[0]["version"] == before["version"]


def test_an_older_version_can_be_the_current_one_again(world: World) -> None:
    caller = world.callers["marketer"]
    asset = made(world, "coral")
    upload(caller, samples.picture(size=(40, 30), colour="cyan"), asset_id=asset, make_current=True)
    found, tag = asset_of(caller, asset)
    assert found["current"]["n"] == 2

    answer = caller("PUT", f"/assets/{asset}/current", {"version": 1}, if_match=tag)
    assert (body(answer)["current"]["n"], len(body(answer)["versions"])) == (1, 2)
    same = caller("PUT", f"/assets/{asset}/current", {"version": 1}, if_match=answer["ETag"])
    assert body(same)["version"] == body(answer)["version"]
    assert caller("PUT", f"/assets/{asset}/current", {"version": 9}, if_match=same["ETag"]).status_code == 404
    late = caller("PUT", f"/assets/{asset}/current", {"version": 2}, if_match=tag)
    assert (late.status_code, code_of(late)) == (412, "version_changed")


def test_uses_say_what_moves_and_an_asset_in_use_is_not_trashed(world: World) -> None:
    caller, actor = world.callers["owner"], world.actors["marketer"]
    asset = made(world, "salmon")
    second = upload(world.callers["marketer"], samples.picture(size=(40, 30), colour="peru"), asset_id=asset)["version"]
    with scope(world.organization, actor=actor, source="api"):
        following, pinned = (create_product(actor=actor, values={"name": name}) for name in ("Following", "Pinned"))
        set_pictures(actor=actor, product_id=following.pk, version=1, pictures=[{"asset_id": UUID(asset)}])
        picture = {"asset_id": UUID(asset), "version_id": UUID(second["id"])}
        set_pictures(actor=actor, product_id=pinned.pk, version=1, pictures=[picture])

    uses = body(caller("GET", f"/assets/{asset}/uses"))
    assert [(use["kind"], use["name"], use["version"]) for use in uses["items"]] == [
        ("catalog", "Following", None),
        ("catalog", "Pinned", 2),
    ]
    assert (uses["following"], uses["hidden"]) == (1, 0)

    found, tag = asset_of(caller, asset)
    refused = caller("DELETE", f"/assets/{asset}", if_match=tag)
    assert (refused.status_code, code_of(refused)) == (409, "in_use")
    assert [use["name"] for use in json.loads(refused.content)["uses"]] == ["Following", "Pinned"]
    with scope(world.organization, actor=SYSTEM, source="system"):
        Product.objects.filter(name__in=["Following", "Pinned"]).update(trashed_at=timezone.now())
    assert body(caller("GET", f"/assets/{asset}/uses"))["items"] == []
    assert caller("DELETE", f"/assets/{asset}", if_match=tag).status_code == 200
    assert found["trashed_at"] is None
    with scope(world.organization, actor=SYSTEM, source="system"):
        ProductPicture.objects.all().delete()


def test_the_trash_keeps_an_asset_with_its_files(world: World) -> None:
    caller = world.callers["owner"]
    asset = made(world, "sienna")
    _found, tag = asset_of(caller, asset)
    trashed = caller("DELETE", f"/assets/{asset}", if_match=tag)
    assert asset in [row["id"] for row in body(caller("GET", "/assets?trashed=true"))["items"]]
    refused = caller("PATCH", f"/assets/{asset}", {"alt": "x"}, if_match=trashed["ETag"])
    assert code_of(refused) == "in_trash"
    restored = caller("DELETE", f"/assets/{asset}/trash", if_match=trashed["ETag"])
    assert body(restored)["trashed_at"] is None
    assert body(restored)["current"]["n"] == 1


def test_two_versions_are_compared_by_what_they_show(world: World) -> None:
    caller = world.callers["marketer"]
    asset = made(world, "indigo")
    upload(caller, samples.picture(size=(40, 30), colour="ivory"), asset_id=asset)
    upload(caller, samples.picture(size=(80, 20), colour="ivory"), asset_id=asset)

    found = body(caller("GET", f"/assets/{asset}/comparison?first=1&second=2"))
    assert (found["same_size"], found["same_content"]) == (True, False)
    assert 85 < found["changed"] < 100
    assert found["picture"].startswith("data:image/webp;base64,")
    assert found["bytes"] == found["second"]["size"] - found["first"]["size"]
    same = body(caller("GET", f"/assets/{asset}/comparison?first=1&second=1"))
    assert (same["changed"], same["same_content"], same["bytes"]) == (0.0, True, 0)
    other = body(caller("GET", f"/assets/{asset}/comparison?first=1&second=3"))
    assert (other["changed"], other["picture"], other["same_size"]) == (None, None, False)
    assert caller("GET", f"/assets/{asset}/comparison?first=1&second=4").status_code == 404


def test_filters_find_what_they_say(world: World) -> None:
    caller = world.callers["marketer"]
    today = timezone.localdate()
    days = {"lavender": -1, "linen": 0, "lime": 14, "magenta": 15, "moccasin": None}
    for colour, ahead in days.items():
        asset, tag = asset_of(caller, made(world, colour, name=f"Filtered {colour}"))
        changes: dict[str, Any] = {"rights_until": str(today + timedelta(days=ahead))} if ahead is not None else {}
        status = {"status": "archived"} if colour == "lime" else {}
        assert caller("PATCH", f"/assets/{asset['id']}", changes | status, if_match=tag).status_code == 200
    text = upload(caller, b"Terms and conditions", "Filtered terms.txt")["asset_id"]

    def names(query: str) -> list[str]:
        rows = body(caller("GET", f"/assets?q=filtered&sort=name&{query}"))["items"]
        return [row["name"].removeprefix("Filtered ") for row in rows]

    assert names("rights=ended") == ["lavender"]
    assert names("rights=ending") == ["lime", "linen"]
    assert names("rights=open") == ["magenta", "moccasin", "terms"]
    assert names("status=archived") == ["lime"]
    assert names("kind=text,font") == ["terms"]
    assert names("kind=image&rights=open&status=active") == ["magenta", "moccasin"]
    assert names(f"owner_id={world.actors['owner'].user_id}") == []
    [row] = body(caller("GET", "/assets?q=terms&fields=name,current&count=exact"))["items"]
    assert row.keys() == {"id", "name", "current"}
    assert row["current"]["links"]["thumb"] is None
    assert row["id"] == text


def test_many_are_changed_at_once_and_put_back(world: World) -> None:
    caller = world.callers["marketer"]
    with scope(world.organization, actor=SYSTEM, source="system"):
        label = Label.objects.create(name="Bulk")
    first, second = made(world, "orchid"), made(world, "papayawhip")
    versions = {asset: asset_of(caller, asset)[0]["version"] for asset in (first, second)}
    rows = [{"id": first, "version": 1, "add": [str(label.pk)]}, {"id": second, "version": 9, "add": [str(label.pk)]}]

    done = caller("POST", "/assets/bulk", {"action": "label", "rows": rows}, idempotency_key=str(uuid7()))

    assert [row["status"] for row in body(done)["results"]] == [200, 412]
    found = body(caller("GET", f"/assets?label_id={label.pk}&expand=labels,owner"))["items"]
    assert [(row["id"], row["labels"][0]["name"], row["owner"]["name"]) for row in found] == [
        (first, "Bulk", world.actors["marketer"].name)
    ]
    undone = caller("POST", f"/batches/{body(done)['batch']}/undo", {})
    assert body(undone)["counts"] == {"total": 1, "undone": 1, "left": 0}
    assert asset_of(caller, first)[0]["label_ids"] == []
    assert versions == {first: 1, second: 1}


def test_who_sees_nothing_of_it_finds_nothing(world: World, other_world: World) -> None:
    asset = made(world, "snow")
    stranger = other_world.callers["owner"]

    paths = ["", "/versions", "/uses", "/comparison?first=1&second=1"]
    assert {stranger("GET", f"/assets/{asset}{path}").status_code for path in paths} == {404}
    assert body(stranger("GET", "/assets"))["items"] == []
    tag = '"1-' + "0" * 24 + '"'
    for method, path, sent in [
        ("PATCH", "", {"alt": "x"}),
        ("DELETE", "", None),
        ("DELETE", "/trash", None),
        ("PUT", "/current", {"version": 1}),
        ("PUT", "/ownership", {"owner_id": str(uuid7()), "team_id": None}),
    ]:
        assert stranger(method, f"/assets/{asset}{path}", sent, if_match=tag).status_code == 404


def test_a_list_costs_the_same_however_long_it_is(world: World) -> None:
    counts = {}
    for caller in ("marketer", "owner"):
        for number, name in ((10, f"Few {caller}"), (60, f"Many {caller}")):
            fill(world, number, name)
            world.callers[caller]("GET", "/assets?limit=100")
            with CaptureQueriesContext(connection) as captured:
                rows = body(world.callers[caller]("GET", f"/assets?limit=100&q={name}"))["items"]
            assert len(rows) == number
            assert all(row["current"]["n"] == 1 for row in rows)
            counts[caller, number] = len([query for query in captured if "catalog_asset" in query["sql"]])
    assert counts == {("marketer", 10): 2, ("marketer", 60): 2, ("owner", 10): 2, ("owner", 60): 2}


def test_a_detail_costs_the_same_with_many_versions_and_uses(world: World) -> None:
    caller = world.callers["marketer"]
    asset = made(world, "azure")
    counts = []
    for colours in (["bisque"], ["aqua", "beige", "blue", "brown"]):
        for colour in colours:
            upload(caller, samples.picture(size=(30, 20), colour=colour), asset_id=asset, allow_duplicate=True)
        for path in ("", "/uses"):
            with CaptureQueriesContext(connection) as captured:
                caller("GET", f"/assets/{asset}{path}")
            counts.append(len([query for query in captured if "SELECT" in query["sql"]]))
    assert counts[:2] == counts[2:]
