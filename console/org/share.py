"""Who has access to a campaign, product or asset, how, and since when: share it, hand it on, ask why."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.commands import transfer_campaign
from campaigns.models import Campaign
from catalog.assets.commands import transfer_asset
from catalog.commands import transfer_product
from catalog.models import Asset, Product
from console.forms import explain
from console.guards import actor_of, is_fragment, member_page
from console.org.objects import STALE
from console.org.share_forms import OwnershipForm, ShareChangeForm, ShareForm
from console.parameters import text
from kernel.errors import Conflict, DomainError, Invalid, NotAllowed, PreconditionFailed
from kernel.tenancy.context import Actor
from tenants.access.context import Access
from tenants.access.explain import rights_on
from tenants.access.granted import Share, shares_of
from tenants.access.grants import share
from tenants.access.models import Owned, Team
from tenants.access.ownership import teams_to_choose
from tenants.access.people import active_people
from tenants.access.resolver import can, find
from tenants.access.ways import level_name

SHOWN = 20
LIST = {"campaign": "org:campaigns", "product": "org:products", "asset": "org:assets"}
# What changing one is called where it is no `:edit`.
CHANGING = {"asset": "asset:upload"}


@member_page("campaign:share")
@require_http_methods(["GET", "HEAD", "POST"])
def campaign(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Who has access to a campaign."""
    return _page(request, find(actor_of(request), "campaign:share", Campaign, campaign_id))


