"""Asking people in: invite, send again, withdraw."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from kernel.errors import Conflict, DomainError, Invalid, NotFound, PreconditionFailed
from kernel.tenancy.context import Actor, TenantLike, current_scope
from kernel.tenancy.scope import scope
from tenants import records
from tenants.access.ceiling import require_within
from tenants.access.leaving import withdraw
from tenants.access.members import role_named
from tenants.access.models import Role
from tenants.access.resolver import require
from tenants.commands import inviting
from tenants.commands.checks import person_errors
from tenants.commands.inviting import Guest, TeamPlace
from tenants.models import Invitation
from tenants.queries import invitations as queries
from tenants.signin import mail


def invite(
    *,
    actor: Actor,
    organization: TenantLike,
    email: str,
    name: str,
    role: str,
    teams: Sequence[TeamPlace] = (),
    access_expires_at: datetime | None = None,
) -> Invitation:
    """Ask a person into the open scope's organization and mail them. Whoever asks is not told the link.

    They come in with the role that they have by then in the list of people, into those teams, until
    `access_expires_at`. Nobody invites to a role that permits more than their own, or into teams they don't manage. An
    expired invitation to the same address is replaced.
    """
    require(actor, "member:invite")
    email, name = _checked(email, name)
    guest = Guest(email, name, role_named(role, "role"))
    inviting.lock(actor, organization)
    require_within(actor, guest.role, "member:invite")
    inviting.check_places(actor, teams, access_expires_at)
    present = inviting.known(organization, [email])
    obstacle = present.obstacle(actor, email)
    if obstacle == "already_member":
        raise inviting.already_member(email)
    if obstacle == "already_invited":
        raise inviting.already_invited(email)
    if obstacle == "no_right":
        require_within(actor, present.people[email.lower()].role, "member:invite")
    [invitation] = inviting.ask_in(actor, organization, [guest], present, places=teams, ends=access_expires_at)
    return invitation


def invite_first_admin(*, organization: TenantLike, email: str, name: str, invited_by: str) -> Invitation:
    """Ask the first owner into a new organization; send nothing yet.

    Asked again it returns the same invitation, with a new week where the first one is over.
    """
    email, name = _checked(email, name)
    known = queries.open_invitation(organization.id, email)
    if known is None:
        invitation = inviting.new_invitation(organization, email, name, "owner", invited_by)
        inviting.save_invitations([invitation])
        return invitation
    if queries.state_of(known) == "expired":
        inviting.renew(known)
        known.row_version += 1
        known.save(update_fields=["token_hash", "expires_at", "row_version"])
    return known


def mail_first_admin(*, actor: Actor, organization: TenantLike, email: str) -> None:
    """Have the first owner's invitation mailed; raise Conflict where none is open, because nobody could come in."""
    invitation = queries.open_invitation(organization.id, email)
    if invitation is None or queries.state_of(invitation) != "open":
        raise Conflict(_("The invitation of %(email)s is not open any more.") % {"email": email})
    inviting.send(actor, organization, invitation)


def resend(*, actor: Actor, organization: TenantLike, invitation_id: UUID, version: int | None = None) -> Invitation:
    """Give the invitation a new link with a new week, and mail it; the former link is dead."""
    invitation = _locked(actor, organization, invitation_id, version)
    if invitation.revoked_at is not None:
        raise gone("revoked")
    inviting.renew(invitation)
    invitation.row_version += 1
    invitation.save(update_fields=["token_hash", "expires_at", "row_version"])
    inviting.send(actor, organization, invitation)
    return invitation


def revoke(*, actor: Actor, organization: TenantLike, invitation_id: UUID, version: int | None = None) -> Invitation:
    """Withdraw the invitation: its link is dead from now on, and the person is no longer listed.

    Withdrawing twice changes nothing.
    """
    invitation = _locked(actor, organization, invitation_id, version)
    if invitation.revoked_at is not None:
        return invitation
    if invitation.membership_id is None:
        rows = Invitation.objects.filter(pk=invitation.pk)
        rows.update(revoked_at=Now(), row_version=F("row_version") + 1)
    else:
        with _inside(actor, organization):
            withdraw(invitation.membership_id)
    return _get(organization, invitation_id)


def revoke_open(*, organization: TenantLike) -> int:
    """Withdraw everything that is still open for an organization that will not be; return how many there were."""
    rows = Invitation.objects.filter(organization_id=organization.id, accepted_at=None, revoked_at=None)
    return rows.update(revoked_at=Now(), row_version=F("row_version") + 1)


def send_invitation(*, organization: TenantLike, email: str) -> None:
    """Mail the link of the open invitation to this address; does nothing where there is none any more."""
    invitation = queries.open_invitation(organization.id, email)
    if invitation is not None and queries.state_of(invitation) == "open":
        mail.invitation(invitation, organization.name, queries.link_of(invitation))


def gone(state: str) -> DomainError:
    """Return the refusal that says what became of an invitation."""
    sentence = {
        "expired": _("This invitation has expired."),
        "accepted": _("This invitation was already accepted."),
        "revoked": _("This invitation was withdrawn."),
    }.get(state, _("This invitation is not known."))
    return NotFound(sentence, code=f"invitation_{state}", state=state)


def _checked(email: str, name: str) -> tuple[str, str]:
    email, name = email.strip(), name.strip()
    errors = person_errors(email, name)
    if errors:
        raise Invalid(_("Nobody can be invited like this."), errors=errors)
    return email, name


def _locked(actor: Actor, organization: TenantLike, invitation_id: UUID, version: int | None) -> Invitation:
    """Return an invitation that is about to change; nobody accepts or changes it until the commit.

    Operators invite from the public tables, people from inside their organization, with the permission and to no role
    that permits more than their own.
    """
    from_inside = not (actor.kind == "operator" and current_scope().organization is None)
    if from_inside:
        require(actor, "member:invite")
    records.access_changing(organization.id)
    if from_inside:
        require(actor, "member:invite")
    invitation = _get(organization, invitation_id)
    if invitation.accepted_at is not None:
        raise gone("accepted")
    if from_inside and invitation.revoked_at is None:
        listed = invitation.membership_id
        given = Role.objects.filter(memberships__pk=listed).first() if listed is not None else None
        require_within(actor, given or role_named(invitation.role), "member:invite")
    if version is not None and version != invitation.row_version:
        raise PreconditionFailed(version=invitation.row_version)
    return invitation


def _get(organization: TenantLike, invitation_id: UUID) -> Invitation:
    found = queries.invitation_by_id(organization.id, invitation_id)
    if found is None:
        raise NotFound(_("There is no such invitation."))
    return found


@contextmanager
def _inside(actor: Actor, organization: TenantLike) -> Iterator[None]:
    """The organization's scope, also for an operator who stands outside."""
    outer = current_scope()
    if outer.organization is not None:
        yield
        return
    with scope(organization, actor=actor, source=outer.source, request_id=outer.request_id):
        yield
