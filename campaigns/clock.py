"""Campaigns start and end by themselves: a job waits for the next moment at which the clock changes something.

Whoever changes a campaign calls `follow`. A job that finds nothing due (the dates were moved meanwhile) does nothing,
so old jobs need no recall, and a moment that two jobs find due is acted on by the first: both hold the row.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models.functions import Now

from campaigns.effective import next_moment, refresh_loaded
from campaigns.facts import Facts, facts_of, hold_shown
from campaigns.models import Campaign
from campaigns.preflight import preflight
from campaigns.transitions import TABLE
from kernel.jobs import JobContext, enqueue, handler
from kernel.recorder.events import event
from kernel.tenancy.context import SYSTEM
from tenants.access.models import LIVE
from tenants.access.owned import write_version

KEEP_TIME: Final = "campaigns.keep_time"
Status = Campaign.Status


def follow(campaign: Campaign) -> None:
    """See to it that what the clock does next to this campaign happens, at once where it is due already."""
    follow_all([campaign])


def follow_all(campaigns: Collection[Campaign]) -> None:
    """Do the same for many, whose facts are read together."""
    kept = [campaign for campaign in campaigns if campaign.status in (Status.SCHEDULED, Status.ACTIVE, Status.PAUSED)]
    facts = facts_of(kept) if kept else {}
    for campaign in kept:
        _wait(campaign, _moments(facts[campaign.pk]))


@handler(KEEP_TIME)
def keep_time(ctx: JobContext) -> dict[str, Any] | None:
    """Start or end the campaign if it is time, work out anew what is effective, and wait for what comes next."""
    pk = UUID(ctx.payload["campaign"])
    hold_shown(pk)
    row = Campaign.objects.select_for_update(no_key=True).filter(LIVE, pk=pk).annotate(clock=Now()).first()
    if row is None:
        return {"done": "nothing"}
    # The database's time, by which the job was due: another clock could find it too early, and nobody would come again.
    now: datetime = row.clock
    done = _act(row, now)
    refresh_loaded([row])
    _wait(row, [moment for moment in _moments(facts_of([row])[row.pk]) if moment > now])
    return {"done": done}


def _act(campaign: Campaign, now: datetime) -> str:
    if campaign.status == Status.SCHEDULED and campaign.starts_at is not None and campaign.starts_at <= now:
        blockers = [found.code for found in preflight(campaign) if found.severity == "blocker"]
        if blockers:
            event("campaign.start_blocked", campaign, data={"codes": blockers})
            return "start_blocked"
        return _lead(campaign, Status.ACTIVE)
    if campaign.status in (Status.ACTIVE, Status.PAUSED) and campaign.ends_at is not None and campaign.ends_at <= now:
        return _lead(campaign, Status.ENDED)
    return "nothing"


def _lead(campaign: Campaign, status: str) -> str:
    """The clock asks no permission, but it knows the same table."""
    step = TABLE[campaign.status, status]
    write_version(campaign, campaign.row_version, {"status": step.after})
    return step.after


def _moments(facts: Facts) -> list[datetime]:
    campaign = facts.campaign
    found = []
    if campaign.status == Status.SCHEDULED and campaign.starts_at is not None:
        found.append(campaign.starts_at)
    if campaign.status in (Status.ACTIVE, Status.PAUSED) and campaign.ends_at is not None:
        found.append(campaign.ends_at)
    rights = next_moment(facts)
    if rights is not None and campaign.status in (Status.SCHEDULED, Status.ACTIVE):
        found.append(rights)
    return found


def _wait(campaign: Campaign, moments: list[datetime]) -> None:
    if moments:
        moment = min(moments)
        key = f"{campaign.pk}:{moment.isoformat()}"
        enqueue(KEEP_TIME, {"campaign": str(campaign.pk)}, actor=SYSTEM, dedupe_key=key, run_at=moment)
