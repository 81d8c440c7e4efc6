"""Importing a dump against creating its rows one by one, and the memory that takes at two sizes.

Each import and each loop runs in a process of its own, so that its peak memory is its own. They take turns, so a noisy
machine hits both alike. Every import is checked: the counts its dump must give, and one log entry for every row.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from kernel.ids import uuid7
from kernel.jobs.models import Job
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from ops.bench import create_loop
from ops.bench.dumps import Dump, write_dump
from ops.bench.report import Bar, middle, report
from ops.project import ROOT
from tenants.access.members import add_member
from tenants.access.roles import install_roles
from tenants.models import Organization, User
from tenants.provisioning.schemas import drop_schema, make_schema

_STATE = """
    SELECT (SELECT count(*) FROM campaigns_campaign), (SELECT count(*) FROM catalog_product),
           (SELECT count(*) FROM audit_entry),
           (SELECT count(*) FROM campaigns_campaign c WHERE c.id NOT IN (
               SELECT e.object_pk::uuid FROM audit_entry e WHERE e.event = 'create' AND e.content_type_id = %s
               GROUP BY 1 HAVING count(*) = 1))"""


@dataclass(frozen=True, slots=True)
class State:
    """What an organization holds; `unlogged` are campaigns that have not exactly one entry for their creation."""

    campaigns: int
    products: int
    entries: int
    unlogged: int

    @property
    def rows(self) -> int:
        """Campaigns and products."""
        return self.campaigns + self.products


@dataclass(frozen=True, slots=True)
class Import:
    """One import that was carried out and checked."""

    rows: int
    seconds: dict[str, float]
    peak_mb: float
    state: State

    @property
    def rate(self) -> float:
        """Rows per second from the first byte uploaded to the last row written."""
        return self.rows / sum(self.seconds.values())


@dataclass(frozen=True, slots=True)
class Turn:
    """One import between two loops."""

    done: Import
    loop_rate: float

    @property
    def times(self) -> float:
        """How many times the loop's rows per second."""
        return self.done.rate / self.loop_rate


def run(*, small: bool) -> None:
    """Measure and report; with `small` a tenth of everything."""
    few, many, looped, rounds = (2_000, 20_000, 500, 2) if small else (20_000, 200_000, 1_000, 3)
    with tempfile.TemporaryDirectory(prefix="bench-import-") as name:
        folder = Path(name)
        little, large = write_dump(folder / "few.json", few), write_dump(folder / "many.json", many)
        loops = [_loop(little, looped)]
        turns: list[Turn] = []
        seconds: list[Import] = []
        followed: dict[str, Any] = {}
        for dump in [*[little] * rounds, large]:
            with _organization() as organization:
                done = _import(folder, dump, organization)
                if not seconds:
                    seconds.append(_import_again(folder, dump, organization))
                    followed = _follow(folder, organization)
            loops.append(_loop(little, looped))
            turns.append(Turn(done, (loops[-2]["rate"] + loops[-1]["rate"]) / 2))
        at_once = _loop(little, looped, one_transaction=True)
        size = large.path.stat().st_size
    short, whole = turns[:-1], turns[-1]
    peak = middle([one.done.peak_mb for one in short])
    times = {few: middle([one.times for one in short]), many: whole.times}
    before, after = turns[0].done.state, seconds[0].state
    bars = [
        Bar(f"peak RSS at {many:,} / at {few:,}", whole.done.peak_mb / peak, "<= 1.3"),
        Bar(f"peak RSS at {many:,}, MB", whole.done.peak_mb, "<= 150"),
        Bar("times the rows/s of the create-per-row loop", min(times.values()), ">= 10"),
        Bar("campaigns without exactly one audit entry", max(one.done.state.unlogged for one in turns), "== 0"),
        Bar("rows written by a second run of the same file", after.rows - before.rows, "== 0"),
        Bar("audit entries of a second run", after.entries - before.entries, "== 0"),
    ]
    figures: dict[str, Any] = {f"{rows:,} rows, times the loop": round(ratio, 1) for rows, ratio in times.items()}
    figures |= {f"{few:,} rows, times the loop, min..max": _range([one.times for one in short], 1)}
    figures |= _rates(f"{few:,} rows", [one.done for one in short]) | _rates(f"{many:,} rows", [whole.done])
    figures |= _rates(f"{few:,} rows again", seconds)
    figures |= {
        "create-per-row loop, rows/s": round(middle([one["rate"] for one in loops])),
        "create-per-row loop, min..max rows/s": _range([one["rate"] for one in loops]),
        "the same loop in one transaction, rows/s": round(at_once["rate"]),
        f"peak RSS at {few:,}, MB": round(peak, 1),
        f"peak RSS of the loop at {few:,}, MB": round(max(one["peak_kib"] for one in loops) / 1024, 1),
        f"dump of {many:,} rows, MB": round(size / 2**20, 1),
        f"creatives of {few:,} rows, rows/s": round(few / followed["seconds"]),
        f"creatives of {few:,} rows, made": followed["made"].get("creatives", 0),
        f"peak RSS of the creatives of {few:,} rows, MB": round(followed["peak_kib"] / 1024, 1),
        "rounds": rounds,
    }
    report("import", bars, figures)


