"""Lists under object access: our branches against guardian's get_objects_for_user, on the same rights.

The two take turns in one run, each time in a transaction of its own. What the person may do is known by then, as it is
in a request (one statement, timed apart); guardian's gets the same order, the same row-value position of a deep page
and the same owner's name.
"""

import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from guardian.core import ObjectPermissionChecker
from guardian.shortcuts import get_objects_for_user

from campaigns.models import Campaign
from kernel.http.cursor import Beyond, page
from kernel.tenancy.context import Actor
from kernel.tenancy.scope import scope
from ops.bench.access_data import PERSONAS, House, Size, make_houses
from ops.bench.report import Bar, middle, report
from tenants.access.context import access_of
from tenants.access.lists import count_visible, page_reader, with_owner
from tenants.access.owned import SORTS, owned_page
from tenants.access.resolver import can, can_many
from tenants.models import User

SEE, PAGE, LIST = "campaign:view", 50, "campaigns"
NEWEST = SORTS["-updated_at"]
KINDS = ("first page", "deep page", "count")
OWN_TABLES = ("campaigns_campaign", "campaigns_campaignusergrant", "campaigns_campaignteamgrant")

type Times = dict[tuple[str, str, str], list[float]]


class Place(NamedTuple):
    """The middle of somebody's list: our cursor, and the row it stands on."""

    cursor: str
    row: Campaign


def run(*, small: bool) -> None:
    """Measure and report; with `small` on a tenth of the data in few rounds."""
    size = Size(10_000, 100, 20, 3_000, 1_000) if small else Size()
    ours, theirs = make_houses(size)
    places = {name: _middle_of(ours, name) for name in PERSONAS}
    times: Times = {}
    wrong = 0
    for _round in range(3 if small else 15):
        for persona in PERSONAS:
            for kind in KINDS:
                place = places[persona] if kind == "deep page" else None
                answers = []
                for way, house, ask in (("ours", ours, _ours), ("guardian", theirs, _guardian)):
                    spent, answer = _timed(house, persona, ask, kind, place)
                    times.setdefault((way, persona, kind), []).append(spent)
                    answers.append(answer)
                wrong += answers[0] != answers[1]
    bars = [
        *_ratios(times),
        *_statements(ours),
        Bar("sequential scans in our plans", sum(_scans(ours, name, places[name]) for name in PERSONAS), "== 0"),
        Bar("answers that differ from guardian's", wrong, "== 0"),
    ]
    report("access", bars, _figures(times, ours, theirs, size))


def _ours(actor: Actor, kind: str, place: Place | None) -> Any:
    if kind == "count":
        return count_visible(actor, SEE, Campaign)
    found = owned_page(
        Campaign,
        actor=actor,
        action=SEE,
        name=LIST,
        filters={},
        trashed=False,
        sort=None,
        cursor=place.cursor if place else None,
        limit=PAGE,
    )
    return [row.pk for row in found.items]


def _guardian(actor: Actor, kind: str, place: Place | None) -> Any:
    user = User(id=actor.user_id, email=actor.email)
    rows = get_objects_for_user(user, "campaigns.access_viewer", Campaign).filter(trashed_at=None)
    if kind == "count":
        return rows.count()
    if place is not None:
        values = [
            models.Value(place.row.updated_at, models.DateTimeField()),
            models.Value(place.row.pk, models.UUIDField()),
        ]
        rows = rows.filter(Beyond(NEWEST, values))
    return [row.pk for row in with_owner(rows).order_by(*NEWEST.order())[:PAGE]]


def _timed(
    house: House, persona: str, ask: Callable[[Actor, str, Place | None], Any], kind: str, place: Place | None
) -> tuple[float, Any]:
    actor = house.personas[persona]
    with scope(house.organization, actor=actor, source="api"):
        access_of(actor)
        began = time.perf_counter()
        answer = ask(actor, kind, place)
        return time.perf_counter() - began, answer


def _middle_of(house: House, persona: str) -> Place:
    actor = house.personas[persona]
    with scope(house.organization, actor=actor, source="api"):
        found = page(
            Campaign.objects.filter(trashed_at=None),
            name=LIST,
            filters={"trashed": False},
            sort="-updated_at",
            sorts=SORTS,
            cursor=None,
            limit=count_visible(actor, SEE, Campaign) // 2,
            read=page_reader(actor, SEE, Campaign, {"trashed_at__isnull": True}, NEWEST),
        )
        if found.next is None:
            raise RuntimeError(f"{persona} sees too little for a deep page.")
        return Place(found.next, found.items[-1])


