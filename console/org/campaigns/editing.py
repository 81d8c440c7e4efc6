"""Saving one part of a campaign on top of the version that was seen."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns import commands, queries
from console.guards import actor_of, member_page
from console.org.campaigns.detail import campaign_page, form_of
from console.org.drafts import forget_draft
from console.org.objects import save
from kernel.errors import Invalid
from tenants.access.resolver import require


@member_page("campaign:edit")
@require_POST
def edit(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Save the part that the form names."""
    actor, tab = actor_of(request), request.POST.get("section", "")
    found = queries.campaign_detail(actor=actor, campaign_id=campaign_id)
    require(actor, "campaign:edit", found)
    form = form_of(request, found, tab, request.POST)
    if form is None:
        raise Invalid(_("The form was incomplete; open the page again."))
    status = 422
    if form.is_valid():
        version, changes = form.cleaned_data["row_version"], form.changes()
        made, status = save(
            form,
            lambda: commands.change_campaign(actor=actor, campaign_id=campaign_id, version=version, changes=changes),
        )
        if made is not None:
            forget_draft(request, "campaign")
            messages.success(request, _("%(name)s was saved.") % {"name": made})
            return redirect(place(campaign_id, tab))
    if status == 409 and not form.errors:
        found = queries.campaign_detail(actor=actor, campaign_id=campaign_id)
        form.rebase(found.row_version)
        return campaign_page(request, found, tab, form=form, status=409, conflict=True)
    return campaign_page(
        request, queries.campaign_detail(actor=actor, campaign_id=campaign_id), tab, form=form, status=status
    )


def place(campaign_id: UUID, tab: str = "") -> str:
    """Return the address of a campaign's part."""
    address = reverse("org:campaign", args=[campaign_id])
    return f"{address}?tab={tab}" if tab else address
