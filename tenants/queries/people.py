"""Who a person is, and where they may go."""

import re
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Value
from django.db.models.functions import Lower

from tenants import records
from tenants.addresses import OPERATOR_HOST, origin
from tenants.models import DirectoryEntry, Organization, User

Status = Organization.Status
HOST = re.compile(r"[a-z0-9.-]{1,253}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """An organization a person belongs to; `status` is the organization's: active or suspended."""

    id: UUID
    name: str
    address: str
    status: str

    @property
    def is_open(self) -> bool:
        """Whether people can come in now."""
        return self.status == Status.ACTIVE

    @property
    def url(self) -> str:
        """Where the organization's console starts."""
        return origin(self.address) + "/"


def person_by_email(email: str) -> User | None:
    """Return the account with this e-mail in any letter case; holder accounts and inactive ones too."""
    if not email.isprintable():
        return None
    return User.objects.alias(lower=Lower("email")).filter(lower=Lower(Value(email.strip()))).first()


def places_of(user_id: UUID) -> list[Place]:
    """Return the organizations in which the person is active, those that are suspended included, by name."""
    rows = (
        DirectoryEntry.objects.filter(
            user_id=user_id,
            status=DirectoryEntry.Status.ACTIVE,
            organization__status__in=(Status.ACTIVE, Status.SUSPENDED),
            organization__domains__is_primary=True,
        )
        .order_by("organization__name", "organization_id")
        .values_list(
            "organization_id", "organization__name", F("organization__domains__domain"), "organization__status"
        )
    )
    return [Place(*row) for row in rows]


def organization_at(host: str) -> records.Tenant | None:
    """Return the organization on this host (without port), whatever text a parameter gave as the host."""
    return records.tenant_by_host(host) if HOST.fullmatch(host) else None


def may_enter(user_id: UUID, host: str) -> bool:
    """Whether the person may open a session on this host (without port): a member there, or an operator."""
    if host == OPERATOR_HOST:
        return records.operator(user_id) is not None
    tenant = organization_at(host)
    return tenant is not None and tenant.status == Status.ACTIVE and records.member(tenant, user_id) is not None
