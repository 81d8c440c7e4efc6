"""Filters that people keep under a name."""

from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns import commands, queries
from console.guards import actor_of, member_page
from console.org.campaigns.filters import VIEWS, Asked, read
from console.parameters import text
from kernel.errors import Conflict, Invalid
from kernel.tenancy.context import Actor


class SaveForm(forms.Form):
    """A name, and the address whose filter is kept under it."""

    name = forms.CharField(max_length=80)
    query = forms.CharField(required=False, max_length=4000)
    shared = forms.BooleanField(required=False)


class ChangeForm(forms.Form):
    """Another name, shared or not; or no view any more."""

    name = forms.CharField(max_length=80, required=False)
    shared = forms.BooleanField(required=False)
    do = forms.ChoiceField(choices=[("change", "change"), ("delete", "delete")])


@member_page("campaign:view")
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the present filter."""
    form = SaveForm(request.POST)
    back = request.POST.get("query", "")[:4000]
    if not form.is_valid():
        messages.error(request, _("Give the view a name."))
        return redirect(_list(back))
    name, query = form.cleaned_data["name"], _meant(form.cleaned_data["query"])
    try:
        made = commands.save_view(actor=actor_of(request), name=name, query=query, shared=form.cleaned_data["shared"])
    except (Conflict, Invalid) as refusal:
        messages.error(request, refusal.detail or _("Give the view a name."))
        return redirect(_list(back))
    messages.success(request, _("The view %(name)s is kept.") % {"name": made.name})
    return redirect(_list(urlencode(query | {"saved": str(made.pk)})))


@member_page("campaign:view")
@require_POST
def change(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Rename one's own view, share it or not, or forget it."""
    actor, form = actor_of(request), ChangeForm(request.POST)
    found = queries.own_view(actor=actor, view_id=view_id)
    if not form.is_valid():
        messages.error(request, _("Give the view a name."))
        return redirect(_list(urlencode(found.query | {"saved": str(view_id)})))
    if form.cleaned_data["do"] == "delete":
        commands.delete_view(actor=actor, view_id=view_id)
        messages.success(request, _("The view %(name)s is forgotten.") % {"name": found.name})
        return redirect(_list(urlencode(found.query)))
    changes = {"name": form.cleaned_data["name"], "shared": form.cleaned_data["shared"]}
    try:
        commands.change_view(actor=actor, view_id=view_id, changes=changes)
    except (Conflict, Invalid) as refusal:
        messages.error(request, refusal.detail or _("Give the view a name."))
    else:
        messages.success(request, _("The view was changed."))
    return redirect(_list(urlencode(found.query | {"saved": str(view_id)})))


def saved_context(request: HttpRequest, actor: Actor, asked: Asked) -> dict[str, Any]:
    """Return the views that the person can pick, and the one that is open."""
    views = queries.saved_views(actor=actor)
    current = text(request, "saved")
    rows = [
        {
            "view": view,
            "url": _list(urlencode(_plain(view.query) | {"saved": str(view.pk)})),
            "mine": view.owner_id == actor.user_id,
            "current": str(view.pk) == current,
        }
        for view in views
    ]
    return {
        "saved": rows,
        "open_view": next((row for row in rows if row["current"]), None),
        "present_query": asked.query(),
    }


def _meant(query: str) -> dict[str, str]:
    """What of an address is a filter, or a way to look."""
    given = dict(parse_qsl(query)[:40])
    view = given.get("view", "")
    return dict(read(view, given).params) | ({"view": view} if view in VIEWS else {})


def _plain(query: Any) -> dict[str, str]:
    return {str(name): str(value) for name, value in query.items()}


def _list(query: str) -> str:
    address = reverse("org:campaigns")
    return f"{address}?{query}" if query else address
