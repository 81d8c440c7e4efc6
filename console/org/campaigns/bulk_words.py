"""What a bulk action would change, in words, row by row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from campaigns.bulk_rows import LEADS_TO, budget_after
from campaigns.models import Campaign
from catalog.labels.queries import labels_by_id, labels_to_choose
from console.status import look_of
from console.templatetags.console import money
from kernel.tenancy.context import Actor
from tenants.access.bulk.engine import Report
from tenants.access.ownership import teams_to_choose
from tenants.access.people import active_people


@dataclass(frozen=True, slots=True)
class Line:
    """One campaign: what it has, what it would have, and why not."""

    campaign: Campaign
    before: str
    after: str
    refused: str


def target_choices(actor: Actor, do: str) -> list[tuple[str, str]]:
    """Return what the action can be about: labels, people or teams."""
    if do in ("label_add", "label_remove"):
        return [(str(label.pk), label.name) for label in labels_to_choose(actor=actor)]
    if do == "owner":
        return [(str(row.user_id), row.name) for row in active_people().order_by("name", "id")[:500]]
    if do == "team":
        teams = teams_to_choose(actor=actor, action="campaign:transfer")
        return [("", _("No team")), *((str(team.pk), team.name) for team in teams)]
    return []


def lines(actor: Actor, data: Mapping[str, Any], campaigns: Sequence[Campaign], report: Report) -> list[Line]:
    """Return a line for each campaign, what is refused first."""
    sides = _sides(actor, data, campaigns)
    found = []
    for campaign, result in zip(campaigns, report.results, strict=True):
        before, after = sides(campaign)
        refused = _why(result.problem) if result.problem else ""
        if not refused and before == after:
            after = _("stays as it is")
        found.append(Line(campaign, before, "" if refused else after, refused))
    return sorted(found, key=lambda line: not line.refused)


def _sides(actor: Actor, data: Mapping[str, Any], campaigns: Sequence[Campaign]) -> Any:
    do: str = data["do"]
    target: UUID | None = data["target"]
    if do in LEADS_TO:
        after = str(look_of(LEADS_TO[do]).label)
        return lambda campaign: (str(look_of(campaign.status).label), after)
    if do in ("label_add", "label_remove"):
        return _label_sides(actor, do, target, campaigns)
    named = dict(target_choices(actor, do))
    if do == "owner":
        return lambda campaign: (campaign.owner_name, named.get(str(target), ""))
    if do == "team":
        return lambda campaign: (
            campaign.team.name if campaign.team else _("No team"),
            named.get(str(target or ""), ""),
        )
    if do == "budget":
        percent: Decimal = data["percent"] or Decimal()
        return lambda campaign: (
            money(campaign.budget_micros, campaign.currency),
            money(budget_after(campaign, percent), campaign.currency),
        )
    return lambda campaign: (str(look_of(campaign.status).label), str(look_of("trashed").label))


def _label_sides(actor: Actor, do: str, target: UUID | None, campaigns: Sequence[Campaign]) -> Any:
    ids = {pk for campaign in campaigns for pk in campaign.label_ids} | ({target} if target else set())
    names = {pk: label.name for pk, label in labels_by_id(actor=actor, ids=ids).items()}

    def words(ids: Sequence[UUID]) -> str:
        return ", ".join(names[pk] for pk in ids if pk in names) or _("No label")

    def sides(campaign: Campaign) -> tuple[str, str]:
        kept = [pk for pk in campaign.label_ids if pk != target]
        added = [target] if do == "label_add" and target else []
        there = list(campaign.label_ids)
        return words(there), words(there if do == "label_add" and target in there else kept + added)

    return sides


def _why(problem: Mapping[str, Any]) -> str:
    said = " ".join(error["message"] for error in problem.get("errors") or ())
    return said or str(problem.get("detail") or problem.get("title"))
