"""What can be asked about imports."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.legacy.cleanup import KeyAdvice, KeyReport, cleanup_advice
from campaigns.legacy.counting import GROUPS
from campaigns.legacy.models import ImportBatch, ImportRow
from campaigns.legacy.words import OUTCOMES, REASONS, WARNINGS
from kernel.errors import NotFound
from kernel.jobs.models import Job
from kernel.jobs.queries import visible_jobs
from kernel.tenancy.context import Actor
from tenants.access.resolver import require

GROUP_LABELS: Final = {
    "products": _("Products"),
    "campaigns": _("Campaigns (first builder)"),
    "saved_campaigns": _("Campaigns (flow)"),
    "flow": _("Drafts of the flow"),
    "backgrounds": _("Backgrounds"),
}
_OVER: Final = frozenset({Job.State.FAILED, Job.State.DEAD, Job.State.CANCELLED})
_WORKING: Final = frozenset({ImportBatch.State.UPLOADED, ImportBatch.State.CHECKING, ImportBatch.State.APPLYING})


@dataclass(frozen=True, slots=True)
class StateNow:
    """Where an import stands. A job that was given up leaves its import behind as it was; this says so."""

    state: str
    error: str = ""
    done: int = 0
    total: int = 0
    phase: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """Rows of one part of the dump by verdict."""

    group: str
    label: str | Promise
    created: int
    duplicate: int
    conflict: int
    rejected: int
    total: int


@dataclass(frozen=True, slots=True)
class Problem:
    """One row that was not imported, and why. `row` counts the dump's rows from 1."""

    row: int
    path: str
    verdict: str
    group: str
    legacy_id: str
    name: str
    code: str
    message: str | Promise
    fact: str


@dataclass(frozen=True, slots=True)
class Warned:
    """How many rows came in with the same repair."""

    code: str
    message: str | Promise
    count: int


def import_list(*, actor: Actor, before: UUID | None = None, limit: int = 50) -> list[ImportBatch]:
    """Return a page of imports, newest first; `before` is the last id of the page before."""
    require(actor, "import:run")
    batches = ImportBatch.objects.all() if before is None else ImportBatch.objects.filter(id__lt=before)
    return list(batches.order_by("-id")[:limit])


def find_import(*, actor: Actor, batch_id: UUID, lock: bool = False) -> ImportBatch:
    """Return one import; raise NotFound."""
    require(actor, "import:run")
    batches = ImportBatch.objects.select_for_update() if lock else ImportBatch.objects.all()
    batch = batches.filter(pk=batch_id).first()
    if batch is None:
        raise NotFound()
    return batch


def state_now(batch: ImportBatch) -> StateNow:
    """Return the import's state together with its job's progress."""
    return states_now([batch])[batch.id]


def states_now(batches: Collection[ImportBatch]) -> dict[UUID, StateNow]:
    """Return the states of a page of imports by id, in one query more at most."""
    asked = {batch.job_id for batch in batches if batch.job_id and batch.state in _WORKING}
    jobs = visible_jobs().in_bulk(asked) if asked else {}
    return {batch.id: _state(batch, jobs.get(batch.job_id) if batch.job_id else None) for batch in batches}


def _state(batch: ImportBatch, job: Job | None) -> StateNow:
    if job is None:
        return StateNow(batch.state, batch.error)
    progress = {name: job.progress.get(name, default) for name, default in (("done", 0), ("total", 0), ("phase", ""))}
    if job.state in _OVER:
        return StateNow(ImportBatch.State.FAILED, job.error_text, **progress)
    return StateNow(batch.state, batch.error, **progress)


def figures(batch: ImportBatch) -> list[Figures]:
    """Return the counts of the dry run (what would be made) or, once applied, of what was; empty before the dry run."""
    totals = batch.counts.get("totals", {})
    return [_figures(group, label, totals[group]) for group, label in GROUP_LABELS.items() if totals.get(group)]


def all_figures(batch: ImportBatch) -> Figures | None:
    """Return the sum over all parts; None before the dry run."""
    if not batch.counts:
        return None
    summed = _figures("", _("All"), {})
    for part in figures(batch):
        summed = replace(
            summed,
            **{
                name: getattr(summed, name) + getattr(part, name)
                for name in ("created", "duplicate", "conflict", "rejected", "total")
            },
        )
    return summed


def warnings(batch: ImportBatch) -> list[Warned]:
    """Return the repairs, most frequent first."""
    counts: dict[str, int] = {}
    for by_code in batch.counts.get("warnings", {}).values():
        for code, count in by_code.items():
            counts[code] = counts.get(code, 0) + count
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [Warned(code, WARNINGS.get(code, code), count) for code, count in ordered]


def problem_page(batch: ImportBatch, *, verdict: str = "", after: int = 0, limit: int = 50) -> list[Problem]:
    """Return rejected and conflicting rows (or one of the two) in the dump's order, behind row `after`."""
    return [_problem(row) for row in _problem_rows(batch, verdict, after)[:limit]]


def all_problems(batch: ImportBatch) -> Iterator[Problem]:
    """Yield every rejected and conflicting row, without holding them all."""
    after = 0
    while page := problem_page(batch, after=after, limit=1000):
        yield from page
        after = page[-1].row


def key_reports(batch: ImportBatch) -> list[KeyReport]:
    """Return what became of each localStorage key of the dump."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, count(*), count(*) FILTER (WHERE verdict = 'rejected'),"
            " count(*) FILTER (WHERE verdict = 'conflict'), count(*) FILTER (WHERE code = 'superseded_newer'),"
            " sum(CASE WHEN brought IS NULL THEN held_pictures ELSE coalesce((brought ->> 'unstored')::int, 0) END)"
            " FROM campaigns_importrow WHERE batch_id = %s GROUP BY key ORDER BY min(ord)",
            [batch.id],
        )
        return [KeyReport(*row) for row in cursor.fetchall()]


def cleanup(batch: ImportBatch) -> list[KeyAdvice]:
    """Return for each key of the dump whether the browser may forget it now."""
    return cleanup_advice(key_reports(batch), finished=batch.state == ImportBatch.State.DONE)


def latest_imports() -> Sequence[ImportBatch]:
    """Return the last finished import of each source: the one that knows what that browser still holds."""
    done = ImportBatch.objects.filter(state=ImportBatch.State.DONE)
    return list(done.order_by("source", "-id").distinct("source"))


def _figures(group: str, label: str | Promise, counts: dict[str, int]) -> Figures:
    return Figures(
        group,
        label,
        counts.get("created", 0),
        counts.get("duplicate", 0),
        counts.get("conflict", 0),
        counts.get("rejected", 0),
        counts.get("rows", 0),
    )


def _problem_rows(batch: ImportBatch, verdict: str, after: int) -> QuerySet[ImportRow]:
    wanted = [verdict] if verdict else ["rejected", "conflict"]
    return ImportRow.objects.filter(batch_id=batch.id, ord__gt=after, verdict__in=wanted).order_by("ord")


def _problem(row: ImportRow) -> Problem:
    message = REASONS.get(row.code) or OUTCOMES.get(row.code) or row.code
    group = GROUPS.get(row.kind, row.kind)
    return Problem(row.ord, row.path, row.verdict, group, row.legacy_id, row.name, row.code, message, row.fact)
