"""The campaigns that somebody may see: one filter, as list, board or calendar."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from campaigns import queries
from campaigns.models import Campaign
from console.guards import actor_of, is_fragment, member_page
from console.org.campaigns import filter_form
from console.org.campaigns.batches import done_context
from console.org.campaigns.board import board_context, column_context
from console.org.campaigns.calendar import calendar_context
from console.org.campaigns.dressing import dress
from console.org.campaigns.filters import ATTENTION, TEMPLATES, TRASH, Asked, asked
from console.org.campaigns.saved import saved_context
from console.parameters import Tab, pages, text
from kernel.tenancy.context import Actor
from tenants.access.resolver import can, can_many
from tenants.access.settings.queries import preferences_of

TEMPLATE = "console/org/campaigns.html"


@member_page("campaign:view")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The campaigns the person may see, the last changed first; htmx gets the part that it asks for."""
    actor, found = actor_of(request), asked(request)
    part = ""
    if is_fragment(request) and text(request, "column"):
        context, part = column_context(actor, found, text(request, "column"), text(request, "cursor")), "#cards"
    else:
        context = _CONTEXTS[found.view](request, actor, found)
        if is_fragment(request):
            part = "#results"
        else:
            context |= _around(request, actor, found)
    context |= {"asked": found, "state": found.state, "q": found.q, "can_create": can(actor, "campaign:create")}
    response = render(request, f"{TEMPLATE}{part}", context)
    response["Vary"] = "HX-Request"
    return response


def _list(request: HttpRequest, actor: Actor, found: Asked) -> dict[str, Any]:
    page = queries.campaign_page(
        actor=actor,
        filters=found.filters,
        cursor=text(request, "cursor") or None,
        limit=preferences_of(actor).list_size,
    )
    dress(actor, page.items)
    restorable = can_many(actor, "campaign:restore", page.items) if found.trashed else []
    return {
        "campaigns": page.items,
        "page": pages(request, page.next),
        "restorable": [row.pk for row in restorable],
        "can_change": not found.trashed and can(actor, "campaign:edit"),
    }


def _board(request: HttpRequest, actor: Actor, found: Asked) -> dict[str, Any]:
    return board_context(actor, found)


def _calendar(request: HttpRequest, actor: Actor, found: Asked) -> dict[str, Any]:
    return calendar_context(request, actor, found)


_CONTEXTS = {"list": _list, "board": _board, "calendar": _calendar}


def _around(request: HttpRequest, actor: Actor, found: Asked) -> dict[str, Any]:
    """What only the whole page shows: tabs, ways to look, the filter, kept views, and what was just done."""
    counts = queries.campaign_counts(actor=actor)
    labels: list[tuple[str, str | Promise]] = [
        ("", _("All")),
        *Campaign.Status.choices,
        (ATTENTION, _("Needs attention")),
        (TEMPLATES, _("Templates")),
        (TRASH, _("Trash")),
    ]
    always = ("", ATTENTION, TEMPLATES, TRASH)
    shown = [(value, label) for value, label in labels if value in always or counts[value] or value == found.state]
    ways = (("list", _("List")), ("board", _("Board")), ("calendar", _("Calendar")))
    return {
        "tabs": [
            Tab(label, found.url(state=value), value == found.state, counts.get(value or "all"))
            for value, label in shown
        ],
        "ways": [Tab(label, found.url(view=value), value == found.view) for value, label in ways],
        "choices": filter_form.choices(actor, found),
        **saved_context(request, actor, found),
        **done_context(request, actor),
    }
