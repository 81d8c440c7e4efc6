"""Campaigns: list, one campaign, create, change, trash, restore."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns import commands, queries
from campaigns.models import Campaign
from catalog.models import Product
from console.guards import actor_of, is_fragment, member_page
from console.org.forms import CampaignForm
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
from kernel.tenancy.context import Actor
from tenants.access.resolver import can, require

PRODUCTS_OFFERED = 500


@member_page("campaign:view")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The campaigns the person may see, the last changed first."""
    actor, state, q = actor_of(request), state_of(request, Campaign.Status.choices), text(request, "q")
    trashed = state == TRASH
    filters = queries.CampaignFilters(status=[state] if state and not trashed else (), text=q, trashed=trashed, templates=None)
    found = queries.campaign_page(actor=actor, filters=filters, cursor=text(request, "cursor") or None)
    context = {
        "state": state,
        "q": q,
        "campaigns": found.items,
        "can_create": can(actor, "campaign:create"),
        "restorable": [row.pk for row in found.items if trashed and can(actor, "campaign:restore", row)],
    }
    if not is_fragment(request):
        counts = queries.campaign_counts(actor=actor)
        context["tabs"] = state_tabs(request, Campaign.Status.choices, counts)
    return answer_list(request, "console/org/campaigns.html", context, found.next)


@member_page("campaign:view")
@require_safe
def campaign(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """One campaign, or its history."""
    actor, tab = actor_of(request), tab_of(request)
    found = queries.campaign_detail(actor=actor, campaign_id=campaign_id)
    context = {
        "campaign": found,
        "tabs": object_tabs(request),
        "tab": tab,
        "can_edit": can(actor, "campaign:edit", found),
        "can_trash": can(actor, "campaign:delete", found),
        "can_restore": can(actor, "campaign:restore", found),
        "can_share": can(actor, "campaign:share", found),
        "can_ask": can(actor, "access:explain"),
    }
    context |= history_context(request, found) if tab == "history" else _overview(actor, found)
    return render(request, "console/org/campaign.html", context)


@member_page("campaign:create")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new campaign."""
    actor = actor_of(request)
    form = _form(request, None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            made, status = save(form, lambda: commands.create_campaign(actor=actor, values=form.values()))
            if made is not None:
                messages.success(request, _("%(name)s was created.") % {"name": made})
                return redirect("org:campaign", made.pk)
    consequences = [
        _("It starts as a draft that you own."),
        _("Nothing runs before somebody starts it."),
        _("The change log says that you made it."),
    ]
    context = {"form": form, "campaign": None, "consequences": consequences}
    return render(request, "console/org/campaign_form.html", context, status=status)


@member_page("campaign:edit")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Change a campaign on top of the version that was seen."""
    actor = actor_of(request)
    found = queries.campaign_detail(actor=actor, campaign_id=campaign_id)
    require(actor, "campaign:edit", found)
    if found.trashed_at is not None:
        return redirect("org:campaign", found.pk)
    form, status = _form(request, found), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            version, changes = form.cleaned_data["row_version"], form.changes()
            made, status = save(
                form,
                lambda: commands.change_campaign(
                    actor=actor, campaign_id=campaign_id, version=version, changes=changes
                ),
            )
            if made is not None:
                messages.success(request, _("%(name)s was saved.") % {"name": made})
                return redirect("org:campaign", made.pk)
    if status == 409:
        found = queries.campaign_detail(actor=actor, campaign_id=campaign_id)
        form.rebase(found.row_version)
    consequences = [
        _("Everybody who may see it sees the change at once."),
        _("A new state applies at once."),
        _("Its history keeps what was before."),
    ]
    context = {"form": form, "campaign": found, "consequences": consequences, "conflict": status == 409}
    return render(request, "console/org/campaign_form.html", context, status=status)


@member_page("campaign:delete")
@require_POST
def trash(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Put the campaign into the trash."""
    return move(
        request,
        lambda version: commands.trash_campaign(actor=actor_of(request), campaign_id=campaign_id, version=version),
        url=reverse("org:campaign", args=[campaign_id]),
        done=_("The campaign is in the trash."),
        done_url=reverse("org:campaigns"),
    )


@member_page("campaign:restore")
@require_POST
def restore(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Take the campaign out of the trash."""
    url = reverse("org:campaign", args=[campaign_id])
    return move(
        request,
        lambda version: commands.restore_campaign(actor=actor_of(request), campaign_id=campaign_id, version=version),
        url=url,
        done=_("The campaign is back."),
        done_url=url,
    )


def _overview(actor: Actor, found: Campaign) -> dict[str, Any]:
    product = queries.product_of(actor=actor, campaign=found)
    facts = [
        {"label": _("Objective"), "value": found.get_objective_display()},
        {"label": _("Starts"), "value": _on_our_clock(found.starts_at)},
        {"label": _("Ends"), "value": _on_our_clock(found.ends_at)},
        {"label": _("Budget"), "value": money(found.budget_micros, found.currency)},
    ]
    if product is not None:
        url = reverse("org:product", args=[product.pk])
        facts.append({"label": _("Product"), "value": product.name, "kind": "link", "url": url})
    return {"facts": facts, "legacy": kept_data(found)}


def _on_our_clock(moment: datetime | None) -> str:
    """Return a planned time as the organization plans it, whatever clock the reader's browser shows."""
    if moment is None:
        return ""
    zone = timezone.get_current_timezone_name().replace("_", " ")
    return f"{date_format(timezone.localtime(moment), 'j M Y, H:i')} ({zone})"


def _form(request: HttpRequest, found: Campaign | None) -> CampaignForm:
    actor = actor_of(request)
    return CampaignForm(
        request.POST if request.method == "POST" else None,
        changing=found is not None,
        initial=_initial(found) if found else None,
        products=_products(actor, found),
        teams=[] if found else team_choices(actor, "campaign:create"),
        clock=_("Clock of %(zone)s.") % {"zone": timezone.get_current_timezone_name().replace("_", " ")},
    )


def _initial(found: Campaign) -> dict[str, Any]:
    initial = {name: getattr(found, name) for name in CampaignForm.base_fields if name != "team_id"}
    return initial | {"product_id": str(found.product_id or "")}


def _products(actor: Actor, found: Campaign | None) -> list[tuple[str, str]]:
    """Return the products on offer, the present one always among them, named only where the person may see it."""
    offered = queries.product_choices(actor=actor, limit=PRODUCTS_OFFERED)
    choices = [(str(product.pk), _named(product)) for product in offered]
    if found is not None and found.product_id and str(found.product_id) not in dict(choices):
        present = queries.product_of(actor=actor, campaign=found)
        choices.insert(0, (str(found.product_id), _named(present) if present else _("A product you can't see")))
    return choices


def _named(product: Product) -> str:
    return f"{product.name} ({product.sku})" if product.sku else product.name
