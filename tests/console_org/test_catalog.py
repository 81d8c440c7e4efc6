"""The catalog in the console: one filter over table and pictures, many at once, files, catalogs and labels."""

import io
from typing import Any

import pytest
from django.test import Client
from django.utils.functional import Promise
from PIL import Image

from campaigns.commands import create_campaign
from catalog.assets.uploads import append_chunk, complete_upload, start_upload
from catalog.bulk import PRODUCTS
from catalog.catalogs.commands import create_catalog
from catalog.catalogs.default import default_catalog
from catalog.commands import change_product
from catalog.labels.commands import create_label
from catalog.models import Catalog, Label, Product, ProductPicture
from catalog.pictures import set_pictures
from catalog.queries import misfits_of_product
from console.org.products_bulk import StatusForm
from console.org.products_shown import attribute_facts
from kernel.tenancy.scope import scope
from tenants.access.bulk.engine import apply_bulk
from tests.console_org.desk import House, errors, queries_of, run_jobs, toasts, words

NOTHING = "\u2013"
SCHEMA = {
    "version": 1,
    "attributes": [
        {"key": "colour", "label": "Colour", "type": "choice", "required": True, "options": ["red", "blue"]},
        {"key": "litres", "label": "Litres", "type": "number"},
        {"key": "organic", "label": "Organic", "type": "boolean"},
        {"key": "since", "label": "Since", "type": "date"},
        {"key": "deposit", "label": "Deposit", "type": "money"},
    ],
}


def catalog(house: House, name: str = "Drinks", **values: Any) -> Catalog:
    """A catalog with attributes."""
    with scope(house.tenant, actor=house.actors["owner"], source="console"):
        default_catalog()
        return create_catalog(actor=house.actors["owner"], values={"name": name, "attributes": SCHEMA} | values)


def label(house: House, name: str = "Spring") -> Label:
    """A label."""
    with scope(house.tenant, actor=house.actors["owner"], source="console"):
        return create_label(actor=house.actors["owner"], values={"name": name, "colour": "green"})


def stored(house: House, product: Product) -> Product:
    """The product as it is now."""
    with scope(house.tenant, actor=house.actors["owner"], source="console"):
        return Product.objects.get(pk=product.pk)


def picture(house: House, colour: str = "red") -> Any:
    """An asset with one picture."""
    content = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(content, "PNG")
    raw, actor = content.getvalue(), house.actors["owner"]
    with scope(house.tenant, actor=actor, source="console"):
        upload = start_upload(actor=actor, file_name=f"{colour}.png", size=len(raw), name=f"{colour} square")
        append_chunk(actor=actor, upload_id=upload.pk, offset=0, content=raw)
        return complete_upload(actor=actor, upload_id=upload.pk).version


def loaded(client: Client, address: str) -> bool:
    """Whether there is a picture at this address."""
    answer: Any = client.get(address)
    return answer.status_code == 200 and len(b"".join(answer.streaming_content)) > 0


def test_one_filter_stands_over_table_and_pictures(client: Client, house: House) -> None:
    drinks, spring = catalog(house), label(house)
    house.product(name="Oat drink", sku="OAT-1", label_ids=[spring.pk], status="active")
    house.product(name="Pea drink", catalog_id=drinks.pk, attributes={"colour": "red"})

    def names(query: str) -> list[str]:
        return [card.product.name for card in client.get(f"/catalog/?{query}").context["cards"]]

    assert names("") == ["Pea drink", "Oat drink"]
    assert names("view=grid&q=oat-1") == ["Oat drink"]
    assert names(f"catalog={drinks.pk}") == ["Pea drink"]
    assert names(f"label={spring.pk}&view=grid") == ["Oat drink"]
    assert names("state=active") == ["Oat drink"]
    assert names("state=active&q=pea") == []
    page = words(client.get(f"/catalog/?view=grid&label={spring.pk}"))
    assert f"?state=active&amp;label={spring.pk}&amp;view=grid" in page
    assert '<span class="label label-green">Spring</span>' in page


