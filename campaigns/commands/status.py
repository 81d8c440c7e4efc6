"""Leading a campaign from one status to the next. People do it here, the clock does it in campaigns.clock."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from campaigns.clock import follow
from campaigns.commands.campaigns import change_campaign
from campaigns.commands.revisions import locked
from campaigns.effective import refresh_loaded
from campaigns.facts import hold_shown
from campaigns.models import Campaign
from campaigns.preflight import refuse_if_blocked
from campaigns.transitions import step_between
from kernel.tenancy.context import Actor
from tenants.access.owned import check_not_trashed, check_version, write_version
from tenants.access.resolver import find, require

_SHOWN = (Campaign.Status.SCHEDULED, Campaign.Status.ACTIVE)


def set_status(*, actor: Actor, campaign_id: UUID, version: int, status: str) -> Campaign:
    """Lead the campaign that is at `version` to `status`; to the one it has writes nothing.

    Raises Conflict where campaigns.transitions has no such step, or where the preflight finds a blocker, NotAllowed
    without the step's permission.
    """
    if status in _SHOWN:
        hold_shown(campaign_id)
    with locked(campaign_id):
        campaign = find(actor, "campaign:view", Campaign, campaign_id)
        check_version(campaign, version)
        check_not_trashed(campaign)
        if campaign.status == status:
            return campaign
        step = step_between(campaign.status, status)
        require(actor, step.permission, campaign)
        if step.launches:
            refuse_if_blocked(campaign, to=status, reader=actor)
        led = write_version(campaign, version, {"status": status})
        refresh_loaded([led])
    follow(led)
    return led


def schedule_campaign(
    *, actor: Actor, campaign_id: UUID, version: int, starts_at: datetime, ends_at: datetime | None
) -> Campaign:
    """Set when the campaign runs and put it on the schedule; one that is on it is moved."""
    dates = {"starts_at": starts_at, "ends_at": ends_at}
    hold_shown(campaign_id)
    # Whoever catches the refusal finds nothing written: neither the status nor the dates.
    with transaction.atomic():
        dated = change_campaign(actor=actor, campaign_id=campaign_id, version=version, changes=dates)
        return set_status(
            actor=actor, campaign_id=campaign_id, version=dated.row_version, status=Campaign.Status.SCHEDULED
        )


def unschedule_campaign(*, actor: Actor, campaign_id: UUID, version: int) -> Campaign:
    """Take the campaign off the schedule; it becomes a draft and keeps its dates."""
    return set_status(actor=actor, campaign_id=campaign_id, version=version, status=Campaign.Status.DRAFT)
