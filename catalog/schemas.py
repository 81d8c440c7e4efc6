"""Products as the API takes and gives them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from catalog.catalogs.queries import CATALOG
from catalog.labels.queries import LABELS
from catalog.models import Product, ProductPicture
from catalog.pictures import MOST_PICTURES
from catalog.uses import Uses
from kernel.http.lists import ListQuery, Names, Paged, Search, Several, sparse
from kernel.http.output import instant
from kernel.http.strict import Currency, Document, Id, Input, Micros, NewId, unsent
from tenants.access.bulk.actions import VersionRow
from tenants.access.expanding import OWNER, TEAM

Status = Literal["draft", "active", "archived"]
ProductSort = Literal["-updated_at", "updated_at", "-created_at", "created_at", "name", "-name", "-trashed_at"]
Name = Annotated[str, Field(min_length=1, max_length=255)]
Short = Annotated[str, Field(max_length=120)]
Sku = Annotated[
    str, Field(max_length=80, description="The organization's own number; one product of a catalog has it.")
]
External = Annotated[str, Field(max_length=200, description="The shop's number; one product of a catalog has it.")]
Group = Annotated[str, Field(max_length=120, description="Products of one group are variants of one thing.")]
Url = Annotated[str, Field(max_length=2000, description="Starts with http:// or https://, or is empty.")]
Price = Annotated[
    Micros | None, Field(description="Millionths of the currency: 19.99 EUR is 19990000. Needs a currency.")
]
Description = Annotated[str, Field(max_length=10_000)]
Attributes = Annotated[Document, Field(description="By the catalog's attribute schema; other keys are kept.")]
Labels = Annotated[list[Id], Field(max_length=50)]
EXPANSIONS = {"owner": OWNER, "team": TEAM, "catalog": CATALOG, "labels": LABELS}
_EXAMPLE: JsonDict = {
    "name": "Oat drink",
    "sku": "OAT-1",
    "price_micros": 2490000,
    "currency": "EUR",
    "attributes": {"litres": 1},
    "data": {"season": "spring"},
}


class ProductCreate(Input):
    """A new product."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: NewId | None = Field(default=None, description="Your own UUIDv7, so that a retry can't create it twice.")
    catalog_id: Id | None = Field(default=None, description="Null: the default catalog.")
    name: Name
    sku: Sku = ""
    external_id: External = ""
    group_key: Group = ""
    brand: Short = ""
    category: Short = ""
    description: Description = ""
    url: Url = ""
    status: Status = "draft"
    price_micros: Price = None
    currency: Currency = Field(default="", description="Empty: the catalog's, where there is a price.")
    team_id: Id | None = Field(default=None, description="A team of yours whose people reach it too.")
    label_ids: Labels = Field(default_factory=list)
    attributes: Attributes = Field(default_factory=dict)
    data: Document = Field(default_factory=dict, description="Anything else, up to 256 KiB.")


class ProductChange(Input):
    """The fields to change; fields left out stay as they are. Documents and lists are replaced as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "active"}]})

    catalog_id: Id = unsent()
    name: Name = unsent()
    sku: Sku = unsent()
    external_id: External = unsent()
    group_key: Group = unsent()
    brand: Short = unsent()
    category: Short = unsent()
    description: Description = unsent()
    url: Url = unsent()
    status: Status = unsent(description="Only along the allowed steps; 409 names those open now.")
    price_micros: Price = unsent()
    currency: Currency = unsent()
    label_ids: Labels = unsent()
    attributes: Attributes = unsent()
    data: Document = unsent()


class ProductChangeRow(ProductChange, VersionRow):
    """One product of many to change."""


class ProductStatusRow(VersionRow):
    """One product of many to lead to another state."""

    status: Status


class ProductLabelsRow(VersionRow):
    """One product of many to put labels on, or take them off."""

    add: Labels = Field(default_factory=list)
    remove: Labels = Field(default_factory=list)


class ProductOwnership(Input):
    """Whose the product is; without a team only its owner, shares and roles that reach everything lead to it."""

    owner_id: Id = Field(description="An active member of the organization.")
    team_id: Id | None = Field(description="A team that you may choose, or null.")


class PictureIn(Input):
    """A picture of a product."""

    asset_id: Id
    version_id: Id | None = Field(default=None, description="Null: whichever version of the asset is current.")
    alt: Annotated[str, Field(max_length=300, description="What it shows; empty: the asset's own text.")] = ""


class ProductPictures(Input):
    """All pictures of the product, in their order; the first one stands for it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"pictures": []}]})

    pictures: Annotated[list[PictureIn], Field(max_length=MOST_PICTURES)]


