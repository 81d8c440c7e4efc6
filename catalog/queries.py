"""What can be asked about products."""

from dataclasses import dataclass
from uuid import UUID

from catalog.models import Product
from kernel.errors import NotFound
from kernel.http.cursor import Page
from kernel.tenancy.context import Actor
from tenants.access.lists import with_owner
from tenants.access.owned import owned_counts, owned_page
from tenants.access.resolver import require_some, visible


@dataclass(frozen=True, slots=True)
class ProductFilters:
    """Which products; None means any. `text` is a part of the name."""

    status: str | None = None
    owner_id: UUID | None = None
    sku: str | None = None
    text: str = ""
    trashed: bool = False


def product_page(
    *,
    actor: Actor,
    filters: ProductFilters,
    sort: str | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[Product]:
    """Return one page of the products that `actor` may see, in one query; the trash is a list of its own."""
    require_some(actor, "catalog:view")
    return owned_page(
        Product,
        actor=actor,
        action="catalog:view",
        name="products",
        filters={
            "status": filters.status,
            "owner_id": filters.owner_id,
            "sku": filters.sku,
            "name__icontains": filters.text or None,
        },
        trashed=filters.trashed,
        sort=sort,
        cursor=cursor,
        limit=limit,
    )


def product_detail(*, actor: Actor, product_id: UUID) -> Product:
    """Return the product, trashed or not; NotFound when `actor` may not see it."""
    require_some(actor, "catalog:view")
    product = with_owner(visible(actor, "catalog:view", Product)).filter(pk=product_id).first()
    if product is None:
        raise NotFound()
    return product


def product_counts(*, actor: Actor) -> dict[str, int]:
    """Return how many of the products that `actor` may see are in each status, `all` and `trash` too; in one query."""
    require_some(actor, "catalog:view")
    return owned_counts(Product, Product.Status.values, actor=actor, action="catalog:view")


def live_products() -> int:
    """Return how many products count towards the plan's limit: those outside the trash."""
    return Product.objects.filter(trashed_at=None).count()
