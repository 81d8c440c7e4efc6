"""People are global: one account, many organizations. What they may do there stands in each organization's schema."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from kernel.ids import uuid7
from kernel.recorder import audited
from tenants.models.organization import Organization


class UserManager(BaseUserManager["User"]):
    """Finds people by e-mail without regard to case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


@audited(label="email", mask=["password"], exclude=["last_login"])
class User(AbstractBaseUser):
    """One person's account. Made by an invitation or by an operator; never a superuser of anything."""

    class Theme(models.TextChoices):
        AUTO = "auto", _("As the system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120, blank=True, default="")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    time_zone = models.CharField(max_length=64, blank=True, default="")
    language = models.CharField(max_length=10, choices=settings.LANGUAGES, default="en")
    theme = models.CharField(max_length=5, choices=Theme.choices, default=Theme.AUTO)
    picture = models.CharField(max_length=120, blank=True, default="")

    # Guardian's groups: teams live in each organization's schema, so this is the teams of the open scope.
    groups = models.ManyToManyField("access.Team", through="access.TeamMembership", related_name="users")

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    is_superuser = False

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Studio's door: staff means operator."""
        return Operator.objects.filter(user_id=self.pk).exists()

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Whether an object is shared with this person at the level `perm` names ("campaigns.access_editor").

        No account holds global permissions; Studio asks the operator row, the product asks tenants.access.resolver.
        """
        return obj is not None and any(backend.has_perm(self, perm, obj) for backend in auth.get_backends())

    def has_module_perms(self, app_label: str) -> bool:
        return False


@audited(label="user_id")
class Operator(models.Model):
    """Somebody who runs the platform; holds no role inside any organization."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, primary_key=True, related_name="operator")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.user)


@audited(label="email", exclude=["picture"])
class DirectoryEntry(models.Model):
    """Mirror of one Membership, written in its transaction, so that sign-in knows a person's organizations.

    `picture` is the account's, kept here too because an organization may not read accounts.
    """

    class Status(models.TextChoices):
        INVITED = "invited", _("Invited")
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="directory")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="directory")
    email = models.EmailField(max_length=254)
    status = models.CharField(max_length=20, choices=Status.choices)
    picture = models.CharField(max_length=120, blank=True, default="")
    tenant_role = models.CharField(max_length=63, editable=False)

    # An organization removes its people, and the mirror goes with the row; kernel.tenancy.privileges reads this.
    tenants_may_delete: ClassVar[bool] = True

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="directory_once_per_person"),
        ]
