"""Who belongs to the organization: members, and those who are asked in."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from console.forms import explain
from console.guards import actor_of, member_page, tenant_of
from console.org.forms import InvitationForm
from kernel.errors import Conflict, DomainError, Invalid, NotFound
from kernel.tenancy.context import Actor
from tenants.access.members import resume_member, suspend_member
from tenants.access.models import Membership
from tenants.access.people import may_suspend, member_list, roles_to_give, seats_taken
from tenants.access.resolver import can
from tenants.commands import invitations as commands
from tenants.queries.invitations import invitations_of, role_name, state_of

SHOWN_STATES = ("open", "expired")


@member_page("member:view")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Members, invitations and seats."""
    return _page(request, _form(request), 200)


@member_page("member:invite")
@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """Ask somebody in. The link goes to the invited person alone: whoever holds it becomes that person."""
    form = _form(request, request.POST)
    if form is None or not form.is_valid():
        return _page(request, form, 422)
    try:
        made = commands.invite(actor=actor_of(request), organization=tenant_of(request), **form.cleaned_data)
    except (Invalid, Conflict) as error:
        explain(form, error)
        return _page(request, form, error.status)
    messages.success(request, _("The invitation to %(email)s is on its way.") % {"email": made.email})
    return redirect("org:people")


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
    return redirect("org:people")


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
    return redirect("org:people")


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


def _moved(request: HttpRequest, command: Callable[..., Membership], membership_id: UUID, done: str) -> HttpResponse:
    try:
        member = command(actor=actor_of(request), membership_id=membership_id)
    except Conflict as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, done % {"name": member})
    return redirect("org:people")


def _gone(request: HttpRequest, error: DomainError) -> HttpResponse:
    """An invitation that was accepted or withdrawn meanwhile is explained; one that never was is not found."""
    if "state" not in error.extra:
        raise error
    messages.warning(request, error.detail)
    return redirect("org:people")


def _page(request: HttpRequest, form: InvitationForm | None, status: int) -> HttpResponse:
    actor, tenant = actor_of(request), tenant_of(request)
    context = {
        "members": [_member(actor, member) for member in member_list(actor=actor)],
        "invitations": _invitations(request) if can(actor, "member:invite") else [],
        "form": form,
        "seats": {"used": seats_taken(), "limit": tenant.limits["seats"]},
    }
    return render(request, "console/org/people.html", context, status=status)


def _member(actor: Actor, member: Membership) -> dict[str, Any]:
    may = may_suspend(actor=actor, membership=member)
    return {
        "id": member.pk,
        "name": member.name,
        "email": member.email,
        "role_name": member.role.name,
        "status": member.status,
        "joined_at": member.created_at,
        "is_self": member.user_id == actor.user_id,
        "can_suspend": may and member.status == Membership.Status.ACTIVE,
        "can_reactivate": may and member.status == Membership.Status.SUSPENDED,
    }


def _invitations(request: HttpRequest) -> list[dict[str, Any]]:
    """Return what is open or has expired, without its link: it makes an account for whoever opens it first."""
    return [
        {
            "id": found.pk,
            "email": found.email,
            "name": found.name,
            "role_name": role_name(found.role),
            "state": "invited" if state_of(found) == "open" else "expired",
            "expires_at": found.expires_at,
            "can_resend": True,
            "can_revoke": True,
        }
        for found in invitations_of(tenant_of(request).id)
        if state_of(found) in SHOWN_STATES
    ]


def _form(request: HttpRequest, data: Any = None) -> InvitationForm | None:
    actor = actor_of(request)
    if not can(actor, "member:invite"):
        return None
    roles = [(role.slug, role.name) for role in roles_to_give(actor=actor)]
    return InvitationForm(data, roles=roles, initial={"role": "marketer"})
