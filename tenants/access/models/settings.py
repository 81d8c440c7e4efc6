"""What an organization and its people have chosen; what nobody chose has no row and no key, and is the default."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.recorder import audited
from tenants.access.models.people import Membership


class Choices(models.Model):
    """Values as they were chosen, in the shape that was number `schema_version` (tenants.access.settings)."""

    schema_version = models.PositiveSmallIntegerField()
    values = models.JSONField(_("choices"), default=dict)
    row_version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        abstract = True


@audited(label="id", exclude=["id", "schema_version", "updated_at"])
class OrganizationSettings(Choices):
    """One row, once somebody has chosen something for the whole organization."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)

    class Meta:
        verbose_name = _("organization settings")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="organization_settings_one_row")]

    def __str__(self) -> str:
        return str(_("Organization settings"))


@audited(label="membership", exclude=["schema_version", "updated_at"])
class Preferences(Choices):
    """How one person wants to work here; it ends with their place."""

    membership = models.OneToOneField(
        Membership, on_delete=models.CASCADE, primary_key=True, related_name="preferences"
    )

    class Meta:
        verbose_name = _("preferences of")
        verbose_name_plural = _("preferences")

    def __str__(self) -> str:
        return str(self.membership_id)
