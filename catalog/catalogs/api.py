"""`/api/v1/catalogs`."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query

from catalog.catalogs import schemas
from catalog.catalogs.commands import DEFINE, archive_catalog, change_catalog, create_catalog, reopen_catalog
from catalog.catalogs.queries import catalog_detail, catalog_page, misfits_of
from catalog.models import Catalog
from kernel.http.api import actor_of
from kernel.http.etag import expected_version, of
from kernel.http.lists import listed, present
from kernel.http.operations import Router, declares
from kernel.http.output import dump, respond

router = Router(tags=["Catalogs"])


@router.get("", response=schemas.CatalogList, openapi_extra=declares("catalog:view", if_none_match=True))
def list_catalogs(request: HttpRequest, query: Query[schemas.CatalogQuery]) -> HttpResponse:
    """The organization's catalogs by name."""
    actor = actor_of(request)
    found = catalog_page(
        actor=actor,
        archived=query.archived == "true",
        text=query.q,
        sort=query.sort,
        cursor=query.cursor,
        limit=query.limit,
        count=query.count == "exact",
    )
    rows = present([schemas.catalog_out(row) for row in found.items], actor=actor, fields=query.fields)
    return respond(request, listed(found, rows))


@router.post(
    "",
    response={201: schemas.CatalogOut},
    openapi_extra=declares(DEFINE, 409, body=True, success=201, location=True),
)
def create_a_catalog(request: HttpRequest, body: schemas.CatalogCreate) -> HttpResponse:
    """Create a catalog; the first one is the default. 409 when the name or the id is taken."""
    catalog = create_catalog(actor=actor_of(request), values=_values(body), catalog_id=body.id)
    return _respond(request, catalog, status=201, location=f"/api/v1/catalogs/{catalog.pk}")


@router.get(
    "/{uuid:catalog_id}", response=schemas.CatalogOut, openapi_extra=declares("catalog:view", 404, if_none_match=True)
)
def read_catalog(request: HttpRequest, catalog_id: UUID) -> HttpResponse:
    """One catalog, also an archived one."""
    return _respond(request, catalog_detail(actor=actor_of(request), catalog_id=catalog_id))


@router.patch(
    "/{uuid:catalog_id}",
    response=schemas.CatalogOut,
    openapi_extra=declares("catalog:view", 409, body=True, if_match=True, may_ask=[DEFINE]),
)
def change_a_catalog(request: HttpRequest, catalog_id: UUID, body: schemas.CatalogChange) -> HttpResponse:
    """Change the fields you send. Products stay as they are; `POST .../misfits` says which would not fit."""
    with expected_version(request, lambda: _etag(request, catalog_id)) as version:
        catalog = change_catalog(actor=actor_of(request), catalog_id=catalog_id, version=version, changes=_values(body))
    return _respond(request, catalog)


@router.put(
    "/{uuid:catalog_id}/archive",
    response=schemas.CatalogOut,
    openapi_extra=declares("catalog:view", 409, if_match=True, may_ask=[DEFINE]),
)
def archive_a_catalog(request: HttpRequest, catalog_id: UUID) -> HttpResponse:
    """Take no new products into the catalog. 409 for the default one."""
    with expected_version(request, lambda: _etag(request, catalog_id)) as version:
        catalog = archive_catalog(actor=actor_of(request), catalog_id=catalog_id, version=version)
    return _respond(request, catalog)


@router.delete(
    "/{uuid:catalog_id}/archive",
    response=schemas.CatalogOut,
    openapi_extra=declares("catalog:view", 409, if_match=True, may_ask=[DEFINE]),
)
def reopen_a_catalog(request: HttpRequest, catalog_id: UUID) -> HttpResponse:
    """Take the catalog out of the archive. 409 when another one has its name by now."""
    with expected_version(request, lambda: _etag(request, catalog_id)) as version:
        catalog = reopen_catalog(actor=actor_of(request), catalog_id=catalog_id, version=version)
    return _respond(request, catalog)


@router.post(
    "/{uuid:catalog_id}/misfits",
    response=schemas.MisfitsOut,
    openapi_extra=declares(DEFINE, 404, body=True, dry_run=False),
)
def foresee_misfits(request: HttpRequest, catalog_id: UUID, body: schemas.AttributeSchema) -> HttpResponse:
    """Which products would not fit these attributes. Nothing is changed by asking."""
    found = misfits_of(actor=actor_of(request), catalog_id=catalog_id, attributes=body.model_dump(exclude_unset=True))
    return respond(request, schemas.misfits_out(found))


def _values(body: schemas.CatalogCreate | schemas.CatalogChange) -> dict[str, Any]:
    return body.model_dump(exclude={"id"}, exclude_unset=True)


def _respond(request: HttpRequest, catalog: Catalog, *, status: int = 200, location: str = "") -> HttpResponse:
    return respond(request, schemas.catalog_out(catalog), status=status, version=catalog.row_version, location=location)


def _etag(request: HttpRequest, catalog_id: UUID) -> str:
    catalog = catalog_detail(actor=actor_of(request), catalog_id=catalog_id)
    return of(dump(schemas.catalog_out(catalog)), catalog.row_version)
