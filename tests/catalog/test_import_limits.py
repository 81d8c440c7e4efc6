"""What a file of products can't do, whoever sends it."""

import json

from catalog.files import queries
from catalog.files.writing import rejected_csv
from tests.catalog.shop import Shop


def test_rows_cant_make_attributes_grow_beyond_what_a_product_may_hold(shop: Shop) -> None:
    catalog = shop.catalog("Large")
    rows = [{"sku": "L-1", "name": "Oat drink", f"attributes.text{n}": "x" * 150_000} for n in range(2)]
    kept = shop.whole(catalog, json.dumps(rows[0]), kind="jsonl")
    before = shop.products(catalog)

    grown = shop.send(catalog, json.dumps(rows[1]), kind="jsonl")
    new = shop.send(catalog, json.dumps(rows[0] | rows[1] | {"sku": "L-2"}), kind="jsonl")

    assert kept.counts["created"] == 1
    assert shop.results(grown) == shop.results(new) == [(1, "rejected", "too_large", "attributes")]
    assert shop.products(catalog) == before


def test_only_a_newline_ends_a_line_of_json(shop: Shop) -> None:
    catalog = shop.catalog("Ends")
    lines = '{"sku": "M-1", "name": "One\u2028two"}\r\n{"sku": "M-2", "name": "Three\u0085four"}\r\n'

    file = shop.whole(catalog, lines, kind="jsonl")

    assert shop.results(file) == [(1, "created", "", ""), (2, "created", "", "")]
    assert [row["name"] for row in shop.products(catalog)] == ["One\u2028two", "Three\u0085four"]


def test_a_heading_is_no_formula_in_the_rejected_rows_and_is_read_again(shop: Shop) -> None:
    catalog = shop.catalog("Headings")
    file = shop.map(shop.send(catalog, "sku,=HYPERLINK(1)\nN-1,\n"), {"sku": "sku", "=HYPERLINK(1)": "name"})

    with shop.scope():
        text = rejected_csv(file, queries.rejected_rows(file)).decode("utf-8-sig")
    mended = shop.send(catalog, text)

    assert text.splitlines()[0] == "row,reason,field,message,sku,'=HYPERLINK(1)"
    assert mended.columns[-1] == "=HYPERLINK(1)"
