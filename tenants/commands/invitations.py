"""Asking people in: invite, send again, withdraw, accept."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel.errors import Conflict, DomainError, FieldError, Invalid, NotAllowed, NotFound, Unauthenticated
from kernel.jobs import enqueue
from kernel.tenancy.context import SYSTEM, Actor, TenantLike, current_scope
from kernel.tenancy.names import tenant_role
from kernel.tenancy.scope import public_scope, scope
from tenants import records
from tenants.access.ceiling import require_within
from tenants.access.members import add_member
from tenants.access.models import Membership, Role
from tenants.access.resolver import require
from tenants.commands.account.profile import mirror_picture
from tenants.commands.checks import name_errors, password_errors, person_errors
from tenants.models import Invitation, Organization, User
from tenants.queries import invitations as queries
from tenants.queries.people import person_by_email
from tenants.signin import mail

LIFETIME = timedelta(days=7)
SEND = "tenants.send_invitation"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who came in where; `created` tells that the account is new."""

    user: User
    organization: records.Tenant
    created: bool


def invite(*, actor: Actor, organization: TenantLike, email: str, name: str, role: str) -> Invitation:
    """Ask a person into the open scope's organization and mail them. Whoever asks is not told the link.

    Nobody invites to a role that permits more than their own. An expired invitation to the same address is replaced.
    """
    require(actor, "member:invite")
    email, name = _checked(email, name)
    require_within(actor, _role(role), "member:invite")
    members = Membership.objects.filter(email__iexact=email).exclude(status=Membership.Status.HOLDER)
    if members.exists():
        raise Conflict(_("%(email)s belongs to the organization already.") % {"email": email}, code="already_member")
    known = queries.open_invitation(organization.id, email)
    if known is not None and queries.state_of(known) == "open":
        raise _already_invited(email)
    if known is not None:
        Invitation.objects.filter(pk=known.pk, accepted_at=None).update(revoked_at=Now())
    invitation = _create(organization, email, name, role, actor.name or actor.email)
    _send(actor, organization, invitation)
    return invitation


def invite_first_admin(*, organization: TenantLike, email: str, name: str, invited_by: str) -> Invitation:
    """Ask the first owner into a new organization; send nothing yet.

    Asked again it returns the same invitation, with a new week where the first one is over.
    """
    email, name = _checked(email, name)
    known = queries.open_invitation(organization.id, email)
    if known is None:
        return _create(organization, email, name, "owner", invited_by)
    if queries.state_of(known) == "expired":
        _renew(known)
        known.save(update_fields=["token_hash", "expires_at"])
    return known


def mail_first_admin(*, actor: Actor, organization: TenantLike, email: str) -> None:
    """Have the first owner's invitation mailed; raise Conflict where none is open, because nobody could come in."""
    invitation = queries.open_invitation(organization.id, email)
    if invitation is None or queries.state_of(invitation) != "open":
        raise Conflict(_("The invitation of %(email)s is not open any more.") % {"email": email})
    _send(actor, organization, invitation)


def resend(*, actor: Actor, organization: TenantLike, invitation_id: UUID) -> Invitation:
    """Give the invitation a new link with a new week, and mail it; the former link is dead."""
    invitation = _get(actor, organization, invitation_id)
    _renew(invitation)
    changed = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(
        token_hash=invitation.token_hash, expires_at=invitation.expires_at
    )
    if not changed:
        raise _gone(queries.state_of(_get(actor, organization, invitation_id)))
    _send(actor, organization, invitation)
    return invitation


def revoke(*, actor: Actor, organization: TenantLike, invitation_id: UUID) -> Invitation:
    """Withdraw the invitation: its link is dead from now on. Withdrawing twice changes nothing."""
    invitation = _get(actor, organization, invitation_id)
    Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(revoked_at=Now())
    invitation = _get(actor, organization, invitation_id)
    if invitation.accepted_at is not None:
        raise _gone("accepted")
    return invitation


def revoke_open(*, organization: TenantLike) -> int:
    """Withdraw everything that is still open for an organization that will not be; return how many there were."""
    rows = Invitation.objects.filter(organization_id=organization.id, accepted_at=None, revoked_at=None)
    return rows.update(revoked_at=Now())


def send_invitation(*, organization: TenantLike, email: str) -> None:
    """Mail the link of the open invitation to this address; does nothing where there is none any more."""
    invitation = queries.open_invitation(organization.id, email)
    if invitation is not None and queries.state_of(invitation) == "open":
        mail.invitation(invitation, organization.name, queries.link_of(invitation))


