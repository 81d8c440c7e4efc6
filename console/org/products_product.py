"""One product: its pictures, its price, what it is described by, where it is used; and what can be done with it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog import commands, queries
from catalog.labels.queries import labels_by_id
from catalog.models import Product
from catalog.transitions import TRANSITIONS
from catalog.uses import Uses, uses_of
from console.guards import actor_of, member_page
from console.org.entries import PAGES
from console.org.forms import VersionForm
from console.org.objects import STALE, history_context, kept_data, move, object_tabs, tab_of
from console.org.products_shown import alt_of, attribute_facts, url_of
from console.templatetags.console import money
from kernel.errors import Conflict, Invalid, PreconditionFailed
from kernel.tenancy.context import Actor
from tenants.access.resolver import can


@member_page("catalog:view")
@require_safe
def page(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """One product, or its history."""
    actor, tab = actor_of(request), tab_of(request)
    found = queries.product_detail(actor=actor, product_id=product_id)
    may_edit = can(actor, "catalog:edit", found)
    context = {
        "product": found,
        "tabs": object_tabs(request),
        "tab": tab,
        "can_edit": may_edit,
        "can_restore": may_edit,
        "can_share": can(actor, "catalog:share", found),
        "can_ask": can(actor, "access:explain"),
        "steps": _steps(found) if may_edit and found.trashed_at is None else [],
    }
    context |= history_context(request, found) if tab == "history" else _overview(actor, found, may_edit)
    return render(request, "console/org/product.html", context)


@member_page("catalog:edit")
@require_POST
def lead(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Lead the product to another state, on top of the version that was seen."""
    form, url = VersionForm(request.POST), reverse("org:product", args=[product_id])
    if not form.is_valid():
        raise Invalid(_("The form was incomplete; open the page again."))
    try:
        commands.change_product(
            actor=actor_of(request),
            product_id=product_id,
            version=form.cleaned_data["version"],
            changes={"status": request.POST.get("status", "")},
        )
    except PreconditionFailed:
        messages.warning(request, STALE)
    except Conflict as error:
        messages.error(request, error.detail)
    return redirect(url)


@member_page("catalog:edit")
@require_POST
def trash(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Put the product into the trash; one that is in use stays, and the page says where."""
    url = reverse("org:product", args=[product_id])
    try:
        return move(
            request,
            lambda version: commands.trash_product(actor=actor_of(request), product_id=product_id, version=version),
            url=url,
            done=_("The product is in the trash."),
            done_url=reverse("org:products"),
        )
    except Conflict as error:
        messages.error(request, error.detail)
        return redirect(url)


@member_page("catalog:edit")
@require_POST
def restore(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Take the product out of the trash."""
    url = reverse("org:product", args=[product_id])
    try:
        return move(
            request,
            lambda version: commands.restore_product(actor=actor_of(request), product_id=product_id, version=version),
            url=url,
            done=_("The product is back."),
            done_url=url,
        )
    except Conflict as error:
        messages.error(request, error.detail)
        return redirect(url)


def _overview(actor: Actor, found: Product, may_edit: bool) -> dict[str, Any]:
    pictures = queries.pictures_of([found])[found.pk]
    wrong = {error.pointer: error.message for error in queries.misfits_of_product(found)}
    uses = uses_of(actor, found)
    labels = labels_by_id(actor=actor, ids=found.label_ids)
    return {
        "pictures": [
            {"url": url_of(picture, "preview"), "alt": alt_of(picture), "is_pinned": picture.version_id is not None}
            for picture in pictures
        ],
        "price": money(found.price_micros, found.currency) if found.price_micros is not None else "",
        "facts": [
            {"label": _("SKU"), "value": found.sku, "kind": "code"},
            {"label": _("External id"), "value": found.external_id, "kind": "code"},
            {"label": _("Brand"), "value": found.brand},
            {"label": _("Category"), "value": found.category},
            {"label": _("Web address"), "value": found.url, "kind": "link", "url": found.url},
            {"label": _("Group of variants"), "value": found.group_key, "kind": "code"},
        ],
        "attributes": attribute_facts(found, wrong),
        "misfits": list(wrong.values()),
        "labels": [labels[pk] for pk in found.label_ids if pk in labels],
        "uses": _uses(uses),
        "hidden_uses": uses.hidden,
        "variants": queries.variants_of(actor=actor, product=found),
        "can_trash": may_edit and not uses,
        "legacy": kept_data(found),
    }


def _uses(uses: Uses) -> list[dict[str, str]]:
    return [
        {"name": use.name, "url": reverse(PAGES[use.kind], args=[use.id]) if use.kind in PAGES else ""}
        for use in uses.seen
    ]


def _steps(found: Product) -> list[dict[str, str]]:
    """The ways that are open from the product's state, in words."""
    words = {"active": _("Activate"), "archived": _("Archive"), "draft": _("Back to draft")}
    return [{"status": status, "words": words[status]} for status in TRANSITIONS[found.status]]
