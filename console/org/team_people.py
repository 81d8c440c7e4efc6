"""People into a team, out of it, and how they are in it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from console.guards import actor_of, member_page
from console.org.forms import VersionForm
from console.org.teams import carry_out
from console.org.teams_forms import AddForm, PlaceChangeForm
from console.org.teams_page import clock
from tenants.access.team_members import add_to_team, change_in_team, remove_from_team
from tenants.access.team_queries import people_to_add, team_detail, team_member
from tenants.access.teams import MANAGE


@member_page(MANAGE)
@require_POST
def add(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Put somebody into the team."""
    actor = actor_of(request)
    team_detail(actor=actor, team_id=team_id)
    form = AddForm(request.POST, people=people_to_add(actor=actor, team_id=team_id), clock=clock(), auto_id="add_%s")

    def act(values: dict[str, Any]) -> str:
        add_to_team(actor=actor, team_id=team_id, **values)
        return _("They are in the team now.")

    return carry_out(request, team_id, form, act)


@member_page(MANAGE)
@require_POST
def change(request: HttpRequest, team_id: UUID, user_id: UUID) -> HttpResponse:
    """Make somebody lead or member, or set when their place ends."""
    actor = actor_of(request)
    name = team_member(actor=actor, team_id=team_id, user_id=user_id).name
    form = PlaceChangeForm(request.POST, clock=clock(), auto_id=f"place_{user_id}_%s")

    def act(values: dict[str, Any]) -> str:
        version = values.pop("version")
        change_in_team(actor=actor, team_id=team_id, user_id=user_id, version=version, changes=values)
        return _("The place of %(name)s is saved.") % {"name": name}

    return carry_out(request, team_id, form, act)


@member_page(MANAGE)
@require_POST
def remove(request: HttpRequest, team_id: UUID, user_id: UUID) -> HttpResponse:
    """Take somebody out of the team."""
    actor = actor_of(request)
    name = team_member(actor=actor, team_id=team_id, user_id=user_id).name

    def act(values: dict[str, Any]) -> str:
        remove_from_team(actor=actor, team_id=team_id, user_id=user_id, **values)
        return _("%(name)s is out of the team.") % {"name": name}

    return carry_out(request, team_id, VersionForm(request.POST), act)
