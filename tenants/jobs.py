"""The jobs of onboarding. Each step looks at what is there, not at its ledger, so an attempt is simply run again."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel.errors import Conflict, NotFound
from kernel.jobs import JobContext, handler
from kernel.jobs.models import Job
from kernel.tenancy.scope import scope
from tenants import records
from tenants.access.catalogue import ROLES
from tenants.access.roles import install_roles
from tenants.commands.invitations import invite_first_admin, mail_first_admin, revoke_open
from tenants.commands.onboarding import ONBOARD, ROLL_BACK, onboarding_steps, refuse_rolled_back
from tenants.models import Domain, Organization
from tenants.provisioning.checks import smoke_checks
from tenants.provisioning.schemas import drop_schema, make_schema
from tenants.signin import jobs as signin_jobs  # noqa: F401 -- registers its handlers
from tenants.signin import notices as signin_notices  # noqa: F401 -- registers its handler

Status = Organization.Status


def _before_retry(job: Job) -> None:
    refuse_rolled_back(_organization(job.payload["organization_id"]))


@handler(
    ONBOARD,
    queue="provisioning",
    transactional=False,
    source="operator",
    timeout=300,
    platform=True,
    before_retry=_before_retry,
)
def onboard(ctx: JobContext) -> dict[str, Any] | None:
    """Set the organization up, step by step; the last step opens it. It stops before any step once it is cancelled."""
    organization = _organization(ctx.payload["organization_id"])
    refuse_rolled_back(organization)
    ctx.plan(*onboarding_steps())
    for step in (_make_schema, _install_roles, _set_limits, _invite, _check, _go_live):
        ctx.checkpoint()
        step(ctx, organization)
    return None


@handler(ROLL_BACK, queue="provisioning", transactional=False, source="operator", timeout=300, platform=True)
def roll_back(ctx: JobContext) -> dict[str, Any] | None:
    """Undo an unfinished onboarding, the last step first. Its entries in the platform audit stay."""
    organization = _organization(ctx.payload["organization_id"])
    if organization.status not in (Status.PROVISIONING, Status.REMOVED):
        raise Conflict(_("%(name)s is live; only an unfinished setup can be rolled back.") % {"name": organization})
    with ctx.step("invitation"), ctx.transaction():
        revoke_open(organization=organization)
        ctx.record_step("invitation", "done")
    with ctx.step("schema"), transaction.atomic(using="owner"):
        drop_schema(organization)
        ctx.record_step("schema", "done", detail=organization.schema_name, using="owner")
    with ctx.step("address"), ctx.transaction():
        records.hosts_changing()
        records.organization_changing(organization.pk)
        Domain.objects.filter(tenant=organization).delete()
        Organization.objects.filter(pk=organization.pk).update(status=Status.REMOVED)
        ctx.record_step("address", "done", detail=organization.slug)
        ctx.finish({"organization_id": str(organization.pk)})
    return None


def _make_schema(ctx: JobContext, organization: Organization) -> None:
    with ctx.step("schema"), transaction.atomic(using="owner"):
        make_schema(organization)
        ctx.record_step("schema", "done", detail=organization.schema_name, using="owner")


def _install_roles(ctx: JobContext, organization: Organization) -> None:
    with ctx.step("roles"), ctx.transaction():
        with scope(organization, actor=ctx.actor, source="operator", job_id=ctx.job_id):
            install_roles()
        ctx.record_step("roles", "done", detail=_("%(count)d roles") % {"count": len(ROLES)})


def _set_limits(ctx: JobContext, organization: Organization) -> None:
    plan = organization.plan
    seats = _("unlimited seats") if plan.seats is None else _("%(count)d seats") % {"count": plan.seats}
    campaigns = (
        _("unlimited campaigns") if plan.campaigns is None else _("%(count)d campaigns") % {"count": plan.campaigns}
    )
    with ctx.step("limits"):
        ctx.record_step("limits", "done", detail=f"{plan.name} · {seats} · {campaigns}")


def _invite(ctx: JobContext, organization: Organization) -> None:
    with ctx.step("invitation"), ctx.transaction():
        invitation = invite_first_admin(
            organization=organization,
            email=ctx.payload["admin_email"],
            name=ctx.payload["admin_name"],
            invited_by=ctx.actor.name or ctx.actor.email,
        )
        ctx.record_step("invitation", "done", detail=invitation.email)


def _check(ctx: JobContext, organization: Organization) -> None:
    with ctx.step("checks"):
        passed = smoke_checks(organization)
        ctx.record_step("checks", "done", detail=", ".join(passed))


def _go_live(ctx: JobContext, organization: Organization) -> None:
    with ctx.step("live"), ctx.transaction():
        records.organization_changing(organization.pk)
        # The lock that asking for a roll-back takes too: either we see that it was asked for, or it sees us live.
        refuse_rolled_back(Organization.objects.select_for_update().get(pk=organization.pk))
        Organization.objects.filter(pk=organization.pk, status=Status.PROVISIONING).update(
            status=Status.ACTIVE, live_at=timezone.now()
        )
        mail_first_admin(actor=ctx.actor, organization=organization, email=ctx.payload["admin_email"])
        ctx.record_step("live", "done")
        ctx.finish({"organization_id": str(organization.pk)})


def _organization(organization_id: str) -> Organization:
    organization: Organization | None = (
        Organization.objects.select_related("plan").filter(pk=UUID(organization_id)).first()
    )
    if organization is None:
        raise NotFound(_("The organization does not exist."))
    return organization
