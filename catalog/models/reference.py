"""What the whole organization names its things with: no owner, seen by all who see the things themselves."""

from django.db import models

from kernel.ids import uuid7

UNARCHIVED = models.Q(archived_at=None)


class Reference(models.Model):
    """A row that everybody uses and few change; `row_version` grows by one with every change.

    It is archived, never deleted: what refers to it keeps its meaning.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    row_version = models.PositiveIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField(db_default=models.functions.Now())
    updated_at = models.DateTimeField(db_default=models.functions.Now())
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="%(class)s_name_given"),
            models.CheckConstraint(condition=models.Q(row_version__gte=1), name="%(class)s_version_positive"),
        ]

    def __str__(self) -> str:
        return self.name
