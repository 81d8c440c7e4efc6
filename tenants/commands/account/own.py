"""What every change of an account starts with: whose it is, and that it is really them."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import check_password
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from kernel.errors import FieldError, Invalid, NotFound
from kernel.tenancy.context import Actor
from tenants.models import EmailChange, PasswordReset, User

LIFETIME = timedelta(hours=1)


def own_account(actor: Actor, *, lock: bool = False) -> User:
    """Return the account of whoever acts, as it stands in the database."""
    rows = User.objects.select_for_update() if lock else User.objects.all()
    user = rows.filter(pk=actor.user_id, is_active=True).first() if actor.user_id is not None else None
    if user is None:
        raise NotFound()
    return user


def require_password(user: User, password: str, field: str) -> None:
    """Raise Invalid unless this is the person's present password."""
    if not check_password(password, user.password):
        message = _("This is not your present password.")
        raise Invalid(message, errors=[FieldError(field, "password_wrong", message)])


@dataclass(frozen=True, slots=True)
class Link:
    """What is about to be mailed, and to whom. The token exists nowhere else; the database holds its hash."""

    email: str
    account: str
    token: str


def new_token() -> str:
    """Return the secret of a link."""
    return secrets.token_urlsafe(32)


def kill_links(user: User) -> None:
    """Make every link that was mailed for the account useless."""
    for model in (PasswordReset, EmailChange):
        model._default_manager.filter(user_id=user.pk, used_at=None).update(used_at=Now())
