"""The creatives that stand for their campaigns in lists."""

from collections.abc import Collection, Mapping
from uuid import UUID

from campaigns.models import Creative
from tenants.access.models import LIVE


def first_creatives(campaign_ids: Collection[UUID]) -> Mapping[UUID, Creative]:
    """Return the first creative of each of these campaigns, which the caller has found visible; one statement."""
    if not campaign_ids:
        return {}
    rows = Creative.objects.filter(LIVE, campaign_id__in=campaign_ids).defer("data", "layout")
    found = rows.order_by("campaign_id", "position", "id").distinct("campaign_id")
    return {creative.campaign_id: creative for creative in found}
