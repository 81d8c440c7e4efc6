"""The things the organization sells."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.assets import Asset, AssetVersion
from catalog.models.catalogs import Catalog
from kernel.ids import uuid7
from kernel.postgres import words_index
from kernel.recorder import audited
from tenants.access.models import LIVE, Owned, TeamGrant, UserGrant


@audited(label="name")
class Product(Owned):
    """Something the organization sells and campaigns are about; the price is in millionths of the currency.

    `sku` is the organization's own number for it and `external_id` that of the shop it comes from: each is given once
    in a catalog. Products of one `group_key` are variants of one thing.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("Active")
        ARCHIVED = "archived", _("Archived")

    catalog = models.ForeignKey(Catalog, on_delete=models.PROTECT, db_index=False, related_name="products")
    name = models.CharField(max_length=255)
    sku = models.CharField(max_length=80, blank=True, default="", db_default="")
    external_id = models.CharField(max_length=200, blank=True, default="", db_default="")
    group_key = models.CharField(max_length=120, blank=True, default="", db_default="")
    brand = models.CharField(max_length=120, blank=True, default="", db_default="")
    category = models.CharField(max_length=120, blank=True, default="", db_default="")
    description = models.TextField(blank=True, default="", db_default="")
    url = models.CharField(max_length=2000, blank=True, default="", db_default="")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.DRAFT, db_default="draft")
    price_micros = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    attributes = models.JSONField(default=dict, blank=True, db_default=models.Value({}, models.JSONField()))
    label_ids = ArrayField(
        models.UUIDField(), default=list, blank=True, db_default=models.Value([], ArrayField(models.UUIDField()))
    )
    data = models.JSONField(default=dict, blank=True, db_default=models.Value({}, models.JSONField()))

    resource = "catalog"

    class Meta(Owned.Meta):
        ordering = ["-updated_at", "-id"]
        indexes = [
            *Owned.Meta.indexes,
            models.Index(fields=["catalog", "-updated_at", "-id"], condition=LIVE, name="product_of_catalog"),
            models.Index(
                fields=["catalog", "group_key"], condition=LIVE & ~models.Q(group_key=""), name="product_variants"
            ),
            GinIndex(fields=["label_ids"], name="product_by_label"),
            words_index("sku", name="product_sku_words"),
        ]
        constraints = [
            *Owned.Meta.constraints,
            models.UniqueConstraint(
                fields=["catalog", "sku"], condition=LIVE & ~models.Q(sku=""), name="product_sku_unique"
            ),
            models.UniqueConstraint(
                fields=["catalog", "external_id"],
                condition=LIVE & ~models.Q(external_id=""),
                name="product_external_unique",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="product_name_given"),
            models.CheckConstraint(
                condition=models.Q(status__in=["draft", "active", "archived"]), name="product_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(price_micros=None) | models.Q(price_micros__gte=0),
                name="product_price_not_negative",
            ),
            models.CheckConstraint(condition=models.Q(currency__regex=r"^([A-Z]{3})?$"), name="product_currency_code"),
            models.CheckConstraint(
                condition=models.Q(price_micros=None) | ~models.Q(currency=""),
                name="product_price_has_currency",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@audited(label="product")
class ProductPicture(models.Model):
    """A picture of a product: one version for good, or (without one) whichever version of the asset is current."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, db_index=False, related_name="pictures")
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, db_index=False, related_name="product_pictures")
    version = models.ForeignKey(
        AssetVersion, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="product_pictures"
    )
    position = models.PositiveIntegerField(default=0, db_default=0)
    alt = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        ordering = ["product", "position", "id"]
        verbose_name = _("picture of a product")
        verbose_name_plural = _("pictures of products")
        constraints = [models.UniqueConstraint(fields=["product", "asset"], name="productpicture_once")]
        indexes = [
            models.Index(fields=["product", "position", "id"], name="productpicture_in_order"),
            models.Index(fields=["asset"], name="productpicture_of_asset"),
            models.Index(
                fields=["version"], condition=models.Q(version__isnull=False), name="productpicture_of_version"
            ),
        ]


@audited(label="content_object", exclude=["sort_at"])
class ProductUserGrant(UserGrant):
    """A product shared with a person."""

    content_object = models.ForeignKey(Product, on_delete=models.CASCADE, db_index=False, related_name="user_grants")

    class Meta(UserGrant.Meta):
        pass


@audited(label="content_object", exclude=["sort_at"])
class ProductTeamGrant(TeamGrant):
    """A product shared with a team."""

    content_object = models.ForeignKey(Product, on_delete=models.CASCADE, db_index=False, related_name="team_grants")

    class Meta(TeamGrant.Meta):
        pass
