"""Organizations, their addresses and their plans."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin, TenantMixin

from kernel.ids import uuid7
from kernel.recorder import audited, unaudited
from kernel.tenancy.names import new_schema_name

LIMITS = ("seats", "campaigns", "products", "storage_mb")
SLUG_PATTERN = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"


@audited(label="name")
class Plan(models.Model):
    """What an organization may use; null means unlimited."""

    slug = models.SlugField(primary_key=True, max_length=40)
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    seats = models.PositiveIntegerField(null=True)
    campaigns = models.PositiveIntegerField(null=True)
    products = models.PositiveIntegerField(null=True)
    storage_mb = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name


class OrganizationManager(models.Manager["Organization"]):
    """Brings the plan along: its limits are needed inside scopes, where the plans can't be read."""

    def get_queryset(self) -> models.QuerySet["Organization"]:
        return super().get_queryset().select_related("plan")


@audited(label="name", exclude=["migration_key"])
class Organization(TenantMixin):
    """A customer: its own schema, address and plan."""

    class Status(models.TextChoices):
        PROVISIONING = "provisioning", _("Setting up")
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")
        REMOVED = "removed", _("Removed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    schema_name = models.CharField(max_length=63, unique=True, default=new_schema_name, editable=False)
    slug = models.CharField(max_length=40, validators=[RegexValidator(SLUG_PATTERN)])
    name = models.CharField(max_length=120)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.PROVISIONING)
    status_reason = models.CharField(max_length=300, blank=True, default="")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    time_zone = models.CharField(max_length=64, default="UTC")
    mfa_required = models.BooleanField(_("Second factor required"), default=False, db_default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    live_at = models.DateTimeField(null=True, blank=True)
    row_version = models.PositiveIntegerField(default=1)
    migration_key = models.CharField(max_length=64, blank=True, default="", editable=False)

    auto_create_schema = False
    auto_drop_schema = False

    objects = OrganizationManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug"], condition=~models.Q(status="removed"), name="organization_slug_in_use"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def limits(self) -> dict[str, int | None]:
        """What the plan allows, by name; None is unlimited."""
        return {name: getattr(self.plan, name) for name in LIMITS}


@audited(label="domain")
class Domain(DomainMixin):
    """A host name that leads to an organization; `is_primary` is the one links are built with."""

    domain = models.CharField(max_length=253, unique=True)
    tenant = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="domains")

    class Meta:
        ordering = ["domain"]


@unaudited("derived from the migrations; made again whenever they change")
class SchemaTemplate(models.Model):
    """The compiled statements that make a tenant's schema, one row per state of the migrations."""

    migration_key = models.CharField(max_length=64, primary_key=True)
    schema_name = models.CharField(max_length=63)
    sql = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
