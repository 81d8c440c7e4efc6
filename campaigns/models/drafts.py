"""What somebody has typed into an editor and not saved yet."""

from django.conf import settings
from django.db import models

from kernel.ids import uuid7
from kernel.recorder import unaudited


@unaudited("typing of one person that is kept for a month; what is saved of it is recorded")
class Draft(models.Model):
    """One person's unsaved input for one object, on one device; each write replaces the one before.

    `key` is the object's id, with ".part" where its parts are edited one by one, or "new-" and an id of the editor's
    own for what is not there yet. `base_version` is the version of the object that the input stands on.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=64)
    object_id = models.UUIDField(null=True, blank=True)
    device = models.UUIDField()
    base_version = models.PositiveIntegerField(null=True, blank=True)
    body = models.JSONField()
    created_at = models.DateTimeField(db_default=models.functions.Now())
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["-saved_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "key", "device"], name="draft_once_per_device"),
        ]
        indexes = [
            models.Index(fields=["user", "-saved_at", "-id"], name="draft_of_user"),
            models.Index(fields=["saved_at"], name="draft_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
