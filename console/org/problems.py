"""The rows that an import left out, as a file that a spreadsheet opens and never executes."""

import csv
import io
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from campaigns.legacy.queries import Problem
from kernel.files.formulas import harmless


def as_csv(problems: Iterable[Problem]) -> bytes:
    """Return the rows with a heading, in UTF-8 with the mark by which spreadsheets know it."""
    heading = [
        _("Row"),
        _("Path"),
        _("Kind"),
        _("Old id"),
        _("Name"),
        _("Verdict"),
        _("Code"),
        _("Message"),
        _("Found"),
    ]
    return as_rows(
        heading,
        (
            (
                problem.row,
                problem.path,
                problem.group,
                problem.legacy_id,
                problem.name,
                problem.verdict,
                problem.code,
                problem.message,
                problem.fact,
            )
            for problem in problems
        ),
    )


def as_rows(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return any rows as such a file; numbers stay numbers."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(heading)
    for row in rows:
        writer.writerow([cell if isinstance(cell, int) else harmless(str(cell)) for cell in row])
    return text.getvalue().encode("utf-8-sig")
