"""Who belongs to the organization and with which role; the base of everything that has an owner."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import uuid7
from kernel.recorder import audited


@audited(label="name")
class Role(models.Model):
    """A named set of permissions with a reach each: {"campaign:edit": "team", ...}."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    builtin = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    permissions = models.JSONField(default=dict)
    row_version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.name


@audited(label="name")
class Team(models.Model):
    """People who work on the same objects."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80, unique=True)

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
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120)
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="memberships")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.ACTIVE)
    created_at = models.DateTimeField(auto_now_add=True)
    row_version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["name", "id"]

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

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.name


class Owned(models.Model):
    """Identity and ownership of everything a marketer works on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    row_version = models.PositiveIntegerField(default=1)
    legacy_source = models.CharField(max_length=80, null=True, blank=True)
    legacy_id = models.CharField(max_length=200, null=True, blank=True)
    created_at = models.DateTimeField(db_default=models.functions.Now())
    updated_at = models.DateTimeField(db_default=models.functions.Now())
    trashed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
