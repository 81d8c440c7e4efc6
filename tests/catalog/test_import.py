"""Products from a file: tried out first, written as it was said, and nothing the second time."""

import pytest

from catalog.files import commands, jobs, judging, queries
from catalog.files.writing import rejected_csv
from catalog.labels.commands import create_label
from catalog.models import ProductFile
from catalog.queries import live_products
from kernel.errors import Conflict, Invalid, LimitReached, NotAllowed, NotFound, TooLarge
from kernel.ids import uuid7
from kernel.jobs.inline import run_waiting
from kernel.jobs.models import Job
from tests.catalog.shop import MANAGER, MARKETER, OWNER, SCHEMA, Shop

FEED = """Article number;Title;Price;Colour;Litres;Organic;Deposit;Labels;Notes
A-1;Oat drink;2,49 EUR;red;0,75;yes;0.25 EUR;;first
A-2;=SUM(A1);EUR 1'299.00;blue;;no;;;
A-3;Pea drink;1,299;blue;;;;;
A-4;Soy drink;3;green;;;;;
;No number;3;red;;;;;
A-1;Oat drink again;2;red;;;;;
A-6;No such label;2;red;;;;Nowhere;
"""


def test_a_dry_run_says_what_becomes_of_each_row_and_writes_nothing(shop: Shop) -> None:
    catalog = shop.catalog("Dry", currency="EUR", attributes=SCHEMA)

    file = shop.send(catalog, FEED)

    assert (file.state, file.rows, file.error) == ("ready", 7, "")
    assert file.mapping == {
        "Article number": "sku",
        "Title": "name",
        "Price": "price",
        "Colour": "attributes.colour",
        "Litres": "attributes.litres",
        "Organic": "attributes.organic",
        "Deposit": "attributes.deposit",
        "Labels": "labels",
        "Notes": "",
    }
    assert shop.results(file) == [
        (2, "created", "", ""),
        (3, "created", "", ""),
        (4, "rejected", "wrong_format", "price"),
        (5, "rejected", "unknown_value", "attributes/colour"),
        (6, "rejected", "match_missing", "sku"),
        (7, "rejected", "repeated_in_file", ""),
        (8, "rejected", "unknown_value", "labels"),
    ]
    assert file.counts == {"created": 2, "updated": 0, "unchanged": 0, "rejected": 5}
    assert shop.products(catalog) == []
    assert shop.entries(object_repr="Oat drink") == []


def test_the_run_writes_what_the_dry_run_said_and_a_second_one_changes_nothing(shop: Shop) -> None:
    catalog = shop.catalog("Run", currency="EUR", attributes=SCHEMA)

    done = shop.whole(catalog, FEED)
    made = shop.products(catalog)
    again = shop.whole(catalog, FEED)

    assert (done.state, done.counts["created"], done.storage_key) == ("done", 2, "")
    assert [(row["sku"], row["name"], row["price_micros"], row["currency"]) for row in made] == [
        ("A-1", "Oat drink", 2_490_000, "EUR"),
        ("A-2", "=SUM(A1)", 1_299_000_000, "EUR"),
    ]
    assert made[0]["attributes"] == {
        "colour": "red",
        "litres": 0.75,
        "organic": True,
        "deposit": {"amount_micros": 250_000, "currency": "EUR"},
    }
    assert made[0]["owner_id"] == OWNER.user_id
    assert again.counts == {"created": 0, "updated": 0, "unchanged": 2, "rejected": 5}
    assert shop.products(catalog) == made
    [summary] = shop.entries(event="products.imported", object_pk=str(done.pk))
    assert summary.object_repr == "products.csv"


