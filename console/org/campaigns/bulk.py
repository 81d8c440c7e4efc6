"""Many campaigns at once: what is chosen, what would change, and doing it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from campaigns.bulk import CAMPAIGNS
from campaigns.bulk_rows import ACTIONS, rows_for
from campaigns.models import Campaign
from console.guards import actor_of, member_page
from console.org.campaigns.bulk_words import Line, lines, target_choices
from console.org.campaigns.choosing import chosen, matching, pairs, seen
from console.org.campaigns.steps import INCOMPLETE
from kernel.errors import Invalid
from kernel.tenancy.context import Actor
from tenants.access.bulk.engine import MOST_ROWS, Report, apply_bulk

WORDS = {
    "pause": gettext_lazy("Pause"),
    "resume": gettext_lazy("Resume"),
    "start": gettext_lazy("Start"),
    "schedule": gettext_lazy("Schedule"),
    "end": gettext_lazy("End"),
    "archive": gettext_lazy("Archive"),
    "label_add": gettext_lazy("Add a label"),
    "label_remove": gettext_lazy("Remove a label"),
    "owner": gettext_lazy("Give to a person"),
    "team": gettext_lazy("Give to a team"),
    "budget": gettext_lazy("Change budget"),
    "trash": gettext_lazy("Put in the trash"),
}
ABOUT = {
    "label_add": gettext_lazy("Label"),
    "label_remove": gettext_lazy("Label"),
    "owner": gettext_lazy("Person"),
    "team": gettext_lazy("Team"),
}


class BulkForm(forms.Form):
    """What to do, with what, and the list to go back to. `rows` are those that were looked at, with their versions."""

    do = forms.ChoiceField(choices=list(WORDS.items()))
    target = forms.UUIDField(required=False)
    percent = forms.DecimalField(required=False, min_value=-100, max_value=1000, decimal_places=2)
    query = forms.CharField(required=False, max_length=4000)
    rows = forms.CharField(required=False, max_length=60 * MOST_ROWS)
    all = forms.BooleanField(required=False)


@member_page("campaign:edit")
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Show what the action would change, row by row, before anything is written."""
    actor, form = actor_of(request), BulkForm(request.POST)
    if not form.is_valid():
        raise Invalid(str(INCOMPLETE))
    do, query = form.cleaned_data["do"], form.cleaned_data["query"]
    campaigns, more = _campaigns(request, actor, form)
    if not campaigns:
        messages.warning(request, _("Choose at least one campaign."))
        return redirect(_list(query))
    ready = _is_ready(form)
    report = _run(actor, form, campaigns, dry_run=True) if ready else None
    told: list[Line] = lines(actor, form.cleaned_data, campaigns, report) if report else []
    context = {
        "do": do,
        "word": WORDS[do],
        "about": ABOUT.get(do, ""),
        "choices": target_choices(actor, do),
        "target": str(form.cleaned_data["target"] or ""),
        "percent": form.cleaned_data["percent"],
        "query": query,
        "rows": pairs(campaigns),
        "number": len(campaigns),
        "more": more,
        "lines": told,
        "works": sum(not line.refused for line in told),
        "refused": sum(bool(line.refused) for line in told),
        "ready": ready,
        "back_url": _list(query),
    }
    return render(request, "console/org/campaigns_bulk_page.html", context)


@member_page("campaign:edit")
@require_POST
def apply(request: HttpRequest) -> HttpResponse:
    """Do it to the rows as they were looked at; those that changed since are left and named."""
    actor, form = actor_of(request), BulkForm(request.POST)
    if not form.is_valid() or not _is_ready(form):
        raise Invalid(str(INCOMPLETE))
    campaigns, _more = _campaigns(request, actor, form)
    query = form.cleaned_data["query"]
    if not campaigns:
        return redirect(_list(query))
    report = _run(actor, form, campaigns, dry_run=False)
    _tell(request, report)
    if report.batch_id is None:
        return redirect(_list(query))
    return redirect(_list(f"{query}&done={report.batch_id}" if query else f"done={report.batch_id}"))


def _campaigns(request: HttpRequest, actor: Actor, form: BulkForm) -> tuple[list[Campaign], bool]:
    if form.cleaned_data["rows"]:
        return seen(actor, form.cleaned_data["rows"]), False
    if form.cleaned_data["all"]:
        return matching(actor, form.cleaned_data["query"])
    return chosen(actor, request.POST.getlist("id")), False


def _is_ready(form: BulkForm) -> bool:
    """Whether everything is said; no team is one to give to as well."""
    do = form.cleaned_data["do"]
    if do == "budget":
        return form.cleaned_data["percent"] is not None
    return do not in ABOUT or bool(form.cleaned_data["target"]) or (do == "team" and "target" in form.data)


def _run(actor: Actor, form: BulkForm, campaigns: Sequence[Campaign], *, dry_run: bool) -> Report:
    do: str = form.cleaned_data["do"]
    target: UUID | None = form.cleaned_data["target"]
    percent: Decimal = form.cleaned_data["percent"] or Decimal()
    return apply_bulk(
        actor=actor,
        resource=CAMPAIGNS,
        action=ACTIONS[do],
        rows=rows_for(do, campaigns, target=target, percent=percent),
        dry_run=dry_run,
    )


def _tell(request: HttpRequest, report: Report) -> None:
    left: list[Any] = [result for result in report.results if result.problem is not None]
    done = len(report.results) - len(left)
    words = ngettext("%(count)d campaign is done.", "%(count)d campaigns are done.", done) % {"count": done}
    if left:
        stayed = ngettext("%(count)d was refused.", "%(count)d were refused.", len(left)) % {"count": len(left)}
        messages.warning(request, f"{words} {stayed}")
    else:
        messages.success(request, words)


def _list(query: str) -> str:
    address = reverse("org:campaigns")
    return f"{address}?{query}" if query else address
