"""Filters that people keep."""

from django.conf import settings
from django.db import models

from kernel.ids import uuid7
from kernel.recorder import audited


@audited(label="name")
class SavedView(models.Model):
    """A filter over campaigns under a name, of one person or, where shared, for everybody."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    name = models.CharField(max_length=80)
    query = models.JSONField(default=dict)
    shared = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="savedview_name_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="savedview_name_given"),
        ]
        indexes = [models.Index(fields=["name"], condition=models.Q(shared=True), name="savedview_shared")]

    def __str__(self) -> str:
        return self.name
