"""`/api/v1/uploads`."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from catalog.assets import upload_schemas as schemas
from catalog.assets.uploads import append_chunk, complete_upload, discard_upload, start_upload, upload_detail
from catalog.models import Upload
from kernel.http.api import actor_of
from kernel.http.chunks import OFFSET, declares_chunk, offset_of, read_chunk
from kernel.http.operations import Router, declares
from kernel.http.output import respond

router = Router(tags=["Uploads"])
_COMPLETE = declares("asset:upload", 404, 409, body=True, success=201, location=True, dry_run=False)
_COMPLETE["responses"][200] = dict(_COMPLETE["responses"][201])


@router.post(
    "",
    response={201: schemas.UploadOut},
    openapi_extra=declares("asset:upload", 404, 409, body=True, success=201, location=True),
)
def start_an_upload(request: HttpRequest, body: schemas.UploadCreate) -> HttpResponse:
    """Announce a file. Send it in chunks, then complete it; what isn't complete after a day is gone."""
    upload = start_upload(actor=actor_of(request), **body.model_dump())
    upload.refresh_from_db(fields=["created_at"])
    return _respond(request, upload, status=201, location=f"/api/v1/uploads/{upload.pk}")


@router.get(
    "/{uuid:upload_id}", response=schemas.UploadOut, openapi_extra=declares("asset:upload", 404, if_none_match=True)
)
def read_upload(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """An upload of yours; Upload-Offset, also of HEAD, says where to go on."""
    return _respond(request, upload_detail(actor=actor_of(request), upload_id=upload_id))


@router.patch(
    "/{uuid:upload_id}",
    response=schemas.UploadOut,
    openapi_extra=declares_chunk(declares("asset:upload", 404, 409, 412, 413, 415, 428, dry_run=False)),
)
def append_to_an_upload(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Send the next bytes, up to 8 MiB; they are on disk when this answers. 409 names the right offset."""
    offset = offset_of(request)
    upload = append_chunk(actor=actor_of(request), upload_id=upload_id, offset=offset, content=read_chunk(request))
    return _respond(request, upload)


@router.post(
    "/{uuid:upload_id}/complete",
    response={200: schemas.CompletedOut, 201: schemas.CompletedOut},
    openapi_extra=_COMPLETE,
)
def complete_an_upload(request: HttpRequest, upload_id: UUID, body: schemas.UploadComplete) -> HttpResponse:
    """Make a version of the file. 200 where the asset has it already; 409 where another asset does, or bytes miss."""
    values = {"alt": body.alt} if body.alt else {}
    done = complete_upload(
        actor=actor_of(request),
        upload_id=upload_id,
        note=body.note,
        make_current=body.make_current,
        allow_duplicate=body.allow_duplicate,
        values=values,
    )
    location = f"/api/v1/assets/{done.version.asset_id}"
    return respond(request, schemas.completed_out(done), status=201 if done.created else 200, location=location)


@router.delete(
    "/{uuid:upload_id}",
    response=schemas.UploadOut,
    openapi_extra=declares("asset:upload", 404, 412, 428, dry_run=False),
)
def discard_an_upload(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Forget the upload and what has come in. A version made of it stays."""
    upload = upload_detail(actor=actor_of(request), upload_id=upload_id)
    discard_upload(actor=actor_of(request), upload_id=upload_id)
    return _respond(request, upload)


def _respond(request: HttpRequest, upload: Upload, *, status: int = 200, location: str = "") -> HttpResponse:
    response = respond(request, schemas.upload_out(upload), status=status, location=location)
    response[OFFSET] = str(upload.received)
    return response
