"""`/api/v1/campaigns`."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query

from campaigns import schemas
from campaigns.commands import change_campaign, create_campaign, restore_campaign, transfer_campaign, trash_campaign
from campaigns.models import Campaign
from campaigns.queries import CampaignFilters, campaign_detail, campaign_page
from kernel.http.api import actor_of
from kernel.http.etag import expected_version, of
from kernel.http.operations import Router, declares
from kernel.http.output import dump, respond
from tenants.access.ownership import verbs

router = Router(tags=["Campaigns"])


@router.get("", response=schemas.CampaignList, openapi_extra=declares("campaign:view", if_none_match=True))
def list_campaigns(request: HttpRequest, query: Query[schemas.CampaignQuery]) -> HttpResponse:
    """Campaigns you may see, newest change first; the list has no `data`."""
    filters = CampaignFilters(
        status=query.status, owner_id=query.owner_id, product_id=query.product_id, trashed=query.trashed == "true"
    )
    found = campaign_page(
        actor=actor_of(request), filters=filters, sort=query.sort, cursor=query.cursor, limit=query.limit
    )
    return respond(request, {"items": [schemas.summary(row) for row in found.items], "next": found.next})


@router.post(
    "",
    response={201: schemas.CampaignOut},
    openapi_extra=declares("campaign:create", 409, body=True, success=201, location=True),
)
def create_a_campaign(request: HttpRequest, body: schemas.CampaignCreate) -> HttpResponse:
    """Create a campaign that you own. 409 when the plan's limit is reached or the id is taken."""
    campaign = create_campaign(actor=actor_of(request), values=body.model_dump(exclude={"id"}), campaign_id=body.id)
    return _respond(request, campaign, status=201, location=f"/api/v1/campaigns/{campaign.pk}")


@router.get(
    "/{uuid:campaign_id}",
    response=schemas.CampaignOut,
    openapi_extra=declares("campaign:view", 404, if_none_match=True),
)
def read_campaign(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """One campaign, also one in the trash."""
    return _respond(request, campaign_detail(actor=actor_of(request), campaign_id=campaign_id))


@router.patch(
    "/{uuid:campaign_id}",
    response=schemas.CampaignOut,
    openapi_extra=declares("campaign:edit", 409, body=True, if_match=True, may_ask=["campaign:publish"]),
)
def change_a_campaign(request: HttpRequest, campaign_id: UUID, body: schemas.CampaignChange) -> HttpResponse:
    """Change the fields you send. 409 when it is in the trash."""
    with expected_version(request, lambda: _etag(request, campaign_id)) as version:
        campaign = change_campaign(
            actor=actor_of(request),
            campaign_id=campaign_id,
            version=version,
            changes=body.model_dump(exclude_unset=True),
        )
    return _respond(request, campaign)


@router.delete(
    "/{uuid:campaign_id}", response=schemas.CampaignOut, openapi_extra=declares("campaign:delete", if_match=True)
)
def trash_a_campaign(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Put the campaign into the trash; the answer's ETag restores it."""
    with expected_version(request, lambda: _etag(request, campaign_id)) as version:
        campaign = trash_campaign(actor=actor_of(request), campaign_id=campaign_id, version=version)
    return _respond(request, campaign)


@router.delete(
    "/{uuid:campaign_id}/trash",
    response=schemas.CampaignOut,
    openapi_extra=declares("campaign:restore", 409, if_match=True),
)
def restore_a_campaign(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Take the campaign out of the trash. 409 when the plan's limit is reached."""
    with expected_version(request, lambda: _etag(request, campaign_id)) as version:
        campaign = restore_campaign(actor=actor_of(request), campaign_id=campaign_id, version=version)
    return _respond(request, campaign)


@router.put(
    "/{uuid:campaign_id}/ownership",
    response=schemas.CampaignOut,
    openapi_extra=declares("campaign:transfer", body=True, if_match=True),
)
def transfer_a_campaign(request: HttpRequest, campaign_id: UUID, body: schemas.CampaignOwnership) -> HttpResponse:
    """Give the campaign to another owner and team. The answer is how you see it; the next call may find it gone."""
    with expected_version(request, lambda: _etag(request, campaign_id)) as version:
        campaign = transfer_campaign(
            actor=actor_of(request),
            campaign_id=campaign_id,
            version=version,
            owner_id=body.owner_id,
            team_id=body.team_id,
        )
    return _respond(request, campaign)


def _respond(request: HttpRequest, campaign: Campaign, *, status: int = 200, location: str = "") -> HttpResponse:
    found = schemas.detail(campaign, verbs(actor=actor_of(request), obj=campaign))
    return respond(request, found, status=status, version=campaign.row_version, location=location)


def _etag(request: HttpRequest, campaign_id: UUID) -> str:
    campaign = campaign_detail(actor=actor_of(request), campaign_id=campaign_id)
    return of(dump(schemas.detail(campaign, verbs(actor=actor_of(request), obj=campaign))), campaign.row_version)
