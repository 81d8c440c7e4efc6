"""What can be asked about campaigns."""

from campaigns.queries.campaigns import (
    CampaignFilters,
    campaign_counts,
    campaign_detail,
    campaign_page,
    campaigns_named,
    live_campaigns,
    open_steps,
    open_steps_of_many,
    product_choices,
    product_of,
)
from campaigns.queries.creatives import creative_detail, creatives_of, links_of
from campaigns.queries.gallery import first_creatives
from campaigns.queries.revisions import revision_detail, revision_page
from campaigns.queries.views import own_view, saved_view, saved_views, view_page

__all__ = [
    "CampaignFilters",
    "campaign_counts",
    "campaign_detail",
    "campaign_page",
    "campaigns_named",
    "creative_detail",
    "creatives_of",
    "first_creatives",
    "links_of",
    "live_campaigns",
    "open_steps",
    "open_steps_of_many",
    "own_view",
    "product_choices",
    "product_of",
    "revision_detail",
    "revision_page",
    "saved_view",
    "saved_views",
    "view_page",
]
