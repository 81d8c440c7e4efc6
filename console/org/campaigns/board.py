"""Campaigns in columns by status; cards move between them along the steps that are open."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from campaigns import queries
from campaigns.models import Campaign
from console.org.campaigns.dressing import dress_cards
from console.org.campaigns.filters import Asked
from kernel.tenancy.context import Actor

SHOWN = 12
COLUMNS = ("draft", "scheduled", "active", "paused", "ended")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: some of its campaigns, how many there are, and the address of the following ones."""

    status: str
    label: str | Promise
    cards: list[Any]
    total: int
    more: str


def board_context(actor: Actor, asked: Asked) -> dict[str, Any]:
    """Return the columns; the one of a status alone where the filter names it, nothing of trash and templates."""
    statuses = [asked.state] if asked.state in Campaign.Status.values else COLUMNS
    columns = [_column(actor, asked, status) for status in statuses]
    dress_cards(actor, [card for column in columns for card in column.cards])
    return {"columns": columns}


def column_context(actor: Actor, asked: Asked, status: str, cursor: str) -> dict[str, Any]:
    """Return the following cards of one column."""
    if status not in Campaign.Status.values:
        status = COLUMNS[0]
    column = _column(actor, asked, status, cursor)
    dress_cards(actor, column.cards)
    return {"column": column}


def _column(actor: Actor, asked: Asked, status: str, cursor: str = "") -> Column:
    found = queries.campaign_page(
        actor=actor,
        filters=asked.with_filters(status=[status]),
        cursor=cursor or None,
        limit=SHOWN,
        count=not cursor,
    )
    more = asked.url(view="board", column=status, cursor=found.next) if found.next else ""
    return Column(status, Campaign.Status(status).label, found.items, found.total or 0, more)
