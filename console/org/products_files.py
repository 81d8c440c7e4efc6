"""Products from files and into files: sent, mapped, tried out, written; and given out."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.catalogs.default import default_catalog
from catalog.catalogs.queries import open_catalogs
from catalog.files import storing
from catalog.files.commands import MOST_BYTES, export_products, map_columns, run_file, send_file
from catalog.files.mapping import targets
from catalog.files.queries import file_detail, file_page, rejected_rows, row_page, state_now, states_now
from catalog.files.writing import rejected_csv
from catalog.labels.queries import labels_to_choose
from catalog.models import Product, ProductFile, ProductFileRow
from console.forms import explain
from console.guards import actor_of, member_page
from console.live import live_page, live_part
from console.org.objects import state_of
from console.org.products import filters_of
from console.org.products_forms import SendForm
from console.parameters import pages, tabs, text
from console.uploads import was_too_large
from kernel.errors import Conflict, Invalid, TooLarge
from tenants.access.resolver import can

TEMPLATE = "console/org/product_file.html"
RUNNING = frozenset({"checking", "running"})
SHOWN = 50
_CSV = "text/csv; charset=utf-8"
_LINES = "application/x-ndjson; charset=utf-8"


@member_page("catalog:import")
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    """The files of before, and a new one."""
    actor = actor_of(request)
    catalogs = open_catalogs(actor=actor)
    if request.method != "POST":
        return _sending(request, SendForm(catalogs=catalogs, initial={"catalog_id": text(request, "catalog")}), 200)
    form = SendForm(request.POST, request.FILES, catalogs=catalogs)
    if was_too_large(request):
        return _sending(request, form, 413)
    if not form.is_valid():
        return _sending(request, form, 422)
    upload: UploadedFile[Any] = form.cleaned_data["file"]
    name = upload.name or ""
    if upload.size and upload.size > MOST_BYTES:
        form.add_error("file", _("A file may have %(megabytes)d MB.") % {"megabytes": MOST_BYTES // (1024 * 1024)})
        return _sending(request, form, 413)
    try:
        file, _made = send_file(
            actor=actor,
            catalog_id=form.cleaned_data["catalog_id"] or default_catalog().pk,
            content=upload.read(),
            file_name=name,
            kind="jsonl" if name.lower().endswith((".jsonl", ".ndjson", ".json")) else "csv",
            match=form.cleaned_data["match"],
        )
    except (Invalid, TooLarge) as error:
        explain(form, error)
        return _sending(request, form, error.status)
    return redirect("org:product-file", file.pk)


@member_page("catalog:view")
@require_safe
def file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """One import or export as it stands."""
    return live_page(request, TEMPLATE, *_context(request, file_id))


@member_page("catalog:view")
@require_safe
def progress(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """The same, for the page that watches it."""
    return live_part(request, TEMPLATE, *_context(request, file_id))


@member_page("catalog:import")
@require_POST
def map_(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Say which column is which field; the dry run is done anew."""
    actor = actor_of(request)
    found = file_detail(actor=actor, file_id=file_id)
    mapping = {column: request.POST.get(f"column-{place}", "") for place, column in enumerate(found.columns)}
    try:
        map_columns(actor=actor, file_id=file_id, mapping=mapping, match=request.POST.get("match", found.match))
    except Invalid as error:
        for wrong in error.errors:
            messages.error(request, wrong.message)
    except Conflict as error:
        messages.error(request, error.detail)
    return redirect("org:product-file", file_id)