def test_a_file_changes_what_it_names_and_leaves_the_rest(shop: Shop) -> None:
    catalog = shop.catalog("Change", attributes=SCHEMA)
    shop.whole(
        catalog, "sku,name,brand,colour,litres\nB-1,Oat drink,Northfield,red,1\nB-2,Pea drink,Northfield,blue,\n"
    )

    file = shop.whole(catalog, "sku,brand,litres\nB-1,,2\nB-2,Northfield,\nB-3,Southfield,\n")

    assert shop.results(file) == [
        (2, "updated", "", ""),
        (3, "unchanged", "", ""),
        (4, "rejected", "required", "name"),
    ]
    first, second = shop.products(catalog)
    assert (first["name"], first["brand"], first["attributes"]) == ("Oat drink", "", {"colour": "red", "litres": 2})
    assert (first["row_version"], second["row_version"]) == (2, 1)


def test_lines_of_json_come_in_too(shop: Shop) -> None:
    catalog = shop.catalog("Lines", attributes=SCHEMA)
    with shop.scope():
        create_label(actor=OWNER, values={"name": "Spring"})
    lines = "\n".join(
        [
            '{"external_id": "x1", "title": "Oat drink", "labels": ["spring"], "attributes": {"colour": "red"}}',
            '{"external_id": 7, "title": "Pea drink", "attributes": {"colour": "red", "kept": {"deep": [1]}}}',
            '{"external_id": "x3", ',
            '["no", "object"]',
            '{"external_id": "x5", "title": "Odd \\u0000"}',
        ]
    )

    file = shop.whole(catalog, lines, kind="jsonl", match="external_id")

    assert shop.results(file) == [
        (1, "created", "", ""),
        (2, "created", "", ""),
        (3, "rejected", "broken_row", ""),
        (4, "rejected", "not_object", ""),
        (5, "rejected", "nul_character", ""),
    ]
    rows = sorted(shop.products(catalog), key=lambda row: row["name"])
    assert [(row["external_id"], row["attributes"], len(row["label_ids"])) for row in rows] == [
        ("x1", {"colour": "red"}, 1),
        ("7", {"colour": "red", "kept": {"deep": [1]}}, 0),
    ]


def test_a_mapping_is_said_checked_and_remembered(shop: Shop) -> None:
    catalog = shop.catalog("Mapped")
    first = shop.send(catalog, "Nr,Wording\n1,Oat drink\n")
    assert (first.state, first.mapping, shop.results(first)) == ("uploaded", {"Nr": "", "Wording": ""}, [])

    with pytest.raises(Invalid) as refusal:
        shop.map(first, {"Wording": "name", "Nr": "price_of_hope", "Gone": "sku"})
    assert [(error.pointer, error.code) for error in refusal.value.errors] == [
        ("/mapping/Nr", "unknown_value"),
        ("/mapping/Gone", "unknown_field"),
    ]
    done = shop.run(shop.map(first, {"Wording": "name", "Nr": "sku"}))

    assert done.counts["created"] == 1
    assert shop.send(catalog, "Nr,Wording,New\n2,Pea drink,x\n").mapping == {"Nr": "sku", "Wording": "name", "New": ""}


def test_a_number_that_another_product_has_is_rejected(shop: Shop) -> None:
    catalog = shop.catalog("Numbers")
    shop.whole(catalog, "sku,external_id,name\nC-1,e1,Oat drink\nC-2,e2,Pea drink\nC-4,e4,Nut drink\n")

    file = shop.send(catalog, "sku,external_id,name\nC-3,e1,Soy drink\nC-2,e4,Pea drink\n")

    assert shop.results(file) == [
        (2, "rejected", "external_id_taken", ""),
        (3, "rejected", "external_id_taken", ""),
    ]


def test_what_the_person_may_not_change_is_rejected(shop: Shop) -> None:
    catalog = shop.catalog("Rights")
    shop.product(MARKETER, catalog_id=catalog.pk, sku="D-1")

    file = shop.send(catalog, "sku,name\nD-1,Mine now\nD-2,New\n", actor=MANAGER)

    assert shop.results(file) == [(2, "rejected", "not_allowed", ""), (3, "created", "", "")]
    with pytest.raises(NotAllowed), shop.scope(MARKETER):
        commands.send_file(
            actor=MARKETER, catalog_id=catalog.pk, content=b"sku\n1", file_name="x", kind="csv", match="sku"
        )
    with pytest.raises(NotFound), shop.scope(MARKETER):
        queries.file_detail(actor=MARKETER, file_id=file.pk)


