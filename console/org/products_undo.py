"""Taking back what was done to many products, from the list that shows what came of it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from console.guards import actor_of, member_page
from console.parameters import text
from kernel.errors import Conflict, NotFound
from tenants.access.bulk.engine import UNDO_WITHIN
from tenants.access.bulk.queries import batch_detail, is_undoable
from tenants.access.bulk.undo import undo_batch


@dataclass(frozen=True, slots=True)
class Banner:
    """What was just changed, and until when it can be taken back."""

    batch: UUID
    words: str
    until: object


def banner(request: HttpRequest) -> Banner | None:
    """Return what the address says was just changed; None for nothing that can be taken back."""
    batch_id = _id(text(request, "changed"))
    if batch_id is None:
        return None
    try:
        batch = batch_detail(actor=actor_of(request), batch_id=batch_id)
    except NotFound:
        return None
    if batch.resource != "products" or not is_undoable(batch):
        return None
    words = ngettext("%(n)d product was changed.", "%(n)d products were changed.", batch.size) % {"n": batch.size}
    return Banner(batch.pk, words, batch.created_at + UNDO_WITHIN)


@member_page("catalog:edit")
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back what was done to many products; what can't be taken back stays, with the reasons."""
    batch_id = _id(request.POST.get("batch", ""))
    if batch_id is None:
        raise NotFound()
    try:
        report = undo_batch(actor=actor_of(request), batch_id=batch_id)
    except Conflict as error:
        messages.error(request, error.detail)
        return redirect("org:products")
    left = [result.problem for result in report.results if result.problem is not None]
    undone = len(report.results) - len(left)
    if undone:
        words = ngettext("%(n)d product is as it was.", "%(n)d products are as they were.", undone)
        messages.success(request, words % {"n": undone})
    for (_code, why), n in Counter((problem["code"], _reason(problem)) for problem in left).items():
        words = ngettext("%(n)d product stays as it is: %(why)s", "%(n)d products stay as they are: %(why)s", n)
        messages.warning(request, words % {"n": n, "why": why})
    return redirect("org:products")


def _reason(problem: Mapping[str, Any]) -> str:
    """What the problem says; that of one field is more telling than that there is one."""
    told = [error["message"] for error in problem["errors"]]
    return " ".join(dict.fromkeys(told)) or str(problem["detail"] or problem["title"])


def _id(written: str) -> UUID | None:
    try:
        return UUID(written)
    except ValueError:
        return None
