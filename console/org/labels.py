"""The labels: one page to make, rename, colour and archive them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from catalog.labels.commands import archive_label, change_label, create_label, may_keep_labels, reopen_label
from catalog.labels.queries import label_detail, label_page, label_uses
from console.forms import explain
from console.guards import actor_of, member_page
from console.org.forms import VersionForm
from console.org.objects import STALE
from console.org.products_forms import LabelForm
from console.parameters import pages, tabs, text
from kernel.errors import Conflict, Invalid, PreconditionFailed


@member_page()
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """All labels with how often each is used; or a new one."""
    form, status = LabelForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = create_label(actor=actor_of(request), values=_values(form))
            except Invalid as error:
                explain(form, error)
            except Conflict as error:
                form.add_error("name", error.detail)
                status = 409
            else:
                messages.success(request, _("%(name)s was created.") % {"name": made})
                return redirect("org:labels")
    return render(request, "console/org/labels.html", _context(request, form), status=status)


@member_page()
@require_POST
def change(request: HttpRequest, label_id: UUID) -> HttpResponse:
    """Rename the label, or give it another colour."""
    label_detail(actor=actor_of(request), label_id=label_id)
    form = LabelForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give it a name."))
        return redirect("org:labels")
    try:
        made = change_label(
            actor=actor_of(request),
            label_id=label_id,
            version=form.cleaned_data["version"] or 0,
            changes=_values(form),
        )
    except PreconditionFailed:
        messages.warning(request, STALE)
    except (Conflict, Invalid) as error:
        messages.error(request, error.errors[0].message if error.errors else error.detail)
    else:
        messages.success(request, _("%(name)s was saved.") % {"name": made})
    return redirect("org:labels")


@member_page()
@require_POST
def archive(request: HttpRequest, label_id: UUID) -> HttpResponse:
    """Offer the label no more, or again."""
    form = VersionForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("The form was incomplete; open the page again."))
    act = reopen_label if request.POST.get("step") == "reopen" else archive_label
    try:
        act(actor=actor_of(request), label_id=label_id, version=form.cleaned_data["version"])
    except PreconditionFailed:
        messages.warning(request, STALE)
    return redirect("org:labels")


def _context(request: HttpRequest, form: LabelForm) -> dict[str, Any]:
    actor, archived = actor_of(request), text(request, "state") == "archived"
    found = label_page(actor=actor, archived=archived, text=text(request, "q"), cursor=text(request, "cursor") or None)
    uses = label_uses(actor=actor, ids=[label.pk for label in found.items])
    may_keep = may_keep_labels(actor)
    return {
        "form": form,
        "labels": [
            {
                "label": label,
                "uses": uses[label.pk].by_kind,
                "total": uses[label.pk].total,
                "form": LabelForm(
                    initial={"name": label.name, "colour": label.colour, "version": label.row_version},
                    auto_id=f"id_{label.pk}_%s",
                ),
            }
            for label in found.items
        ],
        "tabs": tabs(request, "state", [("", _("In use"), None), ("archived", _("Archived"), None)]),
        "archived": archived,
        "can_keep": may_keep,
        "page": pages(request, found.next),
    }


def _values(form: LabelForm) -> dict[str, Any]:
    return {"name": form.cleaned_data["name"], "colour": form.cleaned_data["colour"]}
