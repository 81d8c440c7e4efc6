"""Questions about jobs. Inside an organization's scope they answer for that organization alone."""

from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from kernel.errors import NotFound
from kernel.jobs.models import Job
from kernel.tenancy.context import current


def visible_jobs() -> QuerySet[Job]:
    """Return the jobs that the open scope may see: an organization's own, or all outside one."""
    scope = current()
    if scope is None or scope.organization is None:
        return Job.objects.all()
    return Job.objects.filter(organization_id=scope.organization.id)


def job_detail(job_id: UUID) -> Job:
    """Return one job with its steps, attempt, worker and error; raise NotFound."""
    job = visible_jobs().filter(pk=job_id).first()
    if job is None:
        raise NotFound(_("There is no such job."))
    return job


def job_counts() -> dict[str, int]:
    """Return how many jobs are in each state, zeros included."""
    found = dict(visible_jobs().order_by().values_list("state").annotate(Count("id")))
    return {state: found.get(state, 0) for state in Job.State.values}