def _ratios(times: Times) -> list[Bar]:
    """The issue's bars: pages of people with teams, of the guest, and counts of both; who sees all is a figure."""

    def worst(personas: tuple[str, ...], kinds: tuple[str, ...]) -> float:
        return max(_ratio(times, persona, kind) for persona in personas for kind in kinds)

    teams, pages = ("3 teams", "1 team"), ("first page", "deep page")
    return [
        Bar("page, people with teams, times guardian's (worst)", worst(teams, pages), "<= 0.45"),
        Bar("page, guest with 4 objects, times guardian's (worst)", worst(("guest with 4 objects",), pages), "<= 0.05"),
        Bar("count, times guardian's (worst)", worst(PERSONAS, ("count",)), "<= 0.2"),
    ]


def _ratio(times: Times, persona: str, kind: str) -> float:
    return middle(times["ours", persona, kind]) / middle(times["guardian", persona, kind])


def _statements(house: House) -> list[Bar]:
    """How many statements each question takes, counted where most rights come from shares and teams."""
    most: dict[str, int] = {}
    for actor in house.personas.values():
        with scope(house.organization, actor=actor, source="api"):
            rows = list(Campaign.objects.order_by("id")[:PAGE])
            questions: dict[str, Callable[[], object]] = {
                "access context": partial(access_of, actor),
                "can() on a loaded object": partial(can, actor, "campaign:edit", rows[0]),
                "can_many(50)": partial(can_many, actor, "campaign:edit", rows),
            }
            for name, ask in questions.items():
                with CaptureQueriesContext(connection) as seen:
                    ask()
                most[name] = max(most.get(name, 0), len(seen))
    return [
        Bar(f"statements: {name}", count, "== 1" if name == "access context" else "<= 1")
        for name, count in most.items()
    ]


def _scans(house: House, persona: str, place: Place) -> int:
    """Sequential scans of campaigns or shares in the plans of first page, deep page and count."""
    actor, found = house.personas[persona], 0
    with scope(house.organization, actor=actor, source="api"):
        access_of(actor)
        for kind in KINDS:
            with CaptureQueriesContext(connection) as seen:
                _ours(actor, kind, place if kind == "deep page" else None)
            for query in seen.captured_queries:
                with connection.cursor() as cursor:
                    cursor.execute(f"EXPLAIN (FORMAT JSON) {query['sql']}")
                    plan = cursor.fetchone()[0]
                found += _seq_scans(json.loads(plan) if isinstance(plan, str) else plan)
    return found


def _seq_scans(node: Any) -> int:
    if isinstance(node, list):
        return sum(_seq_scans(part) for part in node)
    if not isinstance(node, dict):
        return 0
    here = node.get("Node Type") == "Seq Scan" and node.get("Relation Name") in OWN_TABLES
    return here + sum(_seq_scans(part) for part in node.values())


def _figures(times: Times, ours: House, theirs: House, size: Size) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "campaigns, people, teams": f"{size.campaigns:,}, {size.people}, {size.teams}",
        "rows of shares, ours / guardian's": f"{_shares(ours):,} / {_shares(theirs):,}",
    }
    for persona in PERSONAS:
        for kind in KINDS:
            pair = [middle(times[way, persona, kind]) * 1000 for way in ("ours", "guardian")]
            ratio = _ratio(times, persona, kind)
            figures[f"{persona}, {kind}, ms"] = f"{pair[0]:.2f} / {pair[1]:.2f} = {ratio:.3f}"
    figures["access context, ms"] = round(middle([_context(ours) for _round in range(30)]) * 1000, 2)
    return figures | _many(ours, theirs)


def _context(house: House) -> float:
    actor = house.personas["3 teams"]
    with scope(house.organization, actor=actor, source="api"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        began = time.perf_counter()
        access_of(actor)
        return time.perf_counter() - began


def _many(ours: House, theirs: House) -> dict[str, Any]:
    """What may be done to each of 50 rows: one statement of ours, guardian with and without its prefetch."""
    spent: dict[str, list[float]] = {}
    for _round in range(5):
        for name, house in (("ours", ours), ("guardian's prefetch", theirs), ("guardian one by one", theirs)):
            actor = house.personas["3 teams"]
            with scope(house.organization, actor=actor, source="api"):
                rows = list(Campaign.objects.order_by("id")[:PAGE])
                checker = ObjectPermissionChecker(User(id=actor.user_id))
                began = time.perf_counter()
                if name == "ours":
                    can_many(actor, SEE, rows)
                else:
                    if name == "guardian's prefetch":
                        checker.prefetch_perms(Campaign.objects.order_by("id")[:PAGE])
                    for row in rows:
                        checker.has_perm("access_viewer", row)
                spent.setdefault(name, []).append(time.perf_counter() - began)
    return {f"50 objects checked, {name}, ms": round(middle(seen) * 1000, 2) for name, seen in spent.items()}


def _shares(house: House) -> int:
    with scope(house.organization, actor=house.personas["all"], source="api"):
        tables = [table for table in OWN_TABLES if table.endswith("grant")]
        with connection.cursor() as cursor:
            cursor.execute("SELECT " + " + ".join(f"(SELECT count(*) FROM {table})" for table in tables))
            return int(cursor.fetchone()[0])
