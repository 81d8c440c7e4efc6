"""What follows for campaigns when an asset or a product changes."""

from collections.abc import Collection
from uuid import UUID

from django.db import models

from campaigns.clock import follow_all
from campaigns.effective import lock, refresh_loaded
from campaigns.facts import campaigns_showing
from campaigns.models import Campaign

# Of the others nothing follows from what they show.
ON_ITS_WAY = (Campaign.Status.SCHEDULED, Campaign.Status.ACTIVE)


def refresh_of_assets(ids: Collection[UUID]) -> None:
    """Work out anew whether the campaigns that show these assets are running."""
    _refresh(campaigns_showing(assets=ids))


def refresh_of_products(ids: Collection[UUID]) -> None:
    """Work out anew whether the campaigns that advertise these products are running."""
    _refresh(campaigns_showing(products=ids))


def _refresh(campaigns: models.QuerySet[Campaign]) -> None:
    found = list(campaigns.filter(status__in=ON_ITS_WAY).values_list("pk", flat=True))
    rows = lock(found) if found else []
    refresh_loaded(rows)
    follow_all(rows)
