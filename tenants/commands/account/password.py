"""A new password: by somebody who knows the present one, or by a link mailed to the account's address."""

from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from kernel.errors import Conflict, FieldError, Invalid, NotFound
from kernel.jobs import enqueue
from kernel.recorder.events import event
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import public_scope
from tenants import records
from tenants.commands.account.notices import PASSWORD_CHANGED, notify
from tenants.commands.account.own import LIFETIME, Link, kill_links, new_token, own_account, require_password
from tenants.commands.checks import NOBODYS, password_errors
from tenants.models import PasswordReset, User
from tenants.queries.account import hash_of, open_reset
from tenants.queries.people import person_by_email

SEND_RESET = "tenants.send_password_reset"
KEPT = timedelta(days=1)


def change_password(*, actor: Actor, present: str, password: str) -> User:
    """Set a new password for whoever knows the present one. Every session ends; the caller may keep its own."""
    user = own_account(actor)
    require_password(user, present, "present")
    _check(user, password)
    _set(user, make_password(password))
    event("person.changed_password", user)
    return user


def request_password_reset(*, actor: Actor, email: str) -> None:
    """Have a link mailed with which the account at this address gets a new password.

    Nothing here looks at accounts, so neither the answer nor its time tells whether there is one.
    """
    enqueue(SEND_RESET, {"email": email}, actor=actor, dedupe_key=email.strip().lower()[:200])


def make_reset_link(*, actor: Actor, email: str) -> Link | None:
    """Return a link that sets the password of the account at this address, once, within an hour; None without one.

    Each call makes another link; the first that is used kills the rest.
    """
    user = person_by_email(email)
    if user is None or not user.is_active or user.email.lower().endswith(NOBODYS):
        return None
    link = Link(user.email, user.email, new_token())
    PasswordReset.objects.filter(expires_at__lt=Now() - KEPT).delete()
    PasswordReset.objects.create(token_hash=hash_of(link.token), user=user, expires_at=Now() + LIFETIME)
    event("person.asked_for_password_reset", user)
    return link


def reset_password(*, actor: Actor | None, token: str, password: str, request_id: str = "") -> User:
    """Set the password of the account that the link was mailed for, once; every session of it ends.

    Runs in the public phase. Raises NotFound with code reset_link_gone for a link that is used, expired or unknown;
    which of these, nobody is told.
    """
    found = open_reset(token)
    if found is None:
        raise _gone()
    user = found.user
    _check(user, password)
    hashed = make_password(password)
    by = Actor(kind="person", user_id=user.pk, name=user.name, email=user.email)
    with public_scope(actor=by, source="console", request_id=request_id):
        mine = PasswordReset.objects.filter(pk=found.pk, used_at=None, expires_at__gt=Now())
        if mine.update(used_at=Now()) != 1:
            raise _gone()
        _set(user, hashed)
        event("person.reset_password", user)
    return user


def _check(user: User, password: str) -> None:
    errors = password_errors(password, user)
    if errors:
        raise Invalid(_("Choose another password."), errors=errors)


def _set(user: User, hashed: str) -> None:
    """Hashing is slow, so it happened before any lock; of two who change at once, one is refused."""
    records.account_changing(user.pk)
    if not User.objects.filter(pk=user.pk, password=user.password, is_active=True).update(password=hashed):
        message = _("The password was changed meanwhile. Try again.")
        raise Conflict(message, errors=[FieldError("password", "password_changed", message)])
    user.password = hashed
    kill_links(user)
    notify(actor=SYSTEM, user=user, what=PASSWORD_CHANGED)


def _gone() -> NotFound:
    return NotFound(_("This link was used or has expired. Ask for a new one."), code="reset_link_gone")
