"""One import: dry run, confirmation, progress and report, all on one page."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaigns.legacy import queries
from campaigns.legacy.commands import apply_import, check_dump
from campaigns.legacy.models import ImportBatch
from console.guards import actor_of, member_page
from console.live import live_page, live_part
from console.org.import_media import media_context
from console.org.problems import as_csv
from console.paging import PageLinks
from console.parameters import Tab, text
from kernel.errors import Conflict
from kernel.http.cursor import BadCursor

TEMPLATE = "console/org/import.html"
PROBLEMS_SHOWN = 50
RUNNING = frozenset({"uploaded", "checking", "applying"})
LARGEST_ROW = 2**63 - 1


@member_page("import:run")
@require_safe
def page(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """The import as it stands."""
    return live_page(request, TEMPLATE, *_context(request, batch_id))


@member_page("import:run")
@require_safe
def progress(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """The same, for the page that watches it."""
    return live_part(request, TEMPLATE, *_context(request, batch_id))


@member_page("import:run")
@require_POST
def check(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Do the dry run again."""
    try:
        check_dump(actor=actor_of(request), batch_id=batch_id)
    except Conflict as error:
        messages.error(request, error.detail)
    return redirect("org:import", batch_id)


@member_page("import:run")
@require_POST
def apply(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Import what the dry run has found, or go on with an import that stopped."""
    try:
        apply_import(actor=actor_of(request), batch_id=batch_id)
    except Conflict as error:
        messages.error(request, error.detail)
    return redirect("org:import", batch_id)


@member_page("import:run")
@require_safe
def problems(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Every row that was not imported, as a file for a spreadsheet."""
    batch = queries.find_import(actor=actor_of(request), batch_id=batch_id)
    response = HttpResponse(as_csv(queries.all_problems(batch)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{batch.pk}-problems.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def _context(request: HttpRequest, batch_id: UUID) -> tuple[dict[str, Any], Any]:
    """Return what the page shows, and what of it tells whether the page has changed."""
    batch = queries.find_import(actor=actor_of(request), batch_id=batch_id)
    now = queries.state_now(batch)
    media = media_context(request, batch)
    is_judged = now.state in ("ready", "done") or (now.state in ("applying", "failed") and bool(batch.counts))
    shown = {
        "run": _run(batch, now),
        "is_running": now.state in RUNNING or media.get("state") == "working",
        "media_state": (media.get("state"), media.get("percent"), media.get("progress_text")),
        "percent": round(100 * now.done / now.total) if now.total else 0,
        "progress_text": now.phase or _("Waiting for a worker"),
    }
    context = {
        "media": media,
        "left_seconds": _left(batch, now),
        "kinds": queries.figures(batch) if is_judged else [],
        "totals": queries.all_figures(batch) if is_judged else None,
        "warnings": queries.warnings(batch) if is_judged else [],
        "unknown_keys": batch.counts.get("unknown_keys", []),
        "cleanup": _cleanup(batch) if now.state == "done" else None,
        "can_apply": now.state == "ready",
        "retry_url": _retry_url(batch) if now.state == "failed" else "",
        "check_url": reverse("org:import-check", args=[batch.pk]) if now.state == "ready" else "",
        "report_url": "",
    }
    if now.state in ("ready", "done"):
        context |= _problems(request, batch)
    return shown | context, shown


def _run(batch: ImportBatch, now: queries.StateNow) -> dict[str, Any]:
    took = batch.finished_at - batch.started_at if batch.finished_at and batch.started_at else None
    return {
        "id": batch.pk,
        "source": batch.source,
        "file_name": batch.file_name,
        "file_size": batch.size,
        "state": now.state,
        "created_at": batch.created_at,
        "uploaded_by": batch.created_by_name,
        "job_id": batch.job_id,
        "seconds": took.total_seconds() if took else None,
        "error": now.error,
        "applied": batch.applied,
    }


def _left(batch: ImportBatch, now: queries.StateNow) -> float | None:
    """Return about how many seconds are left, from the pace so far; None where that says nothing yet."""
    began = batch.started_at if now.state == "applying" else batch.created_at
    if now.state not in RUNNING or not began or not now.done or now.done >= now.total:
        return None
    return (timezone.now() - began).total_seconds() * (now.total - now.done) / now.done


def _problems(request: HttpRequest, batch: ImportBatch) -> dict[str, Any]:
    """Return a page of the rows that are not imported. The links lead to the page, also from the part that polls."""
    totals = queries.all_figures(batch)
    if totals is None or not totals.rejected + totals.conflict:
        return {"problem_tabs": [], "problems": []}
    url, asked = reverse("org:import", args=[batch.pk]), text(request, "verdict")
    verdict = asked if asked in ("rejected", "conflict") else ""
    found = queries.problem_page(batch, verdict=verdict, after=_row(text(request, "after")), limit=PROBLEMS_SHOWN + 1)
    shown = found[:PROBLEMS_SHOWN]
    choices = [
        ("", _("All"), totals.rejected + totals.conflict),
        ("rejected", _("Rejected"), totals.rejected),
        ("conflict", _("Conflict"), totals.conflict),
    ]
    kept = {"verdict": verdict} if verdict else {}
    return {
        "problem_tabs": [
            Tab(label, f"{url}?verdict={value}" if value else url, value == verdict, count)
            for value, label, count in choices
        ],
        "problems": [_problem(problem) for problem in shown],
        "page": PageLinks(
            previous_url=_address(url, kept) if text(request, "after") else "",
            next_url=_address(url, kept | {"after": str(shown[-1].row)}) if len(found) > PROBLEMS_SHOWN else "",
        ),
        "report_url": reverse("org:import-problems", args=[batch.pk]),
    }


def _problem(problem: queries.Problem) -> dict[str, Any]:
    return {
        "row": problem.row,
        "path": problem.path,
        "verdict": problem.verdict,
        "kind": queries.GROUP_LABELS.get(problem.group, problem.group),
        "code": problem.code,
        "message": problem.message,
        "name": problem.name,
        "fact": problem.fact,
    }


def _cleanup(batch: ImportBatch) -> dict[str, Any]:
    advice = queries.cleanup(batch)
    safe = [key.key for key in advice if key.removable]
    return {
        "safe": safe,
        "kept": [{"name": key.key, "reason": key.why} for key in advice if not key.removable],
        "snippet": _snippet(safe) if safe else "",
    }


def _snippet(keys: Sequence[str]) -> str:
    """Return a line for the browser's console that forgets `keys`; escaped, so that no key can break out of it."""
    return f"for (const key of {json.dumps(keys)}) localStorage.removeItem(key)"


def _retry_url(batch: ImportBatch) -> str:
    """An import that had been judged goes on with its rows; one that had not is read again."""
    return reverse("org:import-apply" if batch.counts else "org:import-check", args=[batch.pk])


def _row(written: str) -> int:
    if not written:
        return 0
    if not (written.isascii() and written.isdigit() and int(written) <= LARGEST_ROW):
        raise BadCursor()
    return int(written)


def _address(url: str, parameters: dict[str, str]) -> str:
    return f"{url}?{urlencode(parameters)}" if parameters else url
