"""Who belongs to the organization."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import uuid7
from kernel.recorder import audited
from tenants.access.models.roles import Role


@audited(label="name")
class Membership(models.Model):
    """One person in this organization: the authority on whether and how they may come in.

    Somebody who is invited has no account yet as far as this organization knows, so `user` is empty until they
    accept. After `expires_at` the person is out, whatever `status` still says.
    """

    class Status(models.TextChoices):
        INVITED = "invited", _("Invited")
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")
        HOLDER = "holder", _("Holder account")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120)
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="memberships")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.ACTIVE)
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    row_version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user"], name="membership_once_per_person"),
            models.UniqueConstraint(
                models.functions.Lower("email"),
                condition=models.Q(status="invited"),
                name="membership_once_invited",
            ),
            models.CheckConstraint(
                condition=models.Q(status="invited", user=None)
                | (~models.Q(status="invited") & models.Q(user__isnull=False)),
                name="membership_invited_has_no_user",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email
