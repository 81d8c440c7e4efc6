"""What one invitation and a list of five hundred have in common: who may be asked in, and the rows that say so."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel.errors import Conflict, FieldError, Invalid, NotAllowed
from kernel.jobs import enqueue
from kernel.tenancy.context import Actor, TenantLike
from kernel.tenancy.names import tenant_role
from tenants import records
from tenants.access.catalogue import roles_with
from tenants.access.ceiling import role_is_within
from tenants.access.members import is_over
from tenants.access.models import Membership, Role, Team, TeamMembership
from tenants.access.resolver import can_many, require
from tenants.access.teams import teams_below
from tenants.models import Invitation
from tenants.queries import invitations as queries

LIFETIME = timedelta(days=7)
SEND = "tenants.send_invitation"
MOST_TEAMS = 50


@dataclass(frozen=True, slots=True)
class TeamPlace:
    """A team that somebody comes into, as member or lead."""

    team_id: UUID
    role: str = TeamMembership.Role.MEMBER


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody to ask in: checked address and name, and the role they get."""

    email: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Known:
    """What the organization knows of some addresses, in small letters: people here, and invitations nobody took."""

    people: Mapping[str, Membership] = field(default_factory=dict)
    invitations: Mapping[str, Invitation] = field(default_factory=dict)

    def obstacle(self, actor: Actor, email: str) -> str:
        """Return why this address can't be invited now: already_member, already_invited or no_right; "" for nothing."""
        present, invitation = self.people.get(email.lower()), self.invitations.get(email.lower())
        if present is not None and present.status != Membership.Status.INVITED:
            return "already_member"
        if invitation is not None and queries.state_of(invitation) == "open":
            return "already_invited"
        if present is not None and not role_is_within(actor, present.role):
            return "no_right"
        return ""


def known(organization: TenantLike, emails: Collection[str]) -> Known:
    """Return who of these is here or was asked, in two queries. A member counts before somebody who was invited."""
    wanted = {email.lower() for email in emails}
    people: dict[str, Membership] = {}
    rows = Membership.objects.exclude(status=Membership.Status.HOLDER).alias(lower=Lower("email"))
    for found in rows.filter(lower__in=wanted).select_related("role"):
        other = people.get(found.email.lower())
        if other is None or other.status == Membership.Status.INVITED:
            people[found.email.lower()] = found
    invitations = {row.email.lower(): row for row in queries.open_invitations(organization.id, wanted)}
    return Known(people, invitations)


def check_places(actor: Actor, places: Sequence[TeamPlace], ends: datetime | None) -> None:
    """Raise unless `actor` may put people into these teams, and people may come in until `ends`.

    Making somebody lead takes managing the teams below as well: a lead reaches them.
    """
    errors = []
    if ends is not None and is_over(ends):
        errors.append(FieldError("/access_expires_at", "out_of_range", _("Choose a time in the future.")))
    ids = {place.team_id for place in places}
    if len(ids) != len(places) or len(places) > MOST_TEAMS:
        errors.append(FieldError("/teams", "repeated", _("Name each team once, and at most 50.")))
    teams = list(Team.objects.filter(pk__in=ids))
    if len(teams) != len(ids):
        errors.append(FieldError("/teams", "unknown_team", _("There is no such team.")))
    if any(place.role not in TeamMembership.Role.values for place in places):
        errors.append(FieldError("/teams", "unknown_value", _("People come into a team as lead or member.")))
    if errors:
        raise Invalid(errors=errors)
    below = teams_below([place.team_id for place in places if place.role == TeamMembership.Role.LEAD])
    teams += Team.objects.filter(pk__in=below - ids)
    if len(can_many(actor, "team:manage", teams)) != len(teams):
        message = _("You can only choose teams that you manage.")
        raise NotAllowed(message, permission="team:manage", granted_by=roles_with("team:manage"))


