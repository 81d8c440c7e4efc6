"""Campaigns as bars over a month or a week, on the organization's clock."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format

from campaigns import queries
from campaigns.models import Campaign
from console.org.campaigns.filters import Asked
from console.parameters import text
from kernel.tenancy.context import Actor
from tenants.access.resolver import can_many
from tenants.access.settings.queries import organization_settings

MOST_BARS = 200
MOST_UNDATED = 20
LANES = 8
FIRST_DAYS = {"monday": 0, "sunday": 6, "saturday": 5}


@dataclass(frozen=True, slots=True)
class Bar:
    """A campaign within one week: from column `start` over `span` days, cut off where it goes on beyond the week."""

    campaign: Any
    start: int
    span: int
    begins: bool
    ends: bool
    lane: int


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a week, on which a bar can be dropped."""

    day: date
    is_today: bool
    is_outside: bool


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days with their bars; `hidden` says how many found no room."""

    days: list[Day]
    bars: list[Bar]
    hidden: int


def calendar_context(request: HttpRequest, actor: Actor, asked: Asked) -> dict[str, Any]:
    """Return the weeks of the month, or of the week, that the address names (`at`), and what has no start yet."""
    today = timezone.localdate()
    span = "week" if text(request, "span") == "week" else "month"
    at = _day(text(request, "at")) or today
    first_day = FIRST_DAYS[organization_settings().week_start]
    first, last = _range(at, span, first_day)
    found = queries.campaign_page(
        actor=actor,
        filters=asked.with_filters(runs_from=_midnight(first), runs_until=_midnight(last + timedelta(days=1))),
        limit=MOST_BARS,
    )
    undated = queries.campaign_page(
        actor=actor,
        filters=asked.with_filters(undated=True, runs_from=None, runs_until=None),
        limit=MOST_UNDATED,
    )
    movable = {row.pk for row in can_many(actor, "campaign:edit", [*found.items, *undated.items])}
    for row in (*found.items, *undated.items):
        row.movable = row.pk in movable and row.trashed_at is None  # type: ignore[attr-defined]
    days = (last - first).days + 1
    weeks = [_week(first + timedelta(days=index), found.items, today, at, span) for index in range(0, days, 7)]
    before, after = _neighbours(at, span)
    return {
        "weeks": weeks,
        "heads": [date_format(day.day, "D") for day in weeks[0].days],
        "undated": undated.items,
        "more_undated": undated.next is not None,
        "too_many": found.next is not None,
        "span": span,
        "title": _title(at, first, last, span),
        "urls": {
            "before": asked.url(at=before.isoformat(), span=span),
            "after": asked.url(at=after.isoformat(), span=span),
            "today": asked.url(span=span),
            "month": asked.url(at=at.isoformat(), span="month"),
            "week": asked.url(at=at.isoformat(), span="week"),
            "back": asked.query(at=at.isoformat(), span=span),
        },
    }


def _title(at: date, first: date, last: date, span: str) -> str:
    if span == "month":
        return date_format(at, "F Y")
    return f"{date_format(first, 'j M')} \N{EN DASH} {date_format(last, 'j M Y')}"


def _range(at: date, span: str, first_day: int) -> tuple[date, date]:
    if span == "week":
        start = at - timedelta(days=(at.weekday() - first_day) % 7)
        return start, start + timedelta(days=6)
    begin = at.replace(day=1)
    end = (begin + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    start = begin - timedelta(days=(begin.weekday() - first_day) % 7)
    return start, end + timedelta(days=6 - (end.weekday() - first_day) % 7)


def _neighbours(at: date, span: str) -> tuple[date, date]:
    if span == "week":
        return at - timedelta(days=7), at + timedelta(days=7)
    begin = at.replace(day=1)
    return (begin - timedelta(days=1)).replace(day=1), (begin + timedelta(days=31)).replace(day=1)


def _week(first: date, campaigns: list[Campaign], today: date, at: date, span: str) -> Week:
    days = [
        Day(day, day == today, span == "month" and day.month != at.month)
        for day in (first + timedelta(days=index) for index in range(7))
    ]
    bars: list[Bar] = []
    free = [-1] * LANES
    hidden = 0
    for campaign in sorted(campaigns, key=lambda row: (_first(row), row.name, row.pk)):
        begin, end = _first(campaign), _last(campaign)
        if begin > days[-1].day or end < first:
            continue
        start, stop = max(0, (begin - first).days), min(6, (end - first).days)
        lane = next((index for index, until in enumerate(free) if until < start), None)
        if lane is None:
            hidden += 1
            continue
        free[lane] = stop
        bars.append(Bar(campaign, start + 1, stop - start + 1, begin >= first, end <= days[-1].day, lane + 1))
    return Week(days, bars, hidden)


def _first(campaign: Campaign) -> date:
    return timezone.localtime(campaign.starts_at).date() if campaign.starts_at else date.max


def _last(campaign: Campaign) -> date:
    return timezone.localtime(campaign.ends_at).date() if campaign.ends_at else date.max


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone())


def _day(typed: str) -> date | None:
    try:
        found = parse_date(typed)
    except ValueError:
        return None
    return found if found is not None and 1970 <= found.year <= 9000 else None
