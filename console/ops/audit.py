"""The platform audit: what operators and the platform did."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from audit.lines import Line
from audit.platform import queries
from audit.reading import Wanted
from console.guards import is_fragment, operator_page
from console.parameters import pages, text
from kernel.errors import FieldError, Invalid
from tenants.queries.directory import addresses_of

FILTERS = ("actor", "object_type", "since", "until", "request_id")


@operator_page
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The log, filtered, the newest entry first."""
    given = {name: text(request, name) for name in FILTERS}
    found = queries.entries(wanted=_wanted(given), cursor=text(request, "cursor") or None)
    types = sorted((str(capfirst(model._meta.verbose_name)), name) for name, model in queries.object_types().items())
    context = {
        "filters": given | {"object_types": [(name, label) for label, name in types]},
        "entries": linked(found.lines),
        "is_filtered": any(given.values()),
        "page": pages(request, found.next),
    }
    return render(request, f"console/ops/audit.html{'#results' if is_fragment(request) else ''}", context)


def linked(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return entries with the address of what they are about, where it has a page. One query."""
    addresses = addresses_of({line.object_id for line in lines if line.object_type_code == "organization"})
    return [
        {field.name: getattr(line, field.name) for field in fields(line)}
        | {"object_url": reverse("ops:tenant", args=[slug]) if (slug := addresses.get(line.object_id)) else ""}
        for line in lines
    ]


def _wanted(given: dict[str, str]) -> Wanted:
    return Wanted(
        person=given["actor"],
        object_type=given["object_type"],
        since=_day(given["since"], "since"),
        until=_day(given["until"], "until", later=1),
        request_id=given["request_id"],
    )


def _day(written: str, name: str, *, later: int = 0) -> datetime | None:
    """Return the start of a day in UTC, the clock that the log is kept in, or of one some days later."""
    if not written:
        return None
    try:
        day = date.fromisoformat(written) + timedelta(days=later)
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        message = _("%(text)s is no day; write it like 2026-11-30.") % {"text": written}
        raise Invalid(message, errors=[FieldError(f"?{name}", "bad_date", message)]) from error
