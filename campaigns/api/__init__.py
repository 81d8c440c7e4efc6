"""The API of campaigns: one module per kind of object."""

from campaigns.api.campaigns import router as campaigns
from campaigns.api.creatives import of_campaign as creatives_of_campaign
from campaigns.api.creatives import router as creatives
from campaigns.api.previews import router as previews
from campaigns.api.revisions import router as revisions
from campaigns.api.views import router as views

__all__ = ["campaigns", "creatives", "creatives_of_campaign", "previews", "revisions", "views"]