@pytest.mark.parametrize("query", ["", "view=grid"])
def test_a_list_takes_as_many_statements_for_one_product_as_for_twelve(
    client: Client, house: House, query: str
) -> None:
    spring, version = label(house), picture(house)
    made = [house.product(label_ids=[spring.pk])]
    with scope(house.tenant, actor=house.actors["owner"], source="console"):
        ProductPicture.objects.create(product=made[0], asset=version.asset)
    alone = queries_of(client, f"/catalog/?{query}")
    made = [house.product(sku=str(number), label_ids=[spring.pk]) for number in range(11)]
    with scope(house.tenant, actor=house.actors["owner"], source="console"):
        ProductPicture.objects.bulk_create(ProductPicture(product=product, asset=version.asset) for product in made)

    assert queries_of(client, f"/catalog/?{query}") == alone


def test_a_product_shows_what_its_catalog_asks_for_and_where_it_is_used(client: Client, house: House) -> None:
    drinks = catalog(house)
    product = house.product(catalog_id=drinks.pk, attributes={"colour": "red", "litres": 1}, group_key="oat")
    variant = house.product(
        name="Oat drink, small", catalog_id=drinks.pk, attributes={"colour": "blue"}, group_key="oat"
    )
    campaign = house.campaign(product_id=product.pk)

    page = client.get(f"/catalog/{product.pk}/")
    refused = client.post(f"/catalog/{product.pk}/trash/", {"version": 1}, follow=True)

    assert [(fact["label"], fact["value"]) for fact in page.context["attributes"]] == [
        ("Colour", "red"), ("Litres", "1"), ("Organic", ""), ("Since", ""), ("Deposit", ""),
    ]  # fmt: skip
    assert page.context["uses"] == [{"name": "Spring launch", "url": f"/campaigns/{campaign.pk}/"}]
    assert [found.pk for found in page.context["variants"]] == [variant.pk]
    assert not page.context["can_trash"]
    assert toasts(refused) == ["It is in use, so it can be archived but not put into the trash."]
    assert stored(house, product).trashed_at is None


def test_the_form_of_a_product_asks_for_its_catalogs_attributes(client: Client, house: House) -> None:
    drinks, spring = catalog(house, currency="EUR"), label(house)
    asked = {"name": "Oat drink", "status": "draft", "catalog": str(drinks.pk), "label_ids": [str(spring.pk)]}

    missing = client.post("/catalog/new/", asked)
    made = client.post(
        "/catalog/new/",
        asked
        | {
            "attributes-colour": "red", "attributes-litres": "0.5", "attributes-organic": "false",
            "attributes-since": "2026-01-31", "attributes-deposit": "0.25 EUR", "price_micros": "2.49",
        },
    )  # fmt: skip

    assert (missing.status_code, list(errors(missing))) == (422, ["attributes-colour"])
    product = Product(pk=made["Location"].split("/")[-2])
    found = stored(house, product)
    assert (found.catalog_id, found.label_ids, found.price_micros, found.currency) == (
        drinks.pk, [spring.pk], 2_490_000, "EUR",
    )  # fmt: skip
    assert found.attributes == {
        "colour": "red",
        "litres": 0.5,
        "organic": False,
        "since": "2026-01-31",
        "deposit": {"amount_micros": 250_000, "currency": "EUR"},
    }
    page = client.get(f"/catalog/{found.pk}/edit/")
    changed = client.post(
        f"/catalog/{found.pk}/edit/",
        {bound.html_name: bound.value() or "" for bound in page.context["form"]}
        | {"attributes-litres": "1", "attributes-deposit": "much"},
    )
    assert (changed.status_code, list(errors(changed))) == (422, ["attributes-deposit"])
    client.post(
        f"/catalog/{found.pk}/edit/",
        {bound.html_name: bound.value() or "" for bound in page.context["form"]} | {"attributes-litres": "1"},
    )
    assert stored(house, found).attributes == found.attributes | {"litres": 1}


