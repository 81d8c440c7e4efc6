"""How an attempt can end other than well, and what of it may be shown."""

import re

from kernel.errors import DomainError

_SECRETS = re.compile(
    r"(?P<keep>://[^\s:/@]*:|\bbearer\s+|\b(?:password|secret)['\"]?\s*[=:]\s*['\"]?)[^\s,;@'\"]+"
    r"|\bcb_(?:live|test)_\w+",
    re.IGNORECASE,
)


class LeaseLost(Exception):
    """The job was taken back (its lease ran out, or it is over): nothing of this attempt may be committed."""


class Cancelled(Exception):
    """Somebody asked to cancel the job; raised by checkpoint()."""


class Interrupted(Exception):
    """The worker is shutting down; the job goes on elsewhere. Raised by checkpoint()."""


def describe(error: BaseException) -> str:
    """Return the error in one short paragraph without secrets and without a stack."""
    text = error.detail or str(error.title) if isinstance(error, DomainError) else str(error)
    text = " ".join(text.replace("\x00", "").split()) or type(error).__name__
    return _SECRETS.sub(lambda found: (found["keep"] or "") + "***", text)[:1000]


def class_of(error: BaseException) -> str:
    """Return the error's class as it is stored: with its module, so that two of the same name differ."""
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
