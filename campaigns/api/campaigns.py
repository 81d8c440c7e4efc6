"""`/api/v1/campaigns`."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query

from campaigns import commands, schemas
from campaigns.bulk import CAMPAIGNS
from campaigns.models import Campaign
from campaigns.preflight import preflight
from campaigns.queries import CampaignFilters, campaign_detail, campaign_page
from kernel.http.api import actor_of
from kernel.http.etag import expected_version, of
from kernel.http.lists import listed, present
from kernel.http.operations import Router, declares
from kernel.http.output import dump, respond
from tenants.access.bulk.api import add_bulk
from tenants.access.ownership import verbs

router = Router(tags=["Campaigns"])
_ID = "0199d5f0-c6f2-7b6c-9f3a-2b1c0d4e5f60"
add_bulk(router, CAMPAIGNS, example={"action": "change", "rows": [{"id": _ID, "version": 3, "name": "Summer"}]})


@router.get("", response=schemas.CampaignList, openapi_extra=declares("campaign:view", if_none_match=True))
def list_campaigns(request: HttpRequest, query: Query[schemas.CampaignQuery]) -> HttpResponse:
    """Campaigns you may see, newest change first; the list has no documents."""
    actor = actor_of(request)
    filters = CampaignFilters(
        status=query.status,
        effective_status=query.effective_status,
        objective=query.objective,
        channels=query.channel,
        labels=[query.label_id] if query.label_id else (),
        owner_id=query.owner_id,
        team_id=query.team_id,
        product_id=query.product_id,
        text=query.q,
        runs_from=query.runs_from,
        runs_until=query.runs_until,
        templates=None if query.template == "any" else query.template == "true",
        trashed=query.trashed == "true",
    )
    found = campaign_page(
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
    response={201: schemas.CampaignOut},
    openapi_extra=declares("campaign:create", 409, body=True, success=201, location=True),
)
def create_a_campaign(request: HttpRequest, body: schemas.CampaignCreate) -> HttpResponse:
    """Create a campaign that you own. 409 when the plan's limit is reached or the id is taken."""
    campaign = commands.create_campaign(
        actor=actor_of(request), values=body.model_dump(exclude={"id"}), campaign_id=body.id
    )
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
    openapi_extra=declares("campaign:edit", 409, body=True, if_match=True),
)
def change_a_campaign(request: HttpRequest, campaign_id: UUID, body: schemas.CampaignChange) -> HttpResponse:
    """Change the fields you send. 409 when it is in the trash."""
    with expected_version(request, lambda: _etag(request, campaign_id)) as version:
        campaign = commands.change_campaign(
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
        campaign = commands.trash_campaign(actor=actor_of(request), campaign_id=campaign_id, version=version)
    return _respond(request, campaign)


@router.delete(
    "/{uuid:campaign_id}/trash",
    response=schemas.CampaignOut,
    openapi_extra=declares("campaign:restore", 409, if_match=True),
)
def restore_a_campaign(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Take the campaign out of the trash. 409 when the plan's limit is reached."""
    with expected_version(request, lambda: _etag(request, campaign_id)) as version:
        campaign = commands.restore_campaign(actor=actor_of(request), campaign_id=campaign_id, version=version)
    return _respond(request, campaign)


@router.put(
    "/{uuid:campaign_id}/ownership",
    response=schemas.CampaignOut,
    openapi_extra=declares("campaign:transfer", body=True, if_match=True),
)
def transfer_a_campaign(request: HttpRequest, campaign_id: UUID, body: schemas.CampaignOwnership) -> HttpResponse:
    """Give the campaign to another owner and team. The answer is how you see it; the next call may find it gone."""
    with expected_version(request, lambda: _etag(request, campaign_id)) as version:
        campaign = commands.transfer_campaign(
            actor=actor_of(request),
            campaign_id=campaign_id,
            version=version,
            owner_id=body.owner_id,
            team_id=body.team_id,
        )
    return _respond(request, campaign)


@router.put(
    "/{uuid:campaign_id}/status",
    response=schemas.CampaignOut,
    openapi_extra=declares(
        "campaign:view", 409, body=True, if_match=True, may_ask=["campaign:publish", "campaign:edit"]
    ),
)
def lead_a_campaign(request: HttpRequest, campaign_id: UUID, body: schemas.CampaignStatus) -> HttpResponse:
    """Start, pause, resume, end, archive or reopen the campaign. 409 names the open ways, or what blocks a launch."""
    with expected_version(request, lambda: _etag(request, campaign_id)) as version:
        campaign = commands.set_status(
            actor=actor_of(request), campaign_id=campaign_id, version=version, status=body.status
        )
    return _respond(request, campaign)


@router.put(
    "/{uuid:campaign_id}/schedule",
    response=schemas.CampaignOut,
    openapi_extra=declares("campaign:edit", 409, body=True, if_match=True, may_ask=["campaign:publish"]),
)
def schedule_a_campaign(request: HttpRequest, campaign_id: UUID, body: schemas.CampaignSchedule) -> HttpResponse:
    """Set when the campaign runs and let it start by itself. 409 says what blocks it."""
    with expected_version(request, lambda: _etag(request, campaign_id)) as version:
        campaign = commands.schedule_campaign(
            actor=actor_of(request),
            campaign_id=campaign_id,
            version=version,
            starts_at=body.starts_at,
            ends_at=body.ends_at,
        )
    return _respond(request, campaign)


@router.delete(
    "/{uuid:campaign_id}/schedule",
    response=schemas.CampaignOut,
    openapi_extra=declares("campaign:publish", 409, if_match=True),
)
def unschedule_a_campaign(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Take the campaign off the schedule; it is a draft again and keeps its dates."""
    with expected_version(request, lambda: _etag(request, campaign_id)) as version:
        campaign = commands.unschedule_campaign(actor=actor_of(request), campaign_id=campaign_id, version=version)
    return _respond(request, campaign)


@router.get(
    "/{uuid:campaign_id}/preflight",
    response=schemas.Preflight,
    openapi_extra=declares("campaign:view", 404, if_none_match=True),
)
def check_a_campaign(request: HttpRequest, campaign_id: UUID, query: Query[schemas.PreflightQuery]) -> HttpResponse:
    """What stands in the way of a launch, blockers first."""
    actor = actor_of(request)
    campaign = campaign_detail(actor=actor, campaign_id=campaign_id)
    return respond(request, schemas.checked(preflight(campaign, to=query.to, reader=actor)))


@router.post(
    "/{uuid:campaign_id}/copies",
    response={201: schemas.CampaignOut},
    openapi_extra=declares("campaign:create", 404, 409, body=True, success=201, location=True),
)
def copy_a_campaign(request: HttpRequest, campaign_id: UUID, body: schemas.CampaignCopy) -> HttpResponse:
    """Copy the campaign with its creatives; the copy is a draft of yours, or a template."""
    copy = commands.duplicate_campaign(
        actor=actor_of(request),
        campaign_id=campaign_id,
        name=body.name,
        as_template=body.as_template,
        team_id=body.team_id,
        new_id=body.id,
    )
    return _respond(request, copy, status=201, location=f"/api/v1/campaigns/{copy.pk}")


def _respond(request: HttpRequest, campaign: Campaign, *, status: int = 200, location: str = "") -> HttpResponse:
    found = schemas.detail(campaign, verbs(actor=actor_of(request), obj=campaign))
    return respond(request, found, status=status, version=campaign.row_version, location=location)


def _etag(request: HttpRequest, campaign_id: UUID) -> str:
    campaign = campaign_detail(actor=actor_of(request), campaign_id=campaign_id)
    return of(dump(schemas.detail(campaign, verbs(actor=actor_of(request), obj=campaign))), campaign.row_version)
