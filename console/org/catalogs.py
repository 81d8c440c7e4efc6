"""The catalogs, and what each asks of its products."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.attributes import TYPES, attributes_of
from catalog.catalogs.commands import archive_catalog, change_catalog, create_catalog, reopen_catalog
from catalog.catalogs.queries import Misfits, catalog_detail, catalog_page, misfits_of, products_by_catalog
from catalog.models import Catalog
from console.forms import explain
from console.guards import actor_of, member_page
from console.org.forms import VersionForm
from console.org.objects import STALE
from console.org.products_forms import CatalogForm
from console.parameters import pages, tabs, text
from kernel.errors import Conflict, Invalid, PreconditionFailed

MOST_ROWS = 100
BLANK = 1
DEFINE = "catalog:define"


@member_page(DEFINE)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """All catalogs, or the archived ones."""
    actor, archived = actor_of(request), text(request, "state") == "archived"
    found = catalog_page(actor=actor, archived=archived, cursor=text(request, "cursor") or None)
    numbers = products_by_catalog(actor=actor)
    context = {
        "catalogs": [
            {
                "catalog": catalog,
                "products": numbers.get(catalog.pk, 0),
                "attributes": [attribute["label"] for attribute in attributes_of(catalog.attributes)],
            }
            for catalog in found.items
        ],
        "tabs": tabs(request, "state", [("", _("In use"), None), ("archived", _("Archived"), None)]),
        "archived": archived,
        "page": pages(request, found.next),
    }
    return render(request, "console/org/catalogs.html", context)


@member_page(DEFINE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new catalog."""
    return _editor(request, None)


@member_page(DEFINE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, catalog_id: UUID) -> HttpResponse:
    """One catalog: its name, its currency, its attributes; and which products would not fit."""
    return _editor(request, catalog_detail(actor=actor_of(request), catalog_id=catalog_id))


@member_page(DEFINE)
@require_POST
def move(request: HttpRequest, catalog_id: UUID) -> HttpResponse:
    """Archive the catalog, take it out of the archive, or make it the default, on top of the version that was seen."""
    actor, form = actor_of(request), VersionForm(request.POST)
    catalog_detail(actor=actor, catalog_id=catalog_id)
    if not form.is_valid():
        raise Invalid(_("The form was incomplete; open the page again."))
    version = form.cleaned_data["version"]
    step = request.POST.get("step", "")
    try:
        if step == "archive":
            archive_catalog(actor=actor, catalog_id=catalog_id, version=version)
        elif step == "reopen":
            reopen_catalog(actor=actor, catalog_id=catalog_id, version=version)
        elif step == "default":
            change_catalog(actor=actor, catalog_id=catalog_id, version=version, changes={"is_default": True})
    except PreconditionFailed:
        messages.warning(request, STALE)
    except Conflict as error:
        messages.error(request, error.detail)
    return redirect("org:catalog", catalog_id)


def _editor(request: HttpRequest, found: Catalog | None) -> HttpResponse:
    actor = actor_of(request)
    initial = {"name": found.name, "currency": found.currency, "row_version": found.row_version} if found else None
    form = CatalogForm(request.POST if request.method == "POST" else None, initial=initial)
    rows = _rows_of(request) if request.method == "POST" else [dict(row) for row in _stored(found)]
    status, misfits = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = {name: form.cleaned_data[name] for name in ("name", "currency")}
            schema = {"version": 1, "attributes": [_attribute(row) for row in rows]}
            try:
                if "preview" in request.POST and found is not None:
                    misfits, status = misfits_of(actor=actor, catalog_id=found.pk, attributes=schema), 200
                else:
                    return _saved(request, found, form, values | {"attributes": schema})
            except Invalid as error:
                _explain(form, rows, error)
            except PreconditionFailed:
                messages.warning(request, STALE)
                status = 409
            except Conflict as error:
                form.add_error("name" if error.code == "name_taken" else None, error.detail)
    blanks = [_blank() for _number in range(BLANK)] if request.method != "POST" or misfits is None else []
    context = {
        "catalog": found,
        "form": form,
        "rows": rows + blanks,
        "blank": _blank(),
        "types": list(TYPES.items()),
        "misfits": _misfits(misfits) if misfits else None,
    }
    return render(request, "console/org/catalog.html", context, status=status)


def _saved(request: HttpRequest, found: Catalog | None, form: CatalogForm, values: dict[str, Any]) -> HttpResponse:
    actor = actor_of(request)
    if found is None:
        made = create_catalog(actor=actor, values=values)
        messages.success(request, _("%(name)s was created.") % {"name": made})
    else:
        version = form.cleaned_data["row_version"] or 0
        made = change_catalog(actor=actor, catalog_id=found.pk, version=version, changes=values)
        messages.success(request, _("%(name)s was saved.") % {"name": made})
    return redirect("org:catalog", made.pk)


def _stored(found: Catalog | None) -> list[dict[str, Any]]:
    return [
        {
            "key": attribute["key"],
            "label": attribute["label"],
            "type": attribute["type"],
            "required": attribute.get("required", False),
            "options": "\n".join(attribute.get("options", [])),
        }
        for attribute in (attributes_of(found.attributes) if found else [])
    ]


def _rows_of(request: HttpRequest) -> list[dict[str, Any]]:
    """The rows that were filled in, in their order; one without a key and a label is none."""
    names = ("key", "label", "type", "required", "options")
    columns = [request.POST.getlist(f"attribute-{name}")[:MOST_ROWS] for name in names]
    rows = [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=False)]
    return [row | {"required": row["required"] == "true"} for row in rows if row["key"].strip() or row["label"].strip()]


def _attribute(row: dict[str, Any]) -> dict[str, Any]:
    label = row["label"].strip()
    found = {"key": row["key"].strip() or _key(label), "label": label, "type": row["type"], "required": row["required"]}
    options = [line.strip() for line in row["options"].splitlines() if line.strip()]
    return found | ({"options": options} if row["type"] == "choice" else {})


def _key(label: str) -> str:
    """The key that a label stands for, where none was given."""
    kept = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in label.lower())
    return "_".join(part for part in kept.split("_") if part)[:40]


def _blank() -> dict[str, Any]:
    return {"key": "", "label": "", "type": "text", "required": False, "options": ""}


def _explain(form: CatalogForm, rows: list[dict[str, Any]], error: Invalid) -> None:
    """What is wrong with an attribute stands in its row, the rest beside its field."""
    others = []
    for wrong in error.errors:
        parts = wrong.pointer.split("/")
        if len(parts) > 3 and parts[1:3] == ["attributes", "attributes"] and int(parts[3]) < len(rows):
            rows[int(parts[3])].setdefault("errors", []).append(wrong.message)
        else:
            others.append(wrong)
    if others or not error.errors:
        explain(form, Invalid(error.detail, errors=others))
    else:
        form.add_error(None, _("Some of the attributes can't be so."))


def _misfits(found: Misfits) -> dict[str, Any]:
    return {
        "products": found.products,
        "misfits": found.misfits,
        "places": [
            {"key": pointer.rpartition("/")[2], "code": code, "products": number}
            for (pointer, code), number in found.by_attribute.items()
        ],
        "examples": [
            {"id": example.id, "name": example.name, "message": example.errors[0].message} for example in found.examples
        ],
    }
