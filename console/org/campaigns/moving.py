"""A campaign dropped on another day of the calendar."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns import commands, queries
from console.guards import actor_of, clock_of, member_page
from console.org.campaigns.moments import on_our_clock
from console.org.campaigns.steps import INCOMPLETE
from console.org.forms import VersionForm
from console.org.objects import STALE
from kernel.errors import Conflict, Invalid, PreconditionFailed


class DayForm(VersionForm):
    """The day on which it shall start, and the calendar to go back to."""

    day = forms.DateField()
    back = forms.CharField(required=False, max_length=2000)


@member_page("campaign:edit")
@require_POST
def move(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Let the campaign start on another day, at its time of day and for as long as before."""
    actor, form = actor_of(request), DayForm(request.POST)
    found = queries.campaign_detail(actor=actor, campaign_id=campaign_id)
    if not form.is_valid():
        raise Invalid(str(INCOMPLETE))
    version, day = form.cleaned_data["version"], form.cleaned_data["day"]
    try:
        moved = commands.move_to_day(
            actor=actor, campaign_id=campaign_id, version=version, day=day, clock=clock_of(request)
        )
    except PreconditionFailed:
        messages.warning(request, STALE)
    except (Conflict, Invalid) as refusal:
        said = " ".join(error.message for error in refusal.errors) or refusal.detail
        messages.error(request, f"{found.name}: {said}")
    else:
        told = {"name": moved.name, "start": on_our_clock(moved.starts_at)}
        messages.success(request, _("%(name)s starts %(start)s.") % told)
    back = form.cleaned_data["back"]
    return redirect(f"{reverse('org:campaigns')}?{back}" if back else reverse("org:campaigns"))
