"""Invitations: how the first account of a person comes to be."""

from django.db import models
from django.db.models.functions import Lower

from kernel.ids import uuid7
from kernel.recorder import audited
from tenants.models.organization import Organization


@audited(label="email", mask=["token_hash"])
class Invitation(models.Model):
    """One person asked into one organization with one role; the link's token is stored as sha256 only.

    `membership_id` is the organization's own row of the invited person, None for the first owner, who gets one only by
    accepting. `teams` are those they come into: [{"team_id", "role"}].
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120, blank=True, default="")
    role = models.CharField(max_length=40)
    token_hash = models.BinaryField(max_length=32, unique=True)
    invited_by = models.CharField(max_length=254, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    tenant_role = models.CharField(max_length=63, editable=False)
    membership_id = models.UUIDField(null=True, blank=True)
    teams = models.JSONField(default=list, blank=True)
    row_version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organization",
                Lower("email"),
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="invitation_once_open",
            ),
        ]
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["organization", "-created_at", "-id"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="invitation_open_newest",
            ),
        ]
