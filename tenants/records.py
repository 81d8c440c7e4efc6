"""Organizations, members, operators and tokens as small cached records: a request costs no query to know them.

A record is valid only while the stamps it was read under are unchanged (kernel.cache.stamps). Whatever changes a
row behind a record calls `changing()` with the same stamps in its transaction.
"""

from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from pydantic import BaseModel

from kernel.cache.stamps import cached, changing
from kernel.tenancy.context import SYSTEM, TenantLike
from kernel.tenancy.scope import scope
from tenants.access.context import forget
from tenants.access.limits import lock_until_commit
from tenants.access.models import Membership, Preferences, ServiceToken
from tenants.access.settings.preferences import PreferenceValues
from tenants.models import Domain, Operator, Organization, User

HOSTS = ("public", "hosts")


@dataclass(frozen=True, slots=True)
class Tenant:
    """An organization as every request needs it. `limits` are its plan's: None means unlimited."""

    id: UUID
    schema_name: str
    slug: str
    name: str
    status: str
    time_zone: str
    plan: str
    limits: dict[str, int | None]
    domain: str
    mfa_required: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """An account, and on a tenant's host its place there. `role` is empty for operators.

    An empty `time_zone` means the organization's. `picture` is the key in the private storage, empty for none.
    On a tenant's host `preferences` are those that the person has there, and the clock and theme follow them.
    """

    user_id: UUID
    name: str
    email: str
    session_hash: str
    role: str = ""
    role_name: str = ""
    time_zone: str = ""
    language: str = "en"
    theme: str = "auto"
    picture: str = ""
    preferences: PreferenceValues = field(default_factory=PreferenceValues)


@dataclass(frozen=True, slots=True)
class Token:
    """An API token with its owner as of now; times are ISO 8601 text as stored.

    After a rotation `former_hash` opens it too until `former_until`; both are empty otherwise.
    """

    id: UUID
    name: str
    secret_hash: str
    scopes: tuple[str, ...]
    expires_at: str
    owner_id: UUID
    owner_name: str
    owner_email: str
    role: str
    former_hash: str = ""
    former_until: str = ""


def tenant_by_host(host: str) -> Tenant | None:
    """Return the organization that `host` (without port) leads to; removed and unfinished ones lead nowhere."""

    def load() -> str | None:
        organization_id = Domain.objects.filter(domain=host).values_list("tenant_id", flat=True).first()
        return str(organization_id) if organization_id else None

    found = cached(("public", "host", host), [HOSTS], load)
    return tenant_by_id(UUID(found)) if found else None


def tenant_by_id(organization_id: UUID) -> Tenant | None:
    """Return the organization with this id, under the same conditions as tenant_by_host()."""

    def load() -> dict[str, Any] | None:
        row = (
            Organization.objects.select_related("plan")
            .filter(pk=organization_id, status__in=(Organization.Status.ACTIVE, Organization.Status.SUSPENDED))
            .first()
        )
        if row is None:
            return None
        domain = row.domains.filter(is_primary=True).values_list("domain", flat=True).first() or ""
        tenant = Tenant(
            row.pk,
            row.schema_name,
            row.slug,
            row.name,
            row.status,
            row.time_zone,
            row.plan.name,
            row.limits,
            domain,
            row.mfa_required,
        )
        return _plain(tenant)

    found = cached(("public", "organization", str(organization_id)), [_organization(organization_id)], load)
    return Tenant(**(found | {"id": UUID(found["id"])})) if found else None


def member(tenant: TenantLike, user_id: UUID) -> Person | None:
    """Return the person if they are an active member whose time is not over, and their account is active."""

    def load() -> dict[str, Any] | None:
        user = User.objects.filter(pk=user_id, is_active=True).first()
        if user is None:
            return None
        with scope(tenant, actor=SYSTEM, source="system"):
            membership = (
                Membership.objects.select_related("role", "preferences")
                .filter(user_id=user_id, status=Membership.Status.ACTIVE)
                .first()
            )
        if membership is None:
            return None
        role, chosen = membership.role, _preferences_of(membership)
        found = replace(_account_of(user), name=membership.name, role=role.slug, role_name=role.name)
        person = _plain(_as_preferred(found, chosen))
        return person | {"ends": membership.expires_at.isoformat() if membership.expires_at else None}

    found = cached((str(tenant.id), "member", str(user_id)), [_account(user_id), _access(tenant.id)], load)
    if found is None:
        return None
    # The record outlives the end of the person's place, which no write announces.
    ends = found["ends"]
    if ends is not None and datetime.fromisoformat(ends) <= timezone.now():
        return None
    return _person({name: value for name, value in found.items() if name != "ends"})


