"""Who has a second factor, and which organizations ask for one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef

from tenants.models import DirectoryEntry, Organization
from tenants.signin.second_factor import RECOVERY_KIND, TOTP_KIND

Status = Organization.Status


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """A person's second factor as they see it."""

    added_at: datetime
    last_used_at: datetime | None
    codes_left: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many active members have a second factor, and who has none: (name, e-mail), by name."""

    have: int
    lacking: list[tuple[str, str]]


def has_second_factor(user_id: UUID) -> bool:
    """Whether signing in to this account asks for a code. One query."""
    return bool(Authenticator.objects.filter(user_id=user_id, type=TOTP_KIND).exists())


def second_factor_of(user_id: UUID) -> SecondFactor | None:
    """Return the person's second factor. One query."""
    rows = {row.type: row for row in Authenticator.objects.filter(user_id=user_id)}
    totp, codes = rows.get(TOTP_KIND), rows.get(RECOVERY_KIND)
    if totp is None:
        return None
    used = int(codes.data["used_mask"]).bit_count() if codes else app_settings.RECOVERY_CODE_COUNT
    times = [row.last_used_at for row in rows.values() if row.last_used_at is not None]
    return SecondFactor(totp.created_at, max(times, default=None), app_settings.RECOVERY_CODE_COUNT - used)


def requiring_organizations(user_id: UUID) -> list[str]:
    """Return the names of the person's organizations that ask for a second factor. One query."""
    rows = DirectoryEntry.objects.filter(
        user_id=user_id,
        status=DirectoryEntry.Status.ACTIVE,
        organization__mfa_required=True,
        organization__status__in=(Status.ACTIVE, Status.SUSPENDED),
    )
    return list(rows.order_by("organization__name").values_list("organization__name", flat=True))


def coverage(organization_id: UUID) -> Coverage:
    """Return who of the organization's active members has a second factor. One query, in the public phase."""
    factors = Authenticator.objects.filter(user_id=OuterRef("user_id"), type=TOTP_KIND)
    rows = (
        DirectoryEntry.objects.filter(organization_id=organization_id, status=DirectoryEntry.Status.ACTIVE)
        .annotate(has_factor=Exists(factors))
        .order_by("user__name", "email")
        .values_list("has_factor", "user__name", "email")
    )
    people = list(rows)
    return Coverage(
        have=sum(has for has, _name, _email in people),
        lacking=[(name or email, email) for has, name, email in people if not has],
    )
