"""Coming in by an invitation's link."""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from kernel.errors import Invalid, NotAllowed, NotFound, Unauthenticated
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import public_scope, scope
from tenants import records
from tenants.access.members import add_member, admit
from tenants.commands.account.profile import mirror_picture
from tenants.commands.checks import name_errors, password_errors
from tenants.commands.invitations import gone
from tenants.models import Invitation, Organization, User
from tenants.queries import invitations as queries
from tenants.queries.people import person_by_email


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who came in where; `created` tells that the account is new."""

    user: User
    organization: records.Tenant
    created: bool


def accept(*, actor: Actor | None, token: str, name: str = "", password: str = "", request_id: str = "") -> Acceptance:
    """Let the invited person in, once: account (where they have none), membership and invitation in one transaction.

    Where the invited address is an account's, that person must be signed in (`actor`); name and password are then not
    asked. Where it is nobody's, whoever holds the link comes in: as the account they are signed in with, because it
    may have had the invited address once, and otherwise as a new one. Runs in the public phase. Raises NotFound with
    code invitation_expired, invitation_accepted, invitation_revoked or invitation_unknown.
    """
    invitation = queries.invitation_by_token(token)
    state = queries.state_of(invitation) if invitation else "unknown"
    if invitation is None or state != "open":
        raise gone(state)
    organization = _organization(invitation)
    user, created = _guest(actor, invitation, name, password)
    by = Actor(kind="person", user_id=user.pk, name=user.name, email=user.email)
    with public_scope(actor=by, source="console", request_id=request_id):
        # First, as everywhere that changes who is in: whoever withdraws meanwhile waits, and nobody for the other.
        records.access_changing(organization.id)
        if not _claim(invitation, token):
            again = queries.invitation_by_token(token)
            raise gone(queries.state_of(again) if again else "unknown")
        if created:
            _create_account(user)
        with scope(organization, actor=by, source="console", request_id=request_id):
            _let_in(user, invitation)
        mirror_picture(actor=by, user=user)
    return Acceptance(user, organization, created)


def _let_in(user: User, invitation: Invitation) -> None:
    if invitation.membership_id is None:
        add_member(actor=SYSTEM, user=user, role_slug=invitation.role, name=invitation.name)
        return
    try:
        admit(user=user, membership_id=invitation.membership_id, name=invitation.name, teams=invitation.teams)
    except NotFound as error:
        raise gone("expired") from error


def _organization(invitation: Invitation) -> records.Tenant:
    organization = records.tenant_by_id(invitation.organization_id)
    if organization is None:
        raise gone("unknown")
    if organization.status == Organization.Status.SUSPENDED:
        raise NotAllowed(
            _("%(name)s is suspended. Ask the people who run the platform.") % {"name": organization.name},
            code="organization_suspended",
        )
    return organization


def _guest(actor: Actor | None, invitation: Invitation, name: str, password: str) -> tuple[User, bool]:
    """Return the account that comes in and whether it is new. Hashing is slow, so it happens before any lock."""
    user = person_by_email(invitation.email)
    signed_in = actor.user_id if actor is not None else None
    if user is None and signed_in is not None:
        user = User.objects.filter(pk=signed_in).first()
    if user is None:
        return _new_account(invitation, name.strip(), password), True
    if not user.is_active:
        raise NotAllowed(_("This account is switched off. Ask the people who run the platform."), code="inactive")
    if signed_in != user.pk:
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


def _sign_in_first(email: str) -> Unauthenticated:
    return Unauthenticated(
        _("%(email)s has an account. Sign in with it to accept.") % {"email": email}, code="sign_in_first"
    )
