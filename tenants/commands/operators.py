"""Who runs the platform: added and removed by whoever works on the server."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from kernel.errors import Conflict, FieldError, Invalid, NotAllowed, NotFound
from kernel.tenancy.context import Actor
from tenants import records
from tenants.models import Operator, User
from tenants.queries.people import person_by_email


def add_operator(*, actor: Actor, email: str, name: str = "", password: str = "") -> Operator:
    """Make the person an operator. A new account needs a password; an existing one keeps name and password.

    Adding somebody twice changes nothing.
    """
    user = person_by_email(email)
    if user is None:
        user = _new_account(email.strip(), name.strip(), password)
    elif not user.is_active:
        raise NotAllowed(_("%(email)s is switched off.") % {"email": user.email}, code="inactive")
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


def _new_account(email: str, name: str, password: str) -> User:
    user, errors = User(email=email, name=name), []
    try:
        validate_email(email)
    except ValidationError:
        errors.append(FieldError("email", "email_malformed", _("Enter an e-mail address like name@example.com.")))
    if len(name) > 120 or not name.isprintable():
        errors.append(FieldError("name", "name_length", _("Give a name of at most 120 characters.")))
    try:
        validate_password(password, user)
    except ValidationError as error:
        errors += [FieldError("password", str(found.code), found.messages[0]) for found in error.error_list]
    if errors:
        raise Invalid(" ".join(found.message for found in errors), errors=errors)
    user.set_password(password)
    records.account_changing(user.pk)
    user.save(force_insert=True)
    return user
