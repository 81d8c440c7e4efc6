"""The campaigns that the start page shows, in a few groups, each leading to its list."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.queries import CampaignFilters, campaign_page
from console.org.campaigns.dressing import dress
from kernel.tenancy.context import Actor
from tenants.access.resolver import may_some

SHOWN = 4


@dataclass(frozen=True, slots=True)
class Group:
    """Some campaigns under a title; `empty` says what it means that there are none."""

    key: str
    title: str | Promise
    empty: str | Promise
    url: str
    campaigns: list[Any]


def campaigns_of(actor: Actor) -> list[Group]:
    """Return what needs attention, what runs, what is the person's own, and what changed last.

    Six statements, whatever there is.
    """
    if not may_some(actor, "campaign:view"):
        return []
    groups = [
        _group(
            actor,
            "attention",
            _("Needs attention"),
            _("Nothing is in the way of what runs."),
            CampaignFilters(attention=True),
            {"state": "attention"},
        ),
        _group(
            actor,
            "running",
            _("Running"),
            _("Nothing runs now."),
            CampaignFilters(status=["active"]),
            {"state": "active"},
        ),
        _group(
            actor,
            "mine",
            _("Mine"),
            _("You own no campaign yet."),
            CampaignFilters(owner_id=actor.user_id),
            {"owner": str(actor.user_id)},
        ),
        _group(actor, "recent", _("Recently changed"), _("No campaign yet."), CampaignFilters(), {}),
    ]
    dress(actor, [campaign for group in groups for campaign in group.campaigns])
    return groups


def _group(
    actor: Actor,
    key: str,
    title: str | Promise,
    empty: str | Promise,
    filters: CampaignFilters,
    params: dict[str, str],
) -> Group:
    address = reverse("org:campaigns")
    url = f"{address}?{urlencode({'view': 'list'} | params)}"
    return Group(key, title, empty, url, campaign_page(actor=actor, filters=filters, limit=SHOWN).items)
