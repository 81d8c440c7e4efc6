"""What every form that names a person checks alike."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from kernel.errors import FieldError
from tenants.models import User

NOBODYS = ".invalid"
"""No mail ever arrives there (RFC 2606); accounts that only hold imported data have such addresses."""


def person_errors(email: str, name: str, *, prefix: str = "") -> list[FieldError]:
    """Return what is wrong with a person's address and name, for the fields `<prefix>email` and `<prefix>name`."""
    errors = []
    if not _is_address(email):
        message = _("Enter an e-mail address like name@example.com.")
        errors.append(FieldError(f"{prefix}email", "email_malformed", message))
    elif not email.isascii():
        errors.append(FieldError(f"{prefix}email", "email_letters", plain_letters_message()))
    elif email.lower().endswith(NOBODYS):
        message = _("Nobody can have an address that ends in %(end)s.") % {"end": NOBODYS}
        errors.append(FieldError(f"{prefix}email", "email_reserved", message))
    if len(email) > 254:
        message = _("An e-mail address has at most 254 characters.")
        errors.append(FieldError(f"{prefix}email", "email_length", message))
    return errors + name_errors(name, f"{prefix}name")


def name_errors(name: str, field: str = "name", *, required: bool = False) -> list[FieldError]:
    """Return what is wrong with a person's name. It must be printable: NUL and lone surrogates fit in no database."""
    if (name or not required) and len(name) <= 120 and name.isprintable():
        return []
    message = _("Give a name of 1 to 120 characters.") if required else _("Give a name of at most 120 characters.")
    return [FieldError(field, "name_length", message)]


def password_errors(password: str, user: User) -> list[FieldError]:
    """Return what is wrong with a password that `user`, who may not be saved yet, wants."""
    if "\x00" in password or len(password) > 1000 or not _is_text(password):
        return [FieldError("password", "password_malformed", _("Choose another password."))]
    try:
        validate_password(password, user)
    except ValidationError as error:
        return [FieldError("password", str(found.code), found.messages[0]) for found in error.error_list]
    return []


def plain_letters_message() -> str:
    """Say that an address is ASCII: of other letters, Python and PostgreSQL make different small ones."""
    return _("Use the letters a to z, digits and signs only. Write the address as your mail server knows it.")


def _is_address(email: str) -> bool:
    try:
        validate_email(email)
    except ValidationError:
        return False
    return email.isprintable()


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
