"""What follows for campaigns when an asset or a product changes."""

from collections.abc import Collection
from uuid import UUID

from campaigns.clock import follow
from campaigns.effective import refresh_loaded
from campaigns.facts import campaigns_showing
from campaigns.models import Campaign


def refresh_of_assets(ids: Collection[UUID]) -> None:
    """Work out anew whether the campaigns that show these assets are running."""
    _refresh(list(campaigns_showing(assets=ids)))


def refresh_of_products(ids: Collection[UUID]) -> None:
    """Work out anew whether the campaigns that advertise these products are running."""
    _refresh(list(campaigns_showing(products=ids)))


def _refresh(campaigns: list[Campaign]) -> None:
    refresh_loaded(campaigns)
    for campaign in campaigns:
        follow(campaign)
