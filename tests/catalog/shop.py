"""An organization with products for real: what is asked for is carried out here, job by job."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from audit.models import Entry
from catalog.catalogs.commands import create_catalog
from catalog.commands import create_product
from catalog.files import commands, queries, storing
from catalog.models import Catalog, Product, ProductFile, ProductFileRow
from kernel.jobs.inline import run_waiting
from kernel.tenancy.context import Actor, Scope
from kernel.tenancy.scope import scope
from tenants.models import Organization

OWNER = Actor("person", UUID(int=21), "Olivia Owner", "olivia-shop@example.com", "owner")
MANAGER = Actor("person", UUID(int=22), "Max Manager", "max-shop@example.com", "manager")
MARKETER = Actor("person", UUID(int=23), "Mia Marketer", "mia-shop@example.com", "marketer")
SCHEMA = {
    "version": 1,
    "attributes": [
        {"key": "colour", "label": "Colour", "type": "choice", "required": True, "options": ["red", "blue"]},
        {"key": "litres", "label": "Litres", "type": "number"},
        {"key": "organic", "label": "Organic", "type": "boolean"},
        {"key": "deposit", "label": "Deposit", "type": "money"},
    ],
}


@dataclass(slots=True)
class Shop:
    """One organization's catalogs, seen by its owner."""

    organization: Organization

    @contextmanager
    def scope(self, actor: Actor = OWNER) -> Iterator[Scope]:
        """A scope as a request would have."""
        with scope(self.organization, actor=actor, source="console", request_id="r-1") as opened:
            yield opened

    def catalog(self, name: str, **values: Any) -> Catalog:
        """A new catalog."""
        with self.scope():
            return create_catalog(actor=OWNER, values={"name": name, **values})

    def product(self, actor: Actor = OWNER, **values: Any) -> Product:
        """A new product."""
        with self.scope(actor):
            return create_product(actor=actor, values={"name": "Oat drink", **values})

    def products(self, catalog: Catalog) -> list[dict[str, Any]]:
        """What the catalog's products are, by SKU."""
        with self.scope():
            rows = Product.objects.filter(catalog=catalog).order_by("sku", "pk")
            return [{f.attname: getattr(row, f.attname) for f in Product._meta.concrete_fields} for row in rows]

    def send(self, catalog: Catalog, content: str | bytes, *, actor: Actor = OWNER, **options: Any) -> ProductFile:
        """Send a file and do its dry run."""
        raw = content if isinstance(content, bytes) else content.encode()
        wanted = {"file_name": "products.csv", "kind": "csv", "match": "sku"} | options
        with self.scope(actor):
            file, _made = commands.send_file(actor=actor, catalog_id=catalog.pk, content=raw, **wanted)
        run_waiting()
        return self.file(file)

    def map(self, file: ProductFile, mapping: Mapping[str, str], match: str = "sku") -> ProductFile:
        """Say what the columns are, and do the dry run with that."""
        with self.scope():
            commands.map_columns(actor=OWNER, file_id=file.pk, mapping=mapping, match=match)
        run_waiting()
        return self.file(file)

    def run(self, file: ProductFile, actor: Actor = OWNER) -> ProductFile:
        """Write what the dry run said."""
        with self.scope(actor):
            commands.run_file(actor=actor, file_id=file.pk)
        run_waiting()
        return self.file(file)

    def whole(self, catalog: Catalog, content: str | bytes, **options: Any) -> ProductFile:
        """Send a file and write it."""
        return self.run(self.send(catalog, content, **options))

    def export(self, actor: Actor = OWNER, kind: str = "csv", **filters: Any) -> str:
        """The text of a file of the products that the filters find."""
        with self.scope(actor):
            file = commands.export_products(actor=actor, kind=kind, filters=filters)
        run_waiting()
        with self.scope(actor):
            return storing.content_of(queries.file_detail(actor=actor, file_id=file.pk).storage_key).decode()

    def file(self, file: ProductFile) -> ProductFile:
        """The file as it stands."""
        with self.scope():
            return ProductFile.objects.get(pk=file.pk)

    def results(self, file: ProductFile) -> list[tuple[int, str, str, str]]:
        """Number, result, code and field of each row."""
        with self.scope():
            rows = ProductFileRow.objects.filter(file_id=file.pk).order_by("number")
            return [(row.number, row.result, row.code, row.field) for row in rows]

    def entries(self, **wanted: Any) -> list[Entry]:
        """The log's entries that match."""
        with self.scope():
            return list(Entry.objects.filter(**wanted).order_by("id"))
