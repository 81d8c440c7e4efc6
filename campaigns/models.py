"""What marketers plan and run."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.legacy.models import ImportBatch, ImportPayload, ImportRow, LegacyIdentity
from catalog.models import Product
from kernel.recorder import audited
from tenants.access.models import Owned, TeamGrant, UserGrant

__all__ = [
    "Campaign",
    "CampaignTeamGrant",
    "CampaignUserGrant",
    "ImportBatch",
    "ImportPayload",
    "ImportRow",
    "LegacyIdentity",
]


@audited(label="name")
class Campaign(Owned):
    """One campaign; the budget is in millionths of the currency, times are UTC."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SCHEDULED = "scheduled", _("Scheduled")
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        ENDED = "ended", _("Ended")
        ARCHIVED = "archived", _("Archived")

    class Objective(models.TextChoices):
        AWARENESS = "awareness", _("Awareness")
        TRAFFIC = "traffic", _("Traffic")
        ENGAGEMENT = "engagement", _("Engagement")
        CONVERSIONS = "conversions", _("Conversions")
        APP_INSTALLS = "app_installs", _("App installs")

    name = models.CharField(max_length=255)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.DRAFT, db_default="draft")
    objective = models.CharField(max_length=40, choices=Objective.choices, blank=True, default="", db_default="")
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    budget_micros = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    product = models.ForeignKey(
        Product, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="campaigns"
    )
    data = models.JSONField(default=dict, blank=True, db_default=models.Value({}, models.JSONField()))

    resource = "campaign"

    class Meta(Owned.Meta):
        ordering = ["-updated_at", "-id"]
        indexes = [
            *Owned.Meta.indexes,
            models.Index(fields=["product"], condition=models.Q(product__isnull=False), name="campaign_of_product"),
        ]
        constraints = [
            *Owned.Meta.constraints,
            models.CheckConstraint(condition=~models.Q(name=""), name="campaign_name_given"),
            models.CheckConstraint(
                condition=models.Q(status__in=["draft", "scheduled", "active", "paused", "ended", "archived"]),
                name="campaign_status_known",
            ),
            models.CheckConstraint(
                condition=models.Q(budget_micros=None) | models.Q(budget_micros__gte=0),
                name="campaign_budget_not_negative",
            ),
            models.CheckConstraint(condition=models.Q(currency__regex=r"^([A-Z]{3})?$"), name="campaign_currency_code"),
            models.CheckConstraint(
                condition=models.Q(budget_micros=None) | ~models.Q(currency=""),
                name="campaign_budget_has_currency",
            ),
            models.CheckConstraint(
                condition=models.Q(starts_at=None)
                | models.Q(ends_at=None)
                | models.Q(ends_at__gte=models.F("starts_at")),
                name="campaign_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@audited(label="content_object", exclude=["sort_at"])
class CampaignUserGrant(UserGrant):
    """A campaign shared with a person."""

    content_object = models.ForeignKey(Campaign, on_delete=models.CASCADE, db_index=False, related_name="user_grants")

    class Meta(UserGrant.Meta):
        pass


@audited(label="content_object", exclude=["sort_at"])
class CampaignTeamGrant(TeamGrant):
    """A campaign shared with a team."""

    content_object = models.ForeignKey(Campaign, on_delete=models.CASCADE, db_index=False, related_name="team_grants")

    class Meta(TeamGrant.Meta):
        pass
