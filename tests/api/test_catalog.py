"""Catalogs, labels, pictures and files of products through the API."""

import csv
import io
import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from catalog.catalogs.commands import create_catalog
from catalog.labels.commands import create_label
from catalog.models import Asset, AssetVersion, Catalog, Label, Product
from kernel.ids import uuid7
from kernel.jobs.inline import run_waiting
from kernel.tenancy.scope import scope
from tests.api.caller import Caller, code_of, pointers
from tests.api.objects import body, make
from tests.api.world import World

CSV = "text/csv"


@pytest.fixture(autouse=True)
def private_files(settings: Any, tmp_path: Any) -> None:
    """Files go to a folder of the test's own."""
    settings.PRIVATE_STORAGE_ROOT = str(tmp_path)


def a_name(word: str) -> str:
    """A name that nothing else of the session has."""
    return f"{word} {uuid4()}"


def a_catalog(caller: Caller, **values: Any) -> dict[str, Any]:
    """A new catalog."""
    answer = caller("POST", "/catalogs", {"name": a_name("Drinks")} | values)
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = body(answer)
    return made


def send(caller: Caller, content: bytes, query: str, *, file_id: Any = None, kind: str = CSV) -> HttpResponse:
    """Send a file of products."""
    return caller("PUT", f"/product-files/{file_id or uuid7()}?{query}", raw=content, content_type=kind)


def statements(caller: Caller, path: str) -> int:
    """How many statements a call takes once everything is cached."""
    caller("GET", path)
    with CaptureQueriesContext(connection) as captured:
        assert caller("GET", path).status_code == 200
    return len(captured)


def test_a_catalog_is_made_read_changed_archived_and_opened_again(world: World) -> None:
    owner, marketer = world.callers["owner"], world.callers["marketer"]
    a_catalog(owner)
    made = a_catalog(owner, currency="EUR", attributes={"version": 1, "attributes": []})
    path = f"/catalogs/{made['id']}"
    tag = owner("GET", path)["ETag"]

    seen = marketer("GET", path)
    refused = marketer("PATCH", path, {"name": "Mine"}, if_match=tag)
    changed = owner("PATCH", path, {"currency": "CHF"}, if_match=tag)
    archived = owner("PUT", f"{path}/archive", if_match=changed["ETag"])
    opened = owner("DELETE", f"{path}/archive", if_match=archived["ETag"])

    assert (seen.status_code, refused.status_code, body(seen)["currency"]) == (200, 403, "EUR")
    assert [body(answer)["version"] for answer in (changed, archived, opened)] == [2, 3, 4]
    assert (body(archived)["archived_at"] is None, body(opened)["archived_at"]) == (False, None)
    assert owner("PATCH", path, {"currency": "EUR"}, if_match=tag).status_code == 412
    rehearsed = owner("PATCH", f"{path}?dry_run=true", {"name": a_name("Other")}, if_match=opened["ETag"])
    assert (rehearsed.status_code, rehearsed["Dry-Run"], body(owner("GET", path))["version"]) == (200, "true", 4)
    assert code_of(owner("POST", "/catalogs", {"name": made["name"].upper()})) == "name_taken"


def test_a_schema_is_checked_and_its_misfits_foreseen(world: World) -> None:
    owner = world.callers["owner"]
    made = a_catalog(owner)
    product, _tag = make(owner, "products", catalog_id=made["id"], attributes={"litres": "much"})
    schema = {"version": 1, "attributes": [{"key": "litres", "label": "Litres", "type": "number"}]}

    found = body(owner("POST", f"/catalogs/{made['id']}/misfits", schema))
    wrong = owner(
        "PATCH",
        f"/catalogs/{made['id']}",
        {"attributes": {"version": 1, "attributes": [{"key": "x", "label": "X", "type": "choice"}]}},
        if_match=owner("GET", f"/catalogs/{made['id']}")["ETag"],
    )

    assert (found["products"], found["misfits"]) == (1, 1)
    assert found["by_attribute"] == [{"pointer": "/attributes/litres", "code": "wrong_format", "products": 1}]
    assert [example["id"] for example in found["examples"]] == [product["id"]]
    assert pointers(wrong) == {"/attributes/attributes/0/options": "wrong_format"}


def test_attributes_of_a_product_are_checked_where_they_stand(world: World) -> None:
    owner = world.callers["owner"]
    schema = {"version": 1, "attributes": [{"key": "litres", "label": "Litres", "type": "number", "required": True}]}
    made = a_catalog(owner, attributes=schema)

    missing = owner("POST", "/products", {"name": "x", "catalog_id": made["id"]})
    wrong = owner("POST", "/products", {"name": "x", "catalog_id": made["id"], "attributes": {"litres": "1"}})
    kept, _tag = make(owner, "products", catalog_id=made["id"], attributes={"litres": 1, "more": {"deep": [1]}})

    assert [pointers(missing), pointers(wrong)] == [
        {"/attributes/litres": "required"}, {"/attributes/litres": "wrong_format"},
    ]  # fmt: skip
    assert kept["attributes"] == {"litres": 1, "more": {"deep": [1]}}