@member_page("catalog:import")
@require_POST
def run(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Write what the dry run said, or go on with a run that stopped."""
    try:
        run_file(actor=actor_of(request), file_id=file_id)
    except Conflict as error:
        messages.error(request, error.detail)
    return redirect("org:product-file", file_id)


@member_page("catalog:view")
@require_safe
def download(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """What an export wrote, or the rows that an import rejected."""
    found = file_detail(actor=actor_of(request), file_id=file_id)
    if found.direction == ProductFile.Direction.IMPORT:
        content, kind, name = rejected_csv(found, rejected_rows(found)), _CSV, f"rejected-{found.pk}.csv"
    elif found.state != ProductFile.State.DONE:
        raise Conflict(_("The file is not written yet."), code="file_state", state=found.state)
    else:
        content = storing.content_of(found.storage_key)
        kind = _CSV if found.format == ProductFile.Format.CSV else _LINES
        name = f"products-{found.created_at:%Y-%m-%d}.{found.format}"
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@member_page("catalog:view")
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """Ask for a file of the products that the list's filter finds."""
    actor = actor_of(request)
    state = state_of(request, Product.Status.choices)
    wanted = filters_of(request, state, open_catalogs(actor=actor), labels_to_choose(actor=actor))
    filters = {"status": wanted.status, "catalog_id": wanted.catalog_id, "label_id": wanted.label_id}
    kind = request.POST.get("format", "")
    made = export_products(
        actor=actor,
        kind=kind if kind in ProductFile.Format.values else ProductFile.Format.CSV,
        filters=filters | {"text": wanted.text},
    )
    return redirect("org:product-file", made.pk)


def _sending(request: HttpRequest, form: SendForm, status: int) -> HttpResponse:
    if status == 413 and not form.errors.get("file"):
        form.add_error("file", _("The file is too large."))
    found = file_page(actor=actor_of(request), cursor=text(request, "cursor") or None)
    states = states_now(found.items)
    context = {
        "form": form,
        "max_size": MOST_BYTES,
        "files": [{"file": row, "state": states[row.pk].state} for row in found.items],
        "page": pages(request, found.next),
    }
    return render(request, "console/org/product_import.html", context, status=status)


def _context(request: HttpRequest, file_id: UUID) -> tuple[dict[str, Any], Any]:
    """Return what the page shows, and what of it tells whether the page has changed."""
    actor = actor_of(request)
    found = file_detail(actor=actor, file_id=file_id)
    now = state_now(found)
    is_import = found.direction == ProductFile.Direction.IMPORT
    may_run = is_import and can(actor, "catalog:import", found)
    shown = {
        "file": found,
        "state": now.state,
        "error": now.error,
        "is_import": is_import,
        "is_running": now.state in RUNNING,
        "percent": round(100 * now.done / now.total) if now.total else 0,
        "counts": found.counts,
        "tally": _tally(found.counts),
    }
    context = {
        "can_run": may_run and bool(found.counts) and now.state in ("ready", "failed"),
        "can_map": may_run and now.state in ("uploaded", "ready", "failed") and found.finished_at is None,
        "download_url": _download_url(found, now.state),
        "steps": _steps(found, now.state),
    }
    if is_import and now.state not in RUNNING:
        context |= _rows(request, found, may_run)
    facts = (found.pk, now.state, now.error, now.done, found.counts, found.rows)
    return shown | context, facts


def _tally(counts: dict[str, int]) -> list[tuple[int, str, str]]:
    words = {
        "created": (_("New"), "tally-ok"),
        "updated": (_("Changed"), ""),
        "unchanged": (_("As they are"), ""),
        "rejected": (_("Rejected"), "tally-bad"),
    }
    return [(counts.get(name, 0), label, tone) for name, (label, tone) in words.items()] if counts else []


def _download_url(found: ProductFile, state: str) -> str:
    if found.direction == ProductFile.Direction.EXPORT:
        return reverse("org:product-file-download", args=[found.pk]) if state == "done" else ""
    return reverse("org:product-file-download", args=[found.pk]) if found.counts.get("rejected") else ""


def _steps(found: ProductFile, state: str) -> list[dict[str, Any]]:
    """Where the import stands: sent, tried out, looked at, written."""
    order = ["uploaded", "checking", "ready", "running", "done"]
    place = order.index(state) if state in order else (3 if found.cursor else 1)
    words = [_("Sent and mapped"), _("Tried out"), _("Looked at"), _("Written")]

    def look(number: int) -> str:
        if state == "failed" and number == place:
            return "failed"
        return "done" if number < place else "running" if number == place and state in RUNNING else "waiting"

    return [{"label": label, "detail": "", "state": look(number)} for number, label in enumerate(words)]


def _rows(request: HttpRequest, found: ProductFile, may_run: bool) -> dict[str, Any]:
    """The mapping with what stands in the columns, and a page of rows with what they come to."""
    asked = text(request, "result")
    result = asked if asked in ProductFileRow.Result.values else ""
    rows = row_page(file=found, results=[result] if result else [], cursor=text(request, "cursor") or None, limit=SHOWN)
    first = row_page(file=found, limit=3).items
    choices = [(value, label, found.counts.get(value, 0)) for value, label in ProductFileRow.Result.choices]
    used = [(value, label, count) for value, label, count in choices if count or value == result]
    return {
        "columns": [
            {
                "place": place,
                "name": column,
                "target": found.mapping.get(column, ""),
                "samples": [str(row.cells[column])[:60] for row in first if row.cells.get(column) not in (None, "")],
            }
            for place, column in enumerate(found.columns)
        ],
        "targets": targets(found.catalog) if found.catalog and may_run else [],
        "matches": ProductFile.Match.choices,
        "rows": [_row(row, found) for row in rows.items],
        "row_tabs": tabs(request, "result", [("", _("All"), found.rows), *used]) if found.counts else [],
        "page": pages(request, rows.next),
    }


def _row(row: ProductFileRow, found: ProductFile) -> dict[str, Any]:
    by_target = {target: column for column, target in found.mapping.items() if target}
    return {
        "number": row.number,
        "result": row.result,
        "match": row.cells.get(by_target.get(found.match, ""), ""),
        "name": row.name or row.cells.get(by_target.get("name", ""), ""),
        "message": row.message,
        "code": row.code,
        "field": row.field,
        "url": reverse("org:product", args=[row.product_id]) if row.product_id else "",
    }