def test_a_number_that_is_taken_is_said_beside_its_field(client: Client, house: House) -> None:
    house.product(sku="OAT-1")

    answer = client.post("/catalog/new/", {"name": "Again", "status": "draft", "sku": "OAT-1"})

    assert (answer.status_code, errors(answer)) == (
        422, {"sku": ["Another product of this catalog has this SKU."]},
    )  # fmt: skip


def test_many_products_change_as_the_preview_said_and_are_taken_back(client: Client, house: House) -> None:
    cheap = house.product(name="Cheap", price_micros=10_005_000, currency="EUR")
    free = house.product(name="Free")
    theirs = house.product("marketer", name="Theirs", price_micros=1_000_000, currency="EUR")
    ticked = {"action": "price", "product": [f"{product.pk}:1" for product in (cheap, free, theirs)], "percent": "-10"}
    before = house.all_of(Product)

    preview = client.get("/catalog/bulk/", ticked)
    assert [(line.product.name, line.before, line.after) for line in preview.context["lines"]] == [
        ("Cheap", "10.005 EUR", "9.00 EUR"),
        ("Free", NOTHING, NOTHING),
        ("Theirs", "1.00 EUR", "0.90 EUR"),
    ]
    assert house.all_of(Product) == before
    done = client.post("/catalog/bulk/", ticked)
    banner = client.get(done["Location"])
    undone = client.post("/catalog/undo/", {"batch": str(banner.context["undo"].batch)}, follow=True)

    assert banner.context["undo"].words == "2 products were changed."
    assert toasts(undone) == ["2 products are as they were."]
    assert [stored(house, product).price_micros for product in (cheap, free, theirs)] == [10_005_000, None, 1_000_000]


def test_what_an_undo_leaves_is_told_by_reason(client: Client, house: House) -> None:
    used, changed, more = (house.product(name=name) for name in ("Used", "Changed", "More"))
    owner = house.actors["owner"]
    with scope(house.tenant, actor=owner, source="console"):
        products = [used, changed, more]
        apply_bulk(
            actor=owner, resource=PRODUCTS, action="trash", rows=[{"id": str(one.pk), "version": 1} for one in products]
        )
        rows = [{"id": str(one.pk), "version": 2} for one in products]
        batch = apply_bulk(actor=owner, resource=PRODUCTS, action="restore", rows=rows).batch_id
        create_campaign(actor=owner, values={"name": "Uses it", "product_id": used.pk})
        for one in (changed, more):
            change_product(actor=owner, product_id=one.pk, version=3, changes={"brand": "B"})

    undone = client.post("/catalog/undo/", {"batch": str(batch)}, follow=True)

    assert sorted(toasts(undone)) == [
        "1 product stays as it is: It is in use, so it can be archived but not put into the trash.",
        "2 products stay as they are: This was changed since; the change stays.",
    ]


def test_rows_that_can_not_change_stay_and_say_why(client: Client, house: House) -> None:
    draft, archived = house.product(name="A"), house.product(name="B", status="archived")
    ticked = {"action": "set_status", "status": "active", "product": [f"{draft.pk}:1", f"{archived.pk}:1"]}

    done = client.post("/catalog/bulk/", ticked)

    assert [line.problem for line in done.context["lines"]] == ["", "A product that is archived can't become active."]
    assert (stored(house, draft).status, stored(house, archived).status) == ("active", "archived")


def test_labels_are_put_on_and_taken_off_many(client: Client, house: House) -> None:
    spring, sale = label(house), label(house, "Sale")
    product = house.product(label_ids=[spring.pk])

    client.post(
        "/catalog/bulk/",
        {"action": "label", "add": [str(sale.pk)], "remove": [str(spring.pk)], "product": [f"{product.pk}:1"]},
    )

    assert stored(house, product).label_ids == [sale.pk]


