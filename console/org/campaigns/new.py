"""A new campaign: everything that it takes to run on one page, the first creative among it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campaigns import commands
from campaigns.models import Campaign
from console.forms import explain
from console.guards import actor_of, member_page
from console.org.campaigns.creative_forms import SLOT, FirstCreativeForm
from console.org.campaigns.editing import place
from console.org.campaigns.forms import NewCampaignForm
from console.org.campaigns.moments import clock_words
from console.org.campaigns.offers import product_choices
from console.org.campaigns.uploads import offer, picture_choices, take_in
from console.org.campaigns.usual import name_hint, usual_values
from console.org.drafts import forget_draft
from console.org.objects import team_choices
from kernel.errors import Conflict, DomainError, Invalid, LimitReached
from kernel.tenancy.context import Actor
from tenants.access.resolver import can
from tenants.access.settings.queries import organization_settings

DEFAULT_PLACEMENTS = ("square",)


@member_page("campaign:create")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new campaign; with `then=start` it is started or scheduled at once, where nothing stands in the way."""
    actor = actor_of(request)
    form, creative = _forms(request, actor)
    pictures = offer(creative, actor, picture_choices(actor))
    status = 200
    if request.method == "POST":
        made, status = _make(actor, form, creative)
        if made is not None:
            forget_draft(request, "campaign")
            return _on(request, actor, made)
    context = {
        "form": form,
        "creative": creative,
        "pictures": pictures,
        "chosen": str(creative["asset_id"].value() or ""),
        "can_upload": can(actor, "asset:upload"),
        "can_publish": can(actor, "campaign:publish"),
        "consequences": [
            _("It starts as a draft that you own."),
            _("Nothing runs before somebody starts it."),
            _("One creative is made for each size that you tick."),
        ],
    }
    return render(request, "console/org/campaign_new.html", context, status=status)


def _forms(request: HttpRequest, actor: Actor) -> tuple[NewCampaignForm, FirstCreativeForm]:
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    teams = team_choices(actor, "campaign:create")
    form = NewCampaignForm(
        data, initial=usual_values(teams), products=product_choices(actor), teams=teams, clock=clock_words()
    )
    form.fields["name"].help_text = name_hint()
    return form, FirstCreativeForm(data, files, prefix="creative", initial={"placements": DEFAULT_PLACEMENTS})


def _make(actor: Actor, form: NewCampaignForm, creative: FirstCreativeForm) -> tuple[Campaign | None, int]:
    """All or nothing: a creative that is refused leaves no campaign behind."""
    if not (form.is_valid() & creative.is_valid()):
        return None, 422
    try:
        with transaction.atomic():
            made = commands.create_campaign(actor=actor, values=form.values() | _usual(actor))
            if creative.is_given() and not _create(actor, made, creative):
                transaction.set_rollback(True)
                return None, 422
    except (Invalid, LimitReached) as refusal:
        _explain(form, creative, refusal)
        return None, refusal.status
    return made, 302


def _usual(actor: Actor) -> dict[str, Any]:
    """The UTM parameters with which campaigns of this organization start."""
    usual = organization_settings()
    utm = {part: value for part, value in (("source", usual.utm_source), ("medium", usual.utm_medium)) if value}
    return {"utm": utm | {"campaign": "{campaign}"}} if utm else {}


def _create(actor: Actor, made: Campaign, creative: FirstCreativeForm) -> bool:
    asset: UUID | None = creative.cleaned_data["asset_id"]
    asset = take_in(actor, creative, creative.cleaned_data["picture"]) or asset
    if creative.errors:
        return False
    assets = [{"asset_id": asset, "version_id": None, "slot": SLOT}] if asset else []
    for placement in creative.cleaned_data["placements"] or DEFAULT_PLACEMENTS:
        values = creative.values_for(placement, made.name) | {"assets": assets}
        commands.create_creative(actor=actor, campaign_id=made.pk, values=values)
    return True


def _explain(form: NewCampaignForm, creative: FirstCreativeForm, refusal: DomainError) -> None:
    """What is wrong with the creative stands at the creative."""
    names = {found.pointer.strip("/").partition("/")[0] for found in refusal.errors}
    explain(creative if names and names <= set(creative.fields) else form, refusal)


def _on(request: HttpRequest, actor: Actor, made: Campaign) -> HttpResponse:
    created = _("%(name)s was created.") % {"name": made.name}
    if request.POST.get("then") != "start":
        messages.success(request, created)
        return redirect(place(made.pk))
    coming = made.starts_at is not None and made.starts_at > timezone.now()
    try:
        made.refresh_from_db(fields=["row_version"])
        commands.set_status(
            actor=actor, campaign_id=made.pk, version=made.row_version, status="scheduled" if coming else "active"
        )
    except Conflict as refusal:
        messages.warning(request, f"{created} {refusal.detail}")
        return redirect(place(made.pk))
    done = _("%(name)s is scheduled.") if coming else _("%(name)s is running.")
    messages.success(request, done % {"name": made.name})
    return redirect(place(made.pk))
