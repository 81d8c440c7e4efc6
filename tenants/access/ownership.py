"""Whose something is: owner and team are columns, chosen when it is made and handed on by whoever may."""

from collections.abc import Sequence
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _

from kernel.errors import FieldError, Invalid, NotAllowed
from kernel.tenancy.context import Actor, current_organization
from tenants import records
from tenants.access.catalogue import roles_with
from tenants.access.context import access_of
from tenants.access.models import Membership, Owned, Team
from tenants.access.owned import check_version, write_version
from tenants.access.resolver import allowed_actions, find, require_team
from tenants.access.until import rights_end

# What is done to no object that is there already.
_TO_NO_OBJECT = frozenset({"create", "define", "import"})


def transfer[M: Owned](
    *, actor: Actor, model: type[M], object_id: UUID, version: int, owner_id: UUID, team_id: UUID | None
) -> M:
    """Give the object that is at `version` to an owner and a team (or none); giving it to those it has writes nothing.

    The owner must be an active member and the team one that `actor` may choose. Who had it keeps only what their role
    and shares give them. It takes a right that lasts: who may do it only until a share ends gives nothing away.
    """
    action = f"{model.resource}:transfer"
    find(actor, action, model, object_id)  # who may not makes nobody wait
    # People come and go under the same lock, so the new owner is still a member when this commits.
    records.access_changing(current_organization().id)
    row = find(actor, action, model, object_id)
    check_version(row, version)
    wanted = {"owner_id": owner_id, "team_id": team_id}
    different = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    if not different:
        return row
    _require_lasting(actor, action, row)
    if "owner_id" in different:
        check_member("/owner_id", owner_id)
    if "team_id" in different:
        check_team(actor, action, team_id)
    return write_version(row, version, different)


def _require_lasting(actor: Actor, action: str, row: Owned) -> None:
    if rights_end(actor, [action], row) is not None:
        detail = _("It is shared with you for a time only, so you can't give it to another owner or team.")
        raise NotAllowed(detail, code="right_ends", permission=action, granted_by=roles_with(action))


def check_member(pointer: str, user_id: UUID) -> None:
    """Raise Invalid, naming `pointer`, unless this is an active member."""
    people = Membership.objects.filter(user_id=user_id, status=Membership.Status.ACTIVE)
    if not people.exclude(expires_at__lte=models.functions.Now()).exists():
        message = _("This is no active member of the organization. Invite the person first.")
        raise Invalid(errors=[FieldError(pointer, "not_a_member", message)])


def check_team(actor: Actor, action: str, team_id: UUID | None) -> None:
    """Raise unless `actor` may put an object into this team while doing `action`: NotAllowed, or Invalid for no team.

    None, no team at all, is always allowed.
    """
    require_team(actor, action, team_id)
    if team_id is not None and not Team.objects.filter(pk=team_id).exists():
        raise Invalid(errors=[FieldError("/team_id", "unknown_value", _("There is no such team."))])


def teams_to_choose(*, actor: Actor, action: str) -> Sequence[Team]:
    """Return the teams that check_team() lets `actor` choose, by name; one statement."""
    access = access_of(actor)
    if access is None:
        return []
    teams = Team.objects.all()
    return list(teams if access.reach(action) == "all" else teams.filter(pk__in=access.reached_teams))


def verbs(*, actor: Actor, obj: Owned) -> list[str]:
    """Return what `actor` may do to `obj`, in the second halves of the permissions' names; one statement at most."""
    return sorted(allowed_actions(actor, obj, obj.resource) - _TO_NO_OBJECT)