def test_pictures_are_chosen_ordered_and_taken_off(client: Client, house: House) -> None:
    product, red, blue = house.product(), picture(house, "red"), picture(house, "blue")

    client.post(f"/catalog/{product.pk}/pictures/", {"version": 1, "add": [str(red.asset_id), str(blue.asset_id)]})
    page = client.get(f"/catalog/{product.pk}/pictures/")
    prefix = {"red": str(red.asset_id), "blue": str(blue.asset_id)}
    client.post(
        f"/catalog/{product.pk}/pictures/",
        {
            "version": 2,
            f"{prefix['red']}-asset_id": prefix["red"], f"{prefix['red']}-position": "2",
            f"{prefix['red']}-version_id": str(red.pk), f"{prefix['red']}-alt": "A red square",
            f"{prefix['blue']}-asset_id": prefix["blue"], f"{prefix['blue']}-position": "1",
        },
    )  # fmt: skip

    assert [row["name"] for row in page.context["rows"]] == ["red square", "blue square"]
    shown = client.get(f"/catalog/{product.pk}/").context["pictures"]
    assert [(found["alt"], found["is_pinned"]) for found in shown] == [("blue square", False), ("A red square", True)]
    assert all(loaded(client, found["url"]) for found in shown)
    assert stored(house, product).row_version == 3


def test_a_file_is_sent_mapped_tried_and_run(client: Client, house: House) -> None:
    drinks = catalog(house)
    content = io.BytesIO(b"Nr,Title,Colour\nA-1,Oat drink,red\nA-2,Pea drink,green\n")
    content.name = "feed.csv"

    sent = client.post("/catalog/import/", {"file": content, "catalog_id": str(drinks.pk), "match": "sku"})
    unmapped = client.get(sent["Location"])
    client.post(f"{sent['Location']}mapping/", {"column-0": "sku", "column-1": "name", "column-2": "attributes.colour"})
    run_jobs()
    tried = client.get(sent["Location"])
    rejected = client.get(f"{sent['Location']}download/")
    client.post(f"{sent['Location']}run/")
    run_jobs()
    done = client.get(sent["Location"])

    assert (unmapped.context["state"], unmapped.context["can_map"]) == ("uploaded", True)
    assert [(row["number"], row["result"], row["field"]) for row in tried.context["rows"]] == [
        (2, "created", ""), (3, "rejected", "attributes/colour"),
    ]  # fmt: skip
    assert (tried.context["state"], tried.context["can_run"]) == ("ready", True)
    assert rejected.content.decode().splitlines()[1].startswith("3,unknown_value,attributes/colour,")
    assert (done.context["state"], [number for number, _label, _tone in done.context["tally"]]) == (
        "done",
        [1, 0, 0, 1],
    )
    assert [card.product.name for card in client.get(f"/catalog/?catalog={drinks.pk}").context["cards"]] == [
        "Oat drink"
    ]
    part = house.client(htmx=True).get(f"{sent['Location']}progress/")
    assert (part.status_code, "product-file" in words(part), "<html" in words(part)) == (200, True, False)


def test_what_the_list_shows_is_exported(client: Client, house: House) -> None:
    house.product(name="Oat drink", status="active")
    house.product(name="Pea drink")

    asked = client.post("/catalog/export/?state=active", {"format": "csv"})
    run_jobs()
    page = client.get(asked["Location"])
    file = client.get(page.context["download_url"])

    assert file["Content-Disposition"].startswith('attachment; filename="products-')
    assert [line.split(",")[5] for line in file.content.decode().splitlines()] == ["name", "Oat drink"]


