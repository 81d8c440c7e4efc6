"""`/api/v1/campaigns/{id}/revisions`."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query
from pydantic import Field

from campaigns import commands, schemas
from campaigns.queries import campaign_detail, revision_detail, revision_page
from kernel.http.api import actor_of
from kernel.http.etag import expected_version, of
from kernel.http.operations import Router, declares
from kernel.http.output import dump, respond
from tenants.access.ownership import verbs

router = Router(tags=["Revisions"])
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]


@router.get(
    "/{uuid:campaign_id}/revisions",
    response=schemas.RevisionList,
    openapi_extra=declares("campaign:view", 404, if_none_match=True),
)
def list_revisions(request: HttpRequest, campaign_id: UUID, query: Query[schemas.RevisionListQuery]) -> HttpResponse:
    """What the campaign said at each change of its content, newest first."""
    found = revision_page(actor=actor_of(request), campaign_id=campaign_id, cursor=query.cursor, limit=query.limit)
    return respond(request, {"items": [schemas.revision_out(row) for row in found.items], "next": found.next})


@router.get(
    "/{uuid:campaign_id}/revisions/{int:n}",
    response=schemas.RevisionOut,
    openapi_extra=declares("campaign:view", 404, if_none_match=True),
)
def read_revision(
    request: HttpRequest, campaign_id: UUID, n: Path[Number], query: Query[schemas.RevisionQuery]
) -> HttpResponse:
    """One revision with its whole content, and what it changed."""
    found = revision_detail(actor=actor_of(request), campaign_id=campaign_id, n=n, against=query.against)
    return respond(request, schemas.revision_detail_out(found))


@router.put(
    "/{uuid:campaign_id}/revisions/{int:n}/current",
    response=schemas.CampaignOut,
    openapi_extra=declares("campaign:edit", 409, if_match=True),
)
def restore_a_revision(request: HttpRequest, campaign_id: UUID, n: Path[Number]) -> HttpResponse:
    """Give the campaign this content again, as a new revision; If-Match is the campaign's ETag."""
    actor = actor_of(request)

    def etag() -> str:
        campaign = campaign_detail(actor=actor, campaign_id=campaign_id)
        return of(dump(schemas.detail(campaign, verbs(actor=actor, obj=campaign))), campaign.row_version)

    with expected_version(request, etag) as version:
        campaign = commands.restore_revision(actor=actor, campaign_id=campaign_id, version=version, n=n)
    found = schemas.detail(campaign, verbs(actor=actor, obj=campaign))
    return respond(request, found, version=campaign.row_version)
