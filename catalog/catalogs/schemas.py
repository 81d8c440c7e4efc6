"""Catalogs as the API takes and gives them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from catalog.attributes import MOST_ATTRIBUTES, MOST_OPTIONS
from catalog.catalogs.queries import Misfits
from catalog.models import Catalog
from kernel.http.lists import ListQuery, Names, Paged, Search, Several, sparse
from kernel.http.output import instant
from kernel.http.strict import Currency, Input, NewId, unsent

Name = Annotated[str, Field(min_length=1, max_length=120)]
Type = Literal["text", "number", "boolean", "date", "choice", "url", "money"]
Option = Annotated[str, Field(min_length=1, max_length=120)]
_ATTRIBUTES: JsonDict = {
    "version": 1,
    "attributes": [
        {"key": "colour", "label": "Colour", "type": "choice", "required": True, "options": ["red", "blue"]},
        {"key": "litres", "label": "Litres", "type": "number", "required": False},
    ],
}
_EXAMPLE: JsonDict = {"name": "Drinks", "currency": "EUR", "attributes": _ATTRIBUTES}


class Attribute(Input):
    """One attribute that products of the catalog have. `options` are those of a choice, and of nothing else."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="Its name in a product's `attributes`.")]
    label: Annotated[str, Field(min_length=1, max_length=80)]
    type: Type
    required: bool = False
    options: Annotated[list[Option], Field(min_length=1, max_length=MOST_OPTIONS)] = unsent()


class AttributeSchema(Input):
    """What the catalog asks of its products; what a product holds beyond it is kept."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ATTRIBUTES]})

    version: Literal[1]
    attributes: Annotated[list[Attribute], Field(max_length=MOST_ATTRIBUTES)]


class CatalogCreate(Input):
    """A new catalog."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: NewId | None = Field(default=None, description="Your own UUIDv7, so that a retry can't create it twice.")
    name: Name
    currency: Currency = ""
    source: Literal["manual", "feed"] = "manual"
    attributes: AttributeSchema = unsent()
    is_default: bool = Field(default=False, description="Products that name no catalog go here; one catalog is it.")


class CatalogChange(Input):
    """The fields to change; fields left out stay as they are. `attributes` is replaced as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"currency": "CHF"}]})

    name: Name = unsent()
    currency: Currency = unsent()
    source: Literal["manual", "feed"] = unsent()
    attributes: AttributeSchema = unsent()
    is_default: Literal[True] = unsent(description="Make it the default; the former one stops being it.")


class CatalogSummary(BaseModel):
    """A catalog; `attributes` says what its products are described by."""

    model_config = ConfigDict(json_schema_extra=sparse)

    id: UUID
    name: str
    currency: str
    source: Literal["manual", "feed", "legacy"]
    is_default: bool
    attributes: dict[str, Any]
    version: int
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class CatalogOut(CatalogSummary):
    """A catalog."""

    model_config = ConfigDict(json_schema_extra={})


class CatalogList(Paged):
    """One page of catalogs."""

    items: list[CatalogSummary]


class CatalogQuery(ListQuery):
    """Filters, order and place of the list of catalogs."""

    q: Search = ""
    archived: Literal["true", "false"] = Field(default="false", description="true: the archived ones instead.")
    fields: Annotated[Names, Several(CatalogSummary)] = ()
    sort: Literal["name", "-name"] | None = Field(default=None, description="Default name.")


class MisfitError(BaseModel):
    """One thing that keeps a product from fitting."""

    pointer: str
    code: str
    message: str


class MisfitPlace(BaseModel):
    """How many products would not fit because of this."""

    pointer: str
    code: str
    products: int


class MisfitExample(BaseModel):
    """A product that would not fit."""

    id: UUID
    name: str
    errors: list[MisfitError]


class MisfitsOut(BaseModel):
    """What would become of the catalog's products: `products` there are, `misfits` of them would not fit.

    Nothing was changed. `examples` are up to 20 that you may see.
    """

    products: int
    misfits: int
    by_attribute: list[MisfitPlace]
    examples: list[MisfitExample]


def catalog_out(catalog: Catalog) -> dict[str, Any]:
    """Return what CatalogSummary and CatalogOut describe."""
    return {
        "id": catalog.pk,
        "name": catalog.name,
        "currency": catalog.currency,
        "source": catalog.source,
        "is_default": catalog.is_default,
        "attributes": catalog.attributes,
        "version": catalog.row_version,
        "created_at": instant(catalog.created_at),
        "updated_at": instant(catalog.updated_at),
        "archived_at": instant(catalog.archived_at),
    }


def misfits_out(found: Misfits) -> dict[str, Any]:
    """Return what MisfitsOut describes."""
    return {
        "products": found.products,
        "misfits": found.misfits,
        "by_attribute": [
            {"pointer": pointer, "code": code, "products": number}
            for (pointer, code), number in found.by_attribute.items()
        ],
        "examples": [
            {
                "id": example.id,
                "name": example.name,
                "errors": [
                    {"pointer": error.pointer, "code": error.code, "message": error.message} for error in example.errors
                ],
            }
            for example in found.examples
        ],
    }
