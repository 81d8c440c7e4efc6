"""The creatives of a campaign as pictures."""

from typing import Any

from campaigns import queries
from campaigns.facts import facts_of
from campaigns.models import Campaign
from campaigns.preflight import faults_of
from console.org.campaigns.pictures import preview_of
from kernel.tenancy.context import Actor


def gallery_context(actor: Actor, found: Campaign) -> dict[str, Any]:
    """Return the campaign's creatives in their order with what is wrong with each, and those in the trash."""
    shown = [preview_of(row) for row in queries.creatives_of(actor=actor, campaign_id=found.pk)]
    trashed = queries.creatives_of(actor=actor, campaign_id=found.pk, trashed=True)
    facts = facts_of([found], reader=actor)[found.pk]
    faults = {facts_.creative.pk: [fault.message for fault in faults_of(facts_, facts)] for facts_ in facts.creatives}
    last = len(shown) - 1
    return {
        "gallery": [
            {
                "preview": preview,
                "creative": preview.creative,
                "faults": faults.get(preview.creative.pk, []),
                "is_first": index == 0,
                "is_last": index == last,
            }
            for index, preview in enumerate(shown)
        ],
        "trashed_creatives": [preview_of(row) for row in trashed],
    }
