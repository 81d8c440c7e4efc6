"""The things the organization sells."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.recorder import audited
from tenants.access.models import Owned, TeamGrant, UserGrant


@audited(label="name")
class Product(Owned):
    """Something the organization sells and campaigns are about; the price is in millionths of the currency."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("Active")
        ARCHIVED = "archived", _("Archived")

    name = models.CharField(max_length=255)
    sku = models.CharField(max_length=80, blank=True, default="", db_default="")
    brand = models.CharField(max_length=120, blank=True, default="", db_default="")
    category = models.CharField(max_length=120, blank=True, default="", db_default="")
    description = models.TextField(blank=True, default="", db_default="")
    url = models.CharField(max_length=2000, blank=True, default="", db_default="")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.DRAFT, db_default="draft")
    price_micros = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    data = models.JSONField(default=dict, blank=True, db_default=models.Value({}, models.JSONField()))

    resource = "catalog"

    class Meta(Owned.Meta):
        ordering = ["-updated_at", "-id"]
        constraints = [
            *Owned.Meta.constraints,
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
