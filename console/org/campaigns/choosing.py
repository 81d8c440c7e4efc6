"""Which campaigns a bulk action is about: those ticked, all that match, or those that were looked at."""

from collections.abc import Iterable, Sequence
from urllib.parse import parse_qsl
from uuid import UUID

from campaigns import queries
from campaigns.models import Campaign
from console.org.campaigns.filters import read
from kernel.http.cursor import LARGEST_PAGE
from kernel.tenancy.context import Actor
from tenants.access.bulk.engine import MOST_ROWS


def chosen(actor: Actor, ids: Iterable[str]) -> list[Campaign]:
    """Return the campaigns that are ticked, in their order, as far as the person sees them."""
    wanted = list(dict.fromkeys(pk for typed in ids if (pk := _id(typed))))[:MOST_ROWS]
    found = queries.campaigns_named(actor=actor, ids=wanted)
    return [found[pk] for pk in wanted if pk in found]


def matching(actor: Actor, query: str) -> tuple[list[Campaign], bool]:
    """Return the first 500 campaigns that an address's filter finds, and whether there are more."""
    filters = read("list", dict(parse_qsl(query)[:40])).filters
    found: list[Campaign] = []
    cursor: str | None = None
    while len(found) < MOST_ROWS:
        limit = min(LARGEST_PAGE, MOST_ROWS - len(found))
        page = queries.campaign_page(actor=actor, filters=filters, cursor=cursor, limit=limit)
        found += page.items
        cursor = page.next
        if cursor is None:
            return found, False
    return found, True


def pairs(campaigns: Sequence[Campaign]) -> str:
    """Return the campaigns with their versions, for a form to bring back."""
    return " ".join(f"{campaign.pk}:{campaign.row_version}" for campaign in campaigns)


def seen(actor: Actor, rows: str) -> list[Campaign]:
    """Return the campaigns that were looked at, each at the version at which that was."""
    versions: dict[UUID, int] = {}
    for pair in rows.split()[:MOST_ROWS]:
        typed, _colon, version = pair.partition(":")
        pk = _id(typed)
        if pk and version.isascii() and version.isdigit() and len(version) < 10:
            versions[pk] = int(version)
    found = queries.campaigns_named(actor=actor, ids=list(versions))
    for pk, campaign in found.items():
        campaign.row_version = versions[pk]
    return [found[pk] for pk in versions if pk in found]


def _id(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None
