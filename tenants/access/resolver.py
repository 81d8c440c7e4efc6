"""The one decision on who may do what. API, console and jobs ask here and nowhere else.

`actor` may do `action` to an object if they are an active member and any of these holds:
- their role permits it for all objects,
- their role permits it for their teams' objects, and the object belongs to a team of theirs or to one below a team they
  lead,
- their role permits it at all, and the object is theirs,
- the object is shared with them, or with a team they belong to, at a level that adds the action, and the action is
  about that kind of object.
A token is its owner narrowed to its scopes. There are no deny rules. What somebody can't see does not exist for them
(NotFound); what they see but may not do names the missing permission.

The same rule is asked of a loaded object (`can`), as a filter (`visible`), as branches that each walk an index
(tenants.access.lists) and as a list of reasons (tenants.access.explain); a test holds them against each other.
A model says who owns its rows by `owner_path` and `team_path`; without them only reach "all" counts.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import reduce
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _

from kernel.errors import NotAllowed, NotFound, Unauthenticated
from kernel.tenancy.context import Actor
from tenants.access.catalogue import PERMISSIONS, known, label, level_for, roles_with
from tenants.access.context import Access, access_of
from tenants.access.models.grants import level_ids
from tenants.access.shares import UNEXPIRED, adds, grant_models, level_on, levels

MEMBER = "member"


def can(actor: Actor, action: str, obj: models.Model | None = None) -> bool:
    """Whether `actor` may do `action` to `obj`; without an object, whether their role permits it at all.

    One statement at most, once access is known, and none where the role decides.
    """
    known(action)
    if actor.kind == "system":
        return True
    access = access_of(actor)
    if access is None:
        return False
    if obj is None:
        return access.reach(action) is not None
    return action in _actions(access, [action], [obj])[obj.pk]


def can_many[M: models.Model](actor: Actor, action: str, objects: Collection[M]) -> set[M]:
    """Return those of `objects` (all of one model) to which `actor` may do `action`; one statement at most."""
    found = actions_of_many(actor, [action], objects)
    return {obj for obj in objects if action in found[obj.pk]}


def actions_of_many(
    actor: Actor, actions: Collection[str], objects: Collection[models.Model]
) -> Mapping[UUID, frozenset[str]]:
    """Return which of `actions` `actor` may do to each object (all of one model), by its id; one statement at most."""
    wanted = [known(action) for action in actions]
    if actor.kind == "system":
        return {obj.pk: frozenset(wanted) for obj in objects}
    access = access_of(actor)
    if access is None:
        return {obj.pk: frozenset() for obj in objects}
    return _actions(access, wanted, objects)


def require(actor: Actor, action: str, obj: models.Model | None = None) -> None:
    """Raise NotAllowed, naming the permission and the roles that hold it, unless `can` says yes."""
    if not can(actor, action, obj):
        raise refusal(actor, action)


def require_some(actor: Actor, action: str) -> None:
    """Raise unless there may be an object to which `actor` may do `action`: the question at a page's or route's door.

    A share can add an action that the role lacks, so for such actions the object has the last word. `action` "member"
    asks for a place in the organization only. Raises Unauthenticated for somebody who has none (any more).
    """
    if actor.kind == "system":
        return
    access = access_of(actor)
    if access is None:
        raise Unauthenticated(_("You don't belong to this organization (any more)."), code="no_membership")
    if action != MEMBER and not may_some(actor, action):
        raise refusal(actor, action)


def may_some(actor: Actor, action: str) -> bool:
    """Whether require_some() lets `actor` through."""
    if actor.kind == "system":
        return True
    access = access_of(actor)
    if access is None:
        return False
    return access.in_scope(action) and (access.reach(action) is not None or level_for(action) is not None)


def visible[M: models.Model](actor: Actor, action: str, model: type[M]) -> models.QuerySet[M]:
    """Return the rows of `model` to which `actor` may do `action`; empty, never an error, when there are none.

    For looking up rows and for short lists; pages and counts of long ones go through tenants.access.lists.
    """
    known(action)
    rows = model._default_manager.all()
    if actor.kind == "system":
        return rows
    access = access_of(actor)
    if access is None:
        return rows.none()
    condition = condition_for(access, action, model)
    return rows if condition is True else rows.filter(condition)


def condition_for(access: Access, action: str, model: type[models.Model]) -> models.Q | bool:
    """Return the rule as a condition on rows of `model`, True for all of them."""
    reach = access.reach(action)
    if reach == "all":
        return True
    owner, teams = owner_path(model), teams_in_reach(access, model)
    condition = models.Q(pk__in=[])
    if reach is not None and owner:
        condition |= models.Q(**{owner: access.user_id})
    if reach == "team" and team_path(model) and teams:
        condition |= models.Q(**{f"{team_path(model)}__in": teams})
    tables, level = grant_models(model), level_on(model, action)
    if tables is None or level is None or not access.in_scope(action):
        return condition
    shared = models.Q(content_object_id=models.OuterRef("pk"), permission_id__gte=level_ids(model)[level]) & UNEXPIRED
    condition |= models.Q(models.Exists(tables[0].objects.filter(shared, user_id=access.user_id)))
    if access.teams:
        condition |= models.Q(models.Exists(tables[1].objects.filter(shared, group_id__in=access.teams)))
    return condition


def find[M: models.Model](actor: Actor, action: str, model: type[M], pk: UUID) -> M:
    """Return the row to which `actor` may do `action`.

    Raises NotFound when the row is not there or `actor` may not see it, NotAllowed when they see it but may not do
    this. Seeing is the resource's own `:view` permission.
    """
    view = known(f"{action.partition(':')[0]}:view")
    require_some(actor, view)
    row = visible(actor, view, model).filter(pk=pk).first()
    if row is None:
        raise NotFound()
    if action != view:
        require(actor, action, row)
    return row


def allowed_actions(actor: Actor, obj: models.Model, resource: str) -> frozenset[str]:
    """Return the verbs of `resource` ("edit", "delete", ...) that `actor` may do to `obj`; one statement at most."""
    names = [name for name, permission in PERMISSIONS.items() if permission.resource == resource]
    return frozenset(name.partition(":")[2] for name in actions_of_many(actor, names, [obj])[obj.pk])


def permissions_of(actor: Actor) -> Mapping[str, str]:
    """Return everything `actor`'s role permits, with its reach; a token's scopes are taken off already."""
    if actor.kind == "system":
        return dict.fromkeys(PERMISSIONS, "all")
    access = access_of(actor)
    if access is None:
        return {}
    return {action: reach for action, reach in access.permissions.items() if access.in_scope(action)}


def reach_of(actor: Actor, action: str) -> str | None:
    """Return how far the role of `actor` permits `action` (all, team, own), None for not at all."""
    known(action)
    return permissions_of(actor).get(action)


def require_team(actor: Actor, action: str, team_id: UUID | None) -> None:
    """Raise NotAllowed unless `actor` may put an object into this team while doing `action`. None is always allowed."""
    if team_id is None or actor.kind == "system":
        return
    access = access_of(actor)
    if access is None or not (access.reach(action) == "all" or team_id in access.reached_teams):
        holders = roles_with(action, wider_than="team")
        raise NotAllowed(_("You can only choose teams of yours."), permission=action, granted_by=holders)


def role_reaches(access: Access, action: str, obj: models.Model) -> bool:
    """Whether the role alone permits `action` on `obj`."""
    reach = access.reach(action)
    if reach is None or reach == "all":
        return reach == "all"
    if _value(obj, owner_path(type(obj))) == access.user_id:
        return True
    return reach == "team" and _value(obj, team_path(type(obj))) in teams_in_reach(access, type(obj))


def owner_path(model: type[models.Model]) -> str:
    """Return where a row of `model` names its owner, empty where it has none."""
    return getattr(model, "owner_path", "")


def team_path(model: type[models.Model]) -> str:
    """Return where a row of `model` names its team, empty where it has none."""
    return getattr(model, "team_path", "")


def teams_in_reach(access: Access, model: type[models.Model]) -> frozenset[UUID]:
    """Return the teams whose rows of `model` are within reach "team"."""
    return access.led if getattr(model, "reach_by_leading", False) else access.reached_teams


def refusal(actor: Actor, action: str) -> NotAllowed:
    """Return the error that says which permission is missing and which roles hold it."""
    access = access_of(actor)
    if access is not None and not access.in_scope(action):
        detail = _("This token lacks the scope %(scope)s.") % {"scope": action}
        return NotAllowed(detail, code="scope_missing", permission=action, granted_by=roles_with(action))
    detail = _("You need the permission: %(label)s.") % {"label": label(action)}
    holders = roles_with(action, wider_than=reach_of(actor, action))
    return NotAllowed(detail, permission=action, granted_by=holders)


def _actions(
    access: Access, actions: Sequence[str], objects: Collection[models.Model]
) -> Mapping[UUID, frozenset[str]]:
    by_role = {obj.pk: {action for action in actions if role_reaches(access, action, obj)} for obj in objects}
    model = next((type(obj) for obj in objects), models.Model)
    shared = [action for action in actions if level_on(model, action) is not None and access.in_scope(action)]
    open_ones = [pk for pk, found in by_role.items() if not found.issuperset(shared)]
    given = levels(access, model, open_ones) if shared else {}
    return {
        pk: frozenset(found | {action for action in shared if adds(model, given.get(pk), action)})
        for pk, found in by_role.items()
    }


def _value(obj: models.Model, path: str) -> Any:
    """The value at the end of a path such as owner__user_id; None where there is no path."""
    return reduce(getattr, path.split("__"), obj) if path else None
