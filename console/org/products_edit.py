"""Making and changing a product, and choosing its pictures."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog import commands, queries
from catalog.assets.links import path_of
from catalog.assets.queries import AssetFilters, asset_page, versions_shown
from catalog.catalogs.default import default_catalog
from catalog.catalogs.queries import open_catalogs
from catalog.labels.queries import labels_by_id, labels_to_choose
from catalog.models import Asset, AssetVersion, Catalog, Label, Product, ProductPicture
from catalog.pictures import MOST_PICTURES, set_pictures
from console.guards import actor_of, member_page
from console.org.drafts import forget_draft
from console.org.forms import VersionForm
from console.org.objects import STALE, save, team_choices
from console.org.products_forms import PREFIX, PictureForm, ProductForm
from console.org.products_shown import alt_of, url_of
from console.parameters import text
from kernel.errors import Conflict, FieldError, Invalid, PreconditionFailed
from kernel.tenancy.context import Actor
from tenants.access.resolver import may_some, require

OFFERED = 24


@member_page("catalog:edit")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new product; the catalog that it goes to says what it is asked for."""
    actor = actor_of(request)
    catalog, catalogs = _catalog(request, actor)
    form = ProductForm(
        request.POST if request.method == "POST" else None,
        changing=False,
        teams=team_choices(actor, "catalog:edit"),
        catalog=catalog,
        labels=labels_to_choose(actor=actor),
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = form.values() | {"catalog_id": catalog.pk}
            made, status = _save(form, lambda: commands.create_product(actor=actor, values=values))
            if made is not None:
                forget_draft(request, "product")
                messages.success(request, _("%(name)s was created.") % {"name": made})
                return redirect("org:product", made.pk)
    consequences = [
        _("You own it; who may see your products sees it."),
        _("Campaigns can be about it."),
        _("The change log says that you made it."),
    ]
    context = {
        "form": form,
        "product": None,
        "consequences": consequences,
        "catalog": catalog,
        "catalogs": catalogs if len(catalogs) > 1 else [],
    }
    return render(request, "console/org/product_form.html", context, status=status)


@member_page("catalog:edit")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Change a product on top of the version that was seen."""
    actor = actor_of(request)
    found = queries.product_detail(actor=actor, product_id=product_id)
    require(actor, "catalog:edit", found)
    if found.trashed_at is not None:
        return redirect("org:product", found.pk)
    names = [name for name in ProductForm.base_fields if name != "team_id"]
    initial = {name: getattr(found, name) for name in names} | {"attributes": found.attributes}
    form = ProductForm(
        request.POST if request.method == "POST" else None,
        changing=True,
        initial=initial,
        catalog=found.catalog,
        labels=_labels(actor, found),
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            version, changes = form.cleaned_data["row_version"], form.changes()
            made, status = _save(
                form,
                lambda: commands.change_product(actor=actor, product_id=product_id, version=version, changes=changes),
            )
            if made is not None:
                forget_draft(request, "product")
                messages.success(request, _("%(name)s was saved.") % {"name": made})
                return redirect("org:product", made.pk)
    if status == 409:
        found = queries.product_detail(actor=actor, product_id=product_id)
        form.rebase(found.row_version)
    consequences = [
        _("Everybody who may see it sees the change at once."),
        _("Campaigns about it show it as it is then."),
        _("Its history keeps what was before."),
    ]
    context = {
        "form": form,
        "product": found,
        "consequences": consequences,
        "conflict": status == 409,
        "catalog": found.catalog,
    }
    return render(request, "console/org/product_form.html", context, status=status)


@member_page("catalog:edit")
@require_http_methods(["GET", "HEAD", "POST"])
def pictures(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Which pictures the product has, in which order, and of which version."""
    actor = actor_of(request)
    found = queries.product_detail(actor=actor, product_id=product_id)
    require(actor, "catalog:edit", found)
    if found.trashed_at is not None:
        return redirect("org:product", found.pk)
    there = queries.pictures_of([found])[found.pk]
    versions = versions_shown(actor=actor, ids=[picture.asset_id for picture in there])
    rows = [_row(picture, versions[picture.asset_id], request) for picture in there]
    error = ""
    seen = VersionForm(request.POST)
    if request.method == "POST" and not seen.is_valid():
        raise Invalid(_("The form was incomplete; open the page again."))
    if request.method == "POST" and all(row["form"].is_valid() for row in rows):
        try:
            set_pictures(
                actor=actor,
                product_id=product_id,
                version=seen.cleaned_data["version"],
                pictures=_wanted(request, rows),
            )
        except PreconditionFailed:
            messages.warning(request, STALE)
            return redirect("org:product-pictures", found.pk)
        except Invalid as refusal:
            error = refusal.errors[0].message if refusal.errors else refusal.detail
        else:
            messages.success(request, _("The pictures were saved."))
            return redirect("org:product", found.pk)
    failed = bool(error) or any(row["form"].errors for row in rows)
    context = {
        "product": found,
        "rows": rows,
        "error": error,
        "q": text(request, "q"),
        "offered": _offered(actor, text(request, "q"), [picture.asset_id for picture in there]),
        "most": MOST_PICTURES,
    }
    return render(request, "console/org/product_pictures.html", context, status=422 if failed else 200)


def _save(form: ProductForm, command: Callable[[], Product]) -> tuple[Product | None, int]:
    """As for every object; a number that another product has is said beside its field, attributes beside theirs."""

    def told() -> Product:
        try:
            return command()
        except Invalid as error:
            raise Invalid(error.detail, errors=[_beside(wrong) for wrong in error.errors]) from error

    try:
        return save(form, told)
    except Conflict as error:
        place = {"sku_taken": "sku", "external_id_taken": "external_id"}.get(error.code)
        if place is None:
            raise
        form.add_error(place, error.detail)
        return None, 422


def _beside(wrong: FieldError) -> FieldError:
    return replace(wrong, pointer=wrong.pointer.replace("/attributes/", f"/{PREFIX}"))


def _catalog(request: HttpRequest, actor: Actor) -> tuple[Catalog, list[Catalog]]:
    """The catalog that the address asks for, else the default one; and all there are to choose from."""
    catalogs = list(open_catalogs(actor=actor))
    asked = request.POST.get("catalog") or text(request, "catalog")
    found = next((catalog for catalog in catalogs if str(catalog.pk) == asked), None)
    return found or next((catalog for catalog in catalogs if catalog.is_default), None) or default_catalog(), catalogs


def _labels(actor: Actor, found: Product) -> list[Label]:
    """The labels that can be chosen, and those that it has, though they are archived by now."""
    offered = list(labels_to_choose(actor=actor))
    known = {label.pk for label in offered}
    return offered + list(labels_by_id(actor=actor, ids=[pk for pk in found.label_ids if pk not in known]).values())


def _row(picture: ProductPicture, shown: Sequence[AssetVersion], request: HttpRequest) -> dict[str, Any]:
    versions = [(str(version.pk), f"{version.n} · {version.file_name}") for version in shown]
    if picture.version is not None and not shown:
        # Who can't see the asset may still leave its picture as it is.
        versions = [(str(picture.version.pk), str(picture.version.n))]
    initial = {
        "asset_id": picture.asset_id,
        "position": picture.position + 1,
        "alt": picture.alt,
        "version_id": picture.version_id or "",
    }
    data = request.POST if request.method == "POST" else None
    form = PictureForm(data, prefix=str(picture.asset_id), initial=initial, versions=versions)
    return {"form": form, "url": url_of(picture, "thumb"), "name": picture.asset.name, "alt": alt_of(picture)}


def _wanted(request: HttpRequest, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kept = [row["form"].cleaned_data for row in rows if not row["form"].cleaned_data["remove"]]
    kept.sort(key=lambda wanted: wanted["position"])
    found = [{name: wanted[name] for name in ("asset_id", "version_id", "alt")} for wanted in kept]
    for written in request.POST.getlist("add"):
        try:
            found.append({"asset_id": UUID(written), "version_id": None, "alt": ""})
        except ValueError:
            continue
    return found


def _offered(actor: Actor, words: str, there: list[UUID]) -> list[dict[str, Any]]:
    """Pictures of the library that the product does not have yet, the last changed first."""
    if not may_some(actor, "asset:view"):
        return []
    filters = AssetFilters(kinds=(Asset.Kind.IMAGE,), text=words)
    found = asset_page(actor=actor, filters=filters, limit=OFFERED).items
    shown = [asset for asset in found if asset.pk not in there and asset.current is not None]
    return [
        {"id": asset.pk, "name": asset.name, "url": path_of(asset.current, "thumb") or path_of(asset.current)}
        for asset in shown
        if asset.current is not None
    ]