class ProductSummary(BaseModel):
    """A product in a list: everything but its documents and pictures."""

    model_config = ConfigDict(json_schema_extra=sparse)

    id: UUID
    catalog_id: UUID
    name: str
    sku: str
    external_id: str
    group_key: str
    brand: str
    category: str
    description: str
    url: str
    status: Status
    price_micros: int | None
    currency: str
    label_ids: list[UUID]
    owner_id: UUID
    team_id: UUID | None
    legacy_source: str | None
    legacy_id: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    trashed_at: datetime | None


class ProductQuery(ListQuery):
    """Filters, order and place of a list of products."""

    q: Search = Field(default="", description="Only what has all these words, or parts of words, in name or SKU.")
    status: Annotated[Names, Several(Status)] = ()
    catalog_id: Id | None = Field(default=None, description="Only products of this catalog.")
    label_id: Id | None = Field(default=None, description="Only products with this label.")
    owner_id: Id | None = Field(default=None, description="Only products of this person.")
    team_id: Id | None = Field(default=None, description="Only products of this team.")
    sku: Sku | None = Field(default=None, description="Only products with exactly this SKU.")
    external_id: External | None = Field(default=None, description="Only products with exactly this external id.")
    group_key: Group | None = Field(default=None, description="Only the variants of this group.")
    brand: Short | None = Field(default=None, description="Only products of exactly this brand.")
    category: Short | None = Field(default=None, description="Only products of exactly this category.")
    trashed: Literal["true", "false"] = Field(default="false", description="true: the trash instead.")
    fields: Annotated[Names, Several(ProductSummary)] = ()
    expand: Annotated[Names, Several(*EXPANSIONS)] = ()
    sort: ProductSort | None = Field(
        default=None, description="Default -updated_at; the trash is sorted by -trashed_at only."
    )


class PictureOut(BaseModel):
    """A picture of a product; `shows` is the version that it shows now, null for an asset without a file."""

    asset_id: UUID
    version_id: UUID | None
    shows: UUID | None
    alt: str


class ProductOut(ProductSummary):
    """A product; `allowed_actions` are the verbs that you may do to it."""

    model_config = ConfigDict(json_schema_extra={})

    attributes: dict[str, Any]
    pictures: list[PictureOut]
    data: dict[str, Any]
    allowed_actions: list[str]


class ProductList(Paged):
    """One page of products."""

    items: list[ProductSummary]


class UseOut(BaseModel):
    """What uses the product; `kind` is the first half of its permissions' names."""

    kind: str
    id: UUID
    name: str


class UsesOut(BaseModel):
    """What uses the product outside the trash, as far as you may see it; `hidden` counts the rest."""

    items: list[UseOut]
    hidden: int


def summary(product: Product) -> dict[str, Any]:
    """Return what ProductSummary describes."""
    return {
        "id": product.pk,
        "catalog_id": product.catalog_id,
        "name": product.name,
        "sku": product.sku,
        "external_id": product.external_id,
        "group_key": product.group_key,
        "brand": product.brand,
        "category": product.category,
        "description": product.description,
        "url": product.url,
        "status": product.status,
        "price_micros": product.price_micros,
        "currency": product.currency,
        "label_ids": product.label_ids,
        "owner_id": product.owner_id,
        "team_id": product.team_id,
        "legacy_source": product.legacy_source,
        "legacy_id": product.legacy_id,
        "version": product.row_version,
        "created_at": instant(product.created_at),
        "updated_at": instant(product.updated_at),
        "trashed_at": instant(product.trashed_at),
    }


def detail(product: Product, pictures: Iterable[ProductPicture], allowed_actions: list[str]) -> dict[str, Any]:
    """Return what ProductOut describes."""
    return summary(product) | {
        "attributes": product.attributes,
        "pictures": [
            {
                "asset_id": picture.asset_id,
                "version_id": picture.version_id,
                "shows": picture.version_id or picture.asset.current_id,
                "alt": picture.alt or picture.asset.alt,
            }
            for picture in pictures
        ],
        "data": product.data,
        "allowed_actions": allowed_actions,
    }


def uses_out(uses: Uses) -> dict[str, Any]:
    """Return what UsesOut describes."""
    return {
        "items": [{"kind": use.kind, "id": use.id, "name": use.name} for use in uses.seen],
        "hidden": uses.hidden,
    }
