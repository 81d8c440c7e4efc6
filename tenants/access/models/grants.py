"""Shares: an object, a person or team, and how much they may do with it. Guardian's models, one pair per resource.

    class CampaignUserGrant(UserGrant):
        content_object = models.ForeignKey(
            Campaign, on_delete=models.CASCADE, db_index=False, related_name="user_grants"
        )

        class Meta(UserGrant.Meta):
            pass

Guardian finds the pair of an object by these relations, so they need names. The migration that makes such a pair also
needs tenants.access.operations.FollowChanges and CountAccess.
"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import models
from django.utils import timezone
from guardian.managers import GroupObjectPermissionManager, UserObjectPermissionManager
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from kernel.ids import uuid7
from kernel.tenancy.content_types import permission_id
from tenants.access.models.teams import Team

LEVELS = ("viewer", "editor", "manager")
PREFIX = "access_"


def level_ids(model: type[models.Model]) -> dict[str, int]:
    """Return the permission that stands for each level of `model`; a higher level has a higher id."""
    return {level: permission_id(model, PREFIX + level) for level in LEVELS}


class LevelManager(models.Manager[Any]):
    """Guardian's managers, on rows that hold one level per object and principal instead of one row per permission."""

    user_or_group_field: str
    model: Any

    def assign_perm(self, perm: str | Permission, user_or_group: Any, obj: models.Model) -> Any:
        """Share `obj` at this level; a share that is there changes its level and keeps the rest.

        Raises KeyError for a permission that is no level.
        """
        return self.assign_perm_to_many(perm, [user_or_group], obj)[0]

    def bulk_assign_perm(
        self, perm: str | Permission, user_or_group: Any, queryset: Iterable[models.Model], **_options: Any
    ) -> list[Any]:
        """Share every object of `queryset` with one person or team."""
        return [self.assign_perm(perm, user_or_group, obj) for obj in queryset]

    def assign_perm_to_many(
        self,
        perm: str | Permission,
        users_or_groups: Iterable[Any],
        obj: models.Model,
        *,
        details: Mapping[str, Any] | None = None,
        **_options: Any,
    ) -> list[Any]:
        """Share `obj` with many people or teams at one level, and set `details` (fields of Grant) along with it."""
        target = type(obj)
        wanted = level_ids(target)[_level(perm)]
        # Locked, because a change of the object that is under way can't see a share that is not there yet.
        row = target._default_manager.select_for_update(no_key=True).values("updated_at", "trashed_at").get(pk=obj.pk)
        sort_at = row["updated_at"] if row["trashed_at"] is None else None
        field = f"{self.user_or_group_field}_id"
        held = {"content_object_id": obj.pk, "permission_id": wanted, "sort_at": sort_at, **(details or {})}
        rows = [self.model(**{field: found.pk, **held}) for found in users_or_groups]
        self.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=[field, "content_object_id"],
            update_fields=["permission_id", *(details or {})],
        )
        return list(self.filter(**{f"{field}__in": [getattr(row, field) for row in rows], "content_object": obj.pk}))


class UserLevelManager(LevelManager, UserObjectPermissionManager):  # type: ignore[misc]
    user_or_group_field = "user"


class TeamLevelManager(LevelManager, GroupObjectPermissionManager):  # type: ignore[misc]
    user_or_group_field = "group"


class Grant(models.Model):
    """What both kinds of shares hold.

    `sort_at` repeats the object's `updated_at` while it is outside the trash, and is empty while it is in there; a
    trigger keeps it so. Lists and counts then need no look at the object.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    permission = models.ForeignKey(Permission, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    sort_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    reason = models.CharField(max_length=300, blank=True, default="", db_default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True

    @classmethod
    def target(cls) -> type[models.Model]:
        """Return the model whose objects are shared."""
        field: Any = cls._meta.get_field("content_object")
        found: type[models.Model] = field.related_model
        return found

    @property
    def level(self) -> str:
        """viewer, editor or manager."""
        ids = level_ids(self.target())
        return next(level for level, number in ids.items() if number == self.permission_id)


def _indexes(principal: str) -> list[models.Index]:
    return [
        models.Index(
            fields=[principal, "-sort_at", "-content_object"],
            include=["permission", "expires_at"],
            name="%(class)s_of_principal",
        ),
        models.Index(fields=["content_object"], name="%(class)s_of_object"),
        models.Index(fields=["expires_at"], condition=models.Q(expires_at__isnull=False), name="%(class)s_expiring"),
    ]


class UserGrant(Grant, UserObjectPermissionBase):
    """One object shared with one person."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    principal: ClassVar[str] = "user"

    objects: ClassVar[UserLevelManager] = UserLevelManager()

    class Meta:
        abstract = True
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["user", "content_object"], name="%(class)s_once")]
        indexes = _indexes("user")


class TeamGrant(Grant, GroupObjectPermissionBase):
    """One object shared with the members of one team."""

    group = models.ForeignKey(Team, on_delete=models.CASCADE, db_index=False)  # type: ignore[assignment]
    principal: ClassVar[str] = "group"

    objects: ClassVar[TeamLevelManager] = TeamLevelManager()

    class Meta:
        abstract = True
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["group", "content_object"], name="%(class)s_once")]
        indexes = _indexes("group")


def _level(perm: str | Permission) -> str:
    name = perm if isinstance(perm, str) else perm.codename
    level = name.rpartition(".")[2].removeprefix(PREFIX)
    if level not in LEVELS:
        raise KeyError(f"{name!r} is no level of a share; these are: {', '.join(PREFIX + found for found in LEVELS)}.")
    return level
