"""What can be asked about campaigns."""

from dataclasses import dataclass
from uuid import UUID

from campaigns.models import Campaign
from campaigns.transitions import TRANSITIONS, needs_publish
from catalog.models import Product
from kernel.errors import NotFound
from kernel.http.cursor import Page
from kernel.tenancy.context import Actor
from tenants.access.lists import with_owner
from tenants.access.owned import owned_counts, owned_page
from tenants.access.resolver import can, require_some, visible


@dataclass(frozen=True, slots=True)
class CampaignFilters:
    """Which campaigns; None means any. `text` is a part of the name."""

    status: str | None = None
    owner_id: UUID | None = None
    product_id: UUID | None = None
    text: str = ""
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
    require_some(actor, "campaign:view")
    return owned_page(
        Campaign,
        actor=actor,
        action="campaign:view",
        name="campaigns",
        filters={
            "status": filters.status,
            "owner_id": filters.owner_id,
            "product_id": filters.product_id,
            "name__icontains": filters.text or None,
        },
        trashed=filters.trashed,
        sort=sort,
        cursor=cursor,
        limit=limit,
    )


def campaign_detail(*, actor: Actor, campaign_id: UUID) -> Campaign:
    """Return the campaign, trashed or not; NotFound when `actor` may not see it."""
    require_some(actor, "campaign:view")
    campaign = with_owner(visible(actor, "campaign:view", Campaign)).filter(pk=campaign_id).first()
    if campaign is None:
        raise NotFound()
    return campaign


def campaign_counts(*, actor: Actor) -> dict[str, int]:
    """Return how many of the campaigns that `actor` may see are in each status, `all` and `trash` too; in one query."""
    require_some(actor, "campaign:view")
    return owned_counts(Campaign, Campaign.Status.values, actor=actor, action="campaign:view")


def open_statuses(*, actor: Actor, campaign: Campaign) -> list[str]:
    """Return the statuses to which `actor` may lead the campaign from its present one."""
    may_publish = can(actor, "campaign:publish", campaign)
    return [after for after in TRANSITIONS[campaign.status] if may_publish or not needs_publish(campaign.status, after)]


def product_choices(*, actor: Actor, limit: int) -> list[Product]:
    """Return products that `actor` may choose for a campaign, by name, at most `limit` of them."""
    rows = visible(actor, "catalog:view", Product).filter(trashed_at=None)
    return list(rows.order_by("name", "id")[:limit])


def product_of(*, actor: Actor, campaign: Campaign) -> Product | None:
    """Return the campaign's product where `actor` may see it."""
    if campaign.product_id is None:
        return None
    return visible(actor, "catalog:view", Product).filter(pk=campaign.product_id).first()


def live_campaigns() -> int:
    """Return how many campaigns count towards the plan's limit: those outside the trash."""
    return Campaign.objects.filter(trashed_at=None).count()
