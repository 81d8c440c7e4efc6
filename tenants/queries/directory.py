"""What operators see of the organizations: rows of public tables only, never inside a tenant's schema."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, CharField, Count, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Cast, Coalesce

from kernel.errors import NotFound
from kernel.http.cursor import BadCursor
from kernel.jobs.models import Job
from tenants.commands.onboarding import ONBOARD, ROLL_BACK
from tenants.models import DirectoryEntry, Domain, Organization, Plan

PAGE = 50
Status = Organization.Status


@dataclass(frozen=True, slots=True)
class TenantRow:
    """One line of the tenant directory. `state` is the status, or `failed` where the setup stopped."""

    id: UUID
    slug: str
    name: str
    address: str
    schema_name: str
    plan: str
    plan_name: str
    state: str
    status_reason: str
    seats_used: int
    seats: int | None
    time_zone: str
    created_at: datetime
    live_at: datetime | None
    row_version: int


def tenant_page(*, state: str = "", text: str = "", after: str = "") -> tuple[list[TenantRow], str]:
    """Return a page of organizations by name, and the cursor of the next page (empty at the end).

    One query. `after` is that cursor of the page before.
    """
    rows = _rows().order_by("name", "id")
    if state:
        rows = rows.filter(_state(state))
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(slug__icontains=text))
    if after:
        name, last = _position(after)
        rows = rows.filter(Q(name__gt=name) | Q(name=name, id__gt=last))
    found = [_row(organization) for organization in rows[: PAGE + 1]]
    more = f"{found[PAGE - 1].name}\t{found[PAGE - 1].id}" if len(found) > PAGE else ""
    return found[:PAGE], more


def state_counts() -> dict[str, int]:
    """Return how many organizations are in each state, and `all`. One query."""
    states = ("provisioning", "failed", "active", "suspended")
    counted = _with_setup(Organization.objects.exclude(status=Status.REMOVED)).aggregate(
        all=Count("pk"), **{state: Count("pk", filter=_state(state)) for state in states}
    )
    return {str(key): int(value) for key, value in counted.items()}


def tenant_detail(slug: str) -> TenantRow:
    """Return one organization by its address; raise NotFound. Removed ones are found by nobody. One query."""
    organization = _rows().filter(slug=slug).first()
    if organization is None:
        raise NotFound()
    return _row(organization)


def people_of(organization_id: UUID) -> list[DirectoryEntry]:
    """Return the organization's people as sign-in knows them, at most 200. One query."""
    entries = DirectoryEntry.objects.filter(organization_id=organization_id).select_related("user")
    return list(entries.order_by("email")[:200])


@dataclass(frozen=True, slots=True)
class SuspensionEffects:
    """What suspending would stop, counted now."""

    people: int
    open_invitations: int
    waiting_jobs: int
    running_jobs: int


def suspension_effects(organization_id: UUID) -> SuspensionEffects:
    """Count what a suspension would reach. Three queries."""
    jobs = Job.objects.filter(organization_id=organization_id).aggregate(
        waiting=Count("pk", filter=Q(state="pending")),
        running=Count("pk", filter=Q(state__in=("dispatched", "running"))),
    )
    organization = Organization.objects.get(pk=organization_id)
    return SuspensionEffects(
        people=organization.directory.filter(status=DirectoryEntry.Status.ACTIVE).count(),
        open_invitations=organization.invitations.filter(accepted_at=None, revoked_at=None).count(),
        waiting_jobs=jobs["waiting"],
        running_jobs=jobs["running"],
    )


def addresses_of(ids: Collection[str]) -> dict[str, str]:
    """Return the slugs of those of these organizations that are there, by their ids as text. One query."""
    rows = Organization.objects.exclude(status=Status.REMOVED).filter(pk__in=ids)
    return {str(pk): slug for pk, slug in rows.values_list("pk", "slug")}


def plans() -> list[Plan]:
    """Return the plans in the order they are offered."""
    return list(Plan.objects.order_by("position"))


def _rows() -> QuerySet[Organization]:
    seats = (
        DirectoryEntry.objects.filter(organization=OuterRef("pk"), status=DirectoryEntry.Status.ACTIVE)
        .order_by()
        .values("organization")
        .annotate(count=Count("pk"))
        .values("count")
    )
    address = Domain.objects.filter(tenant=OuterRef("pk"), is_primary=True).values("domain")[:1]
    rows = Organization.objects.exclude(status=Status.REMOVED).select_related("plan")
    annotated: QuerySet[Organization] = _with_setup(rows).annotate(
        seats_used=Coalesce(Subquery(seats), 0), address=Subquery(address)
    )
    return annotated


def _with_setup(rows: QuerySet[Organization]) -> QuerySet[Organization]:
    newest = Job.objects.filter(kind__in=(ONBOARD, ROLL_BACK), organization_id=None).order_by("-id")
    state = Subquery(newest.filter(dedupe_key=Cast(OuterRef("pk"), CharField())).values("state")[:1])
    # Asked only of those that are being set up: the table of jobs is long, and they are few.
    annotated: QuerySet[Organization] = rows.annotate(
        setup_state=Case(When(status=Status.PROVISIONING, then=state), default=None, output_field=CharField(null=True))
    )
    return annotated


def _state(state: str) -> Q:
    stopped = Q(status=Status.PROVISIONING, setup_state__in=Job.RETRYABLE)
    if state == "failed":
        return stopped
    if state == "provisioning":
        return Q(status=Status.PROVISIONING) & ~stopped
    return Q(status=state)


def _position(cursor: str) -> tuple[str, UUID]:
    name, _tab, last = cursor.rpartition("\t")
    try:
        return name, UUID(last)
    except ValueError as error:
        raise BadCursor() from error


def _row(organization: Organization) -> TenantRow:
    failed = organization.status == Status.PROVISIONING and organization.setup_state in Job.RETRYABLE
    return TenantRow(
        id=organization.pk,
        slug=organization.slug,
        name=organization.name,
        address=organization.address or "",
        schema_name=organization.schema_name,
        plan=organization.plan_id,
        plan_name=organization.plan.name,
        state="failed" if failed else organization.status,
        status_reason=organization.status_reason,
        seats_used=organization.seats_used,
        seats=organization.plan.seats,
        time_zone=organization.time_zone,
        created_at=organization.created_at,
        live_at=organization.live_at,
        row_version=organization.row_version,
    )
