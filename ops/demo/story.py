"""The demo, told through commands: an operator onboards, people accept their invitations, marketers work."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from campaigns.commands import create_campaign
from campaigns.models import Campaign
from catalog.commands import create_product
from kernel.jobs.inline import settle
from kernel.jobs.models import Job
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import public_scope, scope
from ops.demo import content
from ops.demo.content import DemoCampaign, DemoPerson
from tenants.access.models import Membership
from tenants.access.owned import write_version
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


def work_done(organization: Organization) -> None:
    """Create products and campaigns, each by its owner, and lead the campaigns to their status.

    A marketer sees what is their own, so whoever runs a campaign also keeps its product.
    """
    with scope(organization, actor=SYSTEM, source="system"):
        if Campaign.objects.exists():
            return
    people = {name: member(organization, f"{name}@northwind.example") for name in ("mira", "tom", "ana")}
    sellers = {campaign.product: people[campaign.owner] for campaign in content.CAMPAIGNS}
    products = {}
    for values in content.PRODUCTS:
        seller = sellers.get(values["sku"], people["tom"])
        with scope(organization, actor=seller, source="console"):
            products[values["sku"]] = create_product(actor=seller, values=values).pk
    for campaign in content.CAMPAIGNS:
        owner = people[campaign.owner]
        with scope(organization, actor=owner, source="console"):
            made = create_campaign(actor=owner, values=_values(campaign, products))
        for status in campaign.path:
            with scope(organization, actor=owner, source="console"):
                made = write_version(made, made.row_version, {"status": status})


def member(organization: Organization, email: str) -> Actor:
    """Return a person of the organization as an actor."""
    with scope(organization, actor=SYSTEM, source="system"):
        found = Membership.objects.select_related("role").get(email=email)
    return Actor(kind="person", user_id=found.user_id, name=found.name, email=found.email, role=found.role.slug)


def _accept(organization: Organization, person: DemoPerson) -> None:
    invitation = Invitation.objects.filter(
        organization=organization, email=person.email, accepted_at=None, revoked_at=None
    ).first()
    if invitation is not None:
        accept(actor=None, token=token_of(invitation), name=person.name, password=content.PASSWORD)


def _values(campaign: DemoCampaign, products: dict[str, Any]) -> dict[str, Any]:
    today = timezone.now().replace(hour=7, minute=0, second=0, microsecond=0)
    starts: datetime = today + timedelta(days=campaign.starts_in)
    return {
        "name": campaign.name,
        "objective": campaign.objective,
        "product_id": products[campaign.product],
        "budget_micros": campaign.budget * 1_000_000,
        "currency": "EUR",
        "channels": content.channels(campaign),
        "starts_at": starts,
        "ends_at": starts + timedelta(days=campaign.days),
        "data": content.campaign_data(campaign),
    }
