"""Reading single fields of a row, kindly but never silently: what had to be repaired becomes a warning."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from campaigns.legacy.vocabulary import NO_NAME, STATUS_SYNONYMS

MILLION: Final = 1_000_000
MOST_MICROS: Final = 2**63 - 1
MOST_ID: Final = 200
_MONEY: Final = re.compile(r"\s*([$€£]?)\s*(-?[\d,]*\.?\d*)\s*\Z")
_CURRENCY: Final = {"": "USD", "$": "USD", "€": "EUR", "£": "GBP"}
_MILLISECONDS: Final = re.compile(r"(?:\A|_)(\d{13})(?:\Z|_)")
_US_DATE: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})\Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class Reading:
    """One object of the dump while it is read: what is taken goes into our fields, `rest` is what nobody took."""

    def __init__(self, row: dict[str, object], warnings: set[str] | None = None) -> None:
        self.rest = dict(row)
        self.warnings: set[str] = set() if warnings is None else warnings

    def take(self, name: str) -> object:
        """Take a field as it is."""
        return self.rest.pop(name, None)

    def warn(self, code: str) -> None:
        self.warnings.add(code)

    def text(self, name: str, most: int) -> str:
        """Take a text of at most `most` characters; anything else stays in `rest` with a warning."""
        value = self.rest.get(name)
        text = plain_text(value)
        if text is None:
            if value is not None:
                self.warn("field_unreadable")
            else:
                self.rest.pop(name, None)
            return ""
        if len(text) > most:
            self.warn("text_cut")
            return text[:most]
        del self.rest[name]
        return text

    def part(self, name: str) -> dict[str, object]:
        """Take a field that is an object; an absent one is empty, another type stays in `rest` with a warning."""
        value = self.rest.get(name)
        if isinstance(value, dict):
            del self.rest[name]
            return value
        if value is None:
            self.rest.pop(name, None)
        else:
            self.warn("field_unreadable")
        return {}

    def items(self, name: str) -> list[object]:
        """Take a field that is a list; another type stays in `rest` with a warning."""
        value = self.rest.get(name)
        if isinstance(value, list):
            del self.rest[name]
            return value
        if value is None:
            self.rest.pop(name, None)
        else:
            self.warn("field_unreadable")
        return []

    def web_address(self, name: str, most: int = 2000) -> str:
        """Take an address that a browser may follow; any other stays in `rest` with a warning."""
        value = self.rest.get(name)
        if isinstance(value, str) and value.strip():
            if value.strip().lower().startswith(("https://", "http://")) and len(value) <= most:
                del self.rest[name]
                return value.strip()
            self.warn("address_refused")
            return ""
        return self.text(name, most)

    def status(self, known: dict[str, str], ours: frozenset[str]) -> str:
        """Take the status: the application's own words, else a look-alike, else draft; a warning says which.

        A word that is not the application's own stays in `rest` too.
        """
        value = self.rest.get("status")
        if isinstance(value, str) and value in known:
            del self.rest["status"]
            return known[value]
        if value is None:
            self.rest.pop("status", None)
            self.warn("status_missing")
            return "draft"
        mapped = STATUS_SYNONYMS.get(value.strip().lower(), "") if isinstance(value, str) else ""
        self.warn("status_mapped" if mapped in ours else "status_unknown")
        return mapped if mapped in ours else "draft"


def plain_text(value: object) -> str | None:
    """Return a text, or a number as JavaScript would write it; None for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return str(value)


def name_of(*candidates: object) -> tuple[str, int]:
    """Return the first usable name, trimmed, and which candidate it was; "" and -1 where there is none."""
    for index, candidate in enumerate(candidates):
        text = plain_text(candidate)
        if text is not None and text.strip().lower() not in NO_NAME:
            return text.strip(), index
    return "", -1


def identity(value: object) -> tuple[str, str]:
    """Return an id as text and "" or what is to be said about it: id_coerced, missing_id, bad_id."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return "", "missing_id"
    text = plain_text(value)
    if text is None or len(text) > MOST_ID:
        return "", "bad_id"
    return text, "" if isinstance(value, str) else "id_coerced"


def micros(value: object) -> tuple[int, str] | None:
    """Return an amount in millionths and its currency; None where it can't be read or is not possible."""
    text = plain_text(value)
    match = _MONEY.match(text) if text is not None else None
    if match is None:
        return None
    try:
        amount = Decimal(match[2].replace(",", "")) * MILLION
    except InvalidOperation:
        return None
    if not 0 <= amount <= MOST_MICROS:
        return None
    return int(amount.to_integral_value()), _CURRENCY[match[1]]


def made_at(legacy_id: str) -> datetime | None:
    """Return the creation time that a 13-digit id carries; the application's ids are clock readings."""
    match = _MILLISECONDS.search(legacy_id)
    if match is None:
        return None
    found = _EPOCH + timedelta(milliseconds=int(match[1]))
    return found if _EARLIEST <= found < _LATEST else None


def moment(value: object) -> datetime | None:
    """Return an ISO 8601 time in UTC; None for anything else."""
    if not isinstance(value, str) or not 10 <= len(value) <= 40:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found
    return found.astimezone(UTC) if _EARLIEST <= found < _LATEST else None


def us_date(value: object) -> date | None:
    """Return a date written month/day/year; None for anything else."""
    match = _US_DATE.match(value) if isinstance(value, str) else None
    if match is None:
        return None
    try:
        return date(int(match[3]), int(match[1]), int(match[2]))
    except ValueError:
        return None


def iso(value: datetime | None) -> str | None:
    """Return a time as it is stored in a payload."""
    return value.isoformat() if value else None


def without_empty(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    """Return the pairs that say something."""
    return {name: value for name, value in pairs if value not in (None, "", [], {})}
