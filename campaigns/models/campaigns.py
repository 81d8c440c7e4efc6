"""What marketers plan and run."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import Product
from kernel.recorder import audited
from tenants.access.models import Owned, TeamGrant, UserGrant


@audited(label="name", exclude=["effective_status", "effective_reasons"])
class Campaign(Owned):
    """One campaign; money is in millionths of the currency, times are UTC.

    `status` is what people decided (campaigns.transitions), `effective_status` what follows from everything around it
    (campaigns.effective), kept here for filters. A template is copied and never runs.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SCHEDULED = "scheduled", _("Scheduled")
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        ENDED = "ended", _("Ended")
        ARCHIVED = "archived", _("Archived")

    class Effective(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PENDING = "pending", _("Pending")
        SERVING = "serving", _("Serving")
        LIMITED = "limited", _("Limited")
        BLOCKED = "blocked", _("Blocked")
        PAUSED = "paused", _("Paused")
        ENDED = "ended", _("Ended")
        ARCHIVED = "archived", _("Archived")

    class BudgetKind(models.TextChoices):
        DAILY = "daily", _("Daily")
        LIFETIME = "lifetime", _("Lifetime")

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
    budget_kind = models.CharField(max_length=10, choices=BudgetKind.choices, blank=True, default="", db_default="")
    budget_micros = models.BigIntegerField(null=True, blank=True)
    spend_cap_micros = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    product = models.ForeignKey(
        Product, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="campaigns"
    )
    channels = ArrayField(models.CharField(max_length=40), default=list, blank=True, db_default=[])
    label_ids = ArrayField(models.UUIDField(), default=list, blank=True, db_default=[])
    utm = models.JSONField(default=dict, blank=True, db_default=models.Value({}, models.JSONField()))
    targeting = models.JSONField(default=dict, blank=True, db_default=models.Value({}, models.JSONField()))
    is_template = models.BooleanField(default=False, db_default=False)
    effective_status = models.CharField(
        max_length=20, choices=Effective.choices, default=Effective.DRAFT, db_default="draft"
    )
    effective_reasons = ArrayField(models.CharField(max_length=40), default=list, blank=True, db_default=[])
    data = models.JSONField(default=dict, blank=True, db_default=models.Value({}, models.JSONField()))

    resource = "campaign"

    class Meta(Owned.Meta):
        ordering = ["-updated_at", "-id"]
        indexes = [
            *Owned.Meta.indexes,
            models.Index(fields=["product"], condition=models.Q(product__isnull=False), name="campaign_of_product"),
            GinIndex(fields=["label_ids"], name="campaign_by_label"),
            models.Index(
                fields=["starts_at"],
                condition=models.Q(trashed_at=None, starts_at__isnull=False),
                name="campaign_by_start",
            ),
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
            models.CheckConstraint(
                condition=models.Q(spend_cap_micros=None) | models.Q(spend_cap_micros__gte=0),
                name="campaign_cap_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(budget_kind__in=["", "daily", "lifetime"]), name="campaign_budget_kind_known"
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
