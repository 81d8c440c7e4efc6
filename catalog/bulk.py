"""What can be done to many products at once, and taken back within half an hour."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from catalog import dependents
from catalog.commands import (
    catalog_for,
    change_product,
    check_numbers,
    create_product,
    restore_product,
    trash_product,
)
from catalog.labels.choice import check_labels, relabelled
from catalog.models import Product, ProductPicture
from catalog.queries import live_products
from catalog.schemas import ProductChangeRow, ProductCreate, ProductLabelsRow, ProductStatusRow
from catalog.uses import check_unused
from kernel.tenancy.context import Actor
from tenants.access.bulk.actions import Action, BulkResource, VersionRow, changes_of, register
from tenants.access.resolver import find


def _create(actor: Actor, row: Any) -> Product:
    return create_product(actor=actor, values=row.model_dump(exclude={"id"}), product_id=row.id)


def _change(actor: Actor, row: Any) -> Product:
    return change_product(actor=actor, product_id=row.id, version=row.version, changes=changes_of(row))


def _label(actor: Actor, row: Any) -> Product:
    product = find(actor, "catalog:edit", Product, row.id)
    labels = relabelled(product.label_ids, add=row.add, remove=row.remove)
    return change_product(actor=actor, product_id=row.id, version=row.version, changes={"label_ids": labels})


def _trash(actor: Actor, row: Any) -> Product:
    return trash_product(actor=actor, product_id=row.id, version=row.version)


def _restore(actor: Actor, row: Any) -> Product:
    return restore_product(actor=actor, product_id=row.id, version=row.version)


def _check_back(actor: Actor, product: Product, before: Mapping[str, Any] | None) -> None:
    """Nothing that is in use goes to the trash, nothing comes back with a number, catalog or label it can't have."""
    if before is None:
        return
    was = before["row"]
    if was["trashed_at"] is not None:
        if product.trashed_at is None:
            check_unused(actor, product)
        return
    check_labels([UUID(label_id) for label_id in was["label_ids"]], kept=product.label_ids)
    if UUID(was["catalog_id"]) != product.catalog_id:
        catalog_for(UUID(was["catalog_id"]))
    check_numbers(actor, was, but=[product.pk])


def _restored(actor: Actor, products: Collection[Product], _removed: Collection[Product]) -> None:
    """What stands on products follows an undo as it follows any change."""
    dependents.changed(Product, [product.pk for product in products])


PRODUCTS = register(
    BulkResource(
        name="products",
        model=Product,
        children=((ProductPicture, "product"),),
        limit=("products", live_products),
        check_back=_check_back,
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
