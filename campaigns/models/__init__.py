"""The tables of campaigns, their creatives and history, and of the import."""

from campaigns.legacy.models import ImportBatch, ImportPayload, ImportRow, LegacyIdentity, MediaRun
from campaigns.models.campaigns import Campaign, CampaignTeamGrant, CampaignUserGrant
from campaigns.models.creatives import Creative, CreativeAsset, CreativeProduct
from campaigns.models.drafts import Draft
from campaigns.models.revisions import CampaignRevision
from campaigns.models.views import SavedView

__all__ = [
    "Campaign",
    "CampaignRevision",
    "CampaignTeamGrant",
    "CampaignUserGrant",
    "Creative",
    "CreativeAsset",
    "CreativeProduct",
    "Draft",
    "ImportBatch",
    "ImportPayload",
    "ImportRow",
    "LegacyIdentity",
    "MediaRun",
    "SavedView",
]
