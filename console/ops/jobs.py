"""The background jobs of all organizations and of the platform."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from console.guards import actor_of, is_fragment, operator_page
from console.live import live_page, live_part
from console.ops.job_words import kind_label, percent_of, readable, seconds_of, state_of, steps_of
from console.parameters import pages, tabs, text
from kernel.jobs.commands import cancel_job, retry_job
from kernel.jobs.models import Job
from kernel.jobs.queries import job_counts, job_detail
from tenants.queries.jobs import OrganizationName, job_page, organizations_of

LIST = "console/ops/jobs.html"
JOB = "console/ops/job.html"
TABS = {
    "": (),
    "waiting": (Job.State.PENDING, Job.State.DISPATCHED),
    "running": (Job.State.RUNNING,),
    "failed": (Job.State.FAILED, Job.State.DEAD),
    "cancelled": (Job.State.CANCELLED,),
    "done": (Job.State.DONE,),
}


@operator_page
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """All jobs, the newest first."""
    state, q = text(request, "state"), text(request, "q")
    counts = job_counts()
    words = [_("All"), _("Waiting"), _("Running"), _("Failed"), _("Cancelled"), _("Done")]
    choices = [
        (value, word, sum(counts[name] for name in states or counts))
        for (value, states), word in zip(TABS.items(), words, strict=True)
    ]
    found, cursor = job_page(states=TABS.get(state, ()), text=q, after=text(request, "cursor"))
    context = {
        "tabs": tabs(request, "state", choices, "q"),
        "state": state,
        "q": q,
        "jobs": job_rows(found, organizations_of(found)),
        "page": pages(request, cursor),
    }
    return render(request, f"{LIST}{'#results' if is_fragment(request) else ''}", context)


@operator_page
@require_safe
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """One job: steps, worker, attempt, error."""
    return live_page(request, JOB, *_detail(job_detail(job_id)))


@operator_page
@require_safe
def progress(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The part of the job's page that changes while it runs."""
    return live_part(request, JOB, *_detail(job_detail(job_id)))


@operator_page
@require_POST
def retry(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Let the job wait again."""
    retry_job(actor=actor_of(request), job_id=job_id)
    messages.success(request, _("The job waits for a worker again."))
    return redirect("ops:job", job_id)


@operator_page
@require_POST
def cancel(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Cancel the job, or ask it to stop."""
    found = cancel_job(actor=actor_of(request), job_id=job_id)
    messages.success(
        request,
        _("The job is cancelled.") if found.state == Job.State.CANCELLED else _("The job stops before its next step."),
    )
    return redirect("ops:job", job_id)


def job_rows(jobs: Iterable[Job], organizations: Mapping[UUID, OrganizationName]) -> list[dict[str, Any]]:
    """Return jobs as console/parts/jobs.html lists them."""
    return [
        {
            "id": found.pk,
            "url": reverse("ops:job", args=[found.pk]),
            "kind_label": kind_label(found.kind),
            "state": state_of(found),
            "tenant_name": organizations[found.pk].name if found.pk in organizations else "",
            "attempt": found.attempt,
            "max_attempts": found.max_attempts,
            "created_at": found.created_at,
            "seconds": seconds_of(found),
            "error": found.error_text if found.state != Job.State.DONE else "",
            "retry_url": _retry_url(found),
        }
        for found in jobs
    ]


def _detail(found: Job) -> tuple[dict[str, Any], Any]:
    organization = organizations_of([found]).get(found.pk)
    seconds, percent = seconds_of(found), percent_of(found)
    context = {
        "job": {
            "id": found.pk,
            "kind": found.kind,
            "kind_label": kind_label(found.kind),
            "state": state_of(found),
            "tenant_name": organization.name if organization else "",
            "tenant_url": reverse("ops:tenant", args=[organization.slug]) if organization and organization.slug else "",
            "attempt": found.attempt,
            "max_attempts": found.max_attempts,
            "worker": found.worker,
            "actor_name": found.actor_name or found.actor_email,
            "request_id": found.request_id,
            "created_at": found.created_at,
            "started_at": found.started_at,
            "finished_at": found.finished_at,
            "seconds": seconds if found.finished_at or seconds is None else int(seconds),
            "next_attempt_at": found.run_at if found.state == Job.State.PENDING and found.attempt else None,
            "percent": 100 if percent is not None and found.state == Job.State.DONE else percent,
            "progress_text": found.progress.get("phase", ""),
            "error": found.error_text,
            "error_class": found.error_class,
            "payload": readable(found.payload),
            "result": readable(found.result),
            "is_stopping": found.cancel_requested_at is not None and found.state in Job.ACTIVE,
        },
        "steps": steps_of(found),
        "is_running": found.state in Job.ACTIVE,
        "retry_url": _retry_url(found),
        "cancel_url": reverse("ops:job-cancel", args=[found.pk])
        if found.state in Job.ACTIVE and found.cancel_requested_at is None
        else "",
    }
    return context, context


def _retry_url(found: Job) -> str:
    return reverse("ops:job-retry", args=[found.pk]) if found.state in Job.RETRYABLE else ""
