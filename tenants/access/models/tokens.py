"""Tokens of programs that use the API."""

from typing import ClassVar

from django.db import models

from kernel.ids import uuid7
from kernel.recorder import audited
from tenants.access.models.people import Membership


@audited(label="name", mask=["secret_hash", "former_hash"], exclude=["last_used_at"])
class ServiceToken(models.Model):
    """An API token: acts as its owner, narrowed to its scopes, until it expires or is revoked.

    After a rotation the former secret still opens it until `former_until`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)
    owner = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="tokens")
    secret_hash = models.BinaryField(max_length=32)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    rotated_at = models.DateTimeField(null=True, blank=True)
    former_hash = models.BinaryField(max_length=32, null=True)
    former_until = models.DateTimeField(null=True, blank=True)
    row_version = models.PositiveIntegerField(default=1, db_default=1)

    owner_path: ClassVar[str] = "owner__user_id"

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.name
