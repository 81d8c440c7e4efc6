"""The end of a draft: the form that it was typed into has been saved."""

from uuid import UUID

from django.http import HttpRequest

from campaigns.drafts.commands import discard_draft
from campaigns.drafts.kinds import KINDS
from console.guards import actor_of


def forget_draft(request: HttpRequest, kind: str) -> None:
    """Remove the draft that the form's page kept on this device (see console/autosave.js), if it kept one.

    Call it in the view that has saved, so that both happen or neither. Drafts on other devices stay.
    """
    key, _space, device = request.POST.get("draft", "").partition(" ")
    try:
        on = UUID(device)
    except ValueError:
        return
    if kind in KINDS and len(key) <= 64 and key.isprintable():
        discard_draft(actor=actor_of(request), kind=kind, key=key, device=on)
