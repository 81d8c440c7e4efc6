"""The pictures and creatives of an import: what its page shows of them, and the run that brings them in."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaigns.legacy.media import queries
from campaigns.legacy.media.commands import bring_in
from campaigns.legacy.models import ImportBatch
from campaigns.legacy.queries import find_import
from catalog.assets.links import path_of
from console.guards import actor_of, member_page
from console.org.problems import as_rows
from kernel.errors import Conflict

FINDINGS_SHOWN = 30
PICTURES_SHOWN = 12


@member_page("import:run")
@require_POST
def bring(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Bring in what the rows of the import hold, or go on with a run that stopped."""
    try:
        bring_in(actor=actor_of(request), batch_id=batch_id)
    except Conflict as error:
        messages.error(request, error.detail)
    return redirect("org:import", batch_id)


@member_page("import:run")
@require_safe
def findings(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Everything that was found in the rows, as a file for a spreadsheet."""
    batch = find_import(actor=actor_of(request), batch_id=batch_id)
    heading = [_("Row"), _("Path"), _("Old id"), _("Name"), _("Code"), _("Message"), _("Found")]
    rows = (
        (found.row, found.path, found.legacy_id, found.name, found.code, found.message, found.fact)
        for found in queries.all_findings(batch)
    )
    response = HttpResponse(as_rows(heading, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{batch.pk}-pictures.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def media_context(request: HttpRequest, batch: ImportBatch) -> dict[str, Any]:
    """Return what the page of an import shows of its pictures and creatives: {} before the import is done."""
    if batch.state != ImportBatch.State.DONE:
        return {}
    run = queries.latest_run(batch)
    now = queries.run_now(run) if run is not None else queries.RunNow("")
    shown: dict[str, Any] = {
        "state": now.state,
        "error": now.error,
        "percent": round(100 * now.done / now.total) if now.total else 0,
        "progress_text": now.phase or _("Waiting for a worker"),
        "bring_url": reverse("org:import-media", args=[batch.pk]) if now.state != "working" else "",
    }
    if run is None or now.state != "done":
        return shown
    found = queries.finding_page(batch, limit=FINDINGS_SHOWN + 1)
    return shown | {
        "made": sum(run.made.values()),
        "numbers": _numbers(run.report),
        "left_out": _left_out(run.report),
        "findings": found[:FINDINGS_SHOWN],
        "findings_url": reverse("org:import-findings", args=[batch.pk]) if found else "",
        "has_more": len(found) > FINDINGS_SHOWN,
        "pictures": [
            {"asset": asset, "thumb": path_of(asset.current, "thumb") if asset.current else ""}
            for asset in queries.imported_assets(actor=actor_of(request), batch=batch, limit=PICTURES_SHOWN)
        ],
    }


def _numbers(report: dict[str, Any]) -> list[tuple[str, int]]:
    figures = report["figures"]
    return [
        (_("Pictures in the library"), report["pictures"]["stored"]),
        (_("Pictures of products"), figures.get("product_pictures", 0)),
        (_("Creatives"), figures.get("creatives", 0)),
        (_("Templates"), figures.get("templates", 0)),
    ]


def _left_out(report: dict[str, Any]) -> list[tuple[str, int]]:
    pictures, figures = report["pictures"], report["figures"]
    told = [
        (_("Pictures of a type that is not taken"), pictures["refused"]),
        (_("Pictures that can't be decoded"), pictures["undecodable"]),
        (_("Pictures that the library did not take"), pictures["not_taken"]),
        (_("Pictures that the dump has lost"), pictures["lost"]),
        (_("Pictures that are addresses"), figures.get("picture_address", 0)),
        (_("Backgrounds that are addresses"), figures.get("background_address", 0)),
        (_("Changed here since, left as they are"), figures.get("kept", 0)),
    ]
    return [(label, count) for label, count in told if count]
