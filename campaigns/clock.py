"""Campaigns start and end by themselves: a job waits for the next moment at which the clock changes something.

Whoever changes a campaign calls `follow`. A job that finds nothing due (the dates were moved meanwhile) does nothing,
so old jobs need no recall, and a moment that two jobs find due is acted on by the first: both hold the row.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from campaigns.effective import next_moment, refresh_loaded
from campaigns.facts import Facts, facts_of
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
    if campaign.status in (Status.SCHEDULED, Status.ACTIVE, Status.PAUSED):
        _wait(campaign, _moments(facts_of([campaign])[campaign.pk]))


@handler(KEEP_TIME)
def keep_time(ctx: JobContext) -> dict[str, Any] | None:
    """Start or end the campaign if it is time, work out anew what is effective, and wait for what comes next."""
    row = Campaign.objects.select_for_update(no_key=True).filter(LIVE, pk=UUID(ctx.payload["campaign"])).first()
    if row is None:
        return {"done": "nothing"}
    done = _act(row)
    refresh_loaded([row])
    now = timezone.now()
    _wait(row, [moment for moment in _moments(facts_of([row])[row.pk]) if moment > now])
    return {"done": done}


def _act(campaign: Campaign) -> str:
    now = timezone.now()
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
