"""Another address for an account: asked for with the password, moved by a link that only the new address gets."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from kernel.errors import Conflict, FieldError, Invalid, NotFound
from kernel.jobs import enqueue
from kernel.recorder.events import event
from kernel.tenancy.context import SYSTEM, Actor, current_organization
from tenants import records
from tenants.access.models import Membership
from tenants.commands.account.notices import EMAIL_CHANGE_ASKED, EMAIL_CHANGED, notify
from tenants.commands.account.own import LIFETIME, Link, kill_links, new_token, own_account, require_password
from tenants.commands.checks import person_errors
from tenants.models import DirectoryEntry, EmailChange, Organization, User
from tenants.queries.account import hash_of, open_email_change

SEND_CHANGE = "tenants.send_email_change"
MIRROR = "tenants.mirror_email"


def request_email_change(*, actor: Actor, email: str, password: str) -> EmailChange:
    """Have a link mailed to the new address, and a notice to the present one. A former link is dead.

    Whether somebody else has the address is not looked at: only who reads its mail is told.
    """
    email, user = email.strip(), own_account(actor, lock=True)
    errors = person_errors(email, "")
    if not errors and email.lower() == user.email.lower():
        errors = [FieldError("email", "email_same", _("This is your address already."))]
    if errors:
        raise Invalid(_("The address can't be changed like this."), errors=errors)
    require_password(user, password, "password")
    EmailChange.objects.filter(user_id=user.pk).delete()
    change = EmailChange.objects.create(user=user, email=email, expires_at=Now() + LIFETIME)
    enqueue(SEND_CHANGE, {"change_id": change.pk}, actor=SYSTEM)
    notify(actor=SYSTEM, user=user, what=EMAIL_CHANGE_ASKED, facts={"email": email})
    event("person.asked_for_email_change", user, data={"email": email})
    return change


def make_change_link(*, actor: Actor, change_id: UUID) -> Link | None:
    """Return the link that confirms the change; None where it is not wanted any more. Its hour begins now.

    Each call makes another link, and the former one is dead.
    """
    change = EmailChange.objects.select_related("user").filter(pk=change_id, used_at=None).first()
    if change is None:
        return None
    link = Link(change.email, change.user.email, new_token())
    rows = EmailChange.objects.filter(pk=change.pk, used_at=None)
    return link if rows.update(token_hash=hash_of(link.token), expires_at=Now() + LIFETIME) else None


def confirm_email_change(*, actor: Actor, token: str) -> User:
    """Move the account to the address that the link was mailed to, once. Organizations learn of it by a job.

    Only the account that asked can confirm: who gets the link by a mistyped address can do nothing with it. Raises
    NotFound with code email_link_gone, and Conflict with code email_taken where somebody else has the address.
    """
    user = own_account(actor, lock=True)
    change = open_email_change(user.pk, token)
    if change is None or not EmailChange.objects.filter(pk=change.pk, used_at=None).update(used_at=Now()):
        raise NotFound(_("This link was used or has expired. Ask for a new one."), code="email_link_gone")
    before, user.email = user.email, change.email
    records.account_changing(user.pk)
    try:
        with transaction.atomic():
            user.save(update_fields=["email"])
    except IntegrityError as error:
        raise Conflict(
            _("%(email)s belongs to another account. Ask for another address.") % {"email": change.email},
            code="email_taken",
        ) from error
    kill_links(user)
    event("person.changed_email", user, data={"before": before, "after": user.email})
    enqueue(MIRROR, {"user_id": user.pk}, actor=SYSTEM, serial_key=str(user.pk))
    notify(actor=SYSTEM, user=user, what=EMAIL_CHANGED, to=before, facts={"email": user.email})
    return user


def organizations_to_tell(user_id: UUID) -> list[Organization]:
    """Return the organizations that hold the person's address, in one order."""
    rows = Organization.objects.filter(directory__user_id=user_id).exclude(status=Organization.Status.REMOVED)
    return list(rows.order_by("pk"))


def mirror_email(*, actor: Actor, user: User) -> None:
    """Write the account's address into the open scope's organization. Repeated it changes nothing."""
    organization = current_organization()
    rows = Membership.objects.filter(user_id=user.pk).exclude(email=user.email)
    records.access_changing(organization.id)
    rows.update(email=user.email, row_version=F("row_version") + 1)
    entries = DirectoryEntry.objects.filter(organization_id=organization.id, user_id=user.pk)
    entries.exclude(email=user.email).update(email=user.email)
