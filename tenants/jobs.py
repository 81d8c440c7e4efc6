"""The jobs of onboarding. Each step looks first whether it is done, so a killed attempt is simply run again."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel.errors import Conflict, NotFound
from kernel.jobs import JobContext, enqueue, handler
from kernel.tenancy.scope import scope
from tenants import records
from tenants.access.catalogue import ROLES
from tenants.access.roles import install_roles
from tenants.commands.invitations import invite_first_admin, revoke_open, send_invitation
from tenants.commands.onboarding import MAIL_INVITATION, ONBOARD, ROLL_BACK, onboarding_steps
from tenants.models import Domain, Organization
from tenants.provisioning.checks import smoke_checks
from tenants.provisioning.schemas import drop_schema, make_schema
from tenants.signin import jobs as signin_jobs  # noqa: F401 -- registers its handlers

Status = Organization.Status


@handler(ONBOARD, queue="provisioning", transactional=False, source="operator", timeout=300)
def onboard(ctx: JobContext) -> dict[str, Any] | None:
    """Set the organization up, step by step; the last step opens it."""
    organization = _organization(ctx.payload["organization_id"])
    if organization.status == Status.REMOVED:
        raise Conflict(_("%(name)s was rolled back.") % {"name": organization})
    ctx.plan(*onboarding_steps())
    _make_schema(ctx, organization)
    _install_roles(ctx, organization)
    _set_limits(ctx, organization)
    _invite(ctx, organization)
    _check(ctx, organization)
    return _go_live(ctx, organization)


@handler(MAIL_INVITATION)
def mail_invitation(ctx: JobContext) -> dict[str, Any] | None:
    """Send the first admin's invitation; a second attempt may send it twice, never not at all."""
    organization = _organization(ctx.payload["organization_id"])
    send_invitation(organization=organization, email=ctx.payload["admin_email"])
    return None


@handler(ROLL_BACK, queue="provisioning", transactional=False, source="operator", timeout=300)
def roll_back(ctx: JobContext) -> dict[str, Any] | None:
    """Undo an unfinished onboarding, the last step first. Its entries in the platform audit stay."""
    organization = _organization(ctx.payload["organization_id"])
    if organization.status not in (Status.PROVISIONING, Status.REMOVED):
        raise Conflict(_("%(name)s is live; only an unfinished setup can be rolled back.") % {"name": organization})
    if not ctx.step_is_done("invitation"):
        with ctx.step("invitation"), ctx.transaction():
            revoke_open(organization=organization)
            ctx.record_step("invitation", "done")
    if not ctx.step_is_done("schema"):
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
    if ctx.step_is_done("schema"):
        return
    with ctx.step("schema"), transaction.atomic(using="owner"):
        make_schema(organization)
        ctx.record_step("schema", "done", detail=organization.schema_name, using="owner")


def _install_roles(ctx: JobContext, organization: Organization) -> None:
    if ctx.step_is_done("roles"):
        return
    with ctx.step("roles"), ctx.transaction():
        with scope(organization, actor=ctx.actor, source="operator", job_id=ctx.job_id):
            install_roles()
        ctx.record_step("roles", "done", detail=_("%(count)d roles") % {"count": len(ROLES)})


def _set_limits(ctx: JobContext, organization: Organization) -> None:
    if ctx.step_is_done("limits"):
        return
    plan = organization.plan
    seats = _("unlimited seats") if plan.seats is None else _("%(count)d seats") % {"count": plan.seats}
    campaigns = (
        _("unlimited campaigns") if plan.campaigns is None else _("%(count)d campaigns") % {"count": plan.campaigns}
    )
    with ctx.step("limits"):
        ctx.record_step("limits", "done", detail=f"{plan.name} · {seats} · {campaigns}")


def _invite(ctx: JobContext, organization: Organization) -> None:
    if ctx.step_is_done("invitation"):
        return
    with ctx.step("invitation"), ctx.transaction():
        invitation = invite_first_admin(
            organization=organization,
            email=ctx.payload["admin_email"],
            name=ctx.payload["admin_name"],
            invited_by=ctx.actor.name or ctx.actor.email,
        )
        ctx.record_step("invitation", "done", detail=invitation.email)


def _check(ctx: JobContext, organization: Organization) -> None:
    if ctx.step_is_done("checks"):
        return
    with ctx.step("checks"):
        passed = smoke_checks(organization)
        ctx.record_step("checks", "done", detail=", ".join(passed))


def _go_live(ctx: JobContext, organization: Organization) -> dict[str, Any] | None:
    with ctx.step("live"), ctx.transaction():
        records.organization_changing(organization.pk)
        Organization.objects.filter(pk=organization.pk, status=Status.PROVISIONING).update(
            status=Status.ACTIVE, live_at=timezone.now()
        )
        ctx.record_step("live", "done")
        ctx.finish({"organization_id": str(organization.pk)})
        enqueue(MAIL_INVITATION, ctx.payload, actor=ctx.actor)
    return None


def _organization(organization_id: str) -> Organization:
    organization: Organization | None = (
        Organization.objects.select_related("plan").filter(pk=UUID(organization_id)).first()
    )
    if organization is None:
        raise NotFound(_("The organization does not exist."))
    return organization