def test_the_rejected_rows_are_a_file_that_can_be_mended_and_sent(shop: Shop) -> None:
    catalog = shop.catalog("Mended")
    file = shop.send(catalog, "sku,name,price\nE-1,=cmd(),much\n")

    with shop.scope():
        text = rejected_csv(file, queries.rejected_rows(file)).decode("utf-8")
    mended = shop.whole(catalog, text.replace("much", "3 EUR"))

    assert text.splitlines()[0] == "\ufeffrow,reason,field,message,sku,name,price"
    assert text.splitlines()[1] == "2,wrong_format,price,“much” is no amount; write it like 1234.50.,E-1,'=cmd(),much"
    assert [(row["name"], row["price_micros"]) for row in shop.products(catalog)] == [("=cmd()", 3_000_000)]
    assert mended.counts["created"] == 1


def test_a_run_that_stopped_goes_on_behind_the_last_chunk(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = shop.catalog("Stopped")
    file = shop.send(catalog, "sku,name\n" + "".join(f"F-{number},Drink\n" for number in range(5)))
    monkeypatch.setattr(jobs, "CHUNK", 2)
    whole, chunks = judging.judge, []

    def break_off(**options: object) -> object:
        chunks.append(options)
        if len(chunks) == 2:
            raise ConnectionError("the worker is gone")
        return whole(**options)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs, "judge", break_off)
    stopped = shop.run(file)
    assert (stopped.state, stopped.cursor, len(shop.products(catalog))) == ("running", 3, 2)

    Job.objects.using("owner").filter(pk=str(stopped.job_id)).update(run_at="2020-01-01T00:00Z")
    run_waiting()

    done = shop.file(file)
    assert (done.state, done.counts["created"], len(shop.products(catalog))) == ("done", 5, 5)
    assert [row["row_version"] for row in shop.products(catalog)] == [1] * 5


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "no_rows"), (b"  \n", "no_rows"), (b"sku,name\n\xff\xfe\xfa", "not_utf8")],
)
def test_what_is_no_file_of_products_is_refused(shop: Shop, content: bytes, code: str) -> None:
    catalog = shop.catalog(f"Refused {uuid7()}")

    with pytest.raises(Invalid) as refusal:
        shop.send(catalog, content)

    assert [error.code for error in refusal.value.errors] == [code]
    with shop.scope():
        assert not ProductFile.objects.filter(catalog=catalog).exists()


def test_a_file_that_is_too_large_is_refused(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "MOST_BYTES", 10)
    catalog = shop.catalog("Large")

    with pytest.raises(TooLarge):
        shop.send(catalog, b"sku,name\n1,Oat drink")


def test_the_same_file_sent_again_is_the_same_and_another_under_its_id_is_refused(shop: Shop) -> None:
    catalog, file_id = shop.catalog("Again"), uuid7()
    sent = shop.send(catalog, "sku,name\nG-1,Oat drink\n", file_id=file_id)

    assert shop.send(catalog, "sku,name\nG-1,Oat drink\n", file_id=file_id).pk == sent.pk
    with pytest.raises(Conflict) as refusal:
        shop.send(catalog, "sku,name\nG-1,Other\n", file_id=file_id)

    assert refusal.value.code == "id_taken"


def test_a_plan_without_room_for_all_of_it_refuses_the_run(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = shop.catalog("Room")
    file = shop.send(catalog, "sku,name\nH-1,Oat drink\nH-2,Pea drink\n")

    with shop.scope() as opened:
        limits = {**opened.organization.limits, "products": live_products() + 1}  # type: ignore[union-attr]
        monkeypatch.setattr(type(opened.organization), "limits", limits, raising=False)
        with pytest.raises(LimitReached):
            commands.run_file(actor=OWNER, file_id=file.pk)

    monkeypatch.undo()
    assert (shop.file(file).state, shop.products(catalog)) == ("ready", [])
