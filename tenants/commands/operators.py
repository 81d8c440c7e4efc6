"""Who runs the platform: added and removed by whoever works on the server."""

from django.utils.translation import gettext as _

from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.tenancy.context import Actor
from tenants import records
from tenants.commands.checks import NOBODYS, password_errors, person_errors
from tenants.models import Operator, User
from tenants.queries.people import person_by_email


def add_operator(*, actor: Actor, email: str, name: str = "", password: str = "", existing: bool = False) -> Operator:
    """Make the person an operator with a new account, which needs a password. Adding an operator changes nothing.

    An account that is there already gets the rights only by `existing`, and keeps its name and password: it came
    from somebody's invitation, so first make sure that the person at this address is who uses it.
    """
    email = email.strip()
    user = person_by_email(email)
    if user is None:
        if existing:
            raise NotFound(_("%(email)s has no account.") % {"email": email})
        user = _new_account(email, name.strip(), password)
    elif Operator.objects.filter(pk=user.pk).exists():
        return user.operator
    else:
        _refuse_account(user, existing)
    records.account_changing(user.pk)
    operator, _created = Operator.objects.get_or_create(user=user)
    return operator


def remove_operator(*, actor: Actor, email: str) -> None:
    """Take the operator's rights away; the account stays. The last operator can't be removed."""
    # All rows are locked in one order, so two operators who remove each other can't both succeed.
    operators = list(Operator.objects.select_for_update().order_by("user_id"))
    user = person_by_email(email)
    operator = next((found for found in operators if user is not None and found.user_id == user.pk), None)
    if operator is None:
        raise NotFound(_("%(email)s is no operator.") % {"email": email})
    if len(operators) == 1:
        raise Conflict(_("The platform needs at least one operator."), code="last_operator")
    records.account_changing(operator.user_id)
    operator.delete()


def _refuse_account(user: User, existing: bool) -> None:
    if not user.is_active or user.email.lower().endswith(NOBODYS):
        raise NotAllowed(_("%(email)s is switched off.") % {"email": user.email}, code="inactive")
    if not existing:
        raise Conflict(
            _("%(email)s has an account already. Make sure that it is theirs, then add it as an existing one.")
            % {"email": user.email},
            code="account_exists",
        )


def _new_account(email: str, name: str, password: str) -> User:
    user = User(email=email, name=name)
    errors = person_errors(email, name) + password_errors(password, user)
    if errors:
        raise Invalid(" ".join(found.message for found in errors), errors=errors)
    user.set_password(password)
    records.account_changing(user.pk)
    user.save(force_insert=True)
    return user
