"""Asking people in: one or a pasted list, again, or no longer. The link goes to the invited person alone."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from console.guards import actor_of, member_page, tenant_of
from console.org.people_forms import InvitationForm, told
from kernel.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from kernel.tenancy.context import Actor
from tenants.access.models import Team
from tenants.access.people import roles_to_give, seats_asked_for, seats_taken
from tenants.access.resolver import visible
from tenants.commands import invitations as commands
from tenants.commands.invite_many import Outcome, invite_many, read_list, seats_left
from tenants.commands.inviting import TeamPlace

NAMES = {"emails": "email", "name": "email", "people": "email", "access_expires_at": "ends"}
RESULTS = {
    "invited": gettext_lazy("Invited"),
    "already_member": gettext_lazy("Here already"),
    "already_invited": gettext_lazy("Invited already"),
    "duplicate_in_list": gettext_lazy("Twice in the list"),
    "invalid": gettext_lazy("Can't be read"),
    "no_right": gettext_lazy("Beyond your rights"),
}
# How the results look, in words of console.status.
LOOKS = {"invited": "created", "invalid": "rejected", "no_right": "rejected"}
TEAMS_OFFERED = 200


@member_page("member:invite")
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Ask one person or many in, with their role and teams."""
    actor, tenant = actor_of(request), tenant_of(request)
    form = _form(actor, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _page(request, form, 200)
    if not form.is_valid():
        return _page(request, form, 422)
    data = form.cleaned_data
    asked: dict[str, Any] = {
        "role": data["role"],
        "teams": [TeamPlace(team_id) for team_id in data.get("teams", [])],
        "access_expires_at": data["ends"],
    }
    try:
        rows = read_list(data["email"])
        if len(rows) != 1:
            return _results(request, invite_many(actor=actor, organization=tenant, rows=rows, **asked))
        lacks_seat = seats_left(tenant) == 0
        made = commands.invite(actor=actor, organization=tenant, email=rows[0].email, name=rows[0].name, **asked)
    except (Invalid, Conflict, NotAllowed) as error:
        told(form, error, NAMES)
        return _page(request, form, error.status)
    messages.success(request, _("The invitation to %(email)s is on its way.") % {"email": made.email})
    if lacks_seat:
        messages.warning(request, _("No seat is left for them: free one, or choose a larger plan."))
    return _to_invitations()


@member_page("member:invite")
@require_POST
def resend(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Send an invitation again, with a new link and a new week."""
    actor, tenant = actor_of(request), tenant_of(request)
    try:
        made = commands.resend(actor=actor, organization=tenant, invitation_id=invitation_id)
    except NotFound as error:
        return _gone(request, error)
    messages.success(request, _("The invitation to %(email)s is on its way again.") % {"email": made.email})
    return _to_invitations()


@member_page("member:invite")
@require_POST
def revoke(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Withdraw an invitation."""
    actor, tenant = actor_of(request), tenant_of(request)
    try:
        made = commands.revoke(actor=actor, organization=tenant, invitation_id=invitation_id)
    except NotFound as error:
        return _gone(request, error)
    messages.success(request, _("The invitation to %(email)s is withdrawn.") % {"email": made.email})
    return _to_invitations()


def _form(actor: Actor, data: Any = None) -> InvitationForm:
    roles = [(role.slug, role.name) for role in roles_to_give(actor=actor)]
    teams = visible(actor, "team:manage", Team).order_by("name", "id")[:TEAMS_OFFERED]
    choices = [(str(team.pk), team.name) for team in teams]
    return InvitationForm(data, roles=roles, teams=choices, initial={"role": "marketer"})


def _page(request: HttpRequest, form: InvitationForm, status: int) -> HttpResponse:
    limit = tenant_of(request).limits["seats"]
    context = {"form": form, "seats": {"used": seats_taken(), "asked": seats_asked_for(), "limit": limit}}
    return render(request, "console/org/invite.html", context, status=status)


def _results(request: HttpRequest, outcomes: Sequence[Outcome]) -> HttpResponse:
    left = [outcome.row.text for outcome in outcomes if outcome.result != "invited"]
    context = {
        "rows": [_row(outcome) for outcome in outcomes],
        "invited": len(outcomes) - len(left),
        "left": len(left),
        "left_text": "\n".join(left),
        "lacking": sum(outcome.lacks_seat for outcome in outcomes),
    }
    return render(request, "console/org/invite_results.html", context)


def _row(outcome: Outcome) -> dict[str, Any]:
    return {
        "text": outcome.row.text,
        "result": outcome.result,
        "look": LOOKS.get(outcome.result, "duplicate"),
        "label": RESULTS[outcome.result],
        "detail": outcome.detail,
        "lacks_seat": outcome.lacks_seat,
    }


def _to_invitations() -> HttpResponse:
    return redirect(f"{reverse('org:people')}?state=invited")


def _gone(request: HttpRequest, error: DomainError) -> HttpResponse:
    """An invitation that was accepted or withdrawn meanwhile is explained; one that never was is not found."""
    if "state" not in error.extra:
        raise error
    messages.warning(request, error.detail)
    return _to_invitations()
