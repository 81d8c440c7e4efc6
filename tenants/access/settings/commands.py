"""Settings and preferences are changed one by one; None takes a choice back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone

from kernel.errors import PreconditionFailed
from kernel.tenancy.context import Actor, current_organization
from tenants import records
from tenants.access.limits import lock_until_commit
from tenants.access.models import OrganizationSettings, Preferences
from tenants.access.models.settings import Choices
from tenants.access.resolver import require
from tenants.access.settings.declaration import Settings
from tenants.access.settings.organization import OrganizationValues
from tenants.access.settings.preferences import PreferenceValues
from tenants.access.settings.queries import Found, as_found, forget_settings, own_membership

CHANGE = "organization:settings"


def change_settings(*, actor: Actor, version: int, changes: Mapping[str, Any]) -> Found[OrganizationValues]:
    """Change settings of the organization that are at `version` (0: nobody has chosen anything yet).

    Raises PreconditionFailed where somebody was faster, Invalid with an error at each wrong value.
    """
    require(actor, CHANGE)
    return _change(OrganizationValues, OrganizationSettings, 1, version, changes)


def change_preferences(*, actor: Actor, version: int, changes: Mapping[str, Any]) -> Found[PreferenceValues]:
    """Change the preferences of `actor`; as change_settings()."""
    membership_id = own_membership(actor)
    if actor.user_id is not None:
        records.account_changing(actor.user_id)
    return _change(PreferenceValues, Preferences, membership_id, version, changes)


def _change[S: Settings](
    cls: type[S], model: type[Choices], key: int | UUID, version: int, changes: Mapping[str, Any]
) -> Found[S]:
    checked = cls.checked(changes)
    # Not the row's lock: the first change has no row to lock.
    lock_until_commit(f"settings:{current_organization().id}:{key}")
    forget_settings()
    row = model._default_manager.filter(pk=key).first()
    if version != (row.row_version if row else 0):
        raise PreconditionFailed(version=row.row_version if row else 0)
    # Keys that this code does not know stay: a newer release wrote them, and comes back.
    present = cls.upgraded(row.schema_version, row.values) if row else {}
    wanted = present | {name: value for name, value in checked.items() if value is not None}
    for name in [name for name, value in checked.items() if value is None]:
        wanted.pop(name, None)
    if wanted == present:
        return as_found(cls, row)
    made = model(
        **{model._meta.pk.attname: key},
        schema_version=max(cls.version, row.schema_version if row else 0),
        values=wanted,
        row_version=version + 1,
        updated_at=timezone.now(),
    )
    made.save(force_insert=row is None, force_update=row is not None)
    return as_found(cls, made)
