"""People in teams. Being in a team widens what somebody reaches, so only who may manage the team decides about it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zlib import crc32

from django.utils import timezone
from django.utils.translation import gettext as _

from kernel.errors import Conflict, FieldError, Invalid, NotFound, PreconditionFailed
from kernel.jobs import JobContext, enqueue, handler
from kernel.tenancy.context import SYSTEM, Actor, current_organization
from tenants import records
from tenants.access.models import Team, TeamMembership
from tenants.access.ownership import check_member
from tenants.access.resolver import can_many, reach_of, refusal
from tenants.access.teams import MANAGE, managed_team, teams_below
from tenants.access.until import is_later, latest

EXPIRE = "access.expire_team_memberships"
LEAD = TeamMembership.Role.LEAD


def add_to_team(
    *, actor: Actor, team_id: UUID, user_id: UUID, role: str = "member", expires_at: datetime | None = None
) -> TeamMembership:
    """Put an active member into the team, until `expires_at` where that is given.

    Making somebody lead takes managing the teams below as well: a lead reaches them. Nobody's own place outlasts what
    lets them manage the team. Raises Conflict for who is in.
    """
    team = managed_team(actor, team_id)
    _check(actor, team, {"role": role, "expires_at": expires_at})
    if user_id == actor.user_id:
        _require_end(actor, team, expires_at)
    check_member("/user_id", user_id)
    present = TeamMembership.objects.filter(team=team, user_id=user_id).first()
    if present is not None and not _is_over(present):
        raise Conflict(_("They are in this team already."), code="already_exists")
    if present is not None:
        present.delete()
    made = TeamMembership.objects.create(team=team, user_id=user_id, role=role, expires_at=expires_at)
    _plan_end(expires_at)
    return made


def change_in_team(
    *, actor: Actor, team_id: UUID, user_id: UUID, version: int, changes: Mapping[str, Any]
) -> TeamMembership:
    """Change `role` or `expires_at` of somebody whose membership is still as `version` says (see version_of)."""
    team = managed_team(actor, team_id)
    membership = _find(team, user_id, version)
    different = {name: value for name, value in changes.items() if getattr(membership, name) != value}
    if not different:
        return membership
    _check(actor, team, different)
    ends = changes.get("expires_at", membership.expires_at)
    gains = different.get("role") == LEAD or is_later(ends, membership.expires_at)
    if gains and user_id == actor.user_id:
        _require_end(actor, team, ends)
    for name, value in different.items():
        setattr(membership, name, value)
    membership.save(update_fields=list(different))
    _plan_end(different.get("expires_at"))
    return membership


def remove_from_team(*, actor: Actor, team_id: UUID, user_id: UUID, version: int) -> None:
    """Take somebody out of the team at once; what they own stays where it is."""
    _find(managed_team(actor, team_id), user_id, version).delete()


def version_of(membership: TeamMembership) -> int:
    """Return a number that changes with what can be changed of a membership: it stands for what its reader saw."""
    ends = membership.expires_at.isoformat() if membership.expires_at else ""
    return crc32(f"{membership.role}|{ends}".encode()) % 2**31


@handler(EXPIRE)
def expire_team_memberships(_ctx: JobContext) -> dict[str, Any]:
    """Delete the memberships whose end has come, so that guardian's own functions see what the resolver sees."""
    records.access_changing(current_organization().id)
    deleted, _by_model = TeamMembership.objects.filter(expires_at__lte=timezone.now()).delete()
    return {"deleted": deleted}


def _plan_end(expires_at: datetime | None) -> None:
    if expires_at is not None:
        enqueue(EXPIRE, actor=SYSTEM, run_at=expires_at, dedupe_key=expires_at.isoformat())


def _check(actor: Actor, team: Team, values: Mapping[str, Any]) -> None:
    errors = []
    if values.get("role", LEAD) not in TeamMembership.Role.values:
        errors.append(FieldError("/role", "unknown_value", _("Choose lead or member.")))
    ends = values.get("expires_at")
    if ends is not None and ends <= timezone.now():
        errors.append(FieldError("/expires_at", "out_of_range", _("Choose a time in the future.")))
    if errors:
        raise Invalid(errors=errors)
    if values.get("role") == LEAD:
        below = Team.objects.filter(pk__in=teams_below([team.pk]))
        if len(can_many(actor, MANAGE, list(below))) < len(below):
            raise refusal(actor, MANAGE)


def _require_end(actor: Actor, team: Team, expires_at: datetime | None) -> None:
    """Raise Invalid where the own place of `actor` would outlast what lets them manage the team."""
    if actor.user_id is None or team.owner_id == actor.user_id or reach_of(actor, MANAGE) == "all":
        return
    led = TeamMembership.objects.filter(user_id=actor.user_id, role=LEAD).exclude(expires_at__lte=timezone.now())
    by = [found for found in led if found.team_id == team.pk or team.pk in teams_below([found.team_id])]
    if is_later(expires_at, latest(found.expires_at for found in by)):
        message = _("You manage this team for a time only; choose no later end for yourself.")
        raise Invalid(errors=[FieldError("/expires_at", "beyond_own_rights", message)])


def _find(team: Team, user_id: UUID, version: int) -> TeamMembership:
    membership = TeamMembership.objects.filter(team=team, user_id=user_id).first()
    if membership is None or _is_over(membership):
        raise NotFound()
    if version_of(membership) != version:
        raise PreconditionFailed(version=version_of(membership))
    return membership


def _is_over(membership: TeamMembership) -> bool:
    return membership.expires_at is not None and membership.expires_at <= timezone.now()
