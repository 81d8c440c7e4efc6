"""What can be asked about campaigns."""

from campaigns.queries.campaigns import (
    CampaignFilters,
    campaign_counts,
    campaign_detail,
    campaign_page,
    live_campaigns,
    open_steps,
    product_choices,
    product_of,
)
from campaigns.queries.creatives import creative_detail, creatives_of, links_of
from campaigns.queries.revisions import revision_detail, revision_page

__all__ = [
    "CampaignFilters",
    "campaign_counts",
    "campaign_detail",
    "campaign_page",
    "creative_detail",
    "creatives_of",
    "links_of",
    "live_campaigns",
    "open_steps",
    "product_choices",
    "product_of",
    "revision_detail",
    "revision_page",
]