def test_a_catalogs_attributes_are_edited_and_misfits_foreseen(client: Client, house: House) -> None:
    drinks = catalog(house)
    product = house.product(catalog_id=drinks.pk, attributes={"colour": "red"})
    rows = {
        "attribute-label": ["Colour", "Volume", ""], "attribute-key": ["colour", "", ""],
        "attribute-type": ["choice", "number", "text"], "attribute-required": ["true", "true", "false"],
        "attribute-options": ["green\nblue", "", ""],
    }  # fmt: skip
    given = {"name": "Drinks", "currency": "eur", "row_version": "1"} | rows

    foreseen = client.post(f"/catalog/catalogs/{drinks.pk}/", given | {"preview": "1"})
    assert foreseen.context["misfits"]["misfits"] == 1
    assert [(place["key"], place["code"]) for place in foreseen.context["misfits"]["places"]] == [
        ("colour", "unknown_value"), ("volume", "required"),
    ]  # fmt: skip
    assert house.all_of(Catalog)[0][-1][0] == drinks.pk
    saved = client.post(f"/catalog/catalogs/{drinks.pk}/", given, follow=True)
    wrong = client.post(
        f"/catalog/catalogs/{drinks.pk}/", given | {"row_version": "2", "attribute-options": ["", "", ""]}
    )

    assert toasts(saved) == ["Drinks was saved."]
    assert saved.context["catalog"].attributes["attributes"][1] == {
        "key": "volume", "label": "Volume", "type": "number", "required": True,
    }  # fmt: skip
    assert stored(house, product).attributes == {"colour": "red"}
    assert client.get(f"/catalog/{product.pk}/").context["misfits"] == [
        "Choose one of: green, blue.", "Volume is required in this catalog.",
    ]  # fmt: skip
    assert (wrong.status_code, bool(wrong.context["rows"][0]["errors"])) == (422, True)


def test_labels_are_kept_on_one_page(client: Client, house: House) -> None:
    spring = label(house)
    house.product(label_ids=[spring.pk])
    house.campaign(label_ids=[spring.pk])

    client.post("/labels/", {"name": "Sale", "colour": "red"})
    taken = client.post("/labels/", {"name": "SALE", "colour": "red"})
    client.post(f"/labels/{spring.pk}/", {"name": "Summer", "colour": "amber", "version": "1"})
    client.post(f"/labels/{spring.pk}/archive/", {"version": "2"})
    archived = client.get("/labels/?state=archived")
    as_viewer = house.client("viewer").post("/labels/", {"name": "Mine", "colour": "red"})

    assert (taken.status_code, errors(taken)) == (409, {"name": ["This name is taken."]})
    [row] = archived.context["labels"]
    assert (row["label"].name, row["label"].colour, row["uses"]) == ("Summer", "amber", {"campaign": 1, "catalog": 1})
    assert as_viewer.status_code == 403
    assert [row["label"].name for row in client.get("/labels/").context["labels"]] == ["Sale"]


def test_the_first_picture_stands_for_the_product(client: Client, house: House) -> None:
    product, version = house.product(), picture(house)
    with scope(house.tenant, actor=house.actors["owner"], source="console"):
        set_pictures(
            actor=house.actors["owner"], product_id=product.pk, version=1, pictures=[{"asset_id": version.asset_id}]
        )

    [card] = client.get("/catalog/?view=grid").context["cards"]

    assert (card.alt, loaded(client, card.thumb)) == ("red square", True)


@pytest.mark.parametrize(
    ("value", "kind"), [("https://example.com/", "link"), ("javascript:alert(1)", ""), (["https://example.com/"], "")]
)
def test_only_what_is_an_address_is_a_link(value: Any, kind: str) -> None:
    schema = {"version": 1, "attributes": [{"key": "page", "label": "Page", "type": "url"}]}
    product = Product(catalog=Catalog(attributes=schema), attributes={"page": value})

    [fact] = attribute_facts(product, {error.pointer: error.message for error in misfits_of_product(product)})

    assert fact["kind"] == kind


def test_the_form_for_states_speaks_the_readers_language() -> None:
    assert isinstance(StatusForm.base_fields["status"].label, Promise)