def accept(*, actor: Actor | None, token: str, name: str = "", password: str = "", request_id: str = "") -> Acceptance:
    """Let the invited person in, once: account (where they have none), membership and invitation in one transaction.

    Somebody who has an account must be signed in as it (`actor`); name and password are then not asked. Runs in the
    public phase. Raises NotFound with code invitation_expired, invitation_accepted, invitation_revoked or
    invitation_unknown.
    """
    invitation = queries.invitation_by_token(token)
    state = queries.state_of(invitation) if invitation else "unknown"
    if invitation is None or state != "open":
        raise _gone(state)
    organization = _organization(invitation)
    user, created = _guest(actor, invitation, name, password)
    by = Actor(kind="person", user_id=user.pk, name=user.name, email=user.email)
    with public_scope(actor=by, source="console", request_id=request_id):
        if not _claim(invitation, token):
            again = queries.invitation_by_token(token)
            raise _gone(queries.state_of(again) if again else "unknown")
        if created:
            _create_account(user)
        with scope(organization, actor=by, source="console", request_id=request_id):
            add_member(actor=SYSTEM, user=user, role_slug=invitation.role, name=invitation.name or user.name)
        mirror_picture(actor=by, user=user)
    return Acceptance(user, organization, created)


def _checked(email: str, name: str) -> tuple[str, str]:
    email, name = email.strip(), name.strip()
    errors = person_errors(email, name)
    if errors:
        raise Invalid(_("Nobody can be invited like this."), errors=errors)
    return email, name


def _role(slug: str) -> Role:
    role = Role.objects.filter(slug=slug).first()
    if role is None:
        raise Invalid(errors=[FieldError("role", "unknown_role", _("There is no such role."))])
    return role


def _create(organization: TenantLike, email: str, name: str, role: str, invited_by: str) -> Invitation:
    invitation = Invitation(
        organization_id=organization.id,
        email=email,
        name=name,
        role=role,
        invited_by=invited_by[:254],
        tenant_role=tenant_role(str(connection.settings_dict["NAME"]), organization.schema_name),
    )
    _renew(invitation)
    try:
        with transaction.atomic():
            invitation.save(force_insert=True)
    except IntegrityError as error:
        raise _already_invited(email) from error
    return invitation


def _renew(invitation: Invitation) -> None:
    invitation.expires_at = timezone.now() + LIFETIME
    invitation.token_hash = queries.hash_of(queries.token_of(invitation))


def _send(actor: Actor, organization: TenantLike, invitation: Invitation) -> None:
    enqueue(SEND, {"invitation_id": str(invitation.pk)}, actor=actor, organization=organization)


def _get(actor: Actor, organization: TenantLike, invitation_id: UUID) -> Invitation:
    """Operators invite from the public tables, people from inside their organization, with the permission."""
    if not (actor.kind == "operator" and current_scope().organization is None):
        require(actor, "member:invite")
    found = next((row for row in queries.invitations_of(organization.id) if row.pk == invitation_id), None)
    if found is None:
        accepted = Invitation.objects.filter(organization_id=organization.id, pk=invitation_id).exists()
        raise _gone("accepted") if accepted else NotFound(_("There is no such invitation."))
    return found


def _organization(invitation: Invitation) -> records.Tenant:
    organization = records.tenant_by_id(invitation.organization_id)
    if organization is None:
        raise _gone("unknown")
    if organization.status == Organization.Status.SUSPENDED:
        raise NotAllowed(
            _("%(name)s is suspended. Ask the people who run the platform.") % {"name": organization.name},
            code="organization_suspended",
        )
    return organization


def _guest(actor: Actor | None, invitation: Invitation, name: str, password: str) -> tuple[User, bool]:
    """Return the account that comes in and whether it is new. Hashing is slow, so it happens before any lock."""
    user = person_by_email(invitation.email)
    if user is None:
        return _new_account(invitation, name.strip(), password), True
    if not user.is_active:
        raise NotAllowed(_("This account is switched off. Ask the people who run the platform."), code="inactive")
    if actor is None or actor.user_id != user.pk:
        raise _sign_in_first(invitation.email)
    return user, False


def _new_account(invitation: Invitation, name: str, password: str) -> User:
    user = User(email=invitation.email, name=name)
    errors = name_errors(name, required=True) + password_errors(password, user)
    if errors:
        raise Invalid(_("The invitation can't be accepted like this."), errors=errors)
    user.password = make_password(password)
    return user


def _claim(invitation: Invitation, token: str) -> bool:
    """Take the invitation: of many who try at once, exactly one."""
    rows = Invitation.objects.filter(
        pk=invitation.pk,
        token_hash=queries.hash_of(token),
        accepted_at=None,
        revoked_at=None,
        expires_at__gt=Now(),
    )
    return rows.update(accepted_at=Now()) == 1


def _create_account(user: User) -> None:
    records.account_changing(user.pk)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise _sign_in_first(user.email) from error


def _already_invited(email: str) -> Conflict:
    return Conflict(
        _("%(email)s was invited already; send that invitation again.") % {"email": email}, code="already_invited"
    )


def _sign_in_first(email: str) -> Unauthenticated:
    return Unauthenticated(
        _("%(email)s has an account. Sign in with it to accept.") % {"email": email}, code="sign_in_first"
    )


def _gone(state: str) -> DomainError:
    sentence = {
        "expired": _("This invitation has expired."),
        "accepted": _("This invitation was already accepted."),
        "revoked": _("This invitation was withdrawn."),
    }.get(state, _("This invitation is not known."))
    return NotFound(sentence, code=f"invitation_{state}", state=state)
