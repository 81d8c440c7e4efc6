"""What can be asked about what a campaign said before."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from campaigns.models import Campaign, CampaignRevision
from campaigns.tree import differences
from kernel.errors import NotFound
from kernel.http.cursor import Page, Sort, page
from kernel.tenancy.context import Actor
from tenants.access.resolver import find

SORTS = {"-n": Sort(("n", "id"), descending=True)}


@dataclass(frozen=True, slots=True)
class RevisionDetail:
    """A revision, and what it changed: against the one before, or against the one that was asked for."""

    revision: CampaignRevision
    against: int | None
    changes: list[dict[str, Any]]


def revision_page(
    *, actor: Actor, campaign_id: UUID, cursor: str | None = None, limit: int = 50
) -> Page[CampaignRevision]:
    """Return one page of the campaign's revisions, newest first, without their trees."""
    campaign = find(actor, "campaign:view", Campaign, campaign_id)
    rows = CampaignRevision.objects.filter(campaign=campaign).defer("tree")
    return page(
        rows,
        name="revisions",
        filters={"campaign": campaign.pk},
        sort="-n",
        sorts=SORTS,
        cursor=cursor,
        limit=limit,
    )


def revision_detail(*, actor: Actor, campaign_id: UUID, n: int, against: int | None = None) -> RevisionDetail:
    """Return a revision with its tree and its differences; NotFound where one of the two is not there."""
    campaign = find(actor, "campaign:view", Campaign, campaign_id)
    other = n - 1 if against is None else against
    rows = {row.n: row for row in CampaignRevision.objects.filter(campaign=campaign, n__in=[n, other])}
    if n not in rows or (against is not None and against not in rows):
        raise NotFound()
    if other not in rows:
        return RevisionDetail(rows[n], None, [])
    return RevisionDetail(rows[n], other, differences(rows[other].tree, rows[n].tree))
