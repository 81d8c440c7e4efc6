"""What a check found."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report; `advice` says what to do unless all is well."""

    level: Literal["ok", "warn", "fail"]
    subject: str
    detail: str
    advice: str = ""


def ok(subject: str, detail: str) -> Finding:
    """All is well."""
    return Finding("ok", subject, detail)


def warn(subject: str, detail: str, advice: str) -> Finding:
    """It works, but not as well as it could."""
    return Finding("warn", subject, detail, advice)


def fail(subject: str, detail: str, advice: str) -> Finding:
    """It does not work."""
    return Finding("fail", subject, detail, advice)