def test_products_are_filtered_narrowed_and_expanded(world: World) -> None:
    owner = world.callers["owner"]
    made = a_catalog(owner)
    label = body(owner("POST", "/labels", {"name": a_name("Spring"), "colour": "green"}))
    values = {"catalog_id": made["id"], "label_ids": [label["id"]], "sku": "F-1", "brand": "Northfield"}
    first, _tag = make(owner, "products", **values)
    second, _tag = make(owner, "products", catalog_id=made["id"], status="active", group_key="oat")
    base = f"/products?catalog_id={made['id']}"

    def ids(query: str) -> list[str]:
        return [row["id"] for row in body(owner("GET", f"{base}&{query}"))["items"]]

    assert ids(f"label_id={label['id']}") == [first["id"]]
    assert ids("brand=Northfield") == ids("sku=F-1") == ids("q=f-1") == [first["id"]]
    assert ids("status=active,archived") == ids("group_key=oat") == [second["id"]]
    shown = body(owner("GET", f"{base}&sku=F-1&fields=name&expand=catalog,labels,owner&count=exact"))
    assert shown["total"] == 1
    assert shown["items"] == [
        {
            "id": first["id"],
            "name": "Spring launch",
            "catalog": {"id": made["id"], "name": made["name"]},
            "labels": [{"id": label["id"], "name": label["name"], "colour": "green"}],
            "owner": {"id": first["owner_id"], "name": "Owner"},
        }
    ]


def test_labels_say_how_often_they_are_used(world: World) -> None:
    owner, marketer, viewer = (world.callers[role] for role in ("owner", "marketer", "analyst"))
    label = body(marketer("POST", "/labels", {"name": a_name("Sale"), "colour": "red"}))
    make(owner, "products", label_ids=[label["id"]])
    make(owner, "campaigns", label_ids=[label["id"]])
    path = f"/labels/{label['id']}"
    tag = owner("GET", path)["ETag"]

    assert body(viewer("GET", path))["uses"] == {"campaign": 1, "catalog": 1}
    assert viewer("PATCH", path, {"colour": "blue"}, if_match=tag).status_code == 403
    assert code_of(owner("POST", "/labels", {"name": label["name"].upper()})) == "name_taken"
    assert pointers(owner("POST", "/products", {"name": "x", "label_ids": [str(uuid7())]})) == {
        "/label_ids/0": "unknown_value"
    }
    archived = owner("PUT", f"{path}/archive", if_match=tag)
    assert label["id"] in [row["id"] for row in body(owner("GET", "/labels?archived=true&limit=200"))["items"]]
    assert owner("DELETE", f"{path}/archive", if_match=archived["ETag"]).status_code == 200


def test_pictures_of_a_product_are_put_as_a_whole(world: World) -> None:
    owner = world.callers["owner"]
    with scope(world.organization, actor=world.actors["owner"], source="api"):
        asset = Asset.objects.create(
            name="Front", kind="image", alt="The front", owner_id=str(world.actors["owner"].user_id)
        )
        version = AssetVersion.objects.create(
            asset=asset, n=1, sha256="0" * 64, source_sha256="0" * 64, size=1, stored_bytes=1, mime="image/png",
            file_name="f.png", storage_key="k", renditions={},
        )  # fmt: skip
        Asset.objects.filter(pk=asset.pk).update(current=version)
    product, tag = make(owner, "products")
    path = f"/products/{product['id']}/pictures"

    put = owner("PUT", path, {"pictures": [{"asset_id": str(asset.pk)}]}, if_match=tag)
    wrong = owner("PUT", path, {"pictures": [{"asset_id": str(uuid7())}]}, if_match=put["ETag"])

    shown = {"asset_id": str(asset.pk), "version_id": None, "shows": str(version.pk), "alt": "The front"}
    assert (body(put)["pictures"], body(put)["version"]) == ([shown], 2)
    assert pointers(wrong) == {"/pictures/0/asset_id": "unknown_value"}
    assert owner("GET", f"/products/{product['id']}")["ETag"] == put["ETag"]
    assert body(owner("GET", f"/products/{product['id']}/uses")) == {"items": [], "hidden": 0}


