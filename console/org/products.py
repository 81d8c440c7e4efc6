"""The catalog: list, one product, create, change, trash, restore."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import commands, queries
from catalog.models import Product
from console.guards import actor_of, is_fragment, member_page
from console.org.drafts import forget_draft
from console.org.forms import ProductForm
from console.org.objects import (
    TRASH,
    answer_list,
    history_context,
    kept_data,
    move,
    object_tabs,
    save,
    state_of,
    state_tabs,
    tab_of,
    team_choices,
)
from console.parameters import text
from console.templatetags.console import money
from tenants.access.resolver import can, require


@member_page("catalog:view")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The products the person may see, the last changed first."""
    actor, state, q = actor_of(request), state_of(request, Product.Status.choices), text(request, "q")
    trashed = state == TRASH
    filters = queries.ProductFilters(status=None if trashed else state or None, text=q, trashed=trashed)
    found = queries.product_page(actor=actor, filters=filters, cursor=text(request, "cursor") or None)
    context = {
        "state": state,
        "q": q,
        "products": found.items,
        "can_create": can(actor, "catalog:edit"),
        "restorable": [row.pk for row in found.items if trashed and can(actor, "catalog:edit", row)],
    }
    if not is_fragment(request):
        context["tabs"] = state_tabs(request, Product.Status.choices, queries.product_counts(actor=actor))
    return answer_list(request, "console/org/products.html", context, found.next)


@member_page("catalog:view")
@require_safe
def product(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """One product, or its history."""
    actor, tab = actor_of(request), tab_of(request)
    found = queries.product_detail(actor=actor, product_id=product_id)
    may_edit = can(actor, "catalog:edit", found)
    context = {
        "product": found,
        "tabs": object_tabs(request),
        "tab": tab,
        "can_edit": may_edit,
        "can_trash": may_edit,
        "can_restore": may_edit,
        "can_share": can(actor, "catalog:share", found),
        "can_ask": can(actor, "access:explain"),
    }
    context |= history_context(request, found) if tab == "history" else _overview(found)
    return render(request, "console/org/product.html", context)


@member_page("catalog:edit")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new product."""
    actor = actor_of(request)
    teams = team_choices(actor, "catalog:edit")
    form, status = ProductForm(request.POST if request.method == "POST" else None, changing=False, teams=teams), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            made, status = save(form, lambda: commands.create_product(actor=actor, values=form.values()))
            if made is not None:
                forget_draft(request, "product")
                messages.success(request, _("%(name)s was created.") % {"name": made})
                return redirect("org:product", made.pk)
    consequences = [
        _("You own it; who may see your products sees it."),
        _("Campaigns can be about it."),
        _("The change log says that you made it."),
    ]
    context = {"form": form, "product": None, "consequences": consequences}
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
    initial = {name: getattr(found, name) for name in ProductForm.base_fields if name != "team_id"}
    form = ProductForm(request.POST if request.method == "POST" else None, changing=True, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            version, changes = form.cleaned_data["row_version"], form.changes()
            made, status = save(
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
    context = {"form": form, "product": found, "consequences": consequences, "conflict": status == 409}
    return render(request, "console/org/product_form.html", context, status=status)


@member_page("catalog:edit")
@require_POST
def trash(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Put the product into the trash."""
    return move(
        request,
        lambda version: commands.trash_product(actor=actor_of(request), product_id=product_id, version=version),
        url=reverse("org:product", args=[product_id]),
        done=_("The product is in the trash."),
        done_url=reverse("org:products"),
    )


@member_page("catalog:edit")
@require_POST
def restore(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Take the product out of the trash."""
    url = reverse("org:product", args=[product_id])
    return move(
        request,
        lambda version: commands.restore_product(actor=actor_of(request), product_id=product_id, version=version),
        url=url,
        done=_("The product is back."),
        done_url=url,
    )


def _overview(found: Product) -> dict[str, Any]:
    facts = [
        {"label": _("SKU"), "value": found.sku, "kind": "code"},
        {"label": _("Brand"), "value": found.brand},
        {"label": _("Category"), "value": found.category},
        {"label": _("Price"), "value": money(found.price_micros, found.currency)},
        {"label": _("Web address"), "value": found.url, "kind": "link", "url": found.url},
        {"label": _("Description"), "value": found.description},
    ]
    return {"facts": facts, "legacy": kept_data(found)}
