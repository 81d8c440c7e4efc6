"""Many products at once: what would become of each is shown first, then done, and can be taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from catalog.bulk import PRODUCTS
from catalog.labels.queries import labels_by_id, labels_to_choose
from catalog.models import Product
from console.forms import choose
from console.guards import actor_of, member_page
from console.org.fields import MicrosField
from console.templatetags.console import money
from kernel.tenancy.context import Actor
from tenants.access.bulk.engine import MOST_ROWS, Report, apply_bulk
from tenants.access.resolver import visible

ACTIONS = (
    ("set_status", gettext_lazy("Change the state")),
    ("label", gettext_lazy("Put labels on, or take them off")),
    ("price", gettext_lazy("Change the price")),
    ("trash", gettext_lazy("Move to the trash")),
)
_WHOLE = 100


class StatusForm(forms.Form):
    """The state that all shall have."""

    status = forms.ChoiceField(label=gettext_lazy("New state"), choices=Product.Status.choices)


class LabelsForm(forms.Form):
    """The labels to put on and to take off."""

    add = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Put on"), required=False, coerce=UUID, widget=forms.CheckboxSelectMultiple
    )
    remove = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Take off"), required=False, coerce=UUID, widget=forms.CheckboxSelectMultiple
    )


class PriceForm(forms.Form):
    """By how much the prices change, or what they are."""

    percent = forms.DecimalField(
        label=gettext_lazy("Change by percent"),
        required=False,
        min_value=-100,
        max_value=1000,
        decimal_places=2,
        help_text=gettext_lazy("-10 makes everything a tenth cheaper. Rounded to hundredths."),
    )
    price_micros = MicrosField(label=gettext_lazy("Or one price for all"), required=False)

    def clean(self) -> dict[str, Any]:
        """One of the two, not both."""
        found = super().clean() or {}
        if (found.get("percent") is None) == (found.get("price_micros") is None):
            raise forms.ValidationError(_("Give a percentage or a price."))
        return found


@dataclass(frozen=True, slots=True)
class Line:
    """One product of the preview: how it is, how it will be, or why it stays as it is."""

    product: Product
    before: str
    after: str
    problem: str


@member_page("catalog:edit")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The products that were ticked, what would become of them, and the button that does it."""
    actor = actor_of(request)
    given = request.POST if request.method == "POST" else request.GET
    asked = given.get("action", "")
    action = asked if asked in dict(ACTIONS) else ACTIONS[0][0]
    products, versions = _chosen(actor, given)
    form = _form(actor, action, given)
    report = None
    if products and (form is None or form.is_valid()):
        report = apply_bulk(
            actor=actor,
            resource=PRODUCTS,
            action="change" if action == "price" else action,
            rows=_rows(action, form, products, versions),
            dry_run=request.method != "POST",
        )
        if request.method == "POST" and all(result.problem is None for result in report.results):
            return redirect(f"{reverse('org:products')}?{urlencode({'changed': report.batch_id or ''})}")
    context = {
        "action": action,
        "title": str(dict(ACTIONS)[action]),
        "form": form,
        "lines": _lines(actor, action, form, products, report),
        "products": [f"{product.pk}:{versions[product.pk]}" for product in products],
        "fitting": sum(result.problem is None for result in report.results) if report else 0,
        "left": sum(result.problem is not None for result in report.results) if report else 0,
        "done": report if request.method == "POST" else None,
        "is_ready": report is not None and request.method != "POST",
    }
    status = 422 if request.method == "POST" and report is None else 200
    return render(request, "console/org/products_bulk.html", context, status=status)


def _chosen(actor: Actor, given: Any) -> tuple[list[Product], dict[UUID, int]]:
    """The ticked products that the person sees, by name, with the versions that were seen."""
    versions: dict[UUID, int] = {}
    for written in given.getlist("product")[:MOST_ROWS]:
        pk, _separator, version = written.partition(":")
        try:
            versions[UUID(pk)] = int(version[:9])
        except ValueError:
            continue
    rows = visible(actor, "catalog:view", Product).filter(pk__in=list(versions)).order_by("name", "pk")
    return list(rows), versions


def _form(actor: Actor, action: str, given: Any) -> forms.Form | None:
    """The form of the action, filled where something of it was sent; None for one that asks nothing."""
    kinds: Mapping[str, type[forms.Form]] = {"set_status": StatusForm, "label": LabelsForm, "price": PriceForm}
    if action not in kinds:
        return None
    is_sent = any(given.get(name) for name in kinds[action].base_fields)
    form = kinds[action](given if is_sent else None)
    if action == "label":
        offered = [(str(label.pk), label.name) for label in labels_to_choose(actor=actor)]
        for name in ("add", "remove"):
            choose(form, name, offered)
    return form


def _rows(
    action: str, form: forms.Form | None, products: Sequence[Product], versions: Mapping[UUID, int]
) -> list[dict[str, Any]]:
    found = []
    for product in products:
        row: dict[str, Any] = {"id": str(product.pk), "version": versions[product.pk]}
        if action == "label" and form is not None:
            row |= {name: [str(pk) for pk in form.cleaned_data[name]] for name in ("add", "remove")}
        elif action == "price" and form is not None:
            row["price_micros"] = _price(product, form.cleaned_data)
        elif form is not None:
            row |= form.cleaned_data
        found.append(row)
    return found


def _price(product: Product, wanted: Mapping[str, Any]) -> int | None:
    if wanted["price_micros"] is not None:
        return int(wanted["price_micros"])
    if product.price_micros is None:
        return None
    hundredth = 10_000
    exact = Decimal(product.price_micros) * (_WHOLE + wanted["percent"]) / _WHOLE
    return int((exact / hundredth).to_integral_value(ROUND_HALF_UP)) * hundredth


def _lines(
    actor: Actor, action: str, form: forms.Form | None, products: Sequence[Product], report: Report | None
) -> list[Line]:
    names: dict[UUID, str] = {}
    if action == "label":
        wanted = {pk for product in products for pk in product.label_ids}
        if form is not None and form.is_bound and form.is_valid():
            wanted |= set(form.cleaned_data["add"])
        names = {pk: label.name for pk, label in labels_by_id(actor=actor, ids=wanted).items()}
    results = report.results if report else [None] * len(products)
    return [
        Line(
            product,
            _before(action, product, names),
            _after(action, form, product, names) if result is not None and result.problem is None else "",
            str(result.problem["detail"]) if result is not None and result.problem else "",
        )
        for product, result in zip(products, results, strict=True)
    ]


def _before(action: str, product: Product, names: Mapping[UUID, str]) -> str:
    if action == "label":
        return ", ".join(names[pk] for pk in product.label_ids if pk in names) or _("none")
    if action == "price":
        return money(product.price_micros, product.currency)
    return str(product.get_status_display())


def _after(action: str, form: forms.Form | None, product: Product, names: Mapping[UUID, str]) -> str:
    if form is None:
        return _("In the trash")
    if action == "label":
        kept = [pk for pk in product.label_ids if pk not in form.cleaned_data["remove"]]
        wanted = kept + [pk for pk in form.cleaned_data["add"] if pk not in kept]
        return ", ".join(names[pk] for pk in wanted if pk in names) or _("none")
    if action == "price":
        return money(_price(product, form.cleaned_data), product.currency)
    return str(Product.Status(form.cleaned_data["status"]).label)
