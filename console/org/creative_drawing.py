"""The picture of a creative as it is being typed."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from campaigns import queries
from campaigns.models import Creative
from campaigns.placements import PLACEMENTS
from campaigns.previews.of_creative import unsaved_spec
from campaigns.previews.svg import POLICY, render
from console.guards import actor_of, member_page
from tenants.access.resolver import require


class DrawingForm(forms.Form):
    """What of a creative's form is drawn. Half-typed forms come too: nothing is required and wrong parts drop out."""

    creative_id = forms.UUIDField(required=False)
    placement = forms.ChoiceField(required=False, choices=[(code, code) for code in PLACEMENTS])
    headline = forms.CharField(required=False, max_length=255)
    body = forms.CharField(required=False, max_length=5000)
    cta = forms.CharField(required=False, max_length=80)
    asset_id = forms.UUIDField(required=False)
    slot = forms.CharField(required=False, max_length=80)


@member_page("campaign:edit")
@require_POST
def draw(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Answer with the drawing of what is typed; nothing is kept."""
    actor = actor_of(request)
    campaign = queries.campaign_detail(actor=actor, campaign_id=campaign_id)
    require(actor, "campaign:edit", campaign)
    form = DrawingForm(request.POST)
    form.full_clean()
    typed = form.cleaned_data
    known = queries.creatives_of(actor=actor, campaign_id=campaign_id) if typed.get("creative_id") else []
    creative = next((each for each in known if each.pk == typed["creative_id"]), None)
    spec = unsaved_spec(
        actor=actor,
        creative=creative or Creative(campaign=campaign),
        words={
            "placement": typed.get("placement") or "square",
            **{name: typed.get(name, "") for name in ("headline", "body", "cta")},
        },
        asset_id=typed.get("asset_id"),
        slot=typed.get("slot", ""),
    )
    response = HttpResponse(render(spec), content_type="image/svg+xml")
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response
