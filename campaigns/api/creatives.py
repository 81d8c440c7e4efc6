"""`/api/v1/campaigns/{id}/creatives` and `/api/v1/creatives`."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query

from campaigns import commands, schemas
from campaigns.bulk import CREATIVES
from campaigns.models import Creative
from campaigns.queries import creative_detail, creatives_of, links_of
from campaigns.queries.campaigns import campaign_detail
from kernel.http.api import actor_of
from kernel.http.etag import expected_version, of
from kernel.http.operations import Router, declares
from kernel.http.output import dump, respond
from tenants.access.bulk.api import add_bulk

of_campaign = Router(tags=["Creatives"])
router = Router(tags=["Creatives"])
_ID = "0199d5f0-c6f2-7b6c-9f3a-2b1c0d4e5f60"
add_bulk(router, CREATIVES, example={"action": "change", "rows": [{"id": _ID, "version": 1, "status": "paused"}]})


@of_campaign.get(
    "/{uuid:campaign_id}/creatives",
    response=schemas.CreativeList,
    openapi_extra=declares("campaign:view", 404, if_none_match=True),
)
def list_creatives(request: HttpRequest, campaign_id: UUID, query: Query[schemas.CreativeQuery]) -> HttpResponse:
    """All creatives of a campaign, in their order."""
    actor = actor_of(request)
    campaign = campaign_detail(actor=actor, campaign_id=campaign_id)
    rows = creatives_of(actor=actor, campaign_id=campaign_id, trashed=query.trashed == "true")
    links = links_of(rows)
    for row in rows:
        row.campaign = campaign
    return respond(request, {"items": [schemas.creative_out(row, links[row.pk]) for row in rows]})


@of_campaign.post(
    "/{uuid:campaign_id}/creatives",
    response={201: schemas.CreativeOut},
    openapi_extra=declares("campaign:edit", 404, 409, body=True, success=201, location=True),
)
def create_a_creative(request: HttpRequest, campaign_id: UUID, body: schemas.CreativeCreate) -> HttpResponse:
    """Add a creative to the campaign. 409 when the campaign is in the trash or the id is taken."""
    creative = commands.create_creative(
        actor=actor_of(request),
        campaign_id=campaign_id,
        values=body.model_dump(exclude={"id"}),
        creative_id=body.id,
    )
    return _respond(request, creative, status=201, location=f"/api/v1/creatives/{creative.pk}")


@router.get(
    "/{uuid:creative_id}",
    response=schemas.CreativeOut,
    openapi_extra=declares("campaign:view", 404, if_none_match=True),
)
def read_creative(request: HttpRequest, creative_id: UUID) -> HttpResponse:
    """One creative, also one in the trash."""
    return _respond(request, creative_detail(actor=actor_of(request), creative_id=creative_id))


@router.patch(
    "/{uuid:creative_id}",
    response=schemas.CreativeOut,
    openapi_extra=declares("campaign:edit", 409, body=True, if_match=True),
)
def change_a_creative(request: HttpRequest, creative_id: UUID, body: schemas.CreativeChange) -> HttpResponse:
    """Change the fields you send. 409 when it or its campaign is in the trash."""
    with expected_version(request, lambda: _etag(request, creative_id)) as version:
        creative = commands.change_creative(
            actor=actor_of(request),
            creative_id=creative_id,
            version=version,
            changes=body.model_dump(exclude_unset=True),
        )
    return _respond(request, creative)


@router.delete(
    "/{uuid:creative_id}",
    response=schemas.CreativeOut,
    openapi_extra=declares("campaign:edit", 409, if_match=True),
)
def trash_a_creative(request: HttpRequest, creative_id: UUID) -> HttpResponse:
    """Put the creative into the trash; the answer's ETag restores it."""
    with expected_version(request, lambda: _etag(request, creative_id)) as version:
        creative = commands.trash_creative(actor=actor_of(request), creative_id=creative_id, version=version)
    return _respond(request, creative)


@router.delete(
    "/{uuid:creative_id}/trash",
    response=schemas.CreativeOut,
    openapi_extra=declares("campaign:edit", 409, if_match=True),
)
def restore_a_creative(request: HttpRequest, creative_id: UUID) -> HttpResponse:
    """Take the creative out of the trash."""
    with expected_version(request, lambda: _etag(request, creative_id)) as version:
        creative = commands.restore_creative(actor=actor_of(request), creative_id=creative_id, version=version)
    return _respond(request, creative)


def _respond(request: HttpRequest, creative: Creative, *, status: int = 200, location: str = "") -> HttpResponse:
    found = schemas.creative_out(creative, links_of([creative])[creative.pk])
    return respond(request, found, status=status, version=creative.row_version, location=location)


def _etag(request: HttpRequest, creative_id: UUID) -> str:
    creative = creative_detail(actor=actor_of(request), creative_id=creative_id)
    return of(dump(schemas.creative_out(creative, links_of([creative])[creative.pk])), creative.row_version)
