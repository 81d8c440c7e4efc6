"""Jobs as operators look for them: by state, by kind, by organization."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from kernel.http.cursor import BadCursor
from kernel.jobs.models import Job
from kernel.jobs.queries import visible_jobs
from tenants.models import Organization

PAGE = 50


@dataclass(frozen=True, slots=True)
class OrganizationName:
    """What a list says of an organization; `slug` is empty for one that was removed."""

    slug: str
    name: str


def job_page(
    *, states: Sequence[str] = (), text: str = "", organization_id: UUID | None = None, after: str = ""
) -> tuple[list[Job], str]:
    """Return a page of jobs, the newest first, and the cursor of the next page (empty at the end). One query.

    `text` is an id, or a part of the kind or of an organization's name or address. An organization's jobs are its
    own and those by which the platform set it up.
    """
    rows = visible_jobs()
    if states:
        rows = rows.filter(state__in=states)
    if organization_id is not None:
        rows = rows.filter(_about([organization_id]))
    if text:
        rows = rows.filter(_matching(text))
    if after:
        rows = rows.filter(id__lt=_position(after))
    found = list(rows.order_by("-id")[: PAGE + 1])
    return found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else ""


def organizations_of(jobs: Iterable[Job]) -> dict[UUID, OrganizationName]:
    """Return the organization that each job is about, by the job's id. One query."""
    about = {job.pk: found for job in jobs if (found := _organization_id(job)) is not None}
    organizations = Organization.objects.in_bulk(set(about.values()))
    return {
        job_id: OrganizationName("" if row.status == Organization.Status.REMOVED else row.slug, row.name)
        for job_id, organization_id in about.items()
        if (row := organizations.get(organization_id)) is not None
    }


def _matching(text: str) -> Q:
    wanted = Q(kind__icontains=text)
    try:
        wanted |= Q(pk=UUID(text))
    except ValueError:
        named = Organization.objects.filter(Q(name__icontains=text) | Q(slug__icontains=text))
        wanted |= _about(list(named.values_list("pk", flat=True)[:100]))
    return wanted


def _about(organization_ids: Sequence[UUID]) -> Q:
    texts = [str(organization_id) for organization_id in organization_ids]
    return Q(organization_id__in=organization_ids) | Q(
        organization_id=None, kind__startswith="tenants.", payload__organization_id__in=texts
    )


def _organization_id(job: Job) -> UUID | None:
    named = job.organization_id or job.payload.get("organization_id")
    return UUID(str(named)) if named else None


def _position(cursor: str) -> UUID:
    try:
        return UUID(cursor)
    except ValueError as error:
        raise BadCursor() from error
