"""Products as the API takes and gives them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from catalog.models import Product
from kernel.http.output import instant
from kernel.http.strict import Currency, Document, Id, Input, Micros, NewId, unsent

Status = Literal["draft", "active", "archived"]
ProductSort = Literal["-updated_at", "updated_at", "-created_at", "created_at", "name", "-name", "-trashed_at"]
Name = Annotated[str, Field(min_length=1, max_length=255)]
Short = Annotated[str, Field(max_length=120)]
Sku = Annotated[str, Field(max_length=80)]
Url = Annotated[str, Field(max_length=2000, description="Starts with http:// or https://, or is empty.")]
Price = Annotated[
    Micros | None, Field(description="Millionths of the currency: 19.99 EUR is 19990000. Needs a currency.")
]
Description = Annotated[str, Field(max_length=10_000)]
_EXAMPLE: JsonDict = {
    "name": "Oat drink",
    "sku": "OAT-1",
    "price_micros": 2490000,
    "currency": "EUR",
    "data": {"litres": 1},
}


class ProductCreate(Input):
    """A new product."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: NewId | None = Field(default=None, description="Your own UUIDv7, so that a retry can't create it twice.")
    name: Name
    sku: Sku = ""
    brand: Short = ""
    category: Short = ""
    description: Description = ""
    url: Url = ""
    status: Status = "draft"
    price_micros: Price = None
    currency: Currency = ""
    team_id: Id | None = Field(default=None, description="A team of yours whose people reach it too.")
    data: Document = Field(default_factory=dict, description="Anything else, up to 256 KiB.")


class ProductChange(Input):
    """The fields to change; fields left out stay as they are. `data` is replaced as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "active"}]})

    name: Name = unsent()
    sku: Sku = unsent()
    brand: Short = unsent()
    category: Short = unsent()
    description: Description = unsent()
    url: Url = unsent()
    status: Status = unsent()
    price_micros: Price = unsent()
    currency: Currency = unsent()
    data: Document = unsent()


class ProductOwnership(Input):
    """Whose the product is; without a team only its owner, shares and roles that reach everything lead to it."""

    owner_id: Id = Field(description="An active member of the organization.")
    team_id: Id | None = Field(description="A team that you may choose, or null.")


class ProductQuery(BaseModel):
    """Filters, order and place of a list of products."""

    status: Status | None = Field(default=None, description="Only products in this status.")
    owner_id: Id | None = Field(default=None, description="Only products of this person.")
    sku: Sku | None = Field(default=None, description="Only products with exactly this SKU.")
    trashed: Literal["true", "false"] = Field(default="false", description="true: the trash instead.")
    sort: ProductSort | None = Field(
        default=None, description="Default -updated_at; the trash is sorted by -trashed_at only."
    )
    cursor: Annotated[str, Field(max_length=4000)] | None = Field(
        default=None, description="`next` of the page before."
    )
    limit: int = Field(default=50, ge=1, le=200, description="Rows per page.")


class ProductSummary(BaseModel):
    """A product in a list: everything but `data`."""

    id: UUID
    name: str
    sku: str
    brand: str
    category: str
    description: str
    url: str
    status: Status
    price_micros: int | None
    currency: str
    owner_id: UUID
    team_id: UUID | None
    legacy_source: str | None
    legacy_id: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    trashed_at: datetime | None


class ProductOut(ProductSummary):
    """A product; `allowed_actions` are the verbs that you may do to it."""

    data: dict[str, Any]
    allowed_actions: list[str]


class ProductList(BaseModel):
    """One page; `next` is the cursor of the following one, null at the end."""

    items: list[ProductSummary]
    next: str | None


def summary(product: Product) -> dict[str, Any]:
    """Return what ProductSummary describes."""
    return {
        "id": product.pk,
        "name": product.name,
        "sku": product.sku,
        "brand": product.brand,
        "category": product.category,
        "description": product.description,
        "url": product.url,
        "status": product.status,
        "price_micros": product.price_micros,
        "currency": product.currency,
        "owner_id": product.owner_id,
        "team_id": product.team_id,
        "legacy_source": product.legacy_source,
        "legacy_id": product.legacy_id,
        "version": product.row_version,
        "created_at": instant(product.created_at),
        "updated_at": instant(product.updated_at),
        "trashed_at": instant(product.trashed_at),
    }


def detail(product: Product, allowed_actions: list[str]) -> dict[str, Any]:
    """Return what ProductOut describes."""
    return summary(product) | {"data": product.data, "allowed_actions": allowed_actions}
