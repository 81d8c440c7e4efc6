"""The base of everything that people own and share."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import uuid7
from kernel.postgres import words_index
from tenants.access.models.teams import Team

LIVE = models.Q(trashed_at=None)


class Versioned(models.Model):
    """A row that people change knowing what they change: `row_version` grows by one with every change."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    row_version = models.PositiveIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField(db_default=models.functions.Now())
    updated_at = models.DateTimeField(db_default=models.functions.Now())
    trashed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Owned(Versioned):
    """Identity and ownership of everything a marketer works on."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="+")
    legacy_source = models.CharField(max_length=80, null=True, blank=True)
    legacy_id = models.CharField(max_length=200, null=True, blank=True)

    # The first half of the permissions' names that are about this model.
    resource: ClassVar[str]
    owner_path: ClassVar[str] = "owner_id"
    team_path: ClassVar[str] = "team_id"

    class Meta:
        abstract = True
        # What a share may hold, lowest first (tenants.access.models.grants.LEVELS).
        permissions = [
            ("access_viewer", _("Shared to view")),
            ("access_editor", _("Shared to edit")),
            ("access_manager", _("Shared to manage")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["legacy_source", "legacy_id"], name="%(class)s_legacy_unique"),
            models.CheckConstraint(
                condition=models.Q(legacy_source=None, legacy_id=None)
                | models.Q(legacy_source__isnull=False, legacy_id__isnull=False),
                name="%(class)s_legacy_pair",
            ),
            models.CheckConstraint(condition=models.Q(row_version__gte=1), name="%(class)s_version_positive"),
        ]
        # One index per list that the queries offer; each ends in the id, as keyset pages do.
        indexes = [
            models.Index(fields=["-updated_at", "-id"], condition=LIVE, name="%(class)s_recent"),
            models.Index(fields=["-created_at", "-id"], condition=LIVE, name="%(class)s_newest"),
            models.Index(fields=["name", "id"], condition=LIVE, name="%(class)s_by_name"),
            models.Index(fields=["owner", "-updated_at", "-id"], condition=LIVE, name="%(class)s_of_owner"),
            models.Index(
                fields=["team", "-updated_at", "-id"],
                condition=LIVE & models.Q(team__isnull=False),
                name="%(class)s_of_team",
            ),
            models.Index(fields=["-trashed_at", "-id"], condition=~LIVE, name="%(class)s_in_trash"),
            words_index("name", name="%(class)s_words"),
        ]
