"""The organization's change log, as far as the person may read it."""

from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from audit import queries
from audit.reading import Wanted
from console.guards import actor_of, member_page
from console.org.entries import linked
from console.org.objects import answer_list
from console.paging import rows_wanted
from console.parameters import text
from kernel.errors import FieldError, Invalid

FILTERS = ("actor", "object_type", "since", "until", "request_id")


@member_page("audit:view")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The log, filtered, the newest entry first."""
    given = {name: text(request, name) for name in FILTERS}
    found = queries.entries(
        actor=actor_of(request),
        wanted=_wanted(given),
        cursor=text(request, "cursor") or None,
        limit=rows_wanted(request),
    )
    context = {
        "filters": given | {"object_types": _types()},
        "entries": linked(found.lines),
        "is_filtered": any(given.values()),
    }
    return answer_list(request, "console/org/audit.html", context, found.next)


def _wanted(given: dict[str, str]) -> Wanted:
    until = _day(given, "until")
    return Wanted(
        person=given["actor"],
        object_type=given["object_type"],
        since=_start(_day(given, "since")),
        until=_start(until + timedelta(days=1) if until else None),
        request_id=given["request_id"],
    )


def _types() -> list[tuple[str, Any]]:
    names = sorted((capfirst(model._meta.verbose_name), name) for name, model in queries.object_types().items())
    return [(name, label) for label, name in names]


def _day(given: dict[str, str], name: str) -> Any:
    written = given[name]
    try:
        day = parse_date(written)
    except ValueError:
        day = None
    if (written and day is None) or (day is not None and not 1970 <= day.year <= 9000):
        message = _("%(text)s is no day; write it like 2026-11-30.") % {"text": written}
        raise Invalid(message, errors=[FieldError(f"?{name}", "bad_date", message)])
    return day


def _start(day: Any) -> datetime | None:
    """Return when the day begins on the organization's clock."""
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None
