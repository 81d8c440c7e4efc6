"""What can be done with products."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.utils.translation import gettext as _

from catalog import dependents
from catalog.attributes import misfits
from catalog.catalogs.default import default_catalog
from catalog.labels.choice import check_labels
from catalog.models import Catalog, Product
from catalog.queries import live_products
from catalog.rules import EDITABLE, check_documents, check_product
from catalog.transitions import check_transition
from catalog.uses import check_unused
from kernel.errors import Conflict, FieldError, Invalid
from kernel.tenancy.context import Actor
from tenants.access.limits import reserve
from tenants.access.models import LIVE
from tenants.access.owned import (
    check_not_trashed,
    check_version,
    create_owned,
    restore_owned,
    trash_owned,
    write_version,
)
from tenants.access.ownership import check_team, transfer
from tenants.access.resolver import find, require, visible

# The number, the constraint that lets a catalog give it once, and the code of its refusal.
_NUMBERS = (
    ("sku", "product_sku_unique", "sku_taken"),
    ("external_id", "product_external_unique", "external_id_taken"),
)


def create_product(*, actor: Actor, values: Mapping[str, Any], product_id: UUID | None = None) -> Product:
    """Create a product owned by `actor`, in a team of theirs where `values` name one (`team_id`).

    Without `catalog_id` it goes to the default catalog; a price without a currency is in the catalog's. Raises
    LimitReached when the plan has no room, Conflict for a taken id, SKU or external id.
    """
    require(actor, "catalog:edit")
    catalog = catalog_for(values.get("catalog_id"))
    wanted = {**values, "catalog_id": catalog.pk}
    if wanted.get("price_micros") is not None and not wanted.get("currency"):
        wanted["currency"] = catalog.currency
    check_product({name: value for name, value in wanted.items() if name != "team_id"})
    check_documents(wanted)
    check_attributes(catalog, wanted.get("attributes", {}))
    if "label_ids" in wanted:
        wanted["label_ids"] = check_labels(wanted["label_ids"])
    check_team(actor, "catalog:edit", values.get("team_id"))
    check_numbers(actor, wanted)
    reserve("products", live_products)
    with numbers_given_once():
        return create_owned(Product, actor=actor, row_id=product_id, values=wanted)


def change_product(*, actor: Actor, product_id: UUID, version: int, changes: Mapping[str, Any]) -> Product:
    """Change fields of the product that is at `version`; changes that change nothing write nothing.

    A change of state follows catalog.transitions. Attributes are checked when they, or the catalog, change.
    """
    product = find(actor, "catalog:edit", Product, product_id)
    check_version(product, version)
    check_not_trashed(product)
    return write_product(actor, product, changes)


def write_product(actor: Actor, product: Product, changes: Mapping[str, Any]) -> Product:
    """Check and write `changes` of a product that `actor` may change, on top of the version that was read."""
    changes = dict(changes)
    if "label_ids" in changes:
        changes["label_ids"] = check_labels(changes["label_ids"], kept=product.label_ids)
    check_product({name: getattr(product, name) for name in EDITABLE} | changes)
    different = {name: value for name, value in changes.items() if getattr(product, name) != value}
    if not different:
        return product
    check_documents(different)
    if "status" in different:
        check_transition(product.status, different["status"])
    if different.keys() & {"attributes", "catalog_id"}:
        catalog = catalog_for(different["catalog_id"]) if "catalog_id" in different else product.catalog
        check_attributes(catalog, different.get("attributes", product.attributes))
    if different.keys() & {"sku", "external_id", "catalog_id"}:
        kept = {name: getattr(product, name) for name in ("catalog_id", "sku", "external_id")}
        check_numbers(actor, kept | different, but=[product.pk])
    with numbers_given_once():
        written = write_version(product, product.row_version, different)
    dependents.changed(Product, [product.pk])
    return written


def transfer_product(*, actor: Actor, product_id: UUID, version: int, owner_id: UUID, team_id: UUID | None) -> Product:
    """Give the product to another owner and team; see tenants.access.ownership.transfer."""
    return transfer(
        actor=actor, model=Product, object_id=product_id, version=version, owner_id=owner_id, team_id=team_id
    )


def trash_product(*, actor: Actor, product_id: UUID, version: int) -> Product:
    """Put the product into the trash. Raises Conflict, naming where, when it is in use: it can be archived instead."""
    product = find(actor, "catalog:edit", Product, product_id)
    check_version(product, version)
    if product.trashed_at is None:
        check_unused(actor, product)
    trashed = trash_owned(product, version)
    dependents.changed(Product, [product.pk])
    return trashed


def restore_product(*, actor: Actor, product_id: UUID, version: int) -> Product:
    """Take the product out of the trash.

    Raises LimitReached when the plan has no room, Conflict where another product has its SKU or external id by now.
    """
    product = find(actor, "catalog:edit", Product, product_id)
    check_version(product, version)
    if product.trashed_at is not None:
        check_numbers(actor, {name: getattr(product, name) for name in ("catalog_id", "sku", "external_id")})
    with numbers_given_once():
        restored = restore_owned(product, version, limit="products", count=live_products)
    dependents.changed(Product, [product.pk])
    return restored


def catalog_for(catalog_id: UUID | None) -> Catalog:
    """Return the catalog that a product may be put into. Raises Invalid for one that is not there, or archived."""
    if catalog_id is None:
        return default_catalog()
    found = Catalog.objects.filter(pk=catalog_id, archived_at=None).first()
    if found is None:
        raise Invalid(errors=[FieldError("/catalog_id", "unknown_value", _("There is no such catalog."))])
    return found


def check_attributes(catalog: Catalog, values: Mapping[str, Any]) -> None:
    """Raise Invalid with everything that keeps `values` from fitting the catalog's attributes."""
    errors = misfits(catalog.attributes, values)
    if errors:
        raise Invalid(errors=errors)


def check_numbers(actor: Actor, values: Mapping[str, Any], *, but: Collection[UUID] = ()) -> None:
    """Raise Conflict where another product of the catalog has the SKU or external id in `values`.

    `product_id` names that product to those who may see it. One statement for each number that is given.
    """
    for name, _constraint, code in _NUMBERS:
        if not values.get(name):
            continue
        others = Product.objects.filter(LIVE, catalog_id=values["catalog_id"], **{name: values[name]}).exclude(
            pk__in=but
        )
        other = others.order_by().values_list("pk", flat=True).first()
        if other is None:
            continue
        seen = visible(actor, "catalog:view", Product).filter(pk=other).exists()
        raise number_taken(code, product_id=str(other) if seen else None)


@contextmanager
def numbers_given_once() -> Iterator[None]:
    """Raise the same Conflict where somebody gave the number between the check and the block's write."""
    try:
        yield
    except IntegrityError as error:
        given = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        for _name, constraint, code in _NUMBERS:
            if given == constraint:
                raise number_taken(code) from error
        raise


def number_taken(code: str, *, product_id: str | None = None) -> Conflict:
    """Return the refusal of a number that another product has; `product_id` is for those who may see that product."""
    detail = {
        "sku_taken": _("Another product of this catalog has this SKU."),
        "external_id_taken": _("Another product of this catalog has this external id."),
    }[code]
    return Conflict(detail, code=code, product_id=product_id)
