"""The creatives of a campaign: made, changed, switched, moved, trashed, with a picture of what is typed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns import commands, queries
from campaigns.models import Campaign, Creative
from catalog.assets.queries import assets_shown
from catalog.models import AssetVersion
from console.guards import actor_of, member_page
from console.org.campaigns.creative_forms import CreativeForm, SwitchForm
from console.org.campaigns.editing import place
from console.org.campaigns.offers import product_choices
from console.org.campaigns.pictures import preview_of, thumb_of
from console.org.campaigns.steps import INCOMPLETE
from console.org.campaigns.uploads import offer, picture_choices, take_in, with_chosen
from console.org.drafts import forget_draft
from console.org.objects import STALE, save
from console.parameters import text
from kernel.errors import Conflict, Invalid, NotFound, PreconditionFailed
from kernel.tenancy.context import Actor
from tenants.access.resolver import can, may_some, require


@member_page("campaign:edit")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """A new creative of the campaign."""
    return _editor(request, _campaign(request, campaign_id), None)


@member_page("campaign:edit")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, campaign_id: UUID, creative_id: UUID) -> HttpResponse:
    """Change a creative on top of the version that was seen."""
    found = _campaign(request, campaign_id)
    creative = queries.creative_detail(actor=actor_of(request), creative_id=creative_id)
    if creative.campaign_id != campaign_id:
        raise NotFound()
    if creative.trashed_at is not None or found.trashed_at is not None:
        return redirect(place(campaign_id, "creatives"))
    return _editor(request, found, creative)


@member_page("campaign:edit")
@require_POST
def switch(request: HttpRequest, campaign_id: UUID, creative_id: UUID) -> HttpResponse:
    """Switch a creative on or off, move it by one place, put it into the trash or take it out."""
    actor, form = actor_of(request), SwitchForm(request.POST)
    creative = queries.creative_detail(actor=actor, creative_id=creative_id)
    if creative.campaign_id != campaign_id:
        raise NotFound()
    if not form.is_valid():
        raise Invalid(str(INCOMPLETE))
    version, to = form.cleaned_data["version"], form.cleaned_data["to"]
    try:
        _switch(actor, creative, version, to)
    except PreconditionFailed:
        messages.warning(request, STALE)
    except Conflict as refusal:
        messages.error(request, refusal.detail)
    return redirect(place(campaign_id, "creatives"))


@member_page("campaign:edit")
@require_safe
def pictures(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Pictures of the library by name, to choose from; the chosen one stays among them."""
    _campaign(request, campaign_id)
    actor, find, chosen = actor_of(request), text(request, "find"), text(request, "asset_id")
    found = picture_choices(actor, find)
    context = {
        "pictures": with_chosen(actor, found, chosen),
        "field": "asset_id",
        "chosen": chosen,
        "is_missed": bool(find) and not found,
    }
    return render(request, "console/org/creative_picker.html", context)


def _switch(actor: Actor, creative: Creative, version: int, to: str) -> None:
    if to == "trash":
        commands.trash_creative(actor=actor, creative_id=creative.pk, version=version)
    elif to == "restore":
        commands.restore_creative(actor=actor, creative_id=creative.pk, version=version)
    elif to in ("up", "down"):
        commands.move_creative(actor=actor, creative_id=creative.pk, version=version, by=-1 if to == "up" else 1)
    else:
        commands.change_creative(actor=actor, creative_id=creative.pk, version=version, changes={"status": to})


def _campaign(request: HttpRequest, campaign_id: UUID) -> Campaign:
    actor = actor_of(request)
    found = queries.campaign_detail(actor=actor, campaign_id=campaign_id)
    require(actor, "campaign:edit", found)
    return found


def _editor(request: HttpRequest, found: Campaign, creative: Creative | None) -> HttpResponse:
    actor = actor_of(request)
    form = _form(request, actor, creative)
    find = text(request, "find")
    offered = offer(form, actor, picture_choices(actor, find))
    status = 200
    if request.method == "POST":
        made, status = _save(actor, form, found, creative)
        if made is not None:
            forget_draft(request, "creative")
            messages.success(request, _("%(name)s was saved.") % {"name": made.name})
            return redirect(place(found.pk, "creatives"))
        if status == 409 and creative is not None:
            form.rebase(queries.creative_detail(actor=actor, creative_id=creative.pk).row_version)
    context = {
        "campaign": found,
        "creative": creative,
        "preview": preview_of(creative) if creative else None,
        "form": form,
        "pictures": offered,
        "field": "asset_id",
        "chosen": str(form["asset_id"].value() or ""),
        "find": find,
        "find_url": reverse("org:creative-pictures", args=[found.pk]) if may_some(actor, "asset:view") else "",
        "can_upload": can(actor, "asset:upload"),
        "conflict": status == 409,
    }
    return render(request, "console/org/creative.html", context, status=status)


def _form(request: HttpRequest, actor: Actor, creative: Creative | None) -> CreativeForm:
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    links = queries.links_of([creative])[creative.pk] if creative else None
    initial: dict[str, Any] = {"placement": "square"}
    if creative and links:
        names = ("name", "placement", "headline", "body", "cta", "final_url", "row_version")
        initial = {name: getattr(creative, name) for name in names}
        initial["product_ids"] = [str(pk) for pk in links.product_ids]
    form = CreativeForm(
        data,
        files,
        links=_links(actor, links.assets) if links else [],
        changing=creative is not None,
        initial=initial,
    )
    _offer_products(form, actor, [str(pk) for pk in links.product_ids] if links else [])
    return form


def _offer_products(form: CreativeForm, actor: Actor, kept: list[str]) -> None:
    choices = product_choices(actor)
    unseen = [(pk, _("A product you can't see")) for pk in kept if pk not in dict(choices)]
    form.fields["product_ids"].choices = [*unseen, *choices]  # type: ignore[attr-defined]


def _links(actor: Actor, links: list[dict[str, Any]]) -> list[dict[str, Any]]:
    assets = assets_shown(actor=actor, ids=[link["asset_id"] for link in links])
    versions: dict[UUID, list[AssetVersion]] = {}
    for version in AssetVersion.objects.filter(asset_id__in=list(assets)).order_by("-n"):
        versions.setdefault(version.asset_id, []).append(version)
    found = []
    for link in links:
        asset = assets.get(link["asset_id"])
        there = versions.get(link["asset_id"], [])
        pinned = next((version for version in there if version.pk == link["version_id"]), None)
        choices = [(str(version.pk), _("Stay at version %(n)d") % {"n": version.n}) for version in there]
        if link["version_id"] and pinned is None:
            choices.append((str(link["version_id"]), _("Stay at its version")))
        shown = pinned or (asset.current if asset else None)
        name = asset.name if asset else _("An asset you can't see")
        found.append(link | {"name": name, "versions": choices, "thumb": thumb_of(shown)})
    return found


def _save(actor: Actor, form: CreativeForm, found: Campaign, creative: Creative | None) -> tuple[Creative | None, int]:
    if not form.is_valid():
        return None, 422
    added = take_in(actor, form, form.cleaned_data["picture"]) or form.cleaned_data["asset_id"]
    if form.errors:
        return None, 422
    values = form.plain() | {"assets": form.pictures(added), "product_ids": form.cleaned_data["product_ids"]}
    if creative is None:
        return save(form, lambda: commands.create_creative(actor=actor, campaign_id=found.pk, values=values))
    version, pk = form.cleaned_data["row_version"], creative.pk
    return save(form, lambda: commands.change_creative(actor=actor, creative_id=pk, version=version, changes=values))
