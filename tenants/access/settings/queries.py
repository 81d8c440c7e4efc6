"""What is set: one statement in a transaction that asks, none in one that does not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.tenancy.context import Actor, current_scope
from tenants.access.context import access_of
from tenants.access.models import OrganizationSettings, Preferences
from tenants.access.models.settings import Choices
from tenants.access.resolver import MEMBER, require_some
from tenants.access.settings.declaration import Settings
from tenants.access.settings.organization import OrganizationValues
from tenants.access.settings.preferences import PreferenceValues

_MEMO = "settings"


@dataclass(frozen=True, slots=True)
class Found[S: Settings]:
    """Settings, with the version of their row and when it was changed; 0 and None where there is none."""

    values: S
    row_version: int = 0
    updated_at: datetime | None = None


def organization_settings() -> OrganizationValues:
    """Return the settings of the open scope's organization, for code that acts by them."""
    return organization_row().values


def preferences_of(actor: Actor) -> PreferenceValues:
    """Return how `actor` wants to work here; the defaults for whoever is no member."""
    access = access_of(actor)
    return preferences_row(access.membership_id).values if access else PreferenceValues()


def settings_detail(*, actor: Actor) -> Found[OrganizationValues]:
    """Return the organization's settings, which every member may know."""
    require_some(actor, MEMBER)
    return organization_row()


def preferences_detail(*, actor: Actor) -> Found[PreferenceValues]:
    """Return the preferences of `actor`, who must be a member."""
    return preferences_row(own_membership(actor))


def organization_row() -> Found[OrganizationValues]:
    """Return the organization's settings with their row's version."""
    return _remembered(OrganizationValues, 1, OrganizationSettings)


def preferences_row(membership_id: UUID) -> Found[PreferenceValues]:
    """Return the preferences of the person with this place."""
    return _remembered(PreferenceValues, membership_id, Preferences)


def own_membership(actor: Actor) -> UUID:
    """Return the place of `actor`; raise Unauthenticated for whoever has none."""
    require_some(actor, MEMBER)
    access = access_of(actor)
    if access is None:
        raise LookupError("The system has no preferences.")
    return access.membership_id


def forget_settings() -> None:
    """Read settings again at the next question: this transaction is changing them."""
    current_scope().memo.pop(_MEMO, None)


def as_found[S: Settings](cls: type[S], row: Choices | None) -> Found[S]:
    """Return what a row says; the defaults where there is none."""
    if row is None:
        return Found(cls())
    return Found(cls.stored(row.schema_version, row.values), row.row_version, row.updated_at)


def _remembered[S: Settings](cls: type[S], key: Any, model: type[Choices]) -> Found[S]:
    memo = current_scope().memo.setdefault(_MEMO, {})
    if (model, key) not in memo:
        memo[model, key] = as_found(cls, model._default_manager.filter(pk=key).first())
    found: Found[S] = memo[model, key]
    return found
