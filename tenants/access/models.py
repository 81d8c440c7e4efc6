"""Who belongs to the organization and with which role; the base of everything that has an owner."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import uuid7
from kernel.recorder import audited

LIVE = models.Q(trashed_at=None)


@audited(label="name")
class Role(models.Model):
    """A named set of permissions with a reach each: {"campaign:edit": "team", ...}."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    builtin = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    permissions = models.JSONField(default=dict)
    row_version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["position", "slug"]
        constraints = [models.UniqueConstraint(fields=["slug"], name="role_slug_unique")]

    def __str__(self) -> str:
        return self.name


@audited(label="name")
class Team(models.Model):
    """People who work on the same objects."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["name"], name="team_name_unique")]

    def __str__(self) -> str:
        return self.name


@audited(label="name")
class Membership(models.Model):
    """One person in this organization: the authority on whether and how they may come in."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")
        HOLDER = "holder", _("Holder account")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120)
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="memberships")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.ACTIVE)
    created_at = models.DateTimeField(auto_now_add=True)
    row_version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["user"], name="membership_once_per_person")]

    def __str__(self) -> str:
        return self.name or self.email


@audited(label="name", mask=["secret_hash"], exclude=["last_used_at"])
class ServiceToken(models.Model):
    """An API token: acts as its owner, narrowed to its scopes, until it expires or is revoked."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)
    owner = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="tokens")
    secret_hash = models.BinaryField(max_length=32)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    owner_path: ClassVar[str] = "owner__user_id"

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.name


class Owned(models.Model):
    """Identity and ownership of everything a marketer works on; `row_version` grows by one with every change."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="+")
    row_version = models.PositiveIntegerField(default=1, db_default=1)
    legacy_source = models.CharField(max_length=80, null=True, blank=True)
    legacy_id = models.CharField(max_length=200, null=True, blank=True)
    created_at = models.DateTimeField(db_default=models.functions.Now())
    updated_at = models.DateTimeField(db_default=models.functions.Now())
    trashed_at = models.DateTimeField(null=True, blank=True)

    owner_path: ClassVar[str] = "owner_id"

    class Meta:
        abstract = True
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
        ]
