"""Shares of all objects that the person may share: look through them, change them, take them away."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from console.guards import actor_of, is_fragment, member_page
from console.org.objects import STALE
from console.org.share import share_row
from console.org.share_forms import ShareChangeForm
from console.paging import rows_wanted
from console.parameters import Tab, pages, text
from kernel.errors import Invalid, NotAllowed, PreconditionFailed
from kernel.tenancy.context import Actor
from tenants.access.granted import Share, ShareFilters, object_types, share_counts, share_detail, share_page
from tenants.access.grants import change, revoke, revoke_many
from tenants.access.models import LEVELS, Team
from tenants.access.people import member_list
from tenants.access.resolver import can
from tenants.access.ways import level_name

SOON = "soon"


@member_page()
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What is shared with whom, the newest first, or what ends soon."""
    actor, filters = actor_of(request), _filters(request)
    found = share_page(actor=actor, filters=filters, cursor=text(request, "cursor") or None, limit=rows_wanted(request))
    context: dict[str, Any] = {
        "rows": [share_row(row) | {"object_url": _object_url(row)} for row in found.items],
        "page": pages(request, found.next),
        "is_filtered": bool(set(request.GET) - {"cursor", "tab"}),
        "soon": filters.expiring,
    }
    if not is_fragment(request):
        context |= {
            "filters": {name: text(request, name) for name in ("object_type", "who", "level", "tab")},
            "object_types": [
                (name, str(model._meta.verbose_name).capitalize()) for name, model in object_types().items()
            ],
            "levels": [(level, level_name(level)) for level in LEVELS],
            "who": _who(actor),
            "tabs": _tabs(request, *share_counts(actor=actor)),
        }
    response = render(request, f"console/org/grants.html{'#results' if is_fragment(request) else ''}", context)
    response["Vary"] = "HX-Request"
    return response


@member_page()
@require_POST
def revoke_chosen(request: HttpRequest) -> HttpResponse:
    """Take the chosen shares away and say what became of each."""
    chosen = [share_id for value in request.POST.getlist("grant") if (share_id := _uuid(value))]
    if not chosen:
        messages.warning(request, _("Choose at least one share."))
        return redirect("org:grants")
    results = revoke_many(actor=actor_of(request), share_ids=chosen)
    done = [found for found in results if found.outcome == "revoked"]
    if done:
        words = ngettext("%(count)d share was taken away.", "%(count)d shares were taken away.", len(done))
        messages.success(request, words % {"count": len(done)})
    for found in results:
        if found.outcome != "revoked":
            messages.error(request, found.detail)
    return redirect("org:grants")


@member_page()
@require_POST
def revoke_one(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """Take one share away."""
    found = revoke(actor=actor_of(request), share_id=grant_id)
    facts = {"object": found.object_name, "name": found.name}
    messages.success(request, _("%(object)s is no longer shared with %(name)s.") % facts)
    return redirect(_back(request))


@member_page()
@require_POST
def change_one(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """Change level, end or reason of the share that was seen."""
    actor = actor_of(request)
    share_detail(actor=actor, share_id=grant_id)
    form = ShareChangeForm(request.POST)
    try:
        if not form.is_valid():
            raise Invalid(_("Choose a level and an end of this share."))
        found = change(actor=actor, share_id=grant_id, version=form.cleaned_data["version"], changes=form.changes())
    except PreconditionFailed:
        messages.warning(request, STALE)
    except (Invalid, NotAllowed) as error:
        if isinstance(error, NotAllowed) and error.code != "beyond_own_rights":
            raise
        messages.error(request, " ".join(row.message for row in error.errors) or error.detail)
    else:
        messages.success(request, _("The share with %(name)s was changed.") % {"name": found.name})
    return redirect(_back(request))


def _sent(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "")


def _filters(request: HttpRequest) -> ShareFilters:
    kind, _colon, found = text(request, "who").partition(":")
    who = _uuid(found)
    object_type, level = text(request, "object_type"), text(request, "level")
    return ShareFilters(
        object_type=object_type if object_type in object_types() else None,
        user_id=who if kind == "person" else None,
        team_id=who if kind == "team" else None,
        level=level if level in LEVELS else None,
        expiring=text(request, "tab") == SOON,
    )


def _who(actor: Actor) -> list[tuple[str, list[tuple[str, str]]]]:
    members = member_list(actor=actor) if can(actor, "member:view") else []
    people = [(f"person:{row.user_id}", str(row)) for row in members if row.user_id]
    teams = [(f"team:{team.pk}", team.name) for team in Team.objects.all()]
    return [(title, choices) for title, choices in ((_("People"), people), (_("Teams"), teams)) if choices]


def _uuid(found: str) -> UUID | None:
    try:
        return UUID(found)
    except ValueError:
        return None


def _tabs(request: HttpRequest, total: int, soon: int) -> list[Tab]:
    url, is_soon = reverse("org:grants"), text(request, "tab") == SOON
    return [
        Tab(_("All"), url, not is_soon, total),
        Tab(_("Ending soon"), f"{url}?tab={SOON}", is_soon, soon),
    ]


def _object_url(found: Share) -> str:
    return reverse(f"org:{found.object_type}-share", args=[found.object_id])


def _back(request: HttpRequest) -> str:
    """The list it was done from: the object's own page, where the form names it, else all shares."""
    kind, _colon, pk = _sent(request, "back").partition(":")
    object_id = _uuid(pk)
    if kind in object_types() and object_id is not None:
        return reverse(f"org:{kind}-share", args=[object_id])
    return reverse("org:grants")
