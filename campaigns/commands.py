"""What can be done with campaigns."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from campaigns.models import Campaign
from campaigns.queries import live_campaigns
from campaigns.rules import EDITABLE, check_campaign, check_product_choice
from campaigns.transitions import check_transition, needs_publish
from kernel.errors import FieldError, Invalid
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


def create_campaign(*, actor: Actor, values: Mapping[str, Any], campaign_id: UUID | None = None) -> Campaign:
    """Create a draft owned by `actor`, in a team of theirs where `values` name one (`team_id`).

    Raises LimitReached when the plan has no room, Conflict for a taken id.
    """
    require(actor, "campaign:create")
    check_campaign({name: value for name, value in values.items() if name != "team_id"})
    if values.get("status", "draft") != "draft":
        raise Invalid(errors=[FieldError("/status", "unknown_value", _("A new campaign is a draft."))])
    check_product_choice(actor, values)
    check_team(actor, "campaign:create", values.get("team_id"))
    reserve("campaigns", live_campaigns)
    return create_owned(Campaign, actor=actor, row_id=campaign_id, values=values)


def change_campaign(*, actor: Actor, campaign_id: UUID, version: int, changes: Mapping[str, Any]) -> Campaign:
    """Change fields of the campaign that is at `version`; changes that change nothing write nothing.

    A change of status follows campaigns.transitions and, where the campaign runs, needs the right to publish.
    """
    campaign = find(actor, "campaign:edit", Campaign, campaign_id)
    check_version(campaign, version)
    check_not_trashed(campaign)
    check_campaign({name: getattr(campaign, name) for name in EDITABLE} | dict(changes))
    different = {name: value for name, value in changes.items() if getattr(campaign, name) != value}
    if "status" in different:
        if needs_publish(campaign.status, different["status"]):
            require(actor, "campaign:publish", campaign)
        check_transition(campaign.status, different["status"])
    check_product_choice(actor, different)
    return write_version(campaign, version, different) if different else campaign


def transfer_campaign(
    *, actor: Actor, campaign_id: UUID, version: int, owner_id: UUID, team_id: UUID | None
) -> Campaign:
    """Give the campaign to another owner and team; see tenants.access.ownership.transfer."""
    return transfer(
        actor=actor, model=Campaign, object_id=campaign_id, version=version, owner_id=owner_id, team_id=team_id
    )


def trash_campaign(*, actor: Actor, campaign_id: UUID, version: int) -> Campaign:
    """Put the campaign into the trash."""
    return trash_owned(find(actor, "campaign:delete", Campaign, campaign_id), version)


def restore_campaign(*, actor: Actor, campaign_id: UUID, version: int) -> Campaign:
    """Take the campaign out of the trash. Raises LimitReached when the plan has no room."""
    campaign = find(actor, "campaign:restore", Campaign, campaign_id)
    return restore_owned(campaign, version, limit="campaigns", count=live_campaigns)
