"""What lists show of campaigns besides their own columns."""

from typing import Any

from campaigns import queries
from catalog.labels.queries import labels_by_id
from console.org.campaigns.pictures import with_previews
from console.org.campaigns.words import reasons_in_words
from kernel.tenancy.context import Actor


def dress(actor: Actor, campaigns: list[Any]) -> None:
    """Set picture, reasons and labels on campaigns; two statements whatever their number."""
    with_previews(campaigns, queries.first_creatives([campaign.pk for campaign in campaigns]))
    labels = labels_by_id(actor=actor, ids={pk for campaign in campaigns for pk in campaign.label_ids})
    for campaign in campaigns:
        campaign.reasons = reasons_in_words(campaign.effective_reasons)
        campaign.labels = [labels[pk] for pk in campaign.label_ids if pk in labels]


def dress_cards(actor: Actor, cards: list[Any]) -> None:
    """Set on campaigns what cards show, and the steps that are open from each."""
    dress(actor, cards)
    steps = queries.open_steps_of_many(actor=actor, campaigns=cards)
    for card in cards:
        card.steps = steps[card.pk]
