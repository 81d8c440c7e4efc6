"""What the pages of campaigns and of products do alike: list by state, show history, save, trash, restore."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.queries import history
from console.forms import explain
from console.guards import is_fragment
from console.org.entries import linked
from console.org.forms import ObjectForm, VersionForm
from console.parameters import pages, tabs, text
from kernel.errors import Conflict, Invalid, LimitReached, PreconditionFailed
from kernel.tenancy.context import Actor
from tenants.access.models import Owned, Versioned
from tenants.access.ownership import teams_to_choose

TRASH = "trash"
STALE = gettext_lazy("Somebody changed this meanwhile. Look at it as it is now and try again.")
type States = Iterable[tuple[str, str | Promise]]


def state_of(request: HttpRequest, states: States) -> str:
    """Return the state whose tab is open; empty for all of them, whatever else the address says."""
    asked = text(request, "state")
    return asked if asked == TRASH or asked in dict(states) else ""


def state_tabs(request: HttpRequest, states: States, counts: dict[str, int]) -> list[Any]:
    """Return a tab for all, for each state that occurs, and for the trash."""
    shown = [(value, label) for value, label in states if counts[value] or value == text(request, "state")]
    choices = [("", _("All")), *shown, (TRASH, _("Trash"))]
    return tabs(request, "state", [(value, label, counts[value or "all"]) for value, label in choices], "q")


def answer_list(request: HttpRequest, template: str, context: dict[str, Any], next_cursor: str | None) -> HttpResponse:
    """Render a list: whole, or the part `results` for htmx, at the same address."""
    part = "#results" if is_fragment(request) else ""
    response = render(request, f"{template}{part}", context | {"page": pages(request, next_cursor)})
    response["Vary"] = "HX-Request"
    return response


def tab_of(request: HttpRequest) -> str:
    """Return which page of an object is open."""
    return "history" if text(request, "tab") == "history" else "overview"


def object_tabs(request: HttpRequest) -> list[Any]:
    """Return the pages of an object."""
    return tabs(request, "tab", [("", _("Overview"), None), ("history", _("History"), None)])


def history_context(request: HttpRequest, obj: Owned) -> dict[str, Any]:
    """Return what the history tab shows of `obj`, which the caller has found visible."""
    found = history(obj, cursor=text(request, "cursor") or None)
    return {"entries": linked(found.lines), "page": pages(request, found.next)}


def kept_data(obj: Any) -> str:
    """Return the object's document as readable text; empty where it holds nothing."""
    return json.dumps(obj.data, indent=2, ensure_ascii=False) if obj.data else ""


def team_choices(actor: Actor, action: str) -> list[tuple[str, str]]:
    """Return the teams into which the person may put what they make."""
    return [(str(team.pk), team.name) for team in teams_to_choose(actor=actor, action=action)]


def save[M: Versioned](form: ObjectForm, command: Callable[[], M]) -> tuple[M | None, int]:
    """Carry out `command`; what it refuses is put on the form, and the status says what kind of refusal it was.

    Without a form error and without an object, somebody else was faster: 409.
    """
    try:
        return command(), 302
    except PreconditionFailed:
        return None, 409
    except (Invalid, LimitReached) as error:
        explain(form, error)
        return None, error.status
    except Conflict as error:
        if "status" not in form.fields or error.code != "transition_not_allowed":
            raise
        form.add_error("status", error.detail)
        return None, 422


def move[M: Owned](
    request: HttpRequest, command: Callable[[int], M], *, url: str, done: str, done_url: str
) -> HttpResponse:
    """Trash or restore on top of the version that was seen: to `done_url` with `done` as a toast.

    Where the version is another by now, or the plan has no room, back to `url` with the reason.
    """
    form = VersionForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("The form was incomplete; open the page again."))
    try:
        command(form.cleaned_data["version"])
    except PreconditionFailed:
        messages.warning(request, STALE)
    except LimitReached as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, done)
        return redirect(done_url)
    return redirect(url)
