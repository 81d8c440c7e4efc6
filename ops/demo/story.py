"""The demo, told through commands: an operator onboards, people accept their invitations."""

from kernel.jobs.inline import settle
from kernel.jobs.models import Job
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import public_scope, scope
from ops.demo import content
from ops.demo.content import DemoPerson
from tenants.access.models import Membership
from tenants.commands.accepting import accept
from tenants.commands.invitations import invite
from tenants.commands.onboarding import onboard
from tenants.commands.operators import add_operator
from tenants.models import Invitation, Operator, Organization
from tenants.queries.invitations import token_of
from tenants.queries.people import person_by_email


class DemoFailed(Exception):
    """A step of the demo did not come out as told; the message says which."""


def ensure_operator(person: DemoPerson) -> Actor:
    """Return the demo's operator as an actor; made on the first start."""
    known = person_by_email(person.email)
    if known is None or not Operator.objects.filter(pk=known.pk).exists():
        with public_scope(actor=SYSTEM, source="system"):
            add_operator(actor=SYSTEM, email=person.email, name=person.name, password=content.PASSWORD)
        known = person_by_email(person.email)
    if known is None:
        raise DemoFailed(f"{person.email} could not be made an operator.")
    return Actor(kind="operator", user_id=known.pk, name=known.name, email=known.email)


def onboarded(slug: str, name: str, admin: DemoPerson, operator: Actor) -> Organization:
    """Return the live organization with its first admin; onboarded by `operator` on the first start."""
    organization = Organization.objects.filter(slug=slug).exclude(status=Organization.Status.REMOVED).first()
    if organization is None:
        with public_scope(actor=operator, source="operator"):
            organization, job_id = onboard(
                actor=operator,
                name=name,
                slug=slug,
                plan="scale",
                admin_email=admin.email,
                admin_name=admin.name,
                time_zone="Europe/Berlin",
            )
    else:
        job_id = Job.objects.filter(kind="tenants.onboard", dedupe_key=str(organization.pk)).latest("id").pk
    job = settle(job_id)
    if job.state != Job.State.DONE:
        raise DemoFailed(f"Onboarding of {name} ended as {job.state}: {job.error_text}")
    organization.refresh_from_db()
    _accept(organization, admin)
    return organization


def people_in(organization: Organization, people: tuple[DemoPerson, ...], admin: Actor) -> None:
    """Invite everybody and let them accept."""
    for person in people:
        with scope(organization, actor=admin, source="console"):
            present = Membership.objects.filter(email=person.email).exists()
        if present:
            continue
        if not Invitation.objects.filter(organization=organization, email=person.email, accepted_at=None).exists():
            with scope(organization, actor=admin, source="console"):
                invite(actor=admin, organization=organization, email=person.email, name=person.name, role=person.role)
        _accept(organization, person)


def _accept(organization: Organization, person: DemoPerson) -> None:
    invitation = Invitation.objects.filter(
        organization=organization, email=person.email, accepted_at=None, revoked_at=None
    ).first()
    if invitation is not None:
        accept(actor=None, token=token_of(invitation), name=person.name, password=content.PASSWORD)
