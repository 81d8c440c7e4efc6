"""The shelves that products stand on."""

from typing import Any

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from catalog.models.reference import UNARCHIVED, Reference
from kernel.recorder import audited


def no_attributes() -> dict[str, Any]:
    """Return the schema of a catalog that asks nothing of its products."""
    return {"version": 1, "attributes": []}


@audited(label="name")
class Catalog(Reference):
    """Products that are described alike: `attributes` says how (catalog.attributes), `currency` is of their prices.

    New products without a catalog go to the default one.
    """

    class Source(models.TextChoices):
        MANUAL = "manual", _("Kept by hand")
        FEED = "feed", _("From files")
        LEGACY = "legacy", _("Former campaign builder")

    currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    attributes = models.JSONField(default=no_attributes, db_default=models.Value(no_attributes(), models.JSONField()))
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.MANUAL, db_default="manual")
    is_default = models.BooleanField(default=False, db_default=False)

    class Meta(Reference.Meta):
        verbose_name = _("catalog")
        verbose_name_plural = _("catalogs")
        constraints = [
            *Reference.Meta.constraints,
            models.UniqueConstraint(Lower("name"), condition=UNARCHIVED, name="catalog_name_unique"),
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="catalog_one_default"
            ),
            # The import of the former application finds its own one.
            models.UniqueConstraint(fields=["source"], condition=models.Q(source="legacy"), name="catalog_one_legacy"),
            models.CheckConstraint(
                condition=models.Q(source__in=["manual", "feed", "legacy"]), name="catalog_source_known"
            ),
            models.CheckConstraint(condition=models.Q(currency__regex=r"^([A-Z]{3})?$"), name="catalog_currency_code"),
            models.CheckConstraint(
                condition=models.Q(is_default=False) | models.Q(archived_at=None), name="catalog_default_in_use"
            ),
        ]
