"""`user.has_perm("campaigns.access_editor", campaign)`: Django's question, answered with the share's level."""

from typing import Any

from django.db import models
from guardian.backends import ObjectPermissionBackend

from tenants.access.catalogue import LEVEL_ORDER
from tenants.access.context import accesses
from tenants.access.models.grants import LEVELS, PREFIX
from tenants.access.shares import levels


class Backend(ObjectPermissionBackend):
    """Guardian's backend on our levels: each includes those below it, and an expired share gives nothing.

    It knows shares only. What a role or ownership permits, the resolver says.
    """

    def has_perm(self, user_obj: Any, perm: str, obj: models.Model | None = None) -> bool:
        """Whether an object is shared with this active member at the level that `perm` names, or at a higher one."""
        if obj is None or not user_obj.is_active:
            return False
        app, _dot, codename = perm.rpartition(".")
        level = codename.removeprefix(PREFIX)
        if level not in LEVELS or app not in ("", obj._meta.app_label):
            return False
        access = next(iter(accesses([user_obj.pk])), None)
        held = levels(access, type(obj), [obj.pk]).get(obj.pk) if access else None
        return held is not None and LEVEL_ORDER[held] >= LEVEL_ORDER[level]

    def get_all_permissions(self, user_obj: Any, obj: models.Model | None = None) -> set[str]:
        """Return the names of the levels that has_perm() says yes to."""
        if obj is None:
            return set()
        return {PREFIX + level for level in LEVELS if self.has_perm(user_obj, PREFIX + level, obj)}
