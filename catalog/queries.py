"""What can be asked about products."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from catalog.attributes import misfits
from catalog.models import Product, ProductPicture
from kernel.errors import FieldError, NotFound
from kernel.http.cursor import Page
from kernel.http.lists import containing
from kernel.tenancy.context import Actor
from tenants.access.lists import with_owner
from tenants.access.owned import owned_counts, owned_page
from tenants.access.resolver import require_some, visible

SEARCHED = ("name", "sku")


@dataclass(frozen=True, slots=True)
class ProductFilters:
    """Which products; None and nothing mean any. `text` are words of the name or the SKU."""

    status: str | Collection[str] | None = None
    catalog_id: UUID | None = None
    label_id: UUID | None = None
    owner_id: UUID | None = None
    team_id: UUID | None = None
    sku: str | None = None
    external_id: str | None = None
    group_key: str | None = None
    brand: str | None = None
    category: str | None = None
    text: str = ""
    trashed: bool = False

    def lookups(self) -> dict[str, Any]:
        """Return the filters as owned_page() takes them."""
        statuses = [self.status] if isinstance(self.status, str) else list(self.status or ())
        return {
            "status__in": statuses or None,
            "catalog_id": self.catalog_id,
            "label_ids__contains": [self.label_id] if self.label_id else None,
            "owner_id": self.owner_id,
            "team_id": self.team_id,
            "sku": self.sku,
            "external_id": self.external_id,
            "group_key": self.group_key,
            "brand": self.brand,
            "category": self.category,
            "text": containing(self.text, *SEARCHED),
        }


def product_page(
    *,
    actor: Actor,
    filters: ProductFilters,
    sort: str | None = None,
    cursor: str | None = None,
    limit: int | None = None,
    count: bool = False,
) -> Page[Product]:
    """Return one page of the products that `actor` may see, in one query; the trash is a list of its own.

    `count` is a second query.
    """
    require_some(actor, "catalog:view")
    return owned_page(
        Product,
        actor=actor,
        action="catalog:view",
        name="products",
        filters=filters.lookups(),
        trashed=filters.trashed,
        sort=sort,
        cursor=cursor,
        limit=limit,
        count=count,
    )


def product_detail(*, actor: Actor, product_id: UUID) -> Product:
    """Return the product with its catalog, trashed or not; NotFound when `actor` may not see it."""
    require_some(actor, "catalog:view")
    rows = with_owner(visible(actor, "catalog:view", Product)).select_related("catalog")
    product = rows.filter(pk=product_id).first()
    if product is None:
        raise NotFound()
    return product


def pictures_of(products: Iterable[Product]) -> Mapping[UUID, Sequence[ProductPicture]]:
    """Return the pictures of each product in their order, with the versions that they show; one statement."""
    found: dict[UUID, list[ProductPicture]] = {product.pk: [] for product in products}
    rows = ProductPicture.objects.filter(product_id__in=found).select_related("asset__current", "version")
    for picture in rows.order_by("product_id", "position", "pk"):
        found[picture.product_id].append(picture)
    return found


def variants_of(*, actor: Actor, product: Product) -> Sequence[Product]:
    """Return the other products of its group in its catalog that `actor` may see, by name; none without a group."""
    if not product.group_key:
        return []
    others = visible(actor, "catalog:view", Product).filter(
        catalog_id=product.catalog_id, group_key=product.group_key, trashed_at=None
    )
    return list(others.exclude(pk=product.pk).order_by("name", "pk")[:50])


def misfits_of_product(product: Product) -> list[FieldError]:
    """Return what of the product's attributes does not fit its catalog, which may have changed since."""
    return misfits(product.catalog.attributes, product.attributes)


def product_counts(*, actor: Actor) -> dict[str, int]:
    """Return how many of the products that `actor` may see are in each status, `all` and `trash` too; in one query."""
    require_some(actor, "catalog:view")
    return owned_counts(Product, Product.Status.values, actor=actor, action="catalog:view")


def live_products() -> int:
    """Return how many products count towards the plan's limit: those outside the trash."""
    return Product.objects.filter(trashed_at=None).count()