@member_page("catalog:share")
@require_http_methods(["GET", "HEAD", "POST"])
def product(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Who has access to a product."""
    return _page(request, find(actor_of(request), "catalog:share", Product, product_id))


@member_page("asset:share")
@require_http_methods(["GET", "HEAD", "POST"])
def asset(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """Who has access to an asset."""
    return _page(request, find(actor_of(request), "asset:share", Asset, asset_id))


@member_page("campaign:transfer")
@require_POST
def hand_on_campaign(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Give a campaign to another owner and team."""
    found = find(actor_of(request), "campaign:transfer", Campaign, campaign_id)
    return _hand_on(request, found, lambda **to: transfer_campaign(campaign_id=campaign_id, **to))


@member_page("catalog:transfer")
@require_POST
def hand_on_product(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Give a product to another owner and team."""
    found = find(actor_of(request), "catalog:transfer", Product, product_id)
    return _hand_on(request, found, lambda **to: transfer_product(product_id=product_id, **to))


@member_page("asset:transfer")
@require_POST
def hand_on_asset(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """Give an asset to another owner and team."""
    found = find(actor_of(request), "asset:transfer", Asset, asset_id)
    return _hand_on(request, found, lambda **to: transfer_asset(asset_id=asset_id, **to))


def word_of(obj: Owned) -> str:
    """Return the word for the object's kind: campaign, product."""
    return str(obj._meta.model_name)


def explain_url(object_type: str, object_id: UUID, action: str, person_id: UUID | None = None) -> str:
    """Return the address that tells why a person may or may not, without one who may."""
    asked = {"person": str(person_id or ""), "may": action, "object": f"{object_type}:{object_id}"}
    return f"{reverse('org:explain')}?{urlencode(asked)}"


def _page(request: HttpRequest, obj: Owned) -> HttpResponse:
    actor, word = actor_of(request), word_of(obj)
    form, status = None, 200
    edit = CHANGING.get(obj.resource, f"{obj.resource}:edit")
    rights = rights_on(actor=actor, obj=obj, actions=[f"{obj.resource}:view", edit])
    # Who shares needs names; addresses are for those who may see the people.
    if not can(actor, "member:view"):
        rights = [(replace(access, email=""), actions) for access, actions in rights]
    if request.method == "POST":
        form = _share_form(rights, request.POST)
        made, status = _share(actor, obj, form)
        if made is not None:
            messages.success(request, _("Shared with %(name)s.") % {"name": made.name})
            return redirect(f"org:{word}-share", obj.pk)
    q = text(request, "q")
    context: dict[str, Any] = {
        "object": obj,
        "word": word,
        "q": q,
        "people": _people(obj, edit, rights, q),
        "share_url": reverse(f"org:{word}-share", args=[obj.pk]),
    }
    if is_fragment(request):
        return render(request, "console/org/share.html#people", context)
    names = {access.user_id: access.name for access, _actions in rights}
    context |= {
        "owner_name": names.get(obj.owner_id) or _("somebody who has left"),
        "owner_why": explain_url(word, obj.pk, edit, obj.owner_id) if obj.owner_id in names else "",
        "shares": [share_row(found, edit) for found in shares_of(obj)],
        "form": form or _share_form(rights, None),
        "ownership": _ownership_form(actor, obj, _choices(rights))
        if can(actor, f"{obj.resource}:transfer", obj)
        else None,
        "hand_on_url": reverse(f"org:{word}-hand-on", args=[obj.pk]),
        "object_url": reverse(f"org:{word}", args=[obj.pk]),
        "list_url": reverse(LIST[word]),
        "who_can_url": explain_url(word, obj.pk, edit),
    }
    response = render(request, "console/org/share.html", context, status=status)
    response["Vary"] = "HX-Request"
    return response


def share_row(found: Share, action: str = "") -> dict[str, Any]:
    """Return what lists of shares show of one; its dialog holds the form that changes it."""
    # A share that ends at midnight lasts to the end of the day before.
    ends = timezone.localtime(found.expires_at - timedelta(seconds=1)).date() if found.expires_at else None
    form = ShareChangeForm(
        initial={
            "level": found.level,
            "ends_on": ends,
            "ends_before": ends,
            "reason": found.reason,
            "version": found.version,
        },
        auto_id=f"id_{found.id.hex}_%s",
    )
    return {
        "share": found,
        "level_name": level_name(found.level),
        "form": form,
        "why": explain_url(found.object_type, found.object_id, action, found.user_id)
        if action and found.user_id
        else "",
    }


def _share(actor: Actor, obj: Owned, form: ShareForm) -> tuple[Share | None, int]:
    if not form.is_valid():
        return None, 422
    try:
        return share(actor=actor, obj=obj, **form.values()), 302
    except (Invalid, Conflict) as error:
        _onto(form, error)
        return None, error.status
    except NotAllowed as error:
        if error.code != "beyond_own_rights":
            raise
        form.add_error("level", error.detail)
        return None, 422


def _onto(form: ShareForm, error: DomainError) -> None:
    names = {"/user_id": "who", "/team_id": "who", "/expires_at": "ends_on"}
    for found in error.errors:
        form.add_error(names.get(found.pointer) or found.pointer.strip("/"), found.message)
    if not error.errors:
        form.add_error("who", error.detail)


def _hand_on(request: HttpRequest, obj: Owned, command: Callable[..., Owned]) -> HttpResponse:
    actor = actor_of(request)
    people = [(str(found.user_id), found.name) for found in active_people()]
    form = _ownership_form(actor, obj, people, request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose an active member, and a team of yours or none."))
        return _back(actor, obj)
    values = form.cleaned_data
    try:
        given = command(
            actor=actor, version=values["row_version"], owner_id=values["owner_id"], team_id=values["team_id"]
        )
    except PreconditionFailed:
        messages.warning(request, STALE)
        return _back(actor, obj)
    except Invalid as error:
        explain(form, error)
        messages.error(request, " ".join(found.message for found in error.errors))
        return _back(actor, obj)
    messages.success(request, _("%(name)s was handed on.") % {"name": given})
    return _back(actor, given)


def _back(actor: Actor, obj: Owned) -> HttpResponse:
    """To the nearest page about the object that the person may still see."""
    word = word_of(obj)
    if can(actor, f"{obj.resource}:share", obj):
        return redirect(f"org:{word}-share", obj.pk)
    if can(actor, f"{obj.resource}:view", obj):
        return redirect(f"org:{word}", obj.pk)
    return redirect(LIST[word])


def _people(obj: Owned, edit: str, rights: Sequence[tuple[Access, frozenset[str]]], q: str) -> dict[str, Any]:
    """Those who can't change it first: about them one asks why."""
    wanted = [row for row in rights if q.lower() in f"{row[0].name} {row[0].email}".lower()]
    wanted.sort(key=lambda row: (len(row[1]), row[0].name.lower()))
    return {
        "rows": [
            {
                "name": access.name,
                "email": access.email,
                "role_name": access.role_name,
                "can_edit": edit in actions,
                "can_view": bool(actions),
                "why": explain_url(word_of(obj), obj.pk, edit, access.user_id),
            }
            for access, actions in wanted[:SHOWN]
        ],
        "more": max(len(wanted) - SHOWN, 0),
    }


def _choices(rights: Sequence[tuple[Access, frozenset[str]]]) -> list[tuple[str, str]]:
    return [
        (str(access.user_id), f"{access.name} ({access.email})" if access.email else access.name)
        for access, _actions in rights
    ]


def _share_form(rights: Sequence[tuple[Access, frozenset[str]]], data: Any) -> ShareForm:
    people = _choices(rights)
    teams = [(str(team.pk), team.name) for team in Team.objects.all()]
    return ShareForm(data, people=people, teams=teams)


def _ownership_form(actor: Actor, obj: Owned, people: Sequence[tuple[str, str]], data: Any = None) -> OwnershipForm:
    if str(obj.owner_id) not in dict(people):
        people = [(str(obj.owner_id), _("Present owner, who has left")), *people]
    teams = [(str(team.pk), team.name) for team in teams_to_choose(actor=actor, action=f"{obj.resource}:transfer")]
    if obj.team_id is not None and str(obj.team_id) not in dict(teams):
        teams.insert(0, (str(obj.team_id), obj.team.name if obj.team else ""))
    initial = {"owner_id": str(obj.owner_id), "team_id": str(obj.team_id or ""), "row_version": obj.row_version}
    return OwnershipForm(data, people=people, teams=teams, initial=initial, auto_id="id_hand_on_%s")
