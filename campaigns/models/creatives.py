"""The advertisements of a campaign, and what they are made of."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.models.campaigns import Campaign
from catalog.models import Asset, AssetVersion, Product
from kernel.ids import uuid7
from kernel.recorder import audited
from tenants.access.models import LIVE, Versioned


@audited(label="name")
class Creative(Versioned):
    """One advertisement in one size. It has no owner of its own: who may do what follows from its campaign."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, db_index=False, related_name="creatives")
    name = models.CharField(max_length=255)
    placement = models.CharField(max_length=40)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.ACTIVE, db_default="active")
    headline = models.CharField(max_length=255, blank=True, default="", db_default="")
    body = models.TextField(blank=True, default="", db_default="")
    cta = models.CharField(max_length=80, blank=True, default="", db_default="")
    final_url = models.CharField(max_length=2000, blank=True, default="", db_default="")
    layout = models.JSONField(default=dict, blank=True, db_default=models.Value({}, models.JSONField()))
    position = models.PositiveIntegerField(default=0, db_default=0)
    data = models.JSONField(default=dict, blank=True, db_default=models.Value({}, models.JSONField()))
    legacy_source = models.CharField(max_length=80, null=True, blank=True)
    legacy_id = models.CharField(max_length=300, null=True, blank=True)

    class Meta:
        ordering = ["campaign", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["legacy_source", "legacy_id"], name="creative_legacy_unique"),
            models.CheckConstraint(
                condition=models.Q(legacy_source=None, legacy_id=None)
                | models.Q(legacy_source__isnull=False, legacy_id__isnull=False),
                name="creative_legacy_pair",
            ),
            models.CheckConstraint(condition=models.Q(row_version__gte=1), name="creative_version_positive"),
            models.CheckConstraint(condition=~models.Q(name=""), name="creative_name_given"),
            models.CheckConstraint(condition=models.Q(status__in=["active", "paused"]), name="creative_status_known"),
        ]
        indexes = [
            models.Index(fields=["campaign", "position", "id"], condition=LIVE, name="creative_of_campaign"),
            models.Index(fields=["campaign"], condition=~LIVE, name="creative_in_trash"),
        ]

    def __str__(self) -> str:
        return self.name


@audited(label="slot")
class CreativeAsset(models.Model):
    """A picture or film that a creative shows at a named place: one version for good, or whichever is current."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    creative = models.ForeignKey(Creative, on_delete=models.CASCADE, db_index=False, related_name="asset_links")
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, db_index=False, related_name="creative_links")
    version = models.ForeignKey(
        AssetVersion, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="creative_links"
    )
    slot = models.CharField(max_length=80)
    position = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        ordering = ["creative", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["creative", "slot"], name="creativeasset_slot_once")]
        indexes = [
            models.Index(fields=["asset"], name="creativeasset_of_asset"),
            models.Index(
                fields=["version"], condition=models.Q(version__isnull=False), name="creativeasset_of_version"
            ),
        ]


@audited(label="product")
class CreativeProduct(models.Model):
    """A product that a creative advertises."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    creative = models.ForeignKey(Creative, on_delete=models.CASCADE, db_index=False, related_name="product_links")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, db_index=False, related_name="creative_links")
    position = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        ordering = ["creative", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["creative", "product"], name="creativeproduct_once")]
        indexes = [models.Index(fields=["product"], name="creativeproduct_of_product")]
