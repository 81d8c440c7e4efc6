"""Making and changing campaigns."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from campaigns.clock import follow
from campaigns.commands.revisions import first_revision, locked, revising
from campaigns.commands.running import check_dates
from campaigns.effective import refresh_loaded
from campaigns.models import Campaign
from campaigns.queries import live_campaigns
from campaigns.rules import EDITABLE, check_campaign, check_product_choice
from catalog.labels.choice import check_labels
from kernel.errors import Conflict
from kernel.tenancy.context import Actor
from tenants.access.limits import reserve
from tenants.access.owned import (
    check_not_trashed,
    check_version,
    create_owned,
    restore_owned,
    trash_owned,
    write_version,
)
from tenants.access.ownership import check_team, transfer
from tenants.access.resolver import find, require

ON_ITS_WAY = (Campaign.Status.SCHEDULED, Campaign.Status.ACTIVE)


def create_campaign(*, actor: Actor, values: Mapping[str, Any], campaign_id: UUID | None = None) -> Campaign:
    """Create a draft owned by `actor`, in a team of theirs where `values` name one (`team_id`).

    Raises LimitReached when the plan has no room, Conflict for a taken id.
    """
    require(actor, "campaign:create")
    check_campaign({name: value for name, value in values.items() if name != "team_id"})
    labels = check_labels(values.get("label_ids", []))
    check_product_choice(actor, values)
    check_team(actor, "campaign:create", values.get("team_id"))
    if not values.get("is_template"):
        reserve("campaigns", live_campaigns)
    reason = "is_template" if values.get("is_template") else "not_launched"
    stored = {**values, "label_ids": labels, "effective_reasons": [reason]}
    campaign = create_owned(Campaign, actor=actor, row_id=campaign_id, values=stored)
    first_revision(actor, campaign)
    return campaign


def change_campaign(*, actor: Actor, campaign_id: UUID, version: int, changes: Mapping[str, Any]) -> Campaign:
    """Change fields of the campaign that is at `version`; changes that change nothing write nothing.

    Where it is on its way or running, the change takes effect at once.
    """
    with locked(campaign_id):
        campaign = find(actor, "campaign:edit", Campaign, campaign_id)
        check_version(campaign, version)
        check_not_trashed(campaign)
        check_campaign({name: getattr(campaign, name) for name in EDITABLE} | dict(changes), sent=changes)
        wanted = dict(changes)
        if "label_ids" in wanted:
            wanted["label_ids"] = check_labels(wanted["label_ids"], kept=campaign.label_ids)
        different = {name: value for name, value in wanted.items() if getattr(campaign, name) != value}
        if not different:
            return campaign
        check_product_choice(actor, different)
        _check_kind(campaign, different)
        check_dates(actor, campaign, different)
        with revising(actor, campaign):
            changed = write_version(campaign, version, different)
            refresh_loaded([changed])
    follow(changed)
    return changed


def transfer_campaign(
    *, actor: Actor, campaign_id: UUID, version: int, owner_id: UUID, team_id: UUID | None
) -> Campaign:
    """Give the campaign to another owner and team; see tenants.access.ownership.transfer."""
    return transfer(
        actor=actor, model=Campaign, object_id=campaign_id, version=version, owner_id=owner_id, team_id=team_id
    )


def trash_campaign(*, actor: Actor, campaign_id: UUID, version: int) -> Campaign:
    """Put the campaign into the trash. Raises Conflict while it is on its way or running."""
    campaign = find(actor, "campaign:delete", Campaign, campaign_id)
    check_version(campaign, version)
    if campaign.trashed_at is None and campaign.status in ON_ITS_WAY:
        detail = _("It is scheduled or running. Take it off the schedule or end it first.")
        raise Conflict(detail, code="still_running", current=campaign.status)
    return trash_owned(campaign, version)


def restore_campaign(*, actor: Actor, campaign_id: UUID, version: int) -> Campaign:
    """Take the campaign out of the trash. Raises LimitReached when the plan has no room."""
    campaign = find(actor, "campaign:restore", Campaign, campaign_id)
    if campaign.is_template:
        check_version(campaign, version)
        restored = write_version(campaign, version, {"trashed_at": None}) if campaign.trashed_at else campaign
    else:
        restored = restore_owned(campaign, version, limit="campaigns", count=live_campaigns)
    refresh_loaded([restored])
    follow(restored)
    return restored


def _check_kind(campaign: Campaign, changes: Mapping[str, Any]) -> None:
    """Only a draft becomes a template, or a campaign again; then it counts towards the plan's limit."""
    if "is_template" not in changes:
        return
    if campaign.status != Campaign.Status.DRAFT:
        raise Conflict(
            _("Only a draft becomes a template. Copy it as one."), code="not_a_draft", current=campaign.status
        )
    if not changes["is_template"]:
        reserve("campaigns", live_campaigns)
