"""What the filter of campaigns offers to choose from."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import Campaign
from catalog.labels.queries import labels_to_choose
from console.org.campaigns.filters import Asked
from console.org.campaigns.forms import channel_choices
from kernel.tenancy.context import Actor
from tenants.access.people import active_people
from tenants.access.resolver import may_some
from tenants.access.team_queries import team_list

PEOPLE_OFFERED = 300


@dataclass(frozen=True, slots=True)
class Choice:
    """One field of the filter; `options` are (value, label), empty for a date."""

    name: str
    label: str | Promise
    value: str
    options: list[tuple[str, str | Promise]]


def choices(actor: Actor, asked: Asked) -> list[Choice]:
    """Return the fields of the filter with what is chosen."""
    found: list[tuple[str, str | Promise, list[tuple[str, str | Promise]]]] = [
        ("effective", _("Effective state"), list(Campaign.Effective.choices)),
        ("objective", _("Objective"), list(Campaign.Objective.choices)),
        ("channel", _("Channel"), channel_choices()),
        ("label", _("Label"), [(str(label.pk), label.name) for label in labels_to_choose(actor=actor)]),
        ("owner", _("Owner"), _people(actor)),
        ("team", _("Team"), _teams(actor)),
    ]
    shown = [
        Choice(name, label, asked.params.get(name, ""), options)
        for name, label, options in found
        if options or name in asked.params
    ]
    days = (("from", gettext_lazy("Runs from")), ("until", gettext_lazy("Runs until")))
    return [*shown, *(Choice(name, label, asked.params.get(name, ""), []) for name, label in days)]


def _teams(actor: Actor) -> list[tuple[str, str | Promise]]:
    if not may_some(actor, "member:view"):
        return []
    return [(str(team.pk), team.name) for team in team_list(actor=actor)]


def _people(actor: Actor) -> list[tuple[str, str | Promise]]:
    if actor.user_id is None:
        return []
    mine: list[tuple[str, str | Promise]] = [(str(actor.user_id), _("Me"))]
    if not may_some(actor, "member:view"):
        return mine
    rows = active_people().exclude(user_id=actor.user_id).order_by("name", "id")[:PEOPLE_OFFERED]
    return [*mine, *((str(row.user_id), row.name) for row in rows)]
