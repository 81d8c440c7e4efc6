"""Suspending, resuming and moving an organization to another plan, each after a preview of what it does."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from console.forms import explain
from console.guards import actor_of, is_fragment, operator_page
from console.ops.forms import PlanForm, SuspendForm
from console.ops.plan_words import plan_cards, plan_effects
from console.ops.tenants import tenant_of_row
from console.parameters import text
from kernel.errors import Invalid, PreconditionFailed
from tenants.commands import lifecycle as commands
from tenants.queries import directory as queries

SHUT = "console/ops/suspend.html"
PLAN = "console/ops/plan.html"


@operator_page
@require_http_methods(["GET", "HEAD", "POST"])
def suspend(request: HttpRequest, slug: str) -> HttpResponse:
    """What a suspension would do; sent, it is done."""
    row = queries.tenant_detail(slug)
    if row.state == "suspended":
        return redirect("ops:tenant", slug)
    form = SuspendForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            commands.suspend(actor=actor_of(request), organization_id=row.id, reason=form.cleaned_data["reason"])
        except Invalid as error:
            explain(form, error)
        else:
            messages.success(request, _("%(name)s is suspended.") % {"name": row.name})
            return redirect("ops:tenant", slug)
    effects = _suspension(queries.suspension_effects(row.id))
    context = {"tenant": tenant_of_row(row), "mode": "suspend", "form": form, "effects": effects}
    return render(request, SHUT, context, status=422 if form.errors else 200)


@operator_page
@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest, slug: str) -> HttpResponse:
    """What resuming would do; sent, it is done."""
    row = queries.tenant_detail(slug)
    if row.state == "active":
        return redirect("ops:tenant", slug)
    if request.method == "POST":
        commands.resume(actor=actor_of(request), organization_id=row.id)
        messages.success(request, _("%(name)s is open again.") % {"name": row.name})
        return redirect("ops:tenant", slug)
    effects = _resumption(queries.suspension_effects(row.id))
    context = {"tenant": tenant_of_row(row), "mode": "resume", "form": forms.Form(), "effects": effects}
    return render(request, SHUT, context)


@operator_page
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, slug: str) -> HttpResponse:
    """What another plan would mean; sent, the plan is changed, unless somebody changed the organization meanwhile."""
    row, offered, status = queries.tenant_detail(slug), queries.plans(), 200
    sent = request.POST.copy()
    form = PlanForm(
        sent if request.method == "POST" else None,
        plans=[(plan.slug, plan.name) for plan in offered],
        initial={"plan": text(request, "plan") or row.plan, "version": row.row_version},
    )
    if form.is_valid():
        try:
            commands.change_plan(actor=actor_of(request), organization_id=row.id, **form.cleaned_data)
        except PreconditionFailed as error:
            explain(form, error)
            # Sent once more, it goes on top of what stands on the page now.
            sent["version"] = str(row.row_version)
            status = 409
        else:
            messages.success(request, _("The plan of %(name)s is changed.") % {"name": row.name})
            return redirect("ops:tenant", slug)
    chosen = sent.get("plan") or text(request, "plan") or row.plan
    context = {
        "tenant": tenant_of_row(row),
        "form": form,
        "plans": plan_cards(offered),
        "same": chosen == row.plan,
        "effects": plan_effects(row, offered, chosen),
    }
    if is_fragment(request) and request.method != "POST":
        return render(request, f"{PLAN}#effects", context)
    return render(request, PLAN, context, status=status if status != 200 or not form.errors else 422)


def _suspension(counted: queries.SuspensionEffects) -> list[dict[str, Any]]:
    return [
        _effect("users", _people(counted.people), _("They can't open the organization from their next click on.")),
        _effect("key-round", _("Its API tokens"), _("Every call is refused with 403.")),
        _effect("mail", _invitations(counted.open_invitations), _("They can't be accepted until it is resumed.")),
        _effect(
            "activity",
            _jobs(counted.waiting_jobs),
            ngettext("%d more runs now and goes on.", "%d more run now and go on.", counted.running_jobs)
            % counted.running_jobs
            if counted.running_jobs
            else _("They wait until it is resumed."),
        ),
    ]


def _resumption(counted: queries.SuspensionEffects) -> list[dict[str, Any]]:
    return [
        _effect("users", _people(counted.people), _("They can work again; who was signed in still is.")),
        _effect("key-round", _("Its API tokens"), _("They are accepted again.")),
        _effect("mail", _invitations(counted.open_invitations), _("They can be accepted until they expire.")),
        _effect("activity", _jobs(counted.waiting_jobs), _("They go on where they stopped.")),
    ]


def _effect(icon: str, title: str, detail: str) -> dict[str, Any]:
    return {"icon": icon, "title": title, "detail": detail}


def _people(count: int) -> str:
    return ngettext("%d person", "%d people", count) % count


def _invitations(count: int) -> str:
    return ngettext("%d open invitation", "%d open invitations", count) % count


def _jobs(count: int) -> str:
    return ngettext("%d waiting job", "%d waiting jobs", count) % count
