"""Taking back what was done to many products, from the list that shows what came of it."""

from dataclasses import dataclass
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
    """Take back what was done to many products; what somebody changed since stays."""
    batch_id = _id(request.POST.get("batch", ""))
    if batch_id is None:
        raise NotFound()
    try:
        report = undo_batch(actor=actor_of(request), batch_id=batch_id)
    except Conflict as error:
        messages.error(request, error.detail)
        return redirect("org:products")
    left = sum(result.problem is not None for result in report.results)
    undone = len(report.results) - left
    if undone:
        words = ngettext("%(n)d product is as it was.", "%(n)d products are as they were.", undone)
        messages.success(request, words % {"n": undone})
    if left:
        words = ngettext(
            "%(n)d product was changed since and stays as it is.",
            "%(n)d products were changed since and stay as they are.",
            left,
        )
        messages.warning(request, words % {"n": left})
    return redirect("org:products")


def _id(written: str) -> UUID | None:
    try:
        return UUID(written)
    except ValueError:
        return None
