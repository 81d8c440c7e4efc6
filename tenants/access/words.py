"""What is checked of the names and notes that people give to teams and roles."""

from django.utils.translation import gettext as _

from kernel.errors import FieldError

LONGEST_NAME = 80
LONGEST_NOTE = 300


def name_errors(name: str) -> list[FieldError]:
    """Return what is wrong with a name that is shown on one line."""
    if 1 <= len(name) <= LONGEST_NAME and name.isprintable():
        return []
    return [FieldError("/name", "wrong_length", _("Give a name of 1 to 80 characters."))]


def note_errors(text: str) -> list[FieldError]:
    """Return what is wrong with a description, which may have several lines."""
    if len(text) <= LONGEST_NOTE and "".join(text.splitlines()).isprintable():
        return []
    return [FieldError("/description", "wrong_length", _("Write at most 300 characters."))]
