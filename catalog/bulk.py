"""What can be done to many products at once, and taken back within half an hour."""

from collections.abc import Collection
from typing import Any

from catalog import dependents
from catalog.commands import change_product, create_product, restore_product, trash_product
from catalog.models import Product, ProductPicture
from catalog.queries import live_products
from catalog.schemas import ProductChangeRow, ProductCreate, ProductLabelsRow, ProductStatusRow
from kernel.tenancy.context import Actor
from tenants.access.bulk.actions import Action, BulkResource, VersionRow, changes_of, register
from tenants.access.resolver import find


def _create(actor: Actor, row: Any) -> Product:
    return create_product(actor=actor, values=row.model_dump(exclude={"id"}), product_id=row.id)


def _change(actor: Actor, row: Any) -> Product:
    return change_product(actor=actor, product_id=row.id, version=row.version, changes=changes_of(row))


def _label(actor: Actor, row: Any) -> Product:
    product = find(actor, "catalog:edit", Product, row.id)
    kept = [label_id for label_id in product.label_ids if label_id not in row.remove]
    labels = kept + [label_id for label_id in row.add if label_id not in kept]
    return change_product(actor=actor, product_id=row.id, version=row.version, changes={"label_ids": labels})


def _trash(actor: Actor, row: Any) -> Product:
    return trash_product(actor=actor, product_id=row.id, version=row.version)


def _restore(actor: Actor, row: Any) -> Product:
    return restore_product(actor=actor, product_id=row.id, version=row.version)


def _restored(actor: Actor, products: Collection[Product]) -> None:
    """What stands on products follows an undo as it follows any change."""
    dependents.changed(Product, [product.pk for product in products])


PRODUCTS = register(
    BulkResource(
        name="products",
        model=Product,
        children=((ProductPicture, "product"),),
        limit=("products", live_products),
        restored=_restored,
        actions={
            "create": Action(ProductCreate, _create, permission="catalog:edit"),
            "change": Action(ProductChangeRow, _change, permission="catalog:edit"),
            "set_status": Action(ProductStatusRow, _change, permission="catalog:edit"),
            "label": Action(ProductLabelsRow, _label, permission="catalog:edit"),
            "trash": Action(VersionRow, _trash, permission="catalog:edit"),
            "restore": Action(VersionRow, _restore, permission="catalog:edit"),
        },
    )
)
