"""How a file is refused."""

from kernel.errors import FieldError, Invalid

FILE = "/file"


def refused(code: str, message: str) -> Invalid:
    """Return the refusal of a file, with its own code and a sentence for whoever sent it."""
    return Invalid(message, code=code, errors=[FieldError(FILE, code, message)])
