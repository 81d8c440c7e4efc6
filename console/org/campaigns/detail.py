"""One campaign: how far it is, what stands in the way, and a tab for each part of it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from campaigns import queries
from campaigns.facts import namesake
from campaigns.models import Campaign
from campaigns.utm import tagged
from catalog.labels.queries import labels_by_id
from console.guards import actor_of, member_page
from console.org.campaigns.forms import CHANNEL_WORDS, BuildForm, MainProductForm, ScheduleForm
from console.org.campaigns.gallery import gallery_context
from console.org.campaigns.history import revisions_context
from console.org.campaigns.launch import launch_context
from console.org.campaigns.moments import clock_words, on_our_clock
from console.org.campaigns.offers import label_choices, product_choices
from console.org.campaigns.products import products_context
from console.org.forms import ObjectForm
from console.org.objects import history_context, kept_data
from console.parameters import tabs, text
from console.templatetags.console import money
from kernel.tenancy.context import Actor
from tenants.access.resolver import can, visible

TABS = (
    ("", gettext_lazy("Build")),
    ("products", gettext_lazy("Products")),
    ("creatives", gettext_lazy("Creatives")),
    ("schedule", gettext_lazy("Schedule & budget")),
    ("history", gettext_lazy("History")),
)
EXAMPLE = "https://www.example.com/"


@member_page("campaign:view")
@require_safe
def page(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """One campaign, at the tab that the address names."""
    found = queries.campaign_detail(actor=actor_of(request), campaign_id=campaign_id)
    return campaign_page(request, found, tab_of(request))


@member_page("campaign:view")
@require_safe
def utm(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """How an address looks with the UTM parameters that are typed, and who uses the same ones."""
    actor = actor_of(request)
    found = queries.campaign_detail(actor=actor, campaign_id=campaign_id)
    form = BuildForm(request.GET, campaign=found, labels=[])
    found.name = text(request, "name") or found.name
    context = utm_context(actor, found, form.typed_utm())
    return render(request, "console/org/campaign_build.html#tagged", context)


def tab_of(request: HttpRequest) -> str:
    """Return which part is open; the first one for any other word."""
    asked = text(request, "tab")
    return asked if asked in dict(TABS) else ""


def form_of(request: HttpRequest, found: Campaign, tab: str, data: Any = None) -> ObjectForm | None:
    """Return the form of a part, None where a part has none."""
    actor = actor_of(request)
    if tab == "":
        return BuildForm(data, campaign=found, labels=label_choices(actor, found.label_ids))
    if tab == "products":
        return MainProductForm(data, campaign=found, products=product_choices(actor, found))
    return ScheduleForm(data, campaign=found, clock=clock_words()) if tab == "schedule" else None


def campaign_page(
    request: HttpRequest,
    found: Campaign,
    tab: str,
    *,
    form: ObjectForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """Render the page; `form` is one that came back, `more` what else the page tells."""
    actor = actor_of(request)
    can_edit = found.trashed_at is None and can(actor, "campaign:edit", found)
    context = {
        "campaign": found,
        "tabs": tabs(request, "tab", [(name, label, None) for name, label in TABS]),
        "tab": tab,
        "can_edit": can_edit,
        "can_trash": can(actor, "campaign:delete", found),
        "can_restore": can(actor, "campaign:restore", found),
        "can_share": can(actor, "campaign:share", found),
        "can_copy": found.trashed_at is None and can(actor, "campaign:create"),
        "can_ask": can(actor, "access:explain"),
        "facts": _facts(actor, found),
        "legacy": kept_data(found),
        "form": form or (form_of(request, found, tab) if can_edit else None),
    }
    context |= launch_context(actor, found) | _part(request, actor, found, tab, form)
    return render(request, "console/org/campaign.html", context | more, status=status)


def utm_context(actor: Actor, found: Campaign, utm: dict[str, str]) -> dict[str, Any]:
    """Return a tagged address of the campaign, and the campaign whose visits could not be told from its own."""
    first = queries.first_creatives([found.pk]).get(found.pk)
    names = {
        "campaign": found.name,
        "channel": found.channels[0] if found.channels else "",
        "creative": first.name if first else "",
        "placement": first.placement if first else "",
    }
    found.utm = utm
    twin = namesake(found)
    if twin is not None and not visible(actor, "campaign:view", Campaign).filter(pk=twin.pk).exists():
        twin = None
    address = (first.final_url if first else "") or EXAMPLE
    return {"tagged": tagged(address, utm, names), "twin": twin, "is_example": not (first and first.final_url)}


def _part(request: HttpRequest, actor: Actor, found: Campaign, tab: str, form: ObjectForm | None) -> dict[str, Any]:
    if tab == "":
        typed = form.typed_utm() if isinstance(form, BuildForm) else dict(found.utm)
        kept = found.utm
        context = utm_context(actor, found, typed)
        found.utm = kept
        return context
    if tab == "products":
        return products_context(actor, found)
    if tab == "creatives":
        return gallery_context(actor, found)
    if tab == "history":
        return revisions_context(request, found) | history_context(request, found)
    return {}


def _facts(actor: Actor, found: Campaign) -> list[dict[str, Any]]:
    product = queries.product_of(actor=actor, campaign=found)
    labels = labels_by_id(actor=actor, ids=found.label_ids)
    budget = money(found.budget_micros, found.currency)
    kind = found.get_budget_kind_display()
    facts = [
        {"label": _("Objective"), "value": found.get_objective_display()},
        {"label": _("Channels"), "value": ", ".join(str(CHANNEL_WORDS.get(name, name)) for name in found.channels)},
        {"label": _("Starts"), "value": on_our_clock(found.starts_at)},
        {"label": _("Ends"), "value": on_our_clock(found.ends_at)},
        {"label": _("Budget"), "value": f"{budget} · {kind}" if kind and found.budget_micros else budget},
    ]
    if found.spend_cap_micros is not None:
        facts.append({"label": _("Spend cap"), "value": money(found.spend_cap_micros, found.currency)})
    if product is not None:
        url = reverse("org:product", args=[product.pk])
        facts.append({"label": _("Product"), "value": product.name, "kind": "link", "url": url})
    if labels:
        names = [labels[pk].name for pk in found.label_ids if pk in labels]
        facts.append({"label": _("Labels"), "value": ", ".join(names)})
    return facts
