"""What can be asked about campaigns."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from campaigns.models import Campaign
from campaigns.transitions import Transition, ways_on
from catalog.models import Product
from kernel.errors import NotFound
from kernel.http.cursor import Page
from kernel.http.lists import containing
from kernel.tenancy.context import Actor
from tenants.access.lists import with_owner
from tenants.access.owned import owned_counts, owned_page
from tenants.access.resolver import actions_of_many, require_some, visible

FAULTS = (
    "start_blocked",
    "no_creatives",
    "creatives_paused",
    "headline_missing",
    "final_url_missing",
    "picture_missing",
    "asset_missing",
    "asset_rights_expired",
    "asset_rights_ending",
    "product_missing",
)
ATTENTION = Q(effective_status__in=["blocked", "limited"]) | Q(effective_reasons__overlap=list(FAULTS))


@dataclass(frozen=True, slots=True)
class CampaignFilters:
    """Which campaigns; None and nothing mean any. `text` are words, or parts of words, of the name.

    `runs_from` and `runs_until` bound the time in which a campaign runs at least for a moment; those without a start
    are left out then; `undated` are those without one. `attention` are those on their way or running that are blocked,
    limited, or will be. A campaign has all of `labels` and at least one of every other list.
    """

    status: Sequence[str] = ()
    effective_status: Sequence[str] = ()
    objective: Sequence[str] = ()
    channels: Sequence[str] = ()
    labels: Sequence[UUID] = ()
    owner_id: UUID | None = None
    team_id: UUID | None = None
    product_id: UUID | None = None
    text: str = ""
    runs_from: datetime | None = None
    runs_until: datetime | None = None
    templates: bool | None = False
    trashed: bool = False
    undated: bool = False
    attention: bool = False

    def lookups(self) -> dict[str, Any]:
        """Return them as conditions on a campaign's own columns."""
        return {
            "status__in": list(self.status) or None,
            "effective_status__in": list(self.effective_status) or None,
            "objective__in": list(self.objective) or None,
            "channels__overlap": list(self.channels) or None,
            "label_ids__contains": list(self.labels) or None,
            "owner_id": self.owner_id,
            "team_id": self.team_id,
            "product_id": self.product_id,
            "is_template": self.templates,
            "name": containing(self.text, "name"),
            "runs": self._running(),
            "starts_at__isnull": True if self.undated else None,
            "attention": ATTENTION if self.attention else None,
        }

    def _running(self) -> Q | None:
        found = Q()
        if self.runs_until is not None:
            found &= Q(starts_at__lt=self.runs_until)
        if self.runs_from is not None:
            found &= Q(starts_at__isnull=False) & (Q(ends_at=None) | Q(ends_at__gte=self.runs_from))
        return found or None


def campaign_page(
    *,
    actor: Actor,
    filters: CampaignFilters,
    sort: str | None = None,
    cursor: str | None = None,
    limit: int | None = None,
    count: bool = False,
) -> Page[Campaign]:
    """Return one page of the campaigns that `actor` may see, in one query; the trash is a list of its own."""
    require_some(actor, "campaign:view")
    return owned_page(
        Campaign,
        actor=actor,
        action="campaign:view",
        name="campaigns",
        filters=filters.lookups(),
        trashed=filters.trashed,
        sort=sort,
        cursor=cursor,
        limit=limit,
        count=count,
    )


def campaign_detail(*, actor: Actor, campaign_id: UUID) -> Campaign:
    """Return the campaign, trashed or not; NotFound when `actor` may not see it."""
    require_some(actor, "campaign:view")
    campaign = with_owner(visible(actor, "campaign:view", Campaign)).filter(pk=campaign_id).first()
    if campaign is None:
        raise NotFound()
    return campaign


def campaigns_named(*, actor: Actor, ids: Collection[UUID]) -> Mapping[UUID, Campaign]:
    """Return those of `ids` that `actor` may see, with their owners' names and teams; one statement."""
    require_some(actor, "campaign:view")
    rows = with_owner(visible(actor, "campaign:view", Campaign)).select_related("team").filter(pk__in=list(ids))
    return {campaign.pk: campaign for campaign in rows} if ids else {}


def campaign_counts(*, actor: Actor) -> dict[str, int]:
    """Return how many of the campaigns that `actor` may see are in each status, `all` and `trash` too; in one query."""
    require_some(actor, "campaign:view")
    return owned_counts(Campaign, Campaign.Status.values, actor=actor, action="campaign:view")


def open_steps(*, actor: Actor, campaign: Campaign) -> list[Transition]:
    """Return the steps on which `actor` may lead the campaign from its present status; the preflight is not asked."""
    return open_steps_of_many(actor=actor, campaigns=[campaign])[campaign.pk]


def open_steps_of_many(*, actor: Actor, campaigns: Sequence[Campaign]) -> Mapping[UUID, list[Transition]]:
    """Return the same for each of many campaigns, by its id; templates lead nowhere."""
    allowed = actions_of_many(actor, ["campaign:publish", "campaign:edit"], campaigns)
    return {
        found.pk: [step for step in ways_on(found.status) if step.permission in allowed[found.pk]]
        if found.trashed_at is None and not found.is_template
        else []
        for found in campaigns
    }


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
    """Return how many campaigns count towards the plan's limit: those outside the trash that are no templates."""
    return Campaign.objects.filter(trashed_at=None, is_template=False).count()
