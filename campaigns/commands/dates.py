"""Moving a campaign in the calendar."""

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from campaigns.commands.campaigns import change_campaign
from campaigns.commands.revisions import locked
from campaigns.commands.status import schedule_campaign
from campaigns.facts import hold_shown
from campaigns.models import Campaign
from kernel.tenancy.context import Actor
from tenants.access.owned import check_version
from tenants.access.resolver import find

DAY_BEGINS = time(9)


def move_to_day(*, actor: Actor, campaign_id: UUID, version: int, day: date, clock: ZoneInfo) -> Campaign:
    """Let the campaign that is at `version` start on `day` of `clock`, at its time of day, and end as much later.

    One without a start begins in the morning. One that is scheduled stays so; its preflight is asked again.
    """
    hold_shown(campaign_id)
    with transaction.atomic(), locked(campaign_id):
        campaign = find(actor, "campaign:edit", Campaign, campaign_id)
        check_version(campaign, version)
        starts, ends = campaign.starts_at, campaign.ends_at
        there = starts.astimezone(clock) if starts else None
        moved = datetime.combine(day, there.time() if there else DAY_BEGINS, clock)
        until = _later(ends.astimezone(clock), day - there.date(), clock) if ends and there else ends
        if campaign.status == Campaign.Status.SCHEDULED:
            return schedule_campaign(
                actor=actor, campaign_id=campaign_id, version=version, starts_at=moved, ends_at=until
            )
        changes = {"starts_at": moved, "ends_at": until}
        return change_campaign(actor=actor, campaign_id=campaign_id, version=version, changes=changes)


def _later(moment: datetime, by: timedelta, clock: ZoneInfo) -> datetime:
    """The same time of day, so many days later, whatever the clock does in between."""
    return datetime.combine(moment.date() + by, moment.time(), clock)
