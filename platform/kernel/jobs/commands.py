"""What people may do to jobs."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel.errors import Conflict, NotFound
from kernel.jobs import registry
from kernel.jobs.models import Job, Lane
from kernel.jobs.queries import visible_jobs
from kernel.jobs.steps import reset_unfinished
from kernel.jobs.submit import enqueue, ring
from kernel.recorder.events import event
from kernel.tenancy.context import Actor, TenantLike

__all__ = ["cancel_job", "enqueue", "pause_jobs", "resume_jobs", "retry_job"]


def retry_job(*, actor: Actor, job_id: UUID) -> Job:
    """Let a job that failed, was given up or cancelled wait again with fresh attempts; finished steps stay finished.

    Refused with Conflict in any other state, while another job with its dedupe key is under way, or by its kind.
    """
    job = _locked(job_id)
    if job.state not in Job.RETRYABLE:
        raise Conflict(_("This job can't be tried again: it is not over."), code="job_not_over", state=job.state)
    registry.check_retry(job)
    before = {"state": job.state, "attempt": job.attempt, "error": job.error_text}
    job.state, job.attempt, job.deaths = Job.State.PENDING, 0, 0
    job.run_at, job.cancel_requested_at, job.finished_at, job.lease_until = timezone.now(), None, None, None
    job.steps = reset_unfinished(job.steps)
    try:
        with transaction.atomic():
            job.save()
    except IntegrityError:
        raise Conflict(_("The same job is already under way."), code="job_under_way") from None
    ring()
    event("job.retried", job, label=job.kind, data=before)
    return job


def cancel_job(*, actor: Actor, job_id: UUID) -> Job:
    """Cancel a waiting job at once; ask a running one to stop at its next checkpoint. Repeating changes nothing."""
    job = _locked(job_id)
    if job.state not in Job.ACTIVE:
        raise Conflict(_("This job is already over."), code="job_over", state=job.state)
    if job.cancel_requested_at is not None:
        return job
    before = {"state": job.state}
    job.cancel_requested_at = timezone.now()
    if job.state != Job.State.RUNNING:
        job.state, job.finished_at, job.lease_until = Job.State.CANCELLED, timezone.now(), None
    job.save(update_fields=["state", "cancel_requested_at", "finished_at", "lease_until"])
    event("job.cancelled", job, label=job.kind, data=before)
    return job


def pause_jobs(*, actor: Actor, organization: TenantLike, reason: str) -> None:
    """Hand out no more jobs of this organization; those that run go on. For suspension and maintenance."""
    Lane.objects.update_or_create(
        pk=organization.id, defaults={"paused_at": timezone.now(), "paused_reason": reason[:200]}
    )
    event("jobs.paused", label=organization.name, data={"reason": reason})


def resume_jobs(*, actor: Actor, organization: TenantLike) -> None:
    """Hand out this organization's jobs again."""
    if Lane.objects.filter(pk=organization.id, paused_at__isnull=False).update(paused_at=None, paused_reason=""):
        ring()
        event("jobs.resumed", label=organization.name)


def _locked(job_id: UUID) -> Job:
    job = visible_jobs().select_for_update().filter(pk=job_id).first()
    if job is None:
        raise NotFound(_("There is no such job."))
    return job
