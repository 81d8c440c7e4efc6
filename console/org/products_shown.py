"""What lists and pages of products show besides the products: thumbnails, labels, names of catalogs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from catalog import queries
from catalog.assets.links import Part, path_of
from catalog.attributes import attributes_of
from catalog.files.values import attribute_text
from catalog.labels.queries import labels_by_id
from catalog.models import Catalog, Label, Product, ProductPicture
from kernel.tenancy.context import Actor


@dataclass(frozen=True, slots=True)
class Card:
    """A product as a row or a card; `thumb` is empty where it has no picture."""

    product: Product
    thumb: str
    alt: str
    labels: Sequence[Label]
    catalog: str


def cards(actor: Actor, products: Sequence[Product], catalogs: Iterable[Catalog]) -> list[Card]:
    """Return the products with their first picture and their labels; two statements, however many there are."""
    names = {catalog.pk: catalog.name for catalog in catalogs}
    pictures = queries.pictures_of(products)
    labels = labels_by_id(actor=actor, ids={label for product in products for label in product.label_ids})
    return [
        Card(
            product,
            url_of(pictures[product.pk][0], "thumb") if pictures[product.pk] else "",
            alt_of(pictures[product.pk][0]) if pictures[product.pk] else "",
            [labels[label] for label in product.label_ids if label in labels],
            names.get(product.catalog_id, ""),
        )
        for product in products
    ]


def url_of(picture: ProductPicture, part: Part) -> str:
    """Return where the picture is shown from; the file itself where it has no rendition, empty without a file."""
    version = picture.version or picture.asset.current
    if version is None:
        return ""
    return path_of(version, part) or path_of(version)


def alt_of(picture: ProductPicture) -> str:
    """Return what the picture shows, in words."""
    return picture.alt or picture.asset.alt or picture.asset.name


def attribute_facts(product: Product, wrong: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the product's attributes in its catalog's order, then those that the catalog does not know."""
    known = attributes_of(product.catalog.attributes)
    rows = [
        {
            "label": found["label"],
            "value": attribute_text(product.attributes.get(found["key"])),
            "kind": "link" if found["type"] == "url" and f"/attributes/{found['key']}" not in wrong else "",
            "url": product.attributes.get(found["key"]),
            "wrong": wrong.get(f"/attributes/{found['key']}", ""),
        }
        for found in known
    ]
    keys = {found["key"] for found in known}
    more = [
        {"label": key, "value": attribute_text(value), "kind": "", "wrong": ""}
        for key, value in sorted(product.attributes.items())
        if key not in keys
    ]
    return rows + more


def catalog_id_of(catalogs: Iterable[Catalog], asked: str) -> UUID | None:
    """Return the id of the catalog that an address asks for, None for none that is there."""
    return next((catalog.pk for catalog in catalogs if str(catalog.pk) == asked), None)
