"""The words that people sort their work by."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from catalog.models.reference import Reference
from kernel.recorder import audited


@audited(label="name")
class Label(Reference):
    """One word in one colour, for campaigns, products and assets alike; they name it in their `label_ids`."""

    class Colour(models.TextChoices):
        GREY = "grey", _("Grey")
        BLUE = "blue", _("Blue")
        TEAL = "teal", _("Teal")
        GREEN = "green", _("Green")
        AMBER = "amber", _("Amber")
        RED = "red", _("Red")
        PINK = "pink", _("Pink")
        VIOLET = "violet", _("Violet")

    colour = models.CharField(max_length=10, choices=Colour.choices, default=Colour.GREY, db_default="grey")

    class Meta(Reference.Meta):
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        constraints = [
            *Reference.Meta.constraints,
            # Archived ones keep their name: what still carries them would else show two that look alike.
            models.UniqueConstraint(Lower("name"), name="label_name_unique"),
            models.CheckConstraint(
                condition=models.Q(colour__in=["grey", "blue", "teal", "green", "amber", "red", "pink", "violet"]),
                name="label_colour_known",
            ),
        ]
