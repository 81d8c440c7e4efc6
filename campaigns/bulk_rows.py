"""What people choose to do to many campaigns, as rows of the actions of campaigns.bulk."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from uuid import UUID

from campaigns.models import Campaign

Row = dict[str, Any]
LEADS_TO: Final[Mapping[str, str]] = {
    "pause": "paused",
    "resume": "active",
    "start": "active",
    "schedule": "scheduled",
    "end": "ended",
    "archive": "archived",
}
ACTIONS: Final[Mapping[str, str]] = {
    **dict.fromkeys(LEADS_TO, "transition"),
    "label_add": "label",
    "label_remove": "label",
    "owner": "transfer",
    "team": "transfer",
    "budget": "change",
    "trash": "trash",
}
_CENT: Final = 10_000


def rows_for(
    do: str, campaigns: Sequence[Campaign], *, target: UUID | None = None, percent: Decimal = Decimal()
) -> list[Row]:
    """Return one row for each campaign at its present version.

    `target` is the label, person or team that the action is about (no team: None), `percent` by how much budgets rise.
    """
    return [_row(do, campaign, target, percent) for campaign in campaigns]


def budget_after(campaign: Campaign, percent: Decimal) -> int | None:
    """Return the budget raised by so many percent, to whole cents; None where there is none."""
    if campaign.budget_micros is None:
        return None
    cents = Decimal(campaign.budget_micros) * (100 + percent) / 100 / _CENT
    return int(cents.quantize(Decimal(1), ROUND_HALF_UP)) * _CENT


def _row(do: str, campaign: Campaign, target: UUID | None, percent: Decimal) -> Row:
    row: Row = {"id": str(campaign.pk), "version": campaign.row_version}
    named = str(target) if target else None
    if do in LEADS_TO:
        return row | {"status": LEADS_TO[do]}
    if do == "label_add":
        return row | {"add": [named]}
    if do == "label_remove":
        return row | {"remove": [named]}
    if do == "owner":
        return row | {"owner_id": named, "team_id": str(campaign.team_id) if campaign.team_id else None}
    if do == "team":
        return row | {"owner_id": str(campaign.owner_id), "team_id": named}
    return row | {"budget_micros": budget_after(campaign, percent)} if do == "budget" else row
