"""The asset library: pictures in a grid or a table, one asset with its versions, uses and history."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.assets import commands, queries
from catalog.assets.links import path_of
from catalog.assets.rules import rights_state
from catalog.assets.uses import Use, uses_of
from catalog.models import Asset, AssetVersion, Label
from console.guards import actor_of, is_fragment, member_page
from console.org.asset_forms import AssetForm
from console.org.drafts import forget_draft
from console.org.objects import (
    TRASH,
    answer_list,
    history_context,
    kept_data,
    move,
    save,
    state_of,
)
from console.parameters import tabs, text
from kernel.errors import Conflict
from tenants.access.resolver import can, can_many, require

VIEWS = ("grid", "table")
TABS = ("versions", "uses", "history")
RIGHTS = (("ending", gettext_lazy("Rights end soon")), ("ended", gettext_lazy("Rights ended")))
_KEPT = ("q", "kind", "rights", "view")
_PAGES = {"campaign": "org:campaign", "catalog": "org:product"}


@member_page("asset:view")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The assets the person may see, the last changed first."""
    actor, state, q = actor_of(request), state_of(request, Asset.Status.choices), text(request, "q")
    trashed, kind, rights = state == TRASH, text(request, "kind"), text(request, "rights")
    view = "table" if text(request, "view") == "table" else "grid"
    filters = queries.AssetFilters(
        kinds=(kind,) if kind in Asset.Kind.values else (),
        status=None if trashed else state or None,
        rights="ending" if rights == "ending" else "ended" if rights == "ended" else None,
        text=q,
        trashed=trashed,
    )
    found = queries.asset_page(actor=actor, filters=filters, cursor=text(request, "cursor") or None, limit=48)
    restorable = can_many(actor, "asset:delete", found.items) if trashed else set()
    context: dict[str, Any] = {
        "state": state,
        "q": q,
        "kind": kind,
        "rights": rights,
        "view": view,
        "cards": [asset_card(row) | {"can_restore": row in restorable} for row in found.items],
        "can_upload": can(actor, "asset:upload"),
        "filtered": bool(q or kind or rights),
    }
    if not is_fragment(request):
        counts = queries.asset_counts(actor=actor)
        shown = [(value, label) for value, label in Asset.Status.choices if counts[value]]
        choices: list[tuple[str, Any]] = [("", _("All")), *shown, (TRASH, _("Trash"))]
        context["tabs"] = tabs(
            request, "state", [(value, label, counts[value or "all"]) for value, label in choices], *_KEPT
        )
        context["views"] = tabs(
            request, "view", [("", _("Pictures"), None), ("table", _("Table"), None)], "state", *_KEPT[:3]
        )
        context["kinds"] = [("", _("All kinds")), *Asset.Kind.choices]
        context["rights_choices"] = [("", _("Any rights")), *RIGHTS]
    return answer_list(request, "console/org/assets.html", context, found.next)


