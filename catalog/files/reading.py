"""Bytes of a file -> rows of cells: CSV with any usual separator, or one JSON object a line; UTF-8."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from kernel.errors import DomainError, FieldError, Invalid
from kernel.files.formulas import plain
from kernel.http.strict import read_json

MOST_ROWS: Final = 100_000
MOST_COLUMNS: Final = 200
LOOKED_AT: Final = 200
_SEPARATORS: Final = (",", ";", "\t", "|")
ATTRIBUTES: Final = "attributes"

type Cells = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `number` is that of the spreadsheet's row, or of the line. `problem` says why it can't be read."""

    number: int
    cells: Cells
    problem: str = ""


def text_of(content: bytes) -> str:
    """Return the file's text. Raises Invalid for what is neither UTF-8 nor UTF-16 with its mark."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        message = _("The file is not in UTF-8. Save it as “CSV UTF-8”.")
        raise Invalid(errors=[FieldError("/file", "not_utf8", message)]) from None


def columns_of(text: str, kind: str) -> list[str]:
    """Return the columns in their order: the CSV's heading, or the keys of the first lines of JSON."""
    if kind == "csv":
        found = _headings(text)
    else:
        keys: dict[str, None] = {}
        for number, row in enumerate(rows_of(text, kind)):
            if number == LOOKED_AT:
                break
            keys |= dict.fromkeys(row.cells)
        found = list(keys)
    if not found:
        raise Invalid(errors=[FieldError("/file", "no_rows", _("The file holds no rows."))])
    if len(found) > MOST_COLUMNS:
        message = _("A file may have %(most)d columns.") % {"most": MOST_COLUMNS}
        raise Invalid(errors=[FieldError("/file", "too_large", message)])
    return found


def rows_of(text: str, kind: str) -> Iterator[Row]:
    """Yield every row that holds something. Raises Invalid after the most rows that a file may have."""
    rows = _csv_rows(text) if kind == "csv" else _json_rows(text)
    for number, row in enumerate(rows):
        if number == MOST_ROWS:
            message = _("A file may have %(most)d rows.") % {"most": MOST_ROWS}
            raise Invalid(errors=[FieldError("/file", "too_large", message)])
        yield row


def _csv_rows(text: str) -> Iterator[Row]:
    headings = _headings(text)
    for number, line in enumerate(_lines(text), start=1):
        if number == 1 or not any(cell.strip() for cell in line):
            continue
        cells: Cells = {name: plain(cell.strip()) for name, cell in zip(headings, line, strict=False)}
        problem = "cells_extra" if any(cell.strip() for cell in line[len(headings) :]) else ""
        if any("\0" in cell for cell in line):
            cells, problem = {name: cell.replace("\0", "") for name, cell in cells.items()}, "nul_character"
        yield Row(number, cells, problem)


def _lines(text: str) -> Iterator[list[str]]:
    first = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    except csv.Error as error:
        message = _("The CSV can't be read: %(reason)s.") % {"reason": str(error)[:100]}
        raise Invalid(errors=[FieldError("/file", "broken_csv", message)]) from None


def _headings(text: str) -> list[str]:
    line = next(_lines(text), [])
    while line and not line[-1].strip():
        line = line[:-1]
    found: list[str] = []
    for place, heading in enumerate(line, start=1):
        name = plain(heading.replace("\0", "").strip())[:120] or _("Column %(place)d") % {"place": place}
        found.append(name if name not in found else f"{name} ({place})")
    return found


def _json_rows(text: str) -> Iterator[Row]:
    # Only these end a line of JSON: its texts may hold U+2028 and others that splitlines() takes for ends too.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = read_json(line.removesuffix("\r").encode())
        except DomainError as error:
            yield Row(number, {}, error.errors[0].code if error.errors else "broken_row")
            continue
        if isinstance(value, dict):
            yield Row(number, _flat(value))
        else:
            yield Row(number, {}, "not_object")


def _flat(value: Mapping[str, Any]) -> Cells:
    """Attributes stand in columns of their own, as they do in a CSV."""
    found: Cells = {}
    for name, cell in value.items():
        if name == ATTRIBUTES and isinstance(cell, dict):
            found |= {f"{ATTRIBUTES}.{key}": part for key, part in cell.items()}
        else:
            found[name] = cell
    return found


def sample(text: str, kind: str, *, rows: int = 5) -> Sequence[Row]:
    """Return the first rows, to look at."""
    found = []
    for row in rows_of(text, kind):
        found.append(row)
        if len(found) == rows:
            break
    return found
