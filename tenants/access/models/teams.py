"""People who work on the same objects."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from guardian.mixins import GuardianGroupMixin
from guardian.models import GroupObjectPermissionAbstract

from kernel.ids import uuid7
from kernel.recorder import audited, unaudited


@audited(label="name")
class Team(GuardianGroupMixin, models.Model):
    """A group of people, guardian's group model. Who leads a team also reaches the objects of the teams below it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300, blank=True, default="", db_default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
    )
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, db_index=False)
    created_at = models.DateTimeField(db_default=models.functions.Now())
    row_version = models.PositiveIntegerField(default=1, db_default=1)

    resource: ClassVar[str] = "team"
    owner_path: ClassVar[str] = "owner_id"
    team_path: ClassVar[str] = "id"
    # Managing a team within reach "team" takes leading it; belonging to it is not enough.
    reach_by_leading: ClassVar[bool] = True

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(models.functions.Lower("name"), name="team_name_unique"),
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="team_not_its_own_parent"),
        ]
        indexes = [
            models.Index(fields=["parent"], condition=models.Q(parent__isnull=False), name="team_of_parent"),
        ]

    def __str__(self) -> str:
        return self.name


@audited(label="team")
class TeamMembership(models.Model):
    """One person in one team, until `expires_at` where that is set."""

    class Role(models.TextChoices):
        LEAD = "lead", _("Lead")
        MEMBER = "member", _("Member")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="team_memberships",
    )
    team = models.ForeignKey(Team, on_delete=models.CASCADE, db_index=False, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["user", "team"], name="team_membership_once")]
        indexes = [models.Index(fields=["team", "user"], name="team_membership_of_team")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.team_id}"


@unaudited("has no table: every shareable model has share tables of its own")
class TeamObjectPermission(GroupObjectPermissionAbstract):
    """Tells guardian that Team is its group model (GUARDIAN_GROUP_OBJ_PERMS_MODEL). Nothing is ever stored in it."""

    group = models.ForeignKey(Team, on_delete=models.DO_NOTHING, related_name="+")  # type: ignore[assignment]

    class Meta(GroupObjectPermissionAbstract.Meta):
        abstract = False
        managed = False
