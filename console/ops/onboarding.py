"""Onboarding an organization: the form, the progress of its job, and the ways out of a failure."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.forms import explain
from console.guards import actor_of, operator_page
from console.live import live_page, live_part
from console.ops.forms import OnboardForm
from console.ops.job_words import seconds_of, steps_of
from console.ops.letters import outbox_folder
from console.ops.plan_words import plan_cards
from console.parameters import text
from kernel.errors import Invalid
from kernel.jobs.commands import retry_job
from tenants.addresses import origin
from tenants.commands import onboarding as commands
from tenants.queries.directory import plans
from tenants.queries.invitations import link_of, open_invitation, state_of
from tenants.queries.onboarding import Setup, setup_of, usual_seconds
from tenants.slugs import host_of, slug_error

FORM = "console/ops/tenant_new.html"
PROGRESS = "console/ops/onboarding.html"


@operator_page
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form; sent, it leads to the progress of the onboarding it asked for."""
    offered = plans()
    choices = [(plan.slug, plan.name) for plan in offered]
    form = OnboardForm(
        request.POST if request.method == "POST" else None, plans=choices, initial={"plan": choices[0][0]}
    )
    if form.is_valid():
        try:
            organization, _job_id = commands.onboard(actor=actor_of(request), **form.cleaned_data)
        except Invalid as error:
            explain(form, error)
        else:
            return redirect("ops:onboarding", organization.slug)
    context = {
        "form": form,
        "plans": plan_cards(offered),
        "address_suffix": f".{settings.BASE_DOMAIN}",
        "consequences": [_("Reserve the address"), *(label for _name, label in commands.onboarding_steps())],
        "usual_seconds": usual_seconds(),
    }
    note = _address_note(str(form["slug"].value() or ""))
    return render(request, FORM, context | note, status=422 if form.errors else 200)


@operator_page
@require_safe
def address_check(request: HttpRequest) -> HttpResponse:
    """Whether the address that is being typed can be had."""
    return render(request, f"{FORM}#address", _address_note(text(request, "slug")))


@operator_page
@require_safe
def watch(request: HttpRequest, slug: str) -> HttpResponse:
    """How the onboarding stands."""
    return live_page(request, PROGRESS, *_progress(setup_of(slug)))


@operator_page
@require_safe
def progress(request: HttpRequest, slug: str) -> HttpResponse:
    """The part of the page that changes while the onboarding runs."""
    return live_part(request, PROGRESS, *_progress(setup_of(slug)))


@operator_page
@require_POST
def retry(request: HttpRequest, slug: str) -> HttpResponse:
    """Try the step that failed again, and what comes after it."""
    retry_job(actor=actor_of(request), job_id=setup_of(slug).job.pk)
    return redirect("ops:onboarding", slug)


@operator_page
@require_POST
def roll_back(request: HttpRequest, slug: str) -> HttpResponse:
    """Undo what the steps have done."""
    setup = setup_of(slug)
    commands.roll_back(actor=actor_of(request), organization_id=setup.organization.pk)
    messages.success(request, _("%(name)s is being rolled back.") % {"name": setup.organization.name})
    return redirect("ops:onboarding", slug)


def _address_note(slug: str) -> dict[str, str]:
    if not slug:
        return {
            "address_state": "",
            "address_message": _("Where its people sign in. It can't be changed later."),
        }
    wrong = slug_error(slug.lower())
    if wrong is not None:
        return {"address_state": "bad", "address_message": wrong.message}
    return {"address_state": "ok", "address_message": _("%(host)s is free.") % {"host": host_of(slug.lower())}}


def _progress(setup: Setup) -> tuple[dict[str, Any], Any]:
    """Return the page's context, and the part of it that tells whether something has changed."""
    organization, job, state = setup.organization, setup.job, setup.state
    steps = steps_of(job)
    finished = sum(step["state"] == "done" for step in steps)
    elapsed, usual = seconds_of(job), usual_seconds() if state == "running" else None
    context: dict[str, Any] = {
        "tenant": {
            "name": organization.name,
            "slug": organization.slug,
            "address": host_of(organization.slug),
            "url": origin(host_of(organization.slug)) + "/",
            "schema_name": organization.schema_name,
            "plan_name": organization.plan.name,
            "admin_email": setup.admin_email,
        },
        "state": state,
        "is_undoing": job.kind == commands.ROLL_BACK,
        "steps": steps,
        "step_number": min(finished + 1, len(steps)),
        "step_count": len(steps),
        "percent": round(100 * finished / len(steps)) if steps else 0,
        "elapsed_seconds": elapsed if job.finished_at else elapsed and int(elapsed),
        "left_seconds": max(round(usual - (elapsed or 0)), 0) or None if usual else None,
        "job": {
            "id": str(job.pk),
            "url": reverse("ops:job", args=[job.pk]),
            "actor_name": job.actor_name or job.actor_email,
            "attempt": job.attempt,
            "max_attempts": job.max_attempts,
            "worker": job.worker,
        },
        "error": job.error_text or _("The job was cancelled."),
        "can_retry": state == "failed",
        "can_roll_back": state == "failed",
    }
    if state == "live":
        context |= _result(setup)
    return context, context


def _result(setup: Setup) -> dict[str, Any]:
    invitation = open_invitation(setup.organization.pk, setup.admin_email)
    is_open = invitation is not None and state_of(invitation) == "open"
    return {
        "invitation_url": link_of(invitation) if invitation is not None and is_open else "",
        "invitation_expires_at": invitation.expires_at if invitation is not None else None,
        "next_actions": _next_actions(setup),
    }


def _next_actions(setup: Setup) -> list[dict[str, Any]]:
    actions = [
        {
            "title": _("Check people, plan and jobs"),
            "detail": _("The tenant's page shows how it is doing."),
            "url": reverse("ops:tenant", args=[setup.organization.slug]),
            "action": _("Open"),
            "icon": "building-2",
        },
        {
            "title": _("Onboard the next organization"),
            "detail": _("The form starts empty."),
            "url": reverse("ops:tenant-new"),
            "action": _("Onboard"),
            "icon": "plus",
        },
    ]
    if outbox_folder() is not None:
        actions.insert(
            0,
            {
                "title": _("Read the invitation"),
                "detail": _("No mail leaves this machine; it lies in the outbox."),
                "url": reverse("ops:outbox"),
                "action": _("Open outbox"),
                "icon": "mail",
            },
        )
    return actions
