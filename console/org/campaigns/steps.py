"""What is done to a whole campaign: led to another status, copied, trashed, restored, given back an old content."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from campaigns import commands, queries
from campaigns.models import Campaign
from console.guards import actor_of, member_page
from console.org.campaigns.detail import campaign_page
from console.org.campaigns.editing import place
from console.org.campaigns.forms import CopyForm, RevisionForm, StatusForm
from console.org.objects import STALE, move
from kernel.errors import Conflict, Invalid, LimitReached, PreconditionFailed

DONE = {
    "draft": gettext_lazy("%(name)s is a draft."),
    "scheduled": gettext_lazy("%(name)s is scheduled."),
    "active": gettext_lazy("%(name)s is running."),
    "paused": gettext_lazy("%(name)s is paused."),
    "ended": gettext_lazy("%(name)s has ended."),
    "archived": gettext_lazy("%(name)s is archived."),
}
INCOMPLETE = gettext_lazy("The form was incomplete; open the page again.")


@member_page("campaign:view")
@require_POST
def lead(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Lead the campaign to another status; where its launch is refused, say what stands in the way."""
    actor, form = actor_of(request), StatusForm(request.POST)
    found = queries.campaign_detail(actor=actor, campaign_id=campaign_id)
    if not form.is_valid():
        raise Invalid(str(INCOMPLETE))
    version, status, back = (form.cleaned_data[name] for name in ("version", "status", "back"))
    try:
        led = commands.set_status(actor=actor, campaign_id=campaign_id, version=version, status=status)
    except PreconditionFailed:
        messages.warning(request, STALE)
    except Conflict as refusal:
        if not back and refusal.code == "launch_blocked":
            return campaign_page(request, found, "", status=409, refusal=refusal)
        messages.error(request, f"{found.name}: {refusal.detail}")
    else:
        messages.success(request, str(DONE[status]) % {"name": led.name})
    return redirect(f"{reverse('org:campaigns')}?{back}" if back else place(campaign_id))


@member_page("campaign:create")
@require_POST
def copy(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Copy the campaign, or make a template of it; the copy of a template is a campaign."""
    actor, form = actor_of(request), CopyForm(request.POST)
    found = queries.campaign_detail(actor=actor, campaign_id=campaign_id)
    if not form.is_valid():
        raise Invalid(str(INCOMPLETE))
    as_template = form.cleaned_data["kind"] == "template"
    name = found.name if as_template or found.is_template else ""
    try:
        made = commands.duplicate_campaign(actor=actor, campaign_id=campaign_id, name=name, as_template=as_template)
    except LimitReached as refusal:
        messages.error(request, refusal.detail)
        return redirect(place(campaign_id))
    done = _("This is a template of %(name)s.") if as_template else _("This is a copy of %(name)s.")
    messages.success(request, done % {"name": found.name})
    return redirect(place(made.pk))


@member_page("campaign:edit")
@require_POST
def go_back(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Give the campaign the content of an earlier revision, as a new change."""
    actor, form = actor_of(request), RevisionForm(request.POST)
    if not form.is_valid():
        queries.campaign_detail(actor=actor, campaign_id=campaign_id)
        raise Invalid(str(INCOMPLETE))
    n = form.cleaned_data["n"]
    return move(
        request,
        lambda version: commands.restore_revision(actor=actor, campaign_id=campaign_id, version=version, n=n),
        url=place(campaign_id, "history"),
        done=_("It is as revision %(n)d was.") % {"n": n},
        done_url=place(campaign_id, "history"),
    )


@member_page("campaign:delete")
@require_POST
def trash(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Put the campaign into the trash; one that is on its way or running stays."""

    def put(version: int) -> Campaign:
        return commands.trash_campaign(actor=actor_of(request), campaign_id=campaign_id, version=version)

    try:
        return move(
            request,
            put,
            url=place(campaign_id),
            done=_("The campaign is in the trash."),
            done_url=reverse("org:campaigns"),
        )
    except Conflict as refusal:
        messages.error(request, refusal.detail)
        return redirect(place(campaign_id))


@member_page("campaign:restore")
@require_POST
def restore(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Take the campaign out of the trash."""
    return move(
        request,
        lambda version: commands.restore_campaign(actor=actor_of(request), campaign_id=campaign_id, version=version),
        url=place(campaign_id),
        done=_("The campaign is back."),
        done_url=place(campaign_id),
    )
