"""Products -> the bytes of a file. A spreadsheet never takes a cell of ours for a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from catalog.attributes import attributes_of
from catalog.files.mapping import PREFIX
from catalog.files.values import amount_text, attribute_text
from catalog.models import Catalog, Label, Product, ProductFile, ProductFileRow
from catalog.queries import ProductFilters, product_page
from kernel.files.formulas import harmless
from kernel.http.cursor import LARGEST_PAGE
from kernel.http.output import dump, instant
from kernel.jobs import JobContext

_COLUMNS = (
    "id",
    "catalog",
    "sku",
    "external_id",
    "group_key",
    "name",
    "brand",
    "category",
    "description",
    "url",
    "status",
    "price",
    "currency",
    "labels",
)
_LAST = ("updated_at",)


def content_for(ctx: JobContext, file: ProductFile) -> tuple[bytes, int]:
    """Return the file's bytes, and how many products are in them."""
    catalogs = {catalog.pk: catalog for catalog in Catalog.objects.all()}
    labels: dict[UUID, str] = dict(Label.objects.values_list("pk", "name"))
    rows = [_row(product, catalogs, labels) for product in _products(ctx, filters_of(file.filters))]
    if file.format == ProductFile.Format.JSONL:
        return b"".join(dump(row) + b"\n" for row in rows), len(rows)
    wanted = [file.catalog_id] if file.catalog_id else list(catalogs)
    keys = {found["key"]: None for pk in wanted for found in attributes_of(catalogs[pk].attributes)}
    return _csv(rows, list(keys)), len(rows)


def filters_of(stored: Mapping[str, Any]) -> ProductFilters:
    """Return the filters that an export keeps as JSON."""
    ids = ("catalog_id", "label_id", "owner_id", "team_id")
    found: dict[str, Any] = {name: UUID(value) if name in ids else value for name, value in stored.items()}
    return ProductFilters(**found)


def rejected_csv(file: ProductFile, rows: Iterable[ProductFileRow]) -> bytes:
    """Return the rejected rows with their own columns, and before them why; mended, the file can be sent again."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["row", "reason", "field", "message", *(harmless(column) for column in file.columns)])
    for row in rows:
        cells = [_cell(row.cells.get(column)) for column in file.columns]
        writer.writerow([row.number, row.code, row.field, harmless(row.message), *cells])
    return text.getvalue().encode("utf-8-sig")


def _products(ctx: JobContext, filters: ProductFilters) -> Iterator[Product]:
    cursor, done = None, 0
    while True:
        found = product_page(actor=ctx.actor, filters=filters, sort="name", cursor=cursor, limit=LARGEST_PAGE)
        yield from found.items
        done += len(found.items)
        ctx.progress(done, 0)
        ctx.checkpoint()
        if found.next is None:
            return
        cursor = found.next


def _row(product: Product, catalogs: Mapping[UUID, Catalog], labels: Mapping[UUID, str]) -> dict[str, Any]:
    return {
        "id": product.pk,
        "catalog": catalogs[product.catalog_id].name,
        "sku": product.sku,
        "external_id": product.external_id,
        "group_key": product.group_key,
        "name": product.name,
        "brand": product.brand,
        "category": product.category,
        "description": product.description,
        "url": product.url,
        "status": product.status,
        "price": "" if product.price_micros is None else amount_text(product.price_micros),
        "currency": product.currency,
        "labels": [labels[label_id] for label_id in product.label_ids if label_id in labels],
        "attributes": product.attributes,
        "updated_at": instant(product.updated_at),
    }


def _csv(rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*_COLUMNS, *(f"{PREFIX}{key}" for key in keys), *_LAST])
    for row in rows:
        attributes = [_cell(row["attributes"].get(key)) for key in keys]
        writer.writerow([*(_cell(row[name]) for name in _COLUMNS), *attributes, *(row[name] for name in _LAST)])
    # With the mark by which spreadsheets know UTF-8.
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, list):
        return harmless("; ".join(str(part) for part in value))
    return harmless(attribute_text(value))
