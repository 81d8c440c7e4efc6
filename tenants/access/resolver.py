"""The one decision on who may do what. API, console and jobs ask here and nowhere else.

A role permits an action with a reach. A token is its owner narrowed to its scopes. There are no deny rules. What
somebody can't see does not exist for them (NotFound); what they see but may not do names the missing permission.
A model says who owns its rows by `owner_path`; rows of other models are only within reach `all`.
"""

from collections.abc import Mapping
from functools import reduce
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _

from kernel.errors import NotAllowed, NotFound
from kernel.tenancy.context import Actor
from tenants.access.catalogue import PERMISSIONS, ROLES, known, label, roles_with
from tenants.access.models import Role


def can(actor: Actor, action: str, obj: models.Model | None = None) -> bool:
    """Whether `actor` may do `action`: to `obj`, or to anything at all when `obj` is None."""
    reach = reach_of(actor, action)
    if reach is None:
        return False
    return reach == "all" or obj is None or _is_own(actor, obj)


def require(actor: Actor, action: str, obj: models.Model | None = None) -> None:
    """Raise NotAllowed, naming the permission and the roles that hold it, unless `can` says yes."""
    if not can(actor, action, obj):
        raise _refusal(actor, action)


def visible[M: models.Model](actor: Actor, action: str, model: type[M]) -> models.QuerySet[M]:
    """Return the rows of `model` to which `actor` may do `action`; empty, never an error, when there are none."""
    rows = model._default_manager.all()
    reach = reach_of(actor, action)
    if reach == "all":
        return rows
    path = _owner_path(model)
    if reach is None or actor.user_id is None or not path:
        return rows.none()
    return rows.filter(**{path: actor.user_id})


def find[M: models.Model](actor: Actor, action: str, model: type[M], pk: UUID) -> M:
    """Return the row to which `actor` may do `action`.

    Raises NotFound when the row is not there or `actor` may not see it, NotAllowed when they see it but may not do
    this. Seeing is the resource's own `:view` permission.
    """
    view = known(f"{action.partition(':')[0]}:view")
    require(actor, view)
    row = visible(actor, view, model).filter(pk=pk).first()
    if row is None:
        raise NotFound()
    if action != view:
        require(actor, action, row)
    return row


def allowed_actions(actor: Actor, obj: models.Model, resource: str) -> frozenset[str]:
    """Return the verbs of `resource` ("edit", "delete", ...) that `actor` may do to `obj`."""
    names = (name for name in PERMISSIONS if name.startswith(f"{resource}:"))
    return frozenset(name.partition(":")[2] for name in names if can(actor, name, obj))


def permissions_of(actor: Actor) -> Mapping[str, str]:
    """Return everything `actor` may do, with its reach; a token's scopes are taken off already."""
    if actor.kind == "system":
        return dict.fromkeys(PERMISSIONS, "all")
    if actor.kind == "operator":
        return {}
    granted = _granted_to(actor.role)
    if actor.scopes is None:
        return granted
    return {action: reach for action, reach in granted.items() if action in actor.scopes}


def reach_of(actor: Actor, action: str) -> str | None:
    """Return how far `actor` may do `action` (all, team, own), None for not at all."""
    known(action)
    return permissions_of(actor).get(action)


def _granted_to(role: str) -> Mapping[str, str]:
    """Built-in roles are data of the code, so they cost no query; custom ones are rows."""
    if not role:
        return {}
    if role in ROLES:
        return ROLES[role].permissions
    row = Role.objects.filter(slug=role).values_list("permissions", flat=True).first()
    return {action: reach for action, reach in (row or {}).items() if action in PERMISSIONS}


def _is_own(actor: Actor, obj: models.Model) -> bool:
    path = _owner_path(type(obj))
    if not path or actor.user_id is None:
        return False
    owner: Any = reduce(getattr, path.split("__"), obj)
    return bool(owner == actor.user_id)


def _owner_path(model: type[models.Model]) -> str:
    """Nobody is in a team yet, so reach `team` is reach `own`."""
    return getattr(model, "owner_path", "")


def _refusal(actor: Actor, action: str) -> NotAllowed:
    if actor.scopes is not None and action not in actor.scopes:
        detail = _("This token lacks the scope %(scope)s.") % {"scope": action}
        return NotAllowed(detail, code="scope_missing", permission=action, granted_by=roles_with(action))
    detail = _("You need the permission: %(label)s.") % {"label": label(action)}
    holders = roles_with(action, wider_than=reach_of(actor, action))
    return NotAllowed(detail, permission=action, granted_by=holders)
