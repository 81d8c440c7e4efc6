"""What a bulk change did, and the way back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from console.guards import actor_of, member_page
from console.parameters import text
from kernel.errors import Conflict, NotFound
from kernel.tenancy.context import Actor
from tenants.access.bulk.engine import UNDO_WITHIN
from tenants.access.bulk.queries import batch_detail, is_undoable
from tenants.access.bulk.undo import undo_batch


def done_context(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """Return the batch that the address names, as long as it can be undone."""
    try:
        batch = batch_detail(actor=actor, batch_id=UUID(text(request, "done")))
    except (ValueError, NotFound):
        return {"done": None}
    if batch.resource != "campaigns" or not is_undoable(batch):
        return {"done": None}
    return {"done": batch, "undo_until": batch.created_at + UNDO_WITHIN}


@member_page("campaign:view")
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take a batch back; what was changed since stays, and is named."""
    actor = actor_of(request)
    try:
        batch_id = UUID(request.POST.get("batch", ""))
    except ValueError:
        raise NotFound() from None
    try:
        report = undo_batch(actor=actor, batch_id=batch_id)
    except Conflict as refusal:
        messages.error(request, refusal.detail)
        return redirect(reverse("org:campaigns"))
    left = [result for result in report.results if result.problem is not None]
    undone = len(report.results) - len(left)
    done = ngettext("%(count)d campaign is as it was.", "%(count)d campaigns are as they were.", undone)
    (messages.success if not left else messages.warning)(request, " ".join([done % {"count": undone}, *_why(left)]))
    return redirect(reverse("org:campaigns"))


def _why(left: list[Any]) -> list[str]:
    if not left:
        return []
    stayed = ngettext("%(count)d stayed:", "%(count)d stayed:", len(left)) % {"count": len(left)}
    reasons = dict.fromkeys(str(result.problem["detail"] or result.problem["title"]) for result in left)
    return [stayed, *reasons]