def _import(folder: Path, dump: Dump, organization: Organization) -> Import:
    """Import into an empty organization and check every count."""
    told = _import_process(folder, dump, organization)
    state = _state(organization)
    wanted = {
        "products": _verdicts(dump.products, created=dump.products),
        "campaigns": _verdicts(dump.rows, created=dump.created, duplicate=dump.duplicate, rejected=dump.rejected),
    }
    found = {group: told["totals"][group] for group in wanted}
    if found != wanted or (state.campaigns, state.products) != (dump.created, dump.products):
        raise AssertionError(f"The import made {found} and {state}; the dump holds {wanted}.")
    return Import(dump.rows, told["seconds"], told["peak_kib"] / 1024, state)


def _import_again(folder: Path, dump: Dump, organization: Organization) -> Import:
    told = _import_process(folder, dump, organization)
    if told["totals"]["campaigns"]["duplicate"] != dump.created + dump.duplicate:
        raise AssertionError(f"The second run made {told['totals']}.")
    return Import(dump.rows, told["seconds"], told["peak_kib"] / 1024, _state(organization))


def _follow(folder: Path, organization: Organization) -> dict[str, Any]:
    return _process("follow", organization=str(organization.pk), private=str(folder / "private"))


def _import_process(folder: Path, dump: Dump, organization: Organization) -> dict[str, Any]:
    return _process("import", organization=str(organization.pk), dump=str(dump.path), private=str(folder / "private"))


def _loop(dump: Dump, rows: int, *, one_transaction: bool = False) -> dict[str, Any]:
    with _organization() as organization:
        create_loop.prepare(organization)
        told = _process(
            "loop", organization=str(organization.pk), dump=str(dump.path), rows=rows, one_transaction=one_transaction
        )
        state = _state(organization)
    if (state.campaigns, state.unlogged) != (rows, 0):
        raise AssertionError(f"The loop was to create and log {rows} rows: {state}.")
    return told | {"rate": rows / told["seconds"]}


def _process(mode: str, **options: Any) -> dict[str, Any]:
    command = [sys.executable, "-m", "ops.bench.import_process", mode, json.dumps(options)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"The {mode} broke:\n{done.stderr[-4000:]}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@contextmanager
def _organization() -> Iterator[Organization]:
    """An organization without limits for one measurement."""
    made = Organization.objects.using("owner").create(
        slug=f"b{uuid7().hex}", name="Bench", plan_id="enterprise", status=Organization.Status.ACTIVE
    )
    make_schema(made)
    user, _made = User.objects.using("owner").get_or_create(email="bench@example.com", defaults={"name": "Bench"})
    made = Organization.objects.get(pk=made.pk)
    with scope(made, actor=SYSTEM, source="system"):
        install_roles()
        add_member(actor=SYSTEM, user=user, role_slug="owner")
    try:
        yield made
    finally:
        Job.objects.using("owner").filter(organization_id=made.pk).delete()
        drop_schema(made)
        Organization.objects.using("owner").filter(pk=made.pk).delete()


def _state(organization: Organization) -> State:
    content_type = settings.CONTENT_TYPES["campaigns.campaign"]
    with scope(organization, actor=SYSTEM, source="system"), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '2min'")
        cursor.execute(_STATE, [content_type])
        return State(*cursor.fetchone())


def _verdicts(rows: int, *, created: int = 0, duplicate: int = 0, rejected: int = 0) -> dict[str, int]:
    return {"rows": rows, "created": created, "duplicate": duplicate, "conflict": 0, "rejected": rejected}


def _rates(name: str, imports: list[Import]) -> dict[str, Any]:
    phases = {
        f"{name}, {phase}, rows/s": round(middle([one.rows / one.seconds[phase] for one in imports]))
        for phase in imports[0].seconds
    }
    return {f"{name}, rows/s": round(middle([one.rate for one in imports])), **phases}


def _range(values: list[float], digits: int = 0) -> str:
    return f"{min(values):.{digits}f}..{max(values):.{digits}f}"
