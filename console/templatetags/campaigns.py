"""Template tags of the campaigns' pages. Load them with `{% load campaigns %}`."""

from typing import Any

from django import template

from campaigns.models import Campaign
from console.status import look_of

register = template.Library()
TELLING = ("pending", "serving", "limited", "blocked", "ended")


@register.inclusion_tag("console/parts/status.html")
def campaign_state(campaign: Campaign) -> dict[str, Any]:
    """A campaign's state as shape and word: what people decided, and where it is on its way what came of it."""
    state = campaign.effective_status if campaign.effective_status in TELLING else campaign.status
    look = look_of("trashed" if campaign.trashed_at else state)
    return {"shape": look.shape, "label": look.label}
