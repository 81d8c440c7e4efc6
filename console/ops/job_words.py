"""Jobs as people read them: names of kinds, one word per state, times."""

import json
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.jobs.models import Job

State = Job.State

KINDS: dict[str, str | Promise] = {
    "tenants.onboard": _("Onboard tenant"),
    "tenants.roll_back": _("Roll back onboarding"),
    "tenants.send_invitation": _("Mail an invitation"),
    "tenants.send_addresses": _("Mail a person's addresses"),
    "tenants.send_password_reset": _("Mail a link to a new password"),
    "tenants.send_email_change": _("Mail a link to a new address"),
    "tenants.send_account_notice": _("Mail a notice about an account"),
    "tenants.mirror_email": _("Write a person's new address into their organizations"),
    "tenants.tidy_pictures": _("Remove former pictures of a person"),
    "access.expire_members": _("Let go of people whose time is over"),
    "legacy.check": _("Check a browser's dump"),
    "legacy.apply": _("Import a browser's dump"),
}


def kind_label(kind: str) -> str:
    """Return what a kind of job is called; one without a name here is its code in words."""
    return str(KINDS.get(kind) or kind.replace(".", " ").replace("_", " ").capitalize())


def state_of(job: Job) -> str:
    """Return the state's name in console.status: a job that failed and will be tried again is not just waiting."""
    if job.state == State.PENDING:
        return "retrying" if job.attempt else "queued"
    return "leased" if job.state == State.DISPATCHED else job.state


def seconds_of(job: Job) -> float | None:
    """Return how long the job has worked, or did; None before it began. What was done before a retry counts."""
    if job.started_at is None:
        return None
    attempt = ((job.finished_at or timezone.now()) - job.started_at).total_seconds()
    steps = sum(step["seconds"] or 0.0 for step in steps_of(job))
    return max(attempt, steps, 0.0)


def steps_of(job: Job) -> list[dict[str, Any]]:
    """Return the job's steps as console/parts/steps.html shows them.

    A worker that died could not say so: its step counts as failed once nobody works on the job any more.
    """
    left = "failed"
    if job.state in Job.ACTIVE:
        left = "running" if job.state == State.RUNNING else "waiting"
    return [
        {
            "label": step["label"],
            "detail": step["error"] or step["detail"],
            "state": left if step["state"] == "running" else step["state"],
            "seconds": _span(step["started_at"], step["finished_at"]),
        }
        for step in job.steps
    ]


def percent_of(job: Job) -> int | None:
    """Return how far the job is: by its own count, else by its steps; None where neither is known."""
    total = int(job.progress.get("total") or 0)
    if total:
        return round(100 * int(job.progress["done"]) / total)
    if job.steps:
        return round(100 * sum(1 for step in job.steps if step["state"] == "done") / len(job.steps))
    return None


def readable(document: Any) -> str:
    """Return a JSON value as text to read; empty for none."""
    return "" if document is None else json.dumps(document, indent=2, ensure_ascii=False)


def _span(started: str | None, finished: str | None) -> float | None:
    if started is None or finished is None:
        return None
    begin, end = (datetime.fromisoformat(text).astimezone(UTC) for text in (started, finished))
    return (end - begin).total_seconds()
