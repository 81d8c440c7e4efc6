"""Imports: the upload of a dump, and what was uploaded before."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campaigns.legacy import queries
from campaigns.legacy.commands import DEFAULT_SOURCE, upload_dump
from console.forms import explain
from console.guards import actor_of, member_page
from console.org.forms import UploadForm
from console.parameters import pages, text
from console.uploads import was_too_large
from kernel.errors import Invalid, TooLarge
from kernel.http.cursor import BadCursor

SHOWN = 50


@member_page("import:run")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """All imports, the newest first; or the upload of a dump."""
    if request.method != "POST":
        return _page(request, UploadForm(), 200)
    form = UploadForm(request.POST, request.FILES)
    if was_too_large(request):
        return _page(request, _too_large(request), 413)
    if not form.is_valid():
        return _page(request, form, 422)
    file: UploadedFile[Any] = form.cleaned_data["dump"]
    try:
        batch = upload_dump(
            actor=actor_of(request),
            chunks=file.chunks(),
            file_name=file.name or "",
            source=form.cleaned_data["source"],
        )
    except (Invalid, TooLarge) as error:
        explain(form, error)
        return _page(request, form, error.status)
    return redirect("org:import", batch.pk)


def _page(request: HttpRequest, form: UploadForm, status: int) -> HttpResponse:
    found = queries.import_list(actor=actor_of(request), before=_position(text(request, "cursor")), limit=SHOWN + 1)
    shown = found[:SHOWN]
    states = queries.states_now(shown)
    context = {
        "form": form,
        "max_size": settings.MAX_DUMP_BYTES,
        "runs": [_run(batch, states[batch.pk].state) for batch in shown],
        "page": pages(request, str(shown[-1].pk) if len(found) > SHOWN else None),
    }
    return render(request, "console/org/imports.html", context, status=status)


def _run(batch: Any, state: str) -> dict[str, Any]:
    return {
        "id": batch.pk,
        "source": batch.source,
        "file_name": batch.file_name,
        "file_size": batch.size,
        "state": state,
        "created_at": batch.created_at,
        "uploaded_by": batch.created_by_name,
        "counts": queries.all_figures(batch),
    }


def _position(cursor: str) -> UUID | None:
    try:
        return UUID(cursor) if cursor else None
    except ValueError as error:
        raise BadCursor() from error


def _too_large(request: HttpRequest) -> UploadForm:
    """Return the form that says so; what stood behind the file was not read any more."""
    form = UploadForm({"source": request.POST.get("source") or DEFAULT_SOURCE})
    form.errors.pop("dump", None)
    form.add_error("dump", _("The file is larger than %(size)s.") % {"size": filesizeformat(settings.MAX_DUMP_BYTES)})
    return form
