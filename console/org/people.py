"""Who belongs to the organization: the list, and another role for several people at once."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from console.guards import actor_of, is_fragment, member_page, tenant_of
from console.org.objects import STALE, answer_list
from console.paging import rows_wanted
from console.parameters import tabs, text
from kernel.errors import Conflict, PreconditionFailed
from kernel.tenancy.context import Actor
from tenants.access import people as queries
from tenants.access.impact import PersonImpact, ReachChange, role_change_impact
from tenants.access.members import change_roles
from tenants.access.models import Membership, Role, Team
from tenants.access.resolver import can
from tenants.models import Invitation
from tenants.queries.account import pictures_of
from tenants.queries.invitations import invitations_to, state_of

STATES = ("invited", "suspended")
MOST_AT_ONCE = 200


@member_page("member:view")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """People by name: those who come in, those who are asked in, those who are kept out."""
    actor, q, state = actor_of(request), text(request, "q"), text(request, "state")
    state = state if state in STATES else ""
    filters = queries.PeopleFilters(status=state or Membership.Status.ACTIVE, text=q)
    found = queries.people_page(
        actor=actor, filters=filters, cursor=text(request, "cursor") or None, limit=rows_wanted(request)
    )
    may_give = can(actor, "member:change_role") and not state
    context = {
        "state": state,
        "q": q,
        "people": _rows(request, actor, found.items),
        "can_invite": can(actor, "member:invite"),
        "roles": queries.roles_to_give(actor=actor, permission="member:change_role") if may_give else [],
    }
    if not is_fragment(request):
        counts = queries.people_counts(actor=actor)
        choices = [("", _("Active"), counts["active"]), ("invited", _("Invited"), counts["invited"])]
        choices.append(("suspended", _("Suspended"), counts["suspended"]))
        context["tabs"] = tabs(request, "state", choices, "q")
        context["seats"] = {"used": counts["active"], "limit": tenant_of(request).limits["seats"]}
    return answer_list(request, "console/org/people.html", context, found.next)


@member_page("member:change_role")
@require_http_methods(["GET", "HEAD", "POST"])
def roles(request: HttpRequest) -> HttpResponse:
    """Look at what another role would mean for several people, then give it: to all of them or to none."""
    actor, data = actor_of(request), request.POST if request.method == "POST" else request.GET
    offered = {role.slug: role for role in queries.roles_to_give(actor=actor, permission="member:change_role")}
    role, versions = offered.get(data.get("role", "")), _chosen(data)
    if request.method != "POST":
        return _review(request, actor, role, versions)
    if role is None or not versions:
        messages.warning(request, _("Choose people and a role first."))
        return redirect("org:people")
    try:
        changed = change_roles(actor=actor, versions=versions, role_slug=role.slug)
    except PreconditionFailed:
        messages.warning(request, STALE)
        return _review(request, actor, role, versions, status=409)
    except Conflict as error:
        messages.error(request, error.detail)
        return _review(request, actor, role, versions, status=409)
    done = ngettext("%(count)d person is %(role)s now.", "%(count)d people are %(role)s now.", len(changed))
    messages.success(request, done % {"count": len(changed), "role": role.name})
    return redirect("org:people")


def shown_state(person: Membership, invitation: Invitation | None) -> str:
    """Return the state in which people see this person: the clock ends a place and an invitation before any job."""
    if person.status == Membership.Status.INVITED:
        return "expired" if invitation is not None and state_of(invitation) == "expired" else "invited"
    over = person.expires_at is not None and person.expires_at <= timezone.now()
    return "expired" if over and person.status == Membership.Status.ACTIVE else person.status


def _review(
    request: HttpRequest, actor: Actor, role: Role | None, chosen: Collection[UUID], *, status: int = 200
) -> HttpResponse:
    found = queries.people_named(actor=actor, membership_ids=chosen)
    different = [person for person in found if role is not None and person.role_id != role.pk]
    changing = [person for person in different if queries.may_change_role(actor=actor, membership=person)]
    impact: Mapping[UUID, PersonImpact] = {}
    if role is not None and changing:
        ids = [person.pk for person in changing]
        report = role_change_impact(actor=actor, membership_ids=ids, role_id=role.pk)
        impact = {person.membership_id: person for person in report.people}
    context = {
        "role": role,
        "changes": [_change(person, impact.get(person.pk)) for person in changing],
        "same": [person for person in found if person not in different],
        "beyond": [person for person in different if person not in changing],
    }
    return render(request, "console/org/people_roles.html", context, status=status)


def _change(person: Membership, impact: PersonImpact | None) -> dict[str, Any]:
    changes = impact.changes if impact else ()
    return {
        "person": person,
        "gains": [_words(change) for change in changes if change.is_gain],
        "losses": [_words(change) for change in changes if not change.is_gain],
    }


def _words(change: ReachChange) -> str:
    """Say what somebody gains or loses; where a part of it stays or comes, how far that reaches."""
    if change.after in (None, "all"):
        return change.label
    reach = _("of their teams only") if change.after == "team" else _("their own only")
    return _("%(permission)s: %(reach)s") % {"permission": change.label, "reach": reach}


def _coming_into(invitation: Invitation | None, names: Mapping[str, str]) -> list[str]:
    found = invitation.teams if invitation is not None else []
    return [names[place["team_id"]] for place in found if place["team_id"] in names]


def _team_names(asked: Collection[Invitation]) -> Mapping[str, str]:
    """Return the names of the teams into which these people come, by id."""
    ids = {place["team_id"] for invitation in asked for place in invitation.teams}
    return {str(key): name for key, name in Team.objects.filter(pk__in=ids).values_list("pk", "name")} if ids else {}


def _chosen(data: QueryDict) -> dict[UUID, int]:
    """Return the people that a form names, with the version each was seen at: "<id>:<version>"."""
    found: dict[UUID, int] = {}
    for value in data.getlist("person")[:MOST_AT_ONCE]:
        key, _colon, version = value.partition(":")
        try:
            found[UUID(key)] = int(version[:9])
        except ValueError:
            continue
    return found


def _rows(request: HttpRequest, actor: Actor, found: Collection[Membership]) -> list[dict[str, Any]]:
    places = queries.teams_of(found)
    pictures = pictures_of(tenant_of(request).id, [person.user_id for person in found if person.user_id])
    asked = invitations_to(found) if can(actor, "member:invite") else {}
    names = _team_names(asked.values())
    return [
        {
            "id": person.pk,
            "version": person.row_version,
            "name": person.name,
            "email": person.email,
            "picture": pictures.get(person.user_id, "") if person.user_id else "",
            "role_name": person.role.name,
            "teams": [place.team.name for place in places.get(person.user_id, ())]
            or _coming_into(asked.get(person.pk), names),
            "state": shown_state(person, asked.get(person.pk)),
            "ends_at": person.expires_at,
            "is_self": person.user_id is not None and person.user_id == actor.user_id,
            "can_change_role": queries.may_change_role(actor=actor, membership=person),
            "invitation": asked.get(person.pk),
        }
        for person in found
    ]
