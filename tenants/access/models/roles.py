"""Named sets of permissions."""

from django.db import models

from kernel.ids import uuid7
from kernel.recorder import audited


@audited(label="name")
class Role(models.Model):
    """A named set of permissions with a reach each: {"campaign:edit": "team", ...}.

    Built-in roles are data of the code and stand here to be pointed at; custom ones are made from them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300, blank=True, default="", db_default="")
    builtin = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    permissions = models.JSONField(default=dict)
    row_version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["position", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["slug"], name="role_slug_unique"),
            models.UniqueConstraint(models.functions.Lower("name"), name="role_name_unique"),
        ]

    def __str__(self) -> str:
        return self.name
