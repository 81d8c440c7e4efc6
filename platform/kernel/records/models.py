"""What must be true exactly if the tenant rows beside it are: answers given once, changes that can be taken back."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kernel.ids import uuid7
from kernel.recorder import unaudited


@unaudited("what was done is recorded row by row; this is only the answer to it, kept for a day")
class IdempotencyKey(models.Model):
    """One answered request: whoever sends `key` again gets the same answer, and nothing is done twice.

    Written before the effect and in its transaction. `body` is encrypted: an answer may hold a new token's secret.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    principal_id = models.UUIDField()
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    body = models.TextField(default="", db_default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["principal_id", "key"], name="idempotencykey_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotencykey_by_age")]

    def __str__(self) -> str:
        return self.key


@unaudited("every row that a batch changes is recorded itself, and events tell when it was applied and undone")
class Batch(models.Model):
    """Many rows changed in one go, and how to take that back.

    `resource` and `action` name what was done, `permission` what undoing a row of it asks for. An undo is a batch
    too: `undo_of` is what it took back.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    resource = models.CharField(max_length=40)
    action = models.CharField(max_length=40)
    permission = models.CharField(max_length=64)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200, blank=True, default="", db_default="")
    size = models.PositiveIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(db_default=Now())
    undo_of = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="undos", db_index=False
    )

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["actor_id", "-created_at", "-id"], name="batch_of_actor"),
            models.Index(fields=["-created_at", "-id"], name="batch_newest"),
        ]
        constraints = [models.UniqueConstraint(fields=["undo_of"], name="batch_undone_once")]

    def __str__(self) -> str:
        return f"{self.resource}.{self.action}"


@unaudited("the before-image of a change that is recorded itself; it goes when the batch can't be undone any more")
class BatchRow(models.Model):
    """One row of a batch: what it was before and its version after.

    `before` is PostgreSQL's JSON of the row and its children as text, which keeps every digit; empty for a row that
    was made. `family_after` is a digest of the children as the batch left them.
    """

    class Effect(models.TextChoices):
        CREATED = "created", _("Created")
        CHANGED = "changed", _("Changed")
        REMOVED = "removed", _("Removed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="rows", db_index=False)
    position = models.PositiveIntegerField()
    object_id = models.UUIDField()
    effect = models.CharField(max_length=10, choices=Effect.choices)
    before = models.TextField(blank=True, default="", db_default="")
    version_after = models.PositiveIntegerField()
    family_after = models.CharField(max_length=32, blank=True, default="", db_default="")

    class Meta:
        ordering = ["batch", "position"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "position"], name="batchrow_position"),
            models.UniqueConstraint(fields=["batch", "object_id"], name="batchrow_object"),
        ]

    def __str__(self) -> str:
        return f"{self.effect} {self.object_id}"
