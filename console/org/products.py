"""The catalog: its products as a table or as pictures, over one filter."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog import queries
from catalog.catalogs.queries import open_catalogs
from catalog.labels.queries import labels_to_choose
from catalog.models import Catalog, Label, Product
from console.guards import actor_of, is_fragment, member_page
from console.org.objects import TRASH, answer_list, state_of, state_tabs
from console.org.products_bulk import ACTIONS
from console.org.products_shown import cards, catalog_id_of
from console.org.products_undo import banner
from console.paging import rows_wanted
from console.parameters import Tab, tabs, text
from tenants.access.resolver import can, can_many

KEPT = ("q", "state", "catalog", "label", "view")
GRID = "grid"


@member_page("catalog:view")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The products the person may see, the last changed first."""
    actor, state = actor_of(request), state_of(request, Product.Status.choices)
    catalogs, labels = open_catalogs(actor=actor), labels_to_choose(actor=actor)
    found = queries.product_page(
        actor=actor,
        filters=filters_of(request, state, catalogs, labels),
        cursor=text(request, "cursor") or None,
        limit=rows_wanted(request),
    )
    view = GRID if text(request, "view") == GRID else ""
    editable = can_many(actor, "catalog:edit", found.items)
    context: dict[str, Any] = {
        "state": state,
        "q": text(request, "q"),
        "view": view,
        "products": found.items,
        "cards": cards(actor, found.items, catalogs),
        "editable": {product.pk for product in editable},
        "can_create": can(actor, "catalog:edit"),
        "catalogs": catalogs,
        "actions": [] if state == TRASH else ACTIONS,
        "is_filtered": any(text(request, name) for name in ("q", "catalog", "label")),
    }
    if not is_fragment(request):
        context |= _frame(request, labels) | {"undo": banner(request)}
    return answer_list(request, "console/org/products.html", context, found.next)


def filters_of(
    request: HttpRequest, state: str, catalogs: Sequence[Catalog], labels: Sequence[Label]
) -> queries.ProductFilters:
    """Return the filter that the address says."""
    trashed = state == TRASH
    label = next((label.pk for label in labels if str(label.pk) == text(request, "label")), None)
    return queries.ProductFilters(
        status=None if trashed else state or None,
        text=text(request, "q"),
        catalog_id=catalog_id_of(catalogs, text(request, "catalog")),
        label_id=label,
        trashed=trashed,
    )


def _frame(request: HttpRequest, labels: Sequence[Label]) -> dict[str, Any]:
    """What stands around the list."""
    actor = actor_of(request)
    kept = {name: value for name in KEPT if (value := text(request, name))}
    return {
        "tabs": _keeping(
            state_tabs(request, Product.Status.choices, queries.product_counts(actor=actor)),
            {name: kept[name] for name in ("catalog", "label", "view") if name in kept},
        ),
        "views": tabs(
            request, "view", [("", _("Table"), None), (GRID, _("Pictures"), None)], "q", "state", "catalog", "label"
        ),
        "labels": labels,
        "catalog": text(request, "catalog"),
        "label": text(request, "label"),
        "kept": urlencode(kept),
        "can_import": can(actor, "catalog:import"),
        "can_define": can(actor, "catalog:define"),
    }


def _keeping(shown: Sequence[Tab], rest: dict[str, str]) -> list[Tab]:
    """The tabs, with the rest of the filter in their addresses."""
    more = urlencode(rest)
    return [replace(tab, url=f"{tab.url}{'&' if '?' in tab.url else '?'}{more}") if more else tab for tab in shown]
