"""The page of one team, as every view of it answers: whole, with the form that was refused."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.guards import actor_of
from console.org.teams_forms import AddForm, MoveForm, OwnerForm, PlaceChangeForm, TeamChangeForm, TeamEndForm
from console.parameters import pages, text
from tenants.access.models import Team
from tenants.access.resolver import can
from tenants.access.team_queries import (
    TeamMember,
    member_page,
    objects_of,
    people_to_add,
    people_to_own,
    sub_teams,
    team_detail,
    team_list,
)
from tenants.access.teams import MANAGE

OBJECTS = {"campaign": gettext_lazy("Campaigns"), "catalog": gettext_lazy("Products")}


def team_page(
    request: HttpRequest, team_id: UUID, refused: forms.Form | None = None, status: int = 200
) -> HttpResponse:
    """Render the team; `refused` is a form that came back, shown with its errors where it belongs."""
    actor = actor_of(request)
    team = team_detail(actor=actor, team_id=team_id)
    people, following = member_page(actor=actor, team_id=team_id, cursor=text(request, "cursor") or None)
    teams = team_list(actor=actor)
    may_manage = can(actor, MANAGE, team)
    context = {
        "team": team,
        "parent": next((one for one in teams if one.pk == team.parent_id), None),
        "people": [_person(one, may_manage) for one in people],
        "page": pages(request, following),
        "objects": [{"label": label, "count": objects_of(team)[resource]} for resource, label in OBJECTS.items()],
        "sub_teams": sub_teams(actor=actor, team_id=team_id),
        "form": refused,
        "forms": _forms(request, team, teams, refused) if may_manage else {},
    }
    return render(request, "console/org/team.html", context, status=status)


def clock() -> str:
    """Return on whose clock times are written."""
    return _("Clock of %(zone)s.") % {"zone": timezone.get_current_timezone_name().replace("_", " ")}


def _forms(request: HttpRequest, team: Team, teams: Iterable[Team], refused: forms.Form | None) -> dict[str, Any]:
    actor = actor_of(request)
    others = [one for one in teams if one.pk != team.pk]
    people = people_to_add(actor=actor, team_id=team.pk)
    words = {"name": team.name, "description": team.description, "parent_id": team.parent_id}
    version = {"version": team.row_version}
    found: dict[str, forms.Form] = {
        "add": AddForm(people=people, clock=clock(), auto_id="add_%s"),
        "words": TeamChangeForm(teams=others, initial=words | version, auto_id="words_%s"),
        "move": MoveForm(teams=others, auto_id="move_%s"),
        "owner": OwnerForm(people=people_to_own(actor=actor), initial=version, auto_id="owner_%s"),
        "end": TeamEndForm(teams=others, initial=version, auto_id="end_%s"),
    }
    return {name: refused if type(refused) is type(form) else form for name, form in found.items()}


def _person(found: TeamMember, may_manage: bool) -> dict[str, Any]:
    place = PlaceChangeForm(
        initial={"version": found.version, "role": found.role, "expires_at": found.expires_at},
        clock=clock(),
        auto_id=f"place_{found.user_id}_%s",
    )
    return {
        "user_id": found.user_id,
        "membership_id": found.membership_id,
        "name": found.name or _("Somebody who left"),
        "email": found.email,
        "status": found.status,
        "organization_role": found.organization_role,
        "role": found.role,
        "expires_at": found.expires_at,
        "version": found.version,
        "form": place if may_manage else None,
    }
