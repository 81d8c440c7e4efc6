"""What can be asked about campaigns."""

from dataclasses import dataclass
from uuid import UUID

from campaigns.models import Campaign
from kernel.errors import NotFound
from kernel.http.cursor import Page
from kernel.tenancy.context import Actor
from tenants.access.owned import owned_page, with_owner
from tenants.access.resolver import require, visible


@dataclass(frozen=True, slots=True)
class CampaignFilters:
    """Which campaigns; None means any."""

    status: str | None = None
    owner_id: UUID | None = None
    product_id: UUID | None = None
    trashed: bool = False


def campaign_page(
    *,
    actor: Actor,
    filters: CampaignFilters,
    sort: str | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[Campaign]:
    """Return one page of the campaigns that `actor` may see, in one query; the trash is a list of its own."""
    require(actor, "campaign:view")
    return owned_page(
        visible(actor, "campaign:view", Campaign),
        name="campaigns",
        filters={"status": filters.status, "owner_id": filters.owner_id, "product_id": filters.product_id},
        trashed=filters.trashed,
        sort=sort,
        cursor=cursor,
        limit=limit,
    )


def campaign_detail(*, actor: Actor, campaign_id: UUID) -> Campaign:
    """Return the campaign, trashed or not; NotFound when `actor` may not see it."""
    require(actor, "campaign:view")
    campaign = with_owner(visible(actor, "campaign:view", Campaign)).filter(pk=campaign_id).first()
    if campaign is None:
        raise NotFound()
    return campaign


def live_campaigns() -> int:
    """Return how many campaigns count towards the plan's limit: those outside the trash."""
    return Campaign.objects.filter(trashed_at=None).count()
