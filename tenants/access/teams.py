"""Teams: made, changed, handed over and ended. Who belongs to one is the matter of tenants.access.team_members.

Somebody who may manage all teams makes them. A single team is managed also by its owner and by those who lead it or a
team above it, as far as their role lets them (`team:manage`).
"""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel.errors import Conflict, FieldError, Invalid, NotFound, PreconditionFailed
from kernel.tenancy.context import Actor, current_organization
from tenants import records
from tenants.access.context import access_of
from tenants.access.models import Owned, Team
from tenants.access.ownership import check_member
from tenants.access.resolver import reach_of, refusal, require, require_team
from tenants.access.words import name_errors, note_errors

MANAGE = "team:manage"


def create_team(
    *,
    actor: Actor,
    name: str,
    description: str = "",
    parent_id: UUID | None = None,
    owner_id: UUID | None = None,
) -> Team:
    """Make a team without people; its owner is `actor` unless another active member is named.

    Needs the right to manage all teams. Raises Conflict for a name that is taken.
    """
    _require_every_team(actor)  # who may not makes nobody wait
    records.access_changing(current_organization().id)
    _require_every_team(actor)
    owner = owner_id or actor.user_id
    values = {"name": name.strip(), "description": description.strip(), "parent_id": parent_id}
    _check(None, values)
    _find_team(parent_id, "/parent_id")
    if owner is not None:
        check_member("/owner_id", owner)
    return Team.objects.create(owner_id=owner, **values)


def change_team(*, actor: Actor, team_id: UUID, version: int, changes: Mapping[str, Any]) -> Team:
    """Change name, description or parent of the team that is at `version`; what changes nothing writes nothing.

    Who leads a team reaches the objects of those below it, so moving a team takes managing it, the team it leaves and
    the team it goes to; at the top level stand only teams that somebody who manages all of them put there.
    """
    team = managed_team(actor, team_id)
    check_seen(team, version)
    texts = {name: value.strip() for name, value in changes.items() if isinstance(value, str)}
    different = {name: value for name, value in {**changes, **texts}.items() if getattr(team, name) != value}
    if not different:
        return team
    _check(team, different)
    if "parent_id" in different:
        _check_parent(actor, team, different["parent_id"])
    return _write(team, different)


def transfer_team(*, actor: Actor, team_id: UUID, version: int, owner_id: UUID) -> Team:
    """Hand the team that is at `version` to another active member."""
    team = managed_team(actor, team_id)
    check_seen(team, version)
    if team.owner_id == owner_id:
        return team
    check_member("/owner_id", owner_id)
    return _write(team, {"owner_id": owner_id})


def delete_team(*, actor: Actor, team_id: UUID, version: int, objects_to: UUID | None = None) -> None:
    """End the team that is at `version`, with its memberships and with what is shared with it.

    Raises Conflict while teams stand below it, or while it has objects and no other team is named for them.
    """
    team = managed_team(actor, team_id)
    check_seen(team, version)
    if Team.objects.filter(parent=team).exists():
        raise Conflict(_("Teams stand below this one; move them first."), code="team_has_teams")
    if objects_to is not None:
        _move(actor, team, objects_to)
    left = {resource: model._default_manager.filter(team=team).count() for resource, model in owned_models().items()}
    if any(left.values()):
        detail = _("The team has objects; name the team that gets them.")
        raise Conflict(detail, code="team_has_objects", objects=left)
    team.delete()


def move_objects(*, actor: Actor, team_id: UUID, to_team_id: UUID) -> dict[str, int]:
    """Give everything that belongs to the team, in or out of the trash, to another one; return how many per resource.

    Needs managing the team, and for each resource the right to transfer all of it to the other team.
    """
    return _move(actor, managed_team(actor, team_id), to_team_id)


def managed_team(actor: Actor, team_id: UUID) -> Team:
    """Return a team that `actor` may manage, after waiting for other changes of access; NotFound, NotAllowed if not."""
    require(actor, "member:view")
    require(actor, MANAGE)
    records.access_changing(current_organization().id)
    team = Team.objects.filter(pk=team_id).first()
    if team is None:
        raise NotFound()
    require(actor, MANAGE, team)
    return team


def check_seen(team: Team, version: int) -> None:
    """Raise PreconditionFailed unless the team is at `version`."""
    if team.row_version != version:
        raise PreconditionFailed(version=team.row_version)


def teams_below(team_ids: Collection[UUID]) -> set[UUID]:
    """Return the teams that stand below any of these, at whatever depth."""
    parents = dict(Team.objects.exclude(parent=None).order_by().values_list("pk", "parent_id"))
    found: set[UUID] = set()
    edge = set(team_ids)
    while edge:
        edge = {team for team, parent in parents.items() if parent in edge} - found
        found |= edge
    return found


@cache
def owned_models() -> dict[str, type[Owned]]:
    """Return the models whose rows can belong to a team, by the resource that their permissions name."""
    return {model.resource: model for model in apps.get_models() if issubclass(model, Owned)}


def _move(actor: Actor, team: Team, target_id: UUID) -> dict[str, int]:
    target = _find_team(target_id, "/to_team_id")
    if target == team:
        raise Invalid(errors=[FieldError("/to_team_id", "same_team", _("Choose another team."))])
    access, now = access_of(actor), timezone.now()
    moved = {}
    for resource, model in owned_models().items():
        action = f"{resource}:transfer"
        rows = model._default_manager.filter(team=team)
        if not rows.exists():
            moved[resource] = 0
            continue
        if actor.kind != "system":
            reach = access.reach(action) if access else None
            if access is None or not (reach == "all" or (reach == "team" and team.pk in access.reached_teams)):
                raise refusal(actor, action)
        require_team(actor, action, target_id)
        moved[resource] = rows.update(team=target, row_version=F("row_version") + 1, updated_at=now)
    return moved


def _require_every_team(actor: Actor) -> None:
    require(actor, MANAGE)
    if reach_of(actor, MANAGE) != "all":
        raise refusal(actor, MANAGE)


def _check(team: Team | None, values: Mapping[str, Any]) -> None:
    errors = []
    if "name" in values:
        errors += name_errors(values["name"])
    if "description" in values:
        errors += note_errors(values["description"])
    if errors:
        raise Invalid(errors=errors)
    if "name" in values:
        others = Team.objects.exclude(pk=team.pk) if team else Team.objects.all()
        if others.filter(name__iexact=values["name"]).exists():
            message = _("There is a team of this name.")
            raise Conflict(message, code="already_exists", errors=[FieldError("/name", "already_exists", message)])


def _check_parent(actor: Actor, team: Team, parent_id: UUID | None) -> None:
    parent = _find_team(parent_id, "/parent_id")
    if parent is None:
        _require_every_team(actor)
    elif parent == team or parent.pk in teams_below([team.pk]):
        message = _("A team can't stand below itself.")
        raise Invalid(errors=[FieldError("/parent_id", "team_cycle", message)])
    for other in (team.parent, parent):
        if other is not None:
            require(actor, MANAGE, other)


def _find_team(team_id: UUID | None, pointer: str) -> Team | None:
    found = Team.objects.filter(pk=team_id).first() if team_id else None
    if team_id is not None and found is None:
        raise Invalid(errors=[FieldError(pointer, "unknown_team", _("There is no such team."))])
    return found


def _write(team: Team, values: Mapping[str, Any]) -> Team:
    changed = {**values, "row_version": team.row_version + 1}
    Team.objects.filter(pk=team.pk).update(**changed)
    team.refresh_from_db()
    return team