def operator(user_id: UUID) -> Person | None:
    """Return the person if they are an operator with an active account."""

    def load() -> dict[str, Any] | None:
        row = Operator.objects.select_related("user").filter(pk=user_id, user__is_active=True).first()
        if row is None:
            return None
        return _plain(_account_of(row.user))

    return _person(cached(("public", "operator", str(user_id)), [_account(user_id)], load))


def account(user_id: UUID) -> Person | None:
    """Return the person if their account is active, wherever they belong."""

    def load() -> dict[str, Any] | None:
        user = User.objects.filter(pk=user_id, is_active=True).first()
        return _plain(_account_of(user)) if user else None

    return _person(cached(("public", "account", str(user_id)), [_account(user_id)], load))


def token(tenant: TenantLike, token_id: UUID) -> Token | None:
    """Return the token if it is not revoked and its owner is an active member. The caller checks secret and expiry."""

    def load() -> dict[str, Any] | None:
        with scope(tenant, actor=SYSTEM, source="system"):
            row = (
                ServiceToken.objects.select_related("owner__role")
                .filter(pk=token_id, revoked_at=None, owner__status=Membership.Status.ACTIVE)
                .first()
            )
        if row is None or row.owner.user_id is None:
            return None
        return _plain(
            Token(
                row.pk,
                row.name,
                bytes(row.secret_hash).hex(),
                tuple(row.scopes),
                row.expires_at.isoformat(),
                row.owner.user_id,
                row.owner.name,
                row.owner.email,
                row.owner.role.slug,
                bytes(row.former_hash or b"").hex(),
                row.former_until.isoformat() if row.former_until else "",
            )
        )

    found = cached((str(tenant.id), "token", str(token_id)), [_access(tenant.id)], load)
    if found is None:
        return None
    found = found | {"id": UUID(found["id"]), "owner_id": UUID(found["owner_id"]), "scopes": tuple(found["scopes"])}
    return Token(**found)


def hosts_changing() -> None:
    """Call before writing domains: whom each host leads to is read again afterwards."""
    changing(HOSTS)


def organization_changing(organization_id: UUID) -> None:
    """Call before writing an organization's row, its plan or its primary domain."""
    changing(_organization(organization_id))


def account_changing(user_id: UUID) -> None:
    """Call before writing a user or operator row."""
    changing(_account(user_id))


def access_changing(organization_id: UUID) -> None:
    """Call before writing who may do what in the open scope's organization: people, roles, teams, shares, tokens.

    Such writes of one organization happen one after the other, to the end of the transaction: what was checked before
    writing (the last owner, a limit, a version) still holds then.
    """
    lock_until_commit(f"access:{organization_id}")
    changing(_access(organization_id))
    forget()


def _account_of(user: User) -> Person:
    return Person(
        user.pk,
        user.name,
        user.email,
        user.get_session_auth_hash(),
        time_zone=user.time_zone,
        language=user.language,
        theme=user.theme,
        picture=user.picture,
    )


def _preferences_of(membership: Membership) -> PreferenceValues:
    row: Preferences | None = getattr(membership, "preferences", None)
    return PreferenceValues.stored(row.schema_version, row.values) if row else PreferenceValues()


def _as_preferred(person: Person, chosen: PreferenceValues) -> Person:
    theme = person.theme if chosen.theme == "account" else chosen.theme
    return replace(person, preferences=chosen, theme=theme, time_zone=chosen.time_zone or person.time_zone)


def _person(found: dict[str, Any] | None) -> Person | None:
    if found is None:
        return None
    preferences = PreferenceValues.stored(PreferenceValues.version, found["preferences"])
    return Person(**(found | {"user_id": UUID(found["user_id"]), "preferences": preferences}))


def _plain(record: Any) -> dict[str, Any]:
    found = {part.name: getattr(record, part.name) for part in fields(record)}
    return {key: _json(value) for key, value in found.items()}


def _json(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump()
    return str(value) if isinstance(value, UUID) else value


def _organization(organization_id: UUID) -> tuple[str, ...]:
    return ("public", "organization", str(organization_id))


def _account(user_id: UUID) -> tuple[str, ...]:
    return ("public", "account", str(user_id))


def _access(organization_id: UUID) -> tuple[str, ...]:
    return (str(organization_id), "access")
