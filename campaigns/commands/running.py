"""What is asked besides the right to edit while a campaign is on its way."""

from collections.abc import Mapping
from copy import copy
from typing import Any, Final

from campaigns.models import Campaign
from campaigns.preflight import refuse_if_blocked
from kernel.tenancy.context import Actor
from tenants.access.resolver import require

DATES: Final = ("starts_at", "ends_at")
FOLLOWED: Final = (Campaign.Status.SCHEDULED, Campaign.Status.ACTIVE, Campaign.Status.PAUSED)


def check_dates(actor: Actor, campaign: Campaign, changes: Mapping[str, Any]) -> None:
    """Raise unless `actor` may move the dates that the clock acts on: they start and end the campaign.

    NotAllowed without the right to publish, Conflict for dates by which it could not have been launched.
    """
    moved = {name: changes[name] for name in DATES if name in changes and changes[name] != getattr(campaign, name)}
    if not moved or campaign.status not in FOLLOWED:
        return
    require(actor, "campaign:publish", campaign)
    wanted = copy(campaign)
    for name, value in moved.items():
        setattr(wanted, name, value)
    to = Campaign.Status.SCHEDULED if campaign.status == Campaign.Status.SCHEDULED else Campaign.Status.ACTIVE
    refuse_if_blocked(wanted, to=to, reader=actor, fields=[f"/{name}" for name in DATES])
