"""Onboarding: asked for in one transaction, carried out by a job whose steps are recorded and repeatable."""

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kernel.errors import Conflict, FieldError, Invalid, NotFound
from kernel.jobs import enqueue
from kernel.jobs.commands import cancel_job
from kernel.jobs.models import Job
from kernel.tenancy.context import Actor
from tenants import records
from tenants.commands.checks import person_errors
from tenants.models import Domain, Organization, Plan
from tenants.slugs import host_of, slug_error

ONBOARD = "tenants.onboard"
ROLL_BACK = "tenants.roll_back"


def onboarding_steps() -> list[tuple[str, str]]:
    """Return the steps of setting an organization up, as (name, label), in their order."""
    return [
        ("schema", _("Create schema")),
        ("roles", _("Install roles and permissions")),
        ("limits", _("Set plan limits")),
        ("invitation", _("Invite the first admin")),
        ("checks", _("Run smoke checks")),
        ("live", pgettext("onboarding step", "Go live")),
    ]


@dataclass(frozen=True, slots=True)
class Onboarding:
    """What the operator asked for, as the job reads it."""

    organization_id: UUID
    admin_email: str
    admin_name: str


def onboard(
    *, actor: Actor, name: str, slug: str, plan: str, admin_email: str, admin_name: str = "", time_zone: str = "UTC"
) -> tuple[Organization, UUID]:
    """Reserve the address and ask for the organization to be set up; return it and the job's id.

    Nobody can reach the organization before the job's last step. Raises Invalid with one error per field.
    """
    name, slug, admin_email, admin_name = name.strip(), slug.strip().lower(), admin_email.strip(), admin_name.strip()
    errors = _errors(name, slug, plan, admin_email, admin_name, time_zone)
    if errors:
        raise Invalid(_("The organization can't be set up like this."), errors=errors)
    records.hosts_changing()
    try:
        with transaction.atomic():
            organization = Organization.objects.create(name=name, slug=slug, plan_id=plan, time_zone=time_zone)
            Domain.objects.create(domain=host_of(slug), tenant=organization, is_primary=True)
    except IntegrityError as error:
        taken = FieldError("slug", "slug_taken", _("This address is taken; choose another."))
        raise Invalid(_("The organization can't be set up like this."), errors=[taken]) from error
    job_id = enqueue(
        ONBOARD,
        Onboarding(organization.pk, admin_email, admin_name),
        actor=actor,
        dedupe_key=str(organization.pk),
        serial_key=str(organization.pk),
        steps=onboarding_steps(),
    )
    return organization, job_id


def roll_back(*, actor: Actor, organization_id: UUID) -> UUID:
    """Ask for an unfinished onboarding to be undone, the last step first; return the job's id.

    The onboarding is cancelled where it waits. Where it runs it is asked to stop and can't go live any more; what it
    did is undone after it.
    """
    organization = Organization.objects.select_for_update().filter(pk=organization_id).first()
    if organization is None:
        raise NotFound()
    if organization.status != Organization.Status.PROVISIONING:
        raise Conflict(_("%(name)s is live; only an unfinished setup can be rolled back.") % {"name": organization})
    setups = Job.objects.filter(organization_id=None, kind=ONBOARD, dedupe_key=str(organization.pk))
    for job_id in setups.filter(state__in=Job.ACTIVE).select_for_update().values_list("pk", flat=True):
        cancel_job(actor=actor, job_id=job_id)
    return enqueue(
        ROLL_BACK,
        {"organization_id": organization.pk},
        actor=actor,
        dedupe_key=str(organization.pk),
        serial_key=str(organization.pk),
        steps=[
            ("invitation", _("Withdraw the invitation")),
            ("schema", _("Drop the schema")),
            ("address", _("Free the address")),
        ],
    )


def refuse_rolled_back(organization: Organization) -> None:
    """Raise Conflict once a roll-back of the setup was asked for, unless it was cancelled."""
    if organization.status == Organization.Status.REMOVED:
        raise Conflict(_("%(name)s was rolled back.") % {"name": organization})
    undoing = Job.objects.filter(organization_id=None, kind=ROLL_BACK, dedupe_key=str(organization.pk))
    if undoing.exclude(state=Job.State.CANCELLED).exists():
        raise Conflict(_("%(name)s is to be rolled back; its setup can't go on.") % {"name": organization})


def _errors(name: str, slug: str, plan: str, admin_email: str, admin_name: str, time_zone: str) -> list[FieldError]:
    found = []
    if not name or len(name) > 120 or "\x00" in name:
        found.append(FieldError("name", "name_length", _("Give a name of 1 to 120 characters.")))
    slug_problem = slug_error(slug)
    if slug_problem:
        found.append(slug_problem)
    if not Plan.objects.filter(pk=plan).exists():
        found.append(FieldError("plan", "plan_unknown", _("Choose one of the plans.")))
    found += person_errors(admin_email, admin_name, prefix="admin_")
    if time_zone not in available_timezones():
        found.append(FieldError("time_zone", "time_zone_unknown", _("Choose a time zone from the list.")))
    return found