def lock(actor: Actor, organization: TenantLike) -> None:
    """Let nobody else change who is in or asked in until the commit; ask once more whether `actor` may invite."""
    records.access_changing(organization.id)
    require(actor, "member:invite")


def ask_in(
    actor: Actor,
    organization: TenantLike,
    guests: Sequence[Guest],
    present: Known,
    *,
    places: Sequence[TeamPlace],
    ends: datetime | None,
) -> list[Invitation]:
    """Write an invited person and an invitation for each of the guests, and have the invitations mailed.

    An expired invitation is replaced; its person's row stays and takes the new role and end.
    """
    former = [present.invitations[guest.email.lower()].pk for guest in guests if _is_known(guest, present.invitations)]
    if former:
        rows = Invitation.objects.filter(pk__in=former, accepted_at=None)
        rows.update(revoked_at=Now(), row_version=F("row_version") + 1)
    people = [_person(guest, present.people.get(guest.email.lower()), ends) for guest in guests]
    made = [person for person in people if person._state.adding]
    Membership.objects.bulk_create(made)
    for person in people:
        if person not in made:
            person.save(update_fields=["name", "role", "expires_at", "row_version"])
    teams = [{"team_id": str(place.team_id), "role": str(place.role)} for place in places]
    invited_by = actor.name or actor.email
    invitations = [
        new_invitation(organization, guest.email, guest.name, guest.role.slug, invited_by, person.pk, teams)
        for guest, person in zip(guests, people, strict=True)
    ]
    save_invitations(invitations)
    for invitation in invitations:
        send(actor, organization, invitation)
    return invitations


def new_invitation(
    organization: TenantLike,
    email: str,
    name: str,
    role: str,
    invited_by: str,
    membership_id: UUID | None = None,
    teams: Sequence[Mapping[str, str]] = (),
) -> Invitation:
    """Return an invitation with a week to live, not saved yet."""
    invitation = Invitation(
        organization_id=organization.id,
        email=email,
        name=name,
        role=role,
        invited_by=invited_by[:254],
        membership_id=membership_id,
        teams=list(teams),
        tenant_role=tenant_role(str(connection.settings_dict["NAME"]), organization.schema_name),
    )
    renew(invitation)
    return invitation


def save_invitations(invitations: Sequence[Invitation]) -> None:
    """Insert invitations; raise Conflict where one of the addresses has an open one, which operators may have made."""
    try:
        with transaction.atomic():
            Invitation.objects.bulk_create(invitations)
    except IntegrityError as error:
        raise already_invited(invitations[0].email) from error


def renew(invitation: Invitation) -> None:
    """Give the invitation a new week and with it a new link."""
    invitation.expires_at = timezone.now() + LIFETIME
    invitation.token_hash = queries.hash_of(queries.token_of(invitation))


def send(actor: Actor, organization: TenantLike, invitation: Invitation) -> None:
    """Have the invitation mailed."""
    enqueue(SEND, {"invitation_id": str(invitation.pk)}, actor=actor, organization=organization)


def already_member(email: str) -> Conflict:
    """Return the refusal to invite somebody who is in."""
    return Conflict(_("%(email)s belongs to the organization already.") % {"email": email}, code="already_member")


def already_invited(email: str) -> Conflict:
    """Return the refusal to invite somebody twice."""
    return Conflict(
        _("%(email)s was invited already; send that invitation again.") % {"email": email}, code="already_invited"
    )


def _is_known(guest: Guest, invitations: Mapping[str, Invitation]) -> bool:
    return guest.email.lower() in invitations


def _person(guest: Guest, present: Membership | None, ends: datetime | None) -> Membership:
    name = guest.name or guest.email[:120]
    if present is None:
        invited = Membership.Status.INVITED
        return Membership(email=guest.email, name=name, role=guest.role, status=invited, expires_at=ends)
    present.name, present.role, present.expires_at = name, guest.role, ends
    present.row_version += 1
    return present
