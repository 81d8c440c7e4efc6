"""Teams: all of them as a tree, and what is done with one."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.forms import explain
from console.guards import actor_of, member_page
from console.org.objects import STALE
from console.org.teams_forms import MoveForm, OwnerForm, TeamChangeForm, TeamEndForm, TeamForm
from console.org.teams_page import team_page
from kernel.errors import Conflict, Invalid, NotAllowed, PreconditionFailed
from tenants.access.models import Team
from tenants.access.resolver import reach_of
from tenants.access.team_queries import objects_of, people_to_own, team_detail, team_list
from tenants.access.teams import MANAGE, change_team, create_team, delete_team, move_objects, transfer_team


@member_page("member:view")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """All teams, each below the one it stands under."""
    actor = actor_of(request)
    teams = team_list(actor=actor)
    may_create = reach_of(actor, MANAGE) == "all"
    form = TeamForm(teams=teams, auto_id="team_%s") if may_create else None
    return render(request, "console/org/teams.html", {"teams": _tree(teams), "form": form})


@member_page(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a team."""
    actor = actor_of(request)
    form = TeamForm(request.POST or None, teams=team_list(actor=actor))
    if form.is_bound and form.is_valid():
        try:
            team = create_team(actor=actor, **form.cleaned_data)
        except (Invalid, Conflict) as error:
            explain(form, error)
            return render(request, "console/org/team_new.html", {"form": form}, status=error.status)
        messages.success(request, _("%(name)s is ready. Put people into it.") % {"name": team.name})
        return redirect("org:team", team.pk)
    return render(request, "console/org/team_new.html", {"form": form}, status=422 if form.is_bound else 200)


@member_page("member:view")
@require_safe
def team(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """One team: people, objects, the teams below it."""
    return team_page(request, team_id)


@member_page(MANAGE)
@require_POST
def edit(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Change the team's words or the team above it."""
    team_detail(actor=actor_of(request), team_id=team_id)
    form = TeamChangeForm(request.POST, teams=_others(request, team_id), auto_id="words_%s")

    def act(values: dict[str, Any]) -> str:
        version = values.pop("version")
        change_team(actor=actor_of(request), team_id=team_id, version=version, changes=values)
        return _("The team is saved.")

    return carry_out(request, team_id, form, act)


@member_page(MANAGE)
@require_POST
def transfer(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Hand the team to somebody else."""
    team_detail(actor=actor_of(request), team_id=team_id)
    form = OwnerForm(request.POST, people=people_to_own(actor=actor_of(request)), auto_id="owner_%s")

    def act(values: dict[str, Any]) -> str:
        transfer_team(actor=actor_of(request), team_id=team_id, **values)
        return _("The team has a new owner.")

    return carry_out(request, team_id, form, act)


@member_page(MANAGE)
@require_POST
def move(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Give all objects of the team to another one."""
    team_detail(actor=actor_of(request), team_id=team_id)
    form = MoveForm(request.POST, teams=_others(request, team_id), auto_id="move_%s")

    def act(values: dict[str, Any]) -> str:
        count = sum(move_objects(actor=actor_of(request), team_id=team_id, **values).values())
        return ngettext("%(count)d object moved.", "%(count)d objects moved.", count) % {"count": count}

    return carry_out(request, team_id, form, act)


@member_page(MANAGE)
@require_POST
def delete(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """End the team; its objects go to the one that was chosen."""
    name = team_detail(actor=actor_of(request), team_id=team_id).name
    form = TeamEndForm(request.POST, teams=_others(request, team_id), auto_id="end_%s")

    def act(values: dict[str, Any]) -> str:
        delete_team(actor=actor_of(request), team_id=team_id, **values)
        return _("%(name)s is deleted.") % {"name": name}

    return carry_out(request, team_id, form, act, done="org:teams")


def carry_out(
    request: HttpRequest, team_id: UUID, form: forms.Form, act: Callable[[dict[str, Any]], str], done: str = ""
) -> HttpResponse:
    """Do `act` with what the form holds; what is refused comes back on the team's page."""
    if not form.is_valid():
        return team_page(request, team_id, form, 422)
    try:
        told = act(dict(form.cleaned_data))
    except PreconditionFailed:
        messages.warning(request, STALE)
        return redirect("org:team", team_id)
    except (Invalid, Conflict) as error:
        explain(form, error)
        return team_page(request, team_id, form, error.status)
    except NotAllowed as error:
        if "permission" not in error.extra or error.extra["permission"] == MANAGE:
            raise
        form.add_error(None, error.detail)
        return team_page(request, team_id, form, error.status)
    messages.success(request, told)
    return redirect(done) if done else redirect("org:team", team_id)


def _others(request: HttpRequest, team_id: UUID) -> list[Team]:
    return [one for one in team_list(actor=actor_of(request)) if one.pk != team_id]


def _tree(teams: list[Team]) -> list[dict[str, Any]]:
    """Return the teams with those below each right after it; `depth` says how far below."""
    below: dict[UUID | None, list[Team]] = {}
    for one in teams:
        below.setdefault(one.parent_id, []).append(one)

    found: list[dict[str, Any]] = []
    waiting = [(one, 0) for one in reversed(below.get(None, []))]
    while waiting:
        one, depth = waiting.pop()
        counts = objects_of(one)
        found.append({"team": one, "depth": min(depth, 4), "objects": sum(counts.values())})
        waiting += [(child, depth + 1) for child in reversed(below.get(one.pk, []))]
    return found
