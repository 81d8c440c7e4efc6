"""What a file of products can't do, whoever sends it."""

import json
from typing import Any

import pytest

from catalog.files import judging, queries
from catalog.files.values import Labels
from catalog.files.writing import rejected_csv
from catalog.models import Catalog, ProductFile, ProductFileRow
from tests.catalog.shop import MARKETER, OWNER, Shop


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


@pytest.mark.parametrize("match", ["sku", "external_id"])
def test_a_row_about_a_product_out_of_sight_is_told_no_more_than_that(shop: Shop, match: str) -> None:
    catalog = shop.catalog(f"Hidden {match}")
    values: dict[str, Any] = {"catalog_id": catalog.pk, match: "P-1", "brand": "Northfield"}
    hidden = shop.product(**values)
    own = shop.product(MARKETER, **(values | {match: "P-2"}))
    guesses = [
        {match: "P-1", "name": "Oat drink", "brand": "Northfield"},
        {match: "P-1", "name": "Oat drink", "brand": "Southfield"},
        {match: "P-2", "name": "Oat drink"},
    ]
    file, rows = staged(shop, catalog, match, guesses)

    with shop.scope(MARKETER):
        first, second, third = judging.judge(actor=MARKETER, file=file, rows=rows, labels=Labels(), write=True)

    assert first == second
    assert (first.result, first.code, first.product_id) == ("rejected", f"{match}_taken", None)
    assert (third.result, third.product_id) == ("unchanged", own.pk)
    assert [row["row_version"] for row in shop.products(catalog) if row["id"] == hidden.pk] == [1]


def staged(
    shop: Shop, catalog: Catalog, match: str, cells: list[dict[str, Any]]
) -> tuple[ProductFile, list[ProductFileRow]]:
    """A file whose rows are judged by hand, as somebody may import who sees some of the products only."""
    with shop.scope():
        columns = {name: name for row in cells for name in row}
        file = ProductFile(catalog=catalog, mapping=columns, match=match, created_by_id=OWNER.user_id)
        return file, [ProductFileRow(number=number, cells=row) for number, row in enumerate(cells, start=1)]


@pytest.mark.parametrize(("match", "other"), [("sku", "external_id"), ("external_id", "sku")])
def test_the_run_does_what_the_dry_run_said_where_rows_repeat_either_number(shop: Shop, match: str, other: str) -> None:
    catalog = shop.catalog(f"Repeated {match}")
    rows = [
        {match: "Q-1", other: "q1", "name": "Oat drink"},
        {match: "Q-2", other: " q1\t", "name": "Pea drink"},
        {match: "Q-3", other: "", "name": "Soy drink"},
        {match: "Q-4", other: "", "name": "Rice drink"},
        {match: "Q-4\t", other: "q5", "name": "Nut drink"},
    ]

    file = shop.send(catalog, "\n".join(json.dumps(row) for row in rows), kind="jsonl", match=match)
    said = shop.results(file)
    shop.run(file)

    assert [(result, code) for _number, result, code, _field in said] == [
        ("created", ""),
        ("rejected", "repeated_in_file"),
        ("created", ""),
        ("created", ""),
        ("rejected", "repeated_in_file"),
    ]
    assert shop.results(file) == said
    assert len(shop.products(catalog)) == 3