@member_page("asset:view")
@require_safe
def asset(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """One asset: what it shows, its versions, where it is used, its history."""
    actor, asked = actor_of(request), text(request, "tab")
    tab = asked if asked in TABS else "overview"
    found = queries.asset_detail(actor=actor, asset_id=asset_id)
    versions = queries.versions_of(found)
    uses = uses_of(actor, found)
    live = found.trashed_at is None
    context: dict[str, Any] = {
        "asset": found,
        "card": asset_card(found),
        "tab": tab,
        "tabs": tabs(
            request,
            "tab",
            [
                ("", _("Overview"), None),
                ("versions", _("Versions"), len(versions)),
                ("uses", _("Where used"), len(uses.seen) + uses.hidden),
                ("history", _("History"), None),
            ],
        ),
        "uses": [_use_row(use) for use in uses.seen],
        "hidden_uses": uses.hidden,
        "moving": [_use_row(use) for use in uses.following],
        "can_edit": live and can(actor, "asset:upload", found),
        "can_trash": live and can(actor, "asset:delete", found) and not uses,
        "can_restore": not live and can(actor, "asset:delete", found),
        "can_share": can(actor, "asset:share", found),
        "can_ask": can(actor, "access:explain"),
    }
    if tab == "history":
        context |= history_context(request, found)
    elif tab == "versions":
        context["versions"] = [version_row(found, version) for version in versions]
    elif tab == "overview":
        context |= {"facts": _facts(found), "legacy": kept_data(found), "labels": _labels(found)}
    return render(request, "console/org/asset.html", context)


@member_page("asset:upload")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """Change what is said about an asset, on top of the version that was seen."""
    actor = actor_of(request)
    found = queries.asset_detail(actor=actor, asset_id=asset_id)
    require(actor, "asset:upload", found)
    if found.trashed_at is not None:
        return redirect("org:asset", found.pk)
    labels = [
        (str(label.pk), label.name)
        for label in Label.objects.order_by("name")
        if label.archived_at is None or label.pk in found.label_ids
    ]
    initial = {name: getattr(found, name) for name in AssetForm.base_fields}
    form = AssetForm(request.POST if request.method == "POST" else None, changing=True, initial=initial, labels=labels)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            version, changes = form.cleaned_data["row_version"], form.changes()
            made, status = save(
                form,
                lambda: commands.change_asset(actor=actor, asset_id=asset_id, version=version, changes=changes),
            )
            if made is not None:
                forget_draft(request, "asset")
                messages.success(request, _("%(name)s was saved.") % {"name": made})
                return redirect("org:asset", made.pk)
    if status == 409:
        found = queries.asset_detail(actor=actor, asset_id=asset_id)
        form.rebase(found.row_version)
    consequences = [
        _("Everybody who may see it sees the change at once."),
        _("The files stay as they are; a new one is uploaded as a version."),
        _("14, 7 and 1 days before the rights end the log says so."),
    ]
    context = {"form": form, "asset": found, "consequences": consequences, "conflict": status == 409}
    return render(request, "console/org/asset_form.html", context, status=status)


@member_page("asset:delete")
@require_POST
def trash(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """Put the asset into the trash, unless it is in use."""
    url = reverse("org:asset", args=[asset_id])
    try:
        return move(
            request,
            lambda version: commands.trash_asset(actor=actor_of(request), asset_id=asset_id, version=version),
            url=url,
            done=_("The asset is in the trash."),
            done_url=reverse("org:assets"),
        )
    except Conflict as error:
        if error.code != "in_use":
            raise
        messages.error(request, error.detail)
        return redirect(f"{url}?tab=uses")


@member_page("asset:delete")
@require_POST
def restore(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """Take the asset out of the trash."""
    url = reverse("org:asset", args=[asset_id])
    return move(
        request,
        lambda version: commands.restore_asset(actor=actor_of(request), asset_id=asset_id, version=version),
        url=url,
        done=_("The asset is back."),
        done_url=url,
    )


def asset_card(found: Asset) -> dict[str, Any]:
    """Return what shows an asset: it, the addresses of its pictures, and how its rights stand."""
    today = timezone.localdate()
    until = found.rights_until
    return {
        "asset": found,
        "version": found.current,
        "thumb": path_of(found.current, "thumb") if found.current else "",
        "preview": path_of(found.current, "preview") if found.current else "",
        "file": path_of(found.current) if found.current else "",
        "download": path_of(found.current, purpose="download") if found.current else "",
        "rights": rights_state(until, today),
        "days": (until - today).days if until else None,
    }


def version_row(found: Asset, version: AssetVersion) -> dict[str, Any]:
    """Return what a list of versions shows of one."""
    return {
        "version": version,
        "thumb": path_of(version, "thumb"),
        "download": path_of(version, purpose="download"),
        "current": version.pk == found.current_id,
    }


def _use_row(use: Use) -> dict[str, Any]:
    view = _PAGES.get(use.kind)
    return {"use": use, "url": reverse(view, args=[use.id]) if view else ""}


def _facts(found: Asset) -> Iterable[dict[str, Any]]:
    version = found.current
    size = f"{version.width} \N{MULTIPLICATION SIGN} {version.height}" if version and version.width else ""
    return [
        {"label": _("Kind"), "value": found.get_kind_display()},
        {"label": _("Description"), "value": found.alt},
        {"label": _("Rights end on"), "value": found.rights_until},
        {"label": _("Size in pixels"), "value": size},
        {"label": _("Type"), "value": version.mime if version else "", "kind": "code"},
        {"label": _("File"), "value": version.file_name if version else ""},
    ]


def _labels(found: Asset) -> list[Label]:
    return list(Label.objects.filter(pk__in=found.label_ids).order_by("name")) if found.label_ids else []
