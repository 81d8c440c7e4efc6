"""`/api/v1/products`."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query

from catalog import schemas
from catalog.bulk import PRODUCTS
from catalog.commands import change_product, create_product, restore_product, transfer_product, trash_product
from catalog.models import Product
from catalog.pictures import set_pictures
from catalog.queries import ProductFilters, pictures_of, product_detail, product_page
from catalog.uses import uses_of
from kernel.http.api import actor_of
from kernel.http.etag import expected_version, of
from kernel.http.lists import listed, present
from kernel.http.operations import Router, declares
from kernel.http.output import dump, respond
from tenants.access.bulk.api import add_bulk
from tenants.access.ownership import verbs

router = Router(tags=["Products"])


@router.get("", response=schemas.ProductList, openapi_extra=declares("catalog:view", if_none_match=True))
def list_products(request: HttpRequest, query: Query[schemas.ProductQuery]) -> HttpResponse:
    """Products you may see, newest change first; the list has no documents and no pictures."""
    actor = actor_of(request)
    filters = ProductFilters(
        status=query.status,
        catalog_id=query.catalog_id,
        label_id=query.label_id,
        owner_id=query.owner_id,
        team_id=query.team_id,
        sku=query.sku,
        external_id=query.external_id,
        group_key=query.group_key,
        brand=query.brand,
        category=query.category,
        text=query.q,
        trashed=query.trashed == "true",
    )
    found = product_page(
        actor=actor,
        filters=filters,
        sort=query.sort,
        cursor=query.cursor,
        limit=query.limit,
        count=query.count == "exact",
    )
    rows = present(
        [schemas.summary(row) for row in found.items],
        actor=actor,
        fields=query.fields,
        expand=query.expand,
        expansions=schemas.EXPANSIONS,
    )
    return respond(request, listed(found, rows))


@router.post(
    "",
    response={201: schemas.ProductOut},
    openapi_extra=declares("catalog:edit", 409, body=True, success=201, location=True),
)
def create_a_product(request: HttpRequest, body: schemas.ProductCreate) -> HttpResponse:
    """Create a product that you own. 409 when the plan's limit is reached, or the id, SKU or external id is taken."""
    product = create_product(actor=actor_of(request), values=body.model_dump(exclude={"id"}), product_id=body.id)
    return _respond(request, product, status=201, location=f"/api/v1/products/{product.pk}")


add_bulk(
    router,
    PRODUCTS,
    example={
        "action": "set_status",
        "rows": [{"id": "0199d5f0-c6f2-7b6c-9f3a-2b1c0d4e5f60", "version": 3, "status": "archived"}],
    },
)


@router.get(
    "/{uuid:product_id}", response=schemas.ProductOut, openapi_extra=declares("catalog:view", 404, if_none_match=True)
)
def read_product(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """One product, also one in the trash."""
    return _respond(request, product_detail(actor=actor_of(request), product_id=product_id))


@router.patch(
    "/{uuid:product_id}",
    response=schemas.ProductOut,
    openapi_extra=declares("catalog:edit", 409, body=True, if_match=True),
)
def change_a_product(request: HttpRequest, product_id: UUID, body: schemas.ProductChange) -> HttpResponse:
    """Change the fields you send. 409 when it is in the trash, or a number is taken; `product_id` says by which."""
    with expected_version(request, lambda: _etag(request, product_id)) as version:
        product = change_product(
            actor=actor_of(request),
            product_id=product_id,
            version=version,
            changes=body.model_dump(exclude_unset=True),
        )
    return _respond(request, product)


@router.get(
    "/{uuid:product_id}/uses", response=schemas.UsesOut, openapi_extra=declares("catalog:view", 404, if_none_match=True)
)
def list_uses_of_product(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Where the product is used; while it is, it can be archived but not put into the trash."""
    product = product_detail(actor=actor_of(request), product_id=product_id)
    return respond(request, schemas.uses_out(uses_of(actor_of(request), product)))


@router.put(
    "/{uuid:product_id}/pictures",
    response=schemas.ProductOut,
    openapi_extra=declares("catalog:edit", 409, body=True, if_match=True),
)
def set_pictures_of_product(request: HttpRequest, product_id: UUID, body: schemas.ProductPictures) -> HttpResponse:
    """Give the product these pictures, in this order. 409 when it is in the trash."""
    with expected_version(request, lambda: _etag(request, product_id)) as version:
        product = set_pictures(
            actor=actor_of(request),
            product_id=product_id,
            version=version,
            pictures=[picture.model_dump() for picture in body.pictures],
        )
    return _respond(request, product)


@router.delete(
    "/{uuid:product_id}", response=schemas.ProductOut, openapi_extra=declares("catalog:edit", 409, if_match=True)
)
def trash_a_product(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Put the product into the trash; the answer's ETag restores it. 409 when it is in use; `uses` says where."""
    with expected_version(request, lambda: _etag(request, product_id)) as version:
        product = trash_product(actor=actor_of(request), product_id=product_id, version=version)
    return _respond(request, product)


@router.delete(
    "/{uuid:product_id}/trash", response=schemas.ProductOut, openapi_extra=declares("catalog:edit", 409, if_match=True)
)
def restore_a_product(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Take the product out of the trash. 409 when the plan's limit is reached, or its number is another's by now."""
    with expected_version(request, lambda: _etag(request, product_id)) as version:
        product = restore_product(actor=actor_of(request), product_id=product_id, version=version)
    return _respond(request, product)


@router.put(
    "/{uuid:product_id}/ownership",
    response=schemas.ProductOut,
    openapi_extra=declares("catalog:transfer", body=True, if_match=True),
)
def transfer_a_product(request: HttpRequest, product_id: UUID, body: schemas.ProductOwnership) -> HttpResponse:
    """Give the product to another owner and team. The answer is how you see it; the next call may find it gone."""
    with expected_version(request, lambda: _etag(request, product_id)) as version:
        product = transfer_product(
            actor=actor_of(request),
            product_id=product_id,
            version=version,
            owner_id=body.owner_id,
            team_id=body.team_id,
        )
    return _respond(request, product)


def _respond(request: HttpRequest, product: Product, *, status: int = 200, location: str = "") -> HttpResponse:
    return respond(request, _out(request, product), status=status, version=product.row_version, location=location)


def _etag(request: HttpRequest, product_id: UUID) -> str:
    product = product_detail(actor=actor_of(request), product_id=product_id)
    return of(dump(_out(request, product)), product.row_version)


def _out(request: HttpRequest, product: Product) -> dict[str, Any]:
    pictures = pictures_of([product])[product.pk]
    return schemas.detail(product, pictures, verbs(actor=actor_of(request), obj=product))
