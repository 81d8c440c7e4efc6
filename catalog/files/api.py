"""`/api/v1/product-files`."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query

from catalog.files import schemas, storing
from catalog.files.commands import IMPORT, MOST_BYTES, export_products, map_columns, run_file, send_file
from catalog.files.queries import file_detail, file_page, rejected_rows, row_page, state_now, states_now
from catalog.files.writing import rejected_csv
from catalog.models import ProductFile
from kernel.errors import Conflict
from kernel.http import etag
from kernel.http.api import actor_of
from kernel.http.chunks import declares_answer, declares_file, read_file
from kernel.http.operations import Router, declares
from kernel.http.output import respond

router = Router(tags=["Product files"])
TYPES = {ProductFile.Format.CSV: "text/csv", ProductFile.Format.JSONL: "application/x-ndjson"}
_SEND = declares_file(
    declares(IMPORT, 404, 409, 412, 413, 415, 428, success=201, location=True, dry_run=False),
    examples={"text/csv": "sku,name\nOAT-1,Oat drink\n", "application/x-ndjson": '{"sku": "OAT-1"}\n'},
)
_SEND["responses"][200] = dict(_SEND["responses"][201])


@router.get("", response=schemas.FileList, openapi_extra=declares("catalog:view", if_none_match=True))
def list_product_files(request: HttpRequest, query: Query[schemas.FileQuery]) -> HttpResponse:
    """Your imports and exports, and those of others where you see all products, newest first."""
    found = file_page(
        actor=actor_of(request),
        direction=query.direction or "",
        catalog_id=query.catalog_id,
        cursor=query.cursor,
        limit=query.limit,
    )
    states = states_now(found.items)
    items = [schemas.file_out(file, states[file.pk]) for file in found.items]
    return respond(request, {"items": items, "next": found.next})


@router.post(
    "",
    response={201: schemas.FileOut},
    openapi_extra=declares("catalog:view", body=True, success=201, location=True),
)
def export_products_to_a_file(request: HttpRequest, body: schemas.ExportCreate) -> HttpResponse:
    """Ask for a file of products. It is written by a job: read it again until its state is done."""
    filters = body.model_dump(exclude={"format", "q"}) | {"text": body.q}
    file = export_products(actor=actor_of(request), kind=body.format, filters=filters)
    return _respond(request, file, status=201, location=f"/api/v1/product-files/{file.pk}")


@router.get(
    "/{uuid:file_id}", response=schemas.FileOut, openapi_extra=declares("catalog:view", 404, if_none_match=True)
)
def read_product_file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """One import or export, and where it stands."""
    return _respond(request, file_detail(actor=actor_of(request), file_id=file_id))


@router.put("/{uuid:file_id}", response={200: schemas.FileOut, 201: schemas.FileOut}, openapi_extra=_SEND)
def send_a_product_file(request: HttpRequest, file_id: UUID, query: Query[schemas.SendQuery]) -> HttpResponse:
    """Send a file of products, up to 20 MB, under a UUIDv7 of yours; its dry run begins at once.

    The same bytes under the same id again change nothing. 409 for other bytes, and for an archived catalog.
    """
    content = read_file(request, most=MOST_BYTES)
    kind = ProductFile.Format.CSV if request.content_type == "text/csv" else ProductFile.Format.JSONL
    file, made = send_file(
        actor=actor_of(request),
        catalog_id=query.catalog_id,
        content=content,
        file_name=query.file_name,
        kind=kind,
        match=query.match,
        file_id=file_id,
    )
    return _respond(request, file, status=201 if made else 200, location=f"/api/v1/product-files/{file.pk}")


@router.put(
    "/{uuid:file_id}/mapping",
    response=schemas.FileOut,
    openapi_extra=declares(IMPORT, 404, 409, 412, 428, body=True),
)
def map_columns_of_product_file(request: HttpRequest, file_id: UUID, body: schemas.FileMapping) -> HttpResponse:
    """Say which column is which field; the dry run begins anew. 409 while a job works on it, and after the run."""
    file = map_columns(actor=actor_of(request), file_id=file_id, mapping=body.mapping, match=body.match)
    return _respond(request, file)


@router.put("/{uuid:file_id}/run", response=schemas.FileOut, openapi_extra=declares(IMPORT, 404, 409, 412, 428))
def run_a_product_file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Write what the dry run said. 409 before it is ready, after the run, and where the plan has no room."""
    return _respond(request, run_file(actor=actor_of(request), file_id=file_id))


@router.get(
    "/{uuid:file_id}/rows", response=schemas.RowList, openapi_extra=declares("catalog:view", 404, if_none_match=True)
)
def list_rows_of_product_file(request: HttpRequest, file_id: UUID, query: Query[schemas.RowQuery]) -> HttpResponse:
    """What becomes, or became, of each row of an import."""
    file = file_detail(actor=actor_of(request), file_id=file_id)
    found = row_page(file=file, results=query.result, cursor=query.cursor, limit=query.limit)
    return respond(request, {"items": [schemas.row_out(row) for row in found.items], "next": found.next})


@router.get(
    "/{uuid:file_id}/rejected",
    openapi_extra=declares_answer(
        declares("catalog:view", 404, if_none_match=True), "text/csv", example="row,reason,field,message,sku\n"
    ),
)
def read_rejected_rows(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """The rejected rows as CSV, with the reason before their own columns; mended, the file can be sent again."""
    file = file_detail(actor=actor_of(request), file_id=file_id)
    return _bytes(request, rejected_csv(file, rejected_rows(file)), "text/csv")


@router.get(
    "/{uuid:file_id}/content",
    openapi_extra=declares_answer(
        declares("catalog:view", 404, 409, if_none_match=True), *TYPES.values(), example="id,catalog,sku\n"
    ),
)
def read_exported_products(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """The file of an export. 409 until it is done, and for an import."""
    file = file_detail(actor=actor_of(request), file_id=file_id)
    if file.direction != ProductFile.Direction.EXPORT or file.state != ProductFile.State.DONE:
        raise Conflict(code="file_state", state=state_now(file).state)
    return _bytes(request, storing.content_of(file.storage_key), TYPES[ProductFile.Format(file.format)])


def _respond(request: HttpRequest, file: ProductFile, *, status: int = 200, location: str = "") -> HttpResponse:
    return respond(request, schemas.file_out(file, state_now(file)), status=status, location=location)


def _bytes(request: HttpRequest, content: bytes, media_type: str) -> HttpResponse:
    tag = etag.of(content)
    if etag.is_known(request, tag):
        response = HttpResponse(status=304)
        del response.headers["Content-Type"]
    else:
        response = HttpResponse(content, content_type=f"{media_type}; charset=utf-8")
        response["Content-Disposition"] = "attachment"
        response["X-Content-Type-Options"] = "nosniff"
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Authorization, Cookie"
    return response
