"""How setting an organization up stands: asked by the page that watches it, and by the form that starts it."""

from dataclasses import dataclass
from statistics import median

from django.db.models import Case, IntegerField, Value, When

from kernel.errors import NotFound
from kernel.jobs.models import Job
from tenants.commands.onboarding import ONBOARD, ROLL_BACK
from tenants.models import Organization

Status = Organization.Status


@dataclass(frozen=True, slots=True)
class Setup:
    """An organization with the job that sets it up or takes it back, whichever was asked for last and not cancelled.

    `state` is queued, running, live, failed, rolling_back or rolled_back.
    """

    organization: Organization
    job: Job
    admin_email: str

    @property
    def state(self) -> str:
        """Return where the setup stands."""
        if self.organization.status == Status.REMOVED:
            return "rolled_back"
        if self.organization.status != Status.PROVISIONING:
            return "live"
        if self.job.state in Job.RETRYABLE:
            return "failed"
        if self.job.kind == ROLL_BACK:
            return "rolling_back"
        return "queued" if self.job.attempt == 0 else "running"


def setup_of(slug: str) -> Setup:
    """Return how the setup of the organization at this address stands; raise NotFound. Two queries.

    Where an address was rolled back and given away again, its present owner is meant.
    """
    removed_last = Case(When(status=Status.REMOVED, then=Value(1)), default=Value(0), output_field=IntegerField())
    organization = (
        Organization.objects.select_related("plan").filter(slug=slug).order_by(removed_last, "-created_at").first()
    )
    if organization is None:
        raise NotFound()
    jobs = list(
        Job.objects.filter(
            organization_id=None, kind__in=(ONBOARD, ROLL_BACK), dedupe_key=str(organization.pk)
        ).order_by("-id")
    )
    asked = next((job for job in jobs if job.kind == ONBOARD), None)
    if asked is None:
        raise NotFound()
    last = next((job for job in jobs if job.state != Job.State.CANCELLED), jobs[0])
    return Setup(organization, last, str(asked.payload["admin_email"]))


def usual_seconds() -> float | None:
    """Return how long the last ten setups usually took, from the form to live; None before the first. One query."""
    live = Organization.objects.exclude(live_at=None).order_by("-created_at")
    times = [
        (live_at - created_at).total_seconds() for created_at, live_at in live.values_list("created_at", "live_at")[:10]
    ]
    return median(times) if times else None
