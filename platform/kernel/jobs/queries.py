"""Questions about jobs. Inside an organization's scope they answer for that organization alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Min, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel.errors import NotFound
from kernel.jobs.models import Job
from kernel.tenancy.context import current


@dataclass(frozen=True, slots=True)
class JobFilters:
    """Which jobs to list; empty means any. `before` is the id of the last job of the page before."""

    organization_id: UUID | None = None
    states: Sequence[str] = ()
    kind: str = ""
    queue: str = ""
    before: UUID | None = None
    limit: int = 50


def visible_jobs() -> QuerySet[Job]:
    """Return the jobs that the open scope may see: an organization's own, or all outside one."""
    scope = current()
    if scope is None or scope.organization is None:
        return Job.objects.all()
    return Job.objects.filter(organization_id=scope.organization.id)


def job_list(filters: JobFilters | None = None) -> list[Job]:
    """Return a page of jobs, newest first."""
    wanted = filters or JobFilters()
    jobs = visible_jobs()
    if wanted.organization_id is not None:
        jobs = jobs.filter(organization_id=wanted.organization_id)
    if wanted.states:
        jobs = jobs.filter(state__in=wanted.states)
    if wanted.kind:
        jobs = jobs.filter(kind=wanted.kind)
    if wanted.queue:
        jobs = jobs.filter(queue=wanted.queue)
    if wanted.before is not None:
        jobs = jobs.filter(id__lt=wanted.before)
    return list(jobs.order_by("-id")[: wanted.limit])


def job_detail(job_id: UUID) -> Job:
    """Return one job with its steps, attempt, worker and error; raise NotFound."""
    job = visible_jobs().filter(pk=job_id).first()
    if job is None:
        raise NotFound(_("There is no such job."))
    return job


def job_counts(organization_id: UUID | None = None) -> dict[str, int]:
    """Return how many jobs are in each state, zeros included."""
    jobs = visible_jobs()
    if organization_id is not None:
        jobs = jobs.filter(organization_id=organization_id)
    found = dict(jobs.order_by().values_list("state").annotate(Count("id")))
    return {state: found.get(state, 0) for state in Job.State.values}


def oldest_waiting() -> timedelta | None:
    """Return for how long the longest waiting job that is due has waited; None where none waits."""
    due: datetime | None = visible_jobs().filter(state=Job.State.PENDING).aggregate(due=Min("run_at"))["due"]
    if due is None:
        return None
    return max(timezone.now() - due, timedelta(0)) if due <= timezone.now() else None
