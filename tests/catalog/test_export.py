"""Products as a file: what was asked for and may be seen, and read again it changes nothing."""

import json
from time import perf_counter

import pytest

from catalog.files import queries
from catalog.files.values import amount_of
from catalog.labels.commands import create_label
from kernel.errors import NotFound
from tests.catalog.shop import MARKETER, OWNER, SCHEMA, Shop


def test_an_export_that_is_read_again_changes_nothing(shop: Shop) -> None:
    catalog = shop.catalog("Export", currency="EUR", attributes=SCHEMA)
    with shop.scope():
        label = create_label(actor=OWNER, values={"name": "Summer"})
    shop.product(
        catalog_id=catalog.pk,
        name="=HYPERLINK(1)",
        sku="-1",
        price_micros=2_495_000,
        label_ids=[label.pk],
        description="Two\nlines, “quoted”",
        attributes={
            "colour": "red",
            "litres": -0.5,
            "organic": False,
            "deposit": {"amount_micros": 1, "currency": "EUR"},
        },
    )
    before = shop.products(catalog)

    text = shop.export(catalog_id=catalog.pk)
    file = shop.whole(catalog, text)

    heading, *_rows = text.splitlines()
    assert heading == (
        "\ufeffid,catalog,sku,external_id,group_key,name,brand,category,description,url,status,price,currency,labels,"
        "attributes.colour,attributes.litres,attributes.organic,attributes.deposit,updated_at"
    )
    assert "'=HYPERLINK(1)" in text
    assert ",'-1," in text
    assert ",2.495,EUR,Summer,red,-0.5,false,0.000001 EUR," in text
    assert file.counts == {"created": 0, "updated": 0, "unchanged": 1, "rejected": 0}
    assert shop.products(catalog) == before


def test_lines_of_json_go_out_and_come_in(shop: Shop) -> None:
    catalog = shop.catalog("Export lines", attributes=SCHEMA)
    shop.product(catalog_id=catalog.pk, sku="J-1", attributes={"colour": "red", "kept": [1]})

    text = shop.export(kind="jsonl", catalog_id=catalog.pk)
    file = shop.whole(catalog, text, kind="jsonl")

    [row] = [json.loads(line) for line in text.splitlines()]
    assert (row["sku"], row["price"], row["attributes"], row["labels"]) == (
        "J-1",
        "",
        {"colour": "red", "kept": [1]},
        [],
    )
    assert file.counts["unchanged"] == 1


def test_an_export_holds_what_the_person_may_see_and_is_theirs(shop: Shop) -> None:
    catalog = shop.catalog("Export rights")
    shop.product(catalog_id=catalog.pk, sku="K-1")
    shop.product(MARKETER, catalog_id=catalog.pk, sku="K-2", status="active")

    everything = shop.export(catalog_id=catalog.pk)
    mine = shop.export(MARKETER, catalog_id=catalog.pk)
    active = shop.export(catalog_id=catalog.pk, status=["active"])

    assert [len(text.splitlines()) - 1 for text in (everything, mine, active)] == [2, 1, 1]
    assert ",K-2," in mine
    with shop.scope(MARKETER):
        [file] = queries.file_page(actor=MARKETER).items
        assert file.created_by_id == MARKETER.user_id
    with shop.scope():
        own = queries.file_page(actor=OWNER, direction="export").items[0]
    with shop.scope(MARKETER), pytest.raises(NotFound):
        queries.file_detail(actor=MARKETER, file_id=own.pk)
    assert len(shop.entries(event="products.exported")) >= 3


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("19.99", (19_990_000, "")),
        ("19,99 EUR", (19_990_000, "EUR")),
        ("USD 1,299.00", (1_299_000_000, "USD")),
        ("1.299,5", (1_299_500_000, "")),
        ("1 299", (1_299_000_000, "")),
        ("0", (0, "")),
        ("EUR\t5", (5_000_000, "EUR")),
        ("5EUR", (5_000_000, "EUR")),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, found: tuple[int, str]) -> None:
    assert amount_of(text) == found


@pytest.mark.parametrize("text", ["", "much", "1,299", "1.2.3", "-1", "EUR 1 EUR", "0.0000001", "9" * 20])
def test_what_is_no_amount_or_could_be_two_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        amount_of(text)


@pytest.mark.parametrize("text", ["1" + " " * 8000 + "!", "1" + " " * 30 + "!", "1" * 8000 + "!"])
def test_a_long_cell_is_found_to_be_no_amount_in_no_time(text: str) -> None:
    started = perf_counter()
    with pytest.raises(ValueError, match=r".*"):
        amount_of(text)
    assert perf_counter() - started < 0.5
