"""One person: role, teams, end, what they own, and the way out."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.guards import actor_of, member_page, tenant_of
from console.org.forms import VersionForm
from console.org.objects import STALE
from console.org.people import shown_state
from console.org.people_forms import EndForm, LeavingForm, RoleForm, told
from kernel.errors import Conflict, Invalid, PreconditionFailed
from kernel.tenancy.context import Actor
from tenants.access import leaving
from tenants.access import people as queries
from tenants.access.ceiling import require_within
from tenants.access.members import change_role, resume_member, set_expiry, suspend_member
from tenants.access.models import Membership
from tenants.access.resolver import can
from tenants.queries.account import pictures_of
from tenants.queries.invitations import invitations_to

NAMES = {"expires_at": "ends", "heir_id": "heir"}


@member_page("member:view")
@require_safe
def page(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    """One person."""
    actor = actor_of(request)
    return _page(request, actor, queries.person(actor=actor, membership_id=membership_id))


@member_page("member:change_role")
@require_POST
def role(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    """Give the person another role."""
    actor = actor_of(request)
    found = queries.person(actor=actor, membership_id=membership_id)
    require_within(actor, found.role, "member:change_role")
    form = _role_form(actor, found, request.POST)
    if not form.is_valid():
        return _page(request, actor, found, role_form=form, status=422)
    version, slug = form.cleaned_data["version"], form.cleaned_data["role"]
    return _saved(
        request,
        lambda: change_role(actor=actor, membership_id=membership_id, version=version, role_slug=slug),
        _("The role of %(name)s is saved."),
        membership_id,
    )


@member_page("member:suspend")
@require_POST
def end(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    """Let the person's place here end, or last."""
    actor = actor_of(request)
    found = queries.person(actor=actor, membership_id=membership_id)
    form = EndForm(request.POST)
    if form.is_valid():
        version, ends = form.cleaned_data["version"], form.cleaned_data["ends"]
        try:
            return _saved(
                request,
                lambda: set_expiry(actor=actor, membership_id=membership_id, version=version, expires_at=ends),
                _("The last day of %(name)s is saved."),
                membership_id,
            )
        except Invalid as error:
            told(form, error, NAMES)
    return _page(request, actor, found, end_form=form, status=422)


@member_page("member:suspend")
@require_POST
def suspend(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    """Keep a person out."""
    return _moved(request, suspend_member, membership_id, _("%(name)s is suspended."))


@member_page("member:suspend")
@require_POST
def reactivate(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    """Let a suspended person in again."""
    return _moved(request, resume_member, membership_id, _("%(name)s may come in again."))


@member_page("member:suspend")
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    """Take a person out for good; whoever owns something names who inherits."""
    actor = actor_of(request)
    found = queries.person(actor=actor, membership_id=membership_id)
    require_within(actor, found.role, "member:suspend")
    heirs = [(str(heir.pk), heir.name) for heir in queries.heirs(actor=actor, membership=found)]
    owned, initial = _owned(actor, found), {"version": found.row_version}
    form = LeavingForm(request.POST or None, heirs=heirs, owns=bool(owned), initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            version, heir_id = form.cleaned_data["version"], form.cleaned_data["heir"]
            try:
                leaving.remove_member(actor=actor, membership_id=membership_id, version=version, heir_id=heir_id)
            except PreconditionFailed:
                messages.warning(request, STALE)
                return redirect("org:member-remove", membership_id)
            except (Invalid, Conflict) as error:
                status = error.status
                told(form, error, NAMES)
            else:
                messages.success(request, _("%(name)s is removed.") % {"name": found})
                return redirect("org:people")
    context = {"person": found, "form": form, "owned": owned}
    return render(request, "console/org/person_remove.html", context, status=status)


def _page(
    request: HttpRequest,
    actor: Actor,
    found: Membership,
    *,
    role_form: RoleForm | None = None,
    end_form: EndForm | None = None,
    status: int = 200,
) -> HttpResponse:
    is_self = found.user_id is not None and found.user_id == actor.user_id
    may_suspend = queries.may_suspend(actor=actor, membership=found)
    may_see_owned = may_suspend or (can(actor, "member:suspend") and is_self)
    may_give = queries.may_change_role(actor=actor, membership=found)
    invitation = invitations_to([found]).get(found.pk) if can(actor, "member:invite") else None
    pictures = pictures_of(tenant_of(request).id, [found.user_id]) if found.user_id else {}
    context = {
        "person": found,
        "state": shown_state(found, invitation),
        "picture": next(iter(pictures.values()), ""),
        "teams": queries.teams_of([found]).get(found.user_id, ()),
        "is_self": is_self,
        "invitation": invitation,
        "role_form": role_form or (_role_form(actor, found) if may_give else None),
        "end_form": end_form or (_end_form(found) if may_suspend else None),
        "form": next((form for form in (role_form, end_form) if form is not None and form.errors), None),
        "may_see_owned": may_see_owned,
        "owned": _owned(actor, found) if may_see_owned else [],
        "shares": leaving.shares_count(actor=actor, membership_id=found.pk) if may_see_owned else 0,
        "can_suspend": may_suspend and found.status == Membership.Status.ACTIVE,
        "can_reactivate": may_suspend and found.status == Membership.Status.SUSPENDED,
        "can_remove": may_suspend,
        "can_explain": can(actor, "access:explain") and found.user_id is not None,
    }
    return render(request, "console/org/person.html", context, status=status)


def _role_form(actor: Actor, found: Membership, data: Any = None) -> RoleForm:
    offered = queries.roles_to_give(actor=actor, permission="member:change_role")
    initial = {"version": found.row_version, "role": found.role.slug}
    return RoleForm(data, roles=[(role.slug, role.name) for role in offered], initial=initial)


def _end_form(found: Membership) -> EndForm:
    return EndForm(initial={"version": found.row_version, "ends": found.expires_at})


def _owned(actor: Actor, found: Membership) -> list[dict[str, Any]]:
    words = {"campaign": _("Campaigns"), "product": _("Products"), "team": _("Teams")}
    counts = leaving.owned_counts(actor=actor, membership_id=found.pk)
    return [{"label": words.get(kind, kind.capitalize()), "value": count} for kind, count in counts.items() if count]


def _moved(request: HttpRequest, command: Callable[..., Membership], membership_id: UUID, done: str) -> HttpResponse:
    actor, form = actor_of(request), VersionForm(request.POST)
    queries.person(actor=actor, membership_id=membership_id)
    if not form.is_valid():
        raise Invalid(_("The form was incomplete; open the page again."))
    version = form.cleaned_data["version"]
    return _saved(
        request, lambda: command(actor=actor, membership_id=membership_id, version=version), done, membership_id
    )


def _saved(request: HttpRequest, command: Callable[[], Membership], done: str, membership_id: UUID) -> HttpResponse:
    try:
        member = command()
    except PreconditionFailed:
        messages.warning(request, STALE)
    except Conflict as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, done % {"name": member})
    return redirect("org:person", membership_id)
