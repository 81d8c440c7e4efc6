"""An organization's life after onboarding: suspended, resumed, moved to another plan."""

from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _

from kernel.errors import Conflict, FieldError, Invalid, NotFound, PreconditionFailed
from kernel.jobs.commands import pause_jobs, resume_jobs
from kernel.tenancy.context import Actor
from tenants import records
from tenants.models import Organization, Plan

Status = Organization.Status


def suspend(*, actor: Actor, organization_id: UUID, reason: str) -> Organization:
    """Shut the organization: its people and tokens are refused from the next request on, its jobs wait."""
    reason = reason.strip()
    if not reason or len(reason) > 300:
        raise Invalid(errors=[FieldError("reason", "reason_length", _("Give a reason of 1 to 300 characters."))])
    organization = _move(organization_id, Status.ACTIVE, Status.SUSPENDED, reason)
    pause_jobs(actor=actor, organization=organization, reason=reason)
    return organization


def resume(*, actor: Actor, organization_id: UUID) -> Organization:
    """Open a suspended organization again; waiting jobs go on."""
    organization = _move(organization_id, Status.SUSPENDED, Status.ACTIVE, "")
    resume_jobs(actor=actor, organization=organization)
    return organization


def change_plan(*, actor: Actor, organization_id: UUID, version: int, plan: str) -> Organization:
    """Move the organization to another plan. What it has beyond the new limits stays; no more can be added."""
    if not Plan.objects.filter(pk=plan).exists():
        raise Invalid(errors=[FieldError("plan", "plan_unknown", _("Choose one of the plans."))])
    records.organization_changing(organization_id)
    changed = Organization.objects.filter(pk=organization_id, row_version=version).update(
        plan_id=plan, row_version=F("row_version") + 1
    )
    organization = _get(organization_id)
    if not changed:
        raise PreconditionFailed(_("Somebody changed %(name)s meanwhile; look again.") % {"name": organization})
    return organization


def _move(organization_id: UUID, before: Status, after: Status, reason: str) -> Organization:
    records.organization_changing(organization_id)
    moved = Organization.objects.filter(pk=organization_id, status=before).update(
        status=after, status_reason=reason, row_version=F("row_version") + 1
    )
    organization = _get(organization_id)
    if not moved and organization.status != after:
        raise Conflict(
            _("%(name)s is %(status)s.") % {"name": organization, "status": organization.get_status_display().lower()}
        )
    return organization


def _get(organization_id: UUID) -> Organization:
    organization: Organization | None = Organization.objects.select_related("plan").filter(pk=organization_id).first()
    if organization is None:
        raise NotFound()
    return organization
