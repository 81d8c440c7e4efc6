"""What a campaign said at each time."""

from django.conf import settings
from django.db import models

from campaigns.models.campaigns import Campaign
from kernel.ids import uuid7
from kernel.recorder import unaudited


@unaudited("a record itself, written once beside the recorded change and never changed")
class CampaignRevision(models.Model):
    """The whole content of a campaign and its creatives at one time (campaigns.tree), with its digest.

    `n` counts from 1 in each campaign. Two revisions with the same digest say the same.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, db_index=False, related_name="revisions")
    n = models.PositiveIntegerField()
    tree = models.JSONField()
    content_hash = models.CharField(max_length=64)
    note = models.CharField(max_length=300, blank=True, default="", db_default="")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    author_name = models.CharField(max_length=200, blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        ordering = ["-n"]
        constraints = [models.UniqueConstraint(fields=["campaign", "n"], name="campaignrevision_number_once")]
