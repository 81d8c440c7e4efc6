"""Which localStorage keys a browser may forget after an import. In doubt a key stays."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.legacy.vocabulary import ESSENTIAL, Kind, key_of


@dataclass(frozen=True, slots=True)
class KeyReport:
    """What became of one key: how many rows, how many of them are not settled, how many pictures are in it only.

    `newer` counts rows that were left out for an older state of the same flow.
    """

    key: str
    rows: int
    rejected: int
    conflicts: int
    newer: int
    lone_pictures: int


@dataclass(frozen=True, slots=True)
class KeyAdvice:
    """Whether a key may go; `code` and `why` say what keeps it ("" for a key that may go)."""

    key: str
    removable: bool
    code: str
    why: str | Promise


_WHY = {
    "essential": _("The browser still needs it."),
    "unknown": _("It is not ours; nothing of it was imported."),
    "not_imported": _("The import has not finished."),
    "rejected": _("Some of its rows could not be imported."),
    "conflict": _("Some of its rows wait for a decision."),
    "newer": _("It was changed after the state of the same flow that was imported."),
    "pictures": _("Some of its pictures are not in the library."),
}


def cleanup_advice(reports: Iterable[KeyReport], *, finished: bool) -> list[KeyAdvice]:
    """Return for each key of an import whether the browser may remove it. Before the import is done, none may go."""
    return [_advice(report, finished=finished) for report in reports]


def _advice(report: KeyReport, *, finished: bool) -> KeyAdvice:
    code = _kept_because(report, finished=finished)
    return KeyAdvice(report.key, removable=not code, code=code, why=_WHY.get(code, ""))


def _kept_because(report: KeyReport, *, finished: bool) -> str:
    if report.key in ESSENTIAL:
        return "essential"
    if key_of(report.key).kind is Kind.UNKNOWN:
        return "unknown"
    if not finished:
        return "not_imported"
    if report.rejected:
        return "rejected"
    if report.conflicts:
        return "conflict"
    if report.newer:
        return "newer"
    return "pictures" if report.lone_pictures else ""
