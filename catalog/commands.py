"""What can be done with products."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from catalog.models import Product
from catalog.queries import live_products
from catalog.rules import EDITABLE, check_product
from kernel.tenancy.context import Actor
from tenants.access.limits import reserve
from tenants.access.owned import (
    check_not_trashed,
    check_version,
    create_owned,
    restore_owned,
    trash_owned,
    write_version,
)
from tenants.access.ownership import check_team, transfer
from tenants.access.resolver import find, require


def create_product(*, actor: Actor, values: Mapping[str, Any], product_id: UUID | None = None) -> Product:
    """Create a product owned by `actor`, in a team of theirs where `values` name one (`team_id`).

    Raises LimitReached when the plan has no room, Conflict for a taken id.
    """
    require(actor, "catalog:edit")
    check_product({name: value for name, value in values.items() if name != "team_id"})
    check_team(actor, "catalog:edit", values.get("team_id"))
    reserve("products", live_products)
    return create_owned(Product, actor=actor, row_id=product_id, values=values)


def change_product(*, actor: Actor, product_id: UUID, version: int, changes: Mapping[str, Any]) -> Product:
    """Change fields of the product that is at `version`; changes that change nothing write nothing."""
    product = find(actor, "catalog:edit", Product, product_id)
    check_version(product, version)
    check_not_trashed(product)
    check_product({name: getattr(product, name) for name in EDITABLE} | dict(changes))
    different = {name: value for name, value in changes.items() if getattr(product, name) != value}
    return write_version(product, version, different) if different else product


def transfer_product(*, actor: Actor, product_id: UUID, version: int, owner_id: UUID, team_id: UUID | None) -> Product:
    """Give the product to another owner and team; see tenants.access.ownership.transfer."""
    return transfer(
        actor=actor, model=Product, object_id=product_id, version=version, owner_id=owner_id, team_id=team_id
    )


def trash_product(*, actor: Actor, product_id: UUID, version: int) -> Product:
    """Put the product into the trash; campaigns about it keep the reference."""
    return trash_owned(find(actor, "catalog:edit", Product, product_id), version)


def restore_product(*, actor: Actor, product_id: UUID, version: int) -> Product:
    """Take the product out of the trash. Raises LimitReached when the plan has no room."""
    product = find(actor, "catalog:edit", Product, product_id)
    return restore_owned(product, version, limit="products", count=live_products)
