"""What is shared with whom: which models have shares, and how much a person has been given of some objects."""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models.functions import Now

from tenants.access.catalogue import LEVEL_ORDER, PERMISSIONS, level_for
from tenants.access.context import Access
from tenants.access.models import Owned, TeamGrant, UserGrant
from tenants.access.models.grants import level_ids

UNEXPIRED = models.Q(expires_at=None) | models.Q(expires_at__gt=Now())


@cache
def grant_models(model: type[models.Model]) -> tuple[type[UserGrant], type[TeamGrant]] | None:
    """Return the two share tables of `model`, None where its objects can't be shared."""
    found = {
        grant.principal: grant
        for grant in apps.get_models()
        if issubclass(grant, (UserGrant, TeamGrant)) and grant.target() is model
    }
    return (found["user"], found["group"]) if found else None  # type: ignore[return-value]


@cache
def shareable_models() -> dict[str, type[Owned]]:
    """Return the models whose objects can be shared, by the resource that their permissions name."""
    return {model.resource: model for model in apps.get_models() if issubclass(model, Owned) and grant_models(model)}


def level_on(model: type[models.Model], action: str) -> str | None:
    """Return the lowest level of a share that adds `action` to an object of `model`, None where no share does.

    What is about another resource no share adds: who is given a campaign is not given what may be done to products.
    """
    needed = level_for(action)
    return needed if getattr(model, "resource", None) == PERMISSIONS[action].resource else None


def adds(model: type[models.Model], level: str | None, action: str) -> bool:
    """Whether a share of an object of `model` at this level adds `action`; None is no share."""
    needed = level_on(model, action)
    return level is not None and needed is not None and LEVEL_ORDER[level] >= LEVEL_ORDER[needed]


def levels(access: Access, model: type[models.Model], pks: Collection[UUID]) -> Mapping[UUID, str]:
    """Return the highest unexpired level shared with this person, directly or by a team of theirs, of each object.

    One statement; objects that are not shared with them are left out. A share with a team reaches its members only.
    """
    tables = grant_models(model)
    if tables is None or not pks:
        return {}
    rows = share_rows(access, tables, pks=pks)
    names = {number: level for level, number in level_ids(model).items()}
    found: dict[UUID, str] = {}
    for pk, permission_id in rows:
        level = names[permission_id]
        if pk not in found or LEVEL_ORDER[level] > LEVEL_ORDER[found[pk]]:
            found[pk] = level
    return found


def share_rows(
    access: Access, tables: tuple[type[UserGrant], type[TeamGrant]], *, pks: Collection[UUID]
) -> models.QuerySet[Any, Any]:
    """Return (object id, permission id) of the unexpired shares of these objects with the person or their teams."""
    of_people, of_teams = tables
    wanted = models.Q(content_object_id__in=list(pks)) & UNEXPIRED
    mine = of_people.objects.filter(wanted, user_id=access.user_id)
    rows = mine.order_by().values_list("content_object_id", "permission_id")
    if not access.teams:
        return rows
    ours = of_teams.objects.filter(wanted, group_id__in=access.teams)
    return rows.union(ours.order_by().values_list("content_object_id", "permission_id"), all=True).order_by()