def test_a_file_is_sent_tried_run_and_its_rejects_fetched(world: World) -> None:
    owner, file_id = world.callers["owner"], uuid7()
    made = a_catalog(owner)
    content = b"sku,title,price\nP-1,Oat drink,2 EUR\nP-2,Pea drink,much\n"
    query = f"catalog_id={made['id']}&file_name=feed.csv"
    path = f"/product-files/{file_id}"

    sent = send(owner, content, query, file_id=file_id)
    again = send(owner, content, query, file_id=file_id)
    other = send(owner, content + b"P-3,Soy,1\n", query, file_id=file_id)
    early = owner("PUT", f"{path}/run")
    run_waiting()
    ready = body(owner("GET", path))
    rejected = owner("GET", f"{path}/rejected")
    run = owner("PUT", f"{path}/run")
    run_waiting()
    rows = body(owner("GET", f"{path}/rows?result=created,rejected"))["items"]

    assert [answer.status_code for answer in (sent, again, other, early, run)] == [201, 200, 409, 409, 200]
    assert (ready["state"], ready["counts"]["created"], ready["counts"]["rejected"]) == ("ready", 1, 1)
    assert [(row["number"], row["result"], row["field"]) for row in rows] == [
        (2, "created", ""),
        (3, "rejected", "price"),
    ]
    [_head, reject] = list(csv.reader(io.StringIO(rejected.content.decode("utf-8-sig"))))
    assert (rejected["Content-Type"], reject[:3]) == ("text/csv; charset=utf-8", ["3", "wrong_format", "price"])
    assert owner("GET", f"{path}/rejected", if_none_match=rejected["ETag"]).status_code == 304
    [product] = body(owner("GET", f"/products?catalog_id={made['id']}"))["items"]
    assert (product["sku"], product["price_micros"], product["id"]) == ("P-1", 2_000_000, rows[0]["product_id"])
    assert body(owner("GET", path))["state"] == "done"
    assert owner("PUT", f"{path}/mapping", {"mapping": {"sku": "sku"}}).status_code == 409


def test_a_file_that_can_not_be_is_refused(world: World) -> None:
    owner, made = world.callers["owner"], a_catalog(world.callers["owner"])
    query = f"catalog_id={made['id']}"

    assert send(owner, b"sku\n1\n", query, kind="application/json").status_code == 415
    assert send(owner, b"", query).status_code in (415, 422)
    assert send(owner, b"sku\n1\n", "catalog_id=x").status_code == 422
    assert send(owner, b"sku\n1\n", f"catalog_id={uuid7()}").status_code == 404
    assert pointers(send(owner, b"sku\n1\n", query, file_id=uuid4())) == {"file_id": "wrong_format"}
    assert pointers(send(owner, b"sku\n\xff", query)) == {"/file": "not_utf8"}
    assert send(world.callers["marketer"], b"sku\n1\n", query).status_code == 403
    assert body(owner("GET", f"/product-files?catalog_id={made['id']}"))["items"] == []


def test_an_export_is_asked_for_and_fetched(world: World) -> None:
    owner, made = world.callers["owner"], a_catalog(world.callers["owner"])
    make(owner, "products", catalog_id=made["id"], sku="X-1")

    asked = owner("POST", "/product-files", {"format": "jsonl", "catalog_id": made["id"]})
    path = f"/product-files/{body(asked)['id']}"
    early = owner("GET", f"{path}/content")
    run_waiting()
    content = owner("GET", f"{path}/content")

    assert (asked.status_code, asked["Location"], early.status_code) == (201, f"/api/v1{path}", 409)
    assert content["Content-Type"] == "application/x-ndjson; charset=utf-8"
    assert [json.loads(line)["sku"] for line in content.content.splitlines()] == ["X-1"]
    assert world.callers["marketer"]("GET", path).status_code == 404


@pytest.mark.parametrize("path", ["/catalogs", "/labels", "/products?expand=catalog,labels,owner,team"])
def test_a_list_takes_as_many_statements_for_few_as_for_many(world: World, path: str) -> None:
    owner, actor = world.callers["owner"], world.actors["owner"]
    query = f"{path}{'&' if '?' in path else '?'}limit=200"
    label = body(owner("POST", "/labels", {"name": a_name("One")}))
    made = a_catalog(owner)
    make(owner, "products", catalog_id=made["id"], label_ids=[label["id"]])
    few = statements(owner, query)
    with scope(world.organization, actor=actor, source="api"):
        for number in range(10):
            create_catalog(actor=actor, values={"name": a_name(str(number))})
            create_label(actor=actor, values={"name": a_name(str(number))})
        labels, catalogs = list(Label.objects.all()), list(Catalog.objects.all())
        Product.objects.bulk_create(
            Product(
                name="x",
                owner_id=str(actor.user_id),
                catalog=catalogs[number % len(catalogs)],
                label_ids=[labels[number % len(labels)].pk],
            )
            for number in range(100)
        )

    assert statements(owner, query) == few
