"""`/api/v1/drafts`: what you have typed and not saved, on each of your devices. Nobody else sees it."""

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query

from campaigns.drafts import schemas
from campaigns.drafts.commands import discard_draft, put_draft
from campaigns.drafts.kinds import KINDS
from campaigns.drafts.queries import draft_detail, draft_page
from kernel.http.api import actor_of
from kernel.http.operations import Router, declares
from kernel.http.output import respond

router = Router(tags=["Drafts"])
_SEEING = sorted({kind.view for kind in KINDS.values()})


@router.get("", response=schemas.DraftList, openapi_extra=declares("member", if_none_match=True))
def list_your_drafts(request: HttpRequest, query: Query[schemas.DraftQuery]) -> HttpResponse:
    """Your drafts without their bodies, the last written first. Those about objects in the trash are left out."""
    found = draft_page(actor=actor_of(request), kind=query.kind, key=query.key, cursor=query.cursor, limit=query.limit)
    return respond(request, {"items": [schemas.summary(row) for row in found.items], "next": found.next})


@router.get(
    "/{kind}/{key}",
    response=schemas.DraftOut,
    openapi_extra=declares("member", 404, 409, if_none_match=True, may_ask=_SEEING),
)
def read_your_draft(
    request: HttpRequest, where: Path[schemas.Where], query: Query[schemas.DeviceQuery]
) -> HttpResponse:
    """What you typed last about the object. 409 when it is in the trash."""
    draft, version = draft_detail(actor=actor_of(request), kind=where.kind, key=where.key, device=query.device)
    return respond(request, schemas.summary(draft) | {"object_version": version, "body": draft.body})


@router.put(
    "/{kind}/{key}",
    response=schemas.DraftSaved,
    openapi_extra=declares("member", 404, 409, body=True, may_ask=_SEEING),
)
def keep_your_draft(request: HttpRequest, where: Path[schemas.Where], body: schemas.DraftPut) -> HttpResponse:
    """Keep what you have typed, in place of what this device sent before. It takes seeing the object, not more.

    Drafts are kept for 30 days after the last write, at most 200 of each person. 409 when the object is in the trash.
    """
    draft, version = put_draft(actor=actor_of(request), kind=where.kind, key=where.key, **body.model_dump())
    return respond(request, schemas.summary(draft) | {"object_version": version})


@router.delete("/{kind}/{key}", response=schemas.Discarded, openapi_extra=declares("member", 404))
def discard_your_draft(
    request: HttpRequest, where: Path[schemas.Where], query: Query[schemas.DeviceQuery]
) -> HttpResponse:
    """Throw away what you have typed about the object, on one device or on all."""
    number = discard_draft(actor=actor_of(request), kind=where.kind, key=where.key, device=query.device)
    return respond(request, {"discarded": number})
