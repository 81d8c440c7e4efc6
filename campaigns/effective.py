"""Whether a campaign is really running, derived from its status, the clock and everything it shows.

The answer is stored with the campaign for filters. Whoever changes a campaign, a creative, an asset or a product has
it worked out anew in the same transaction (`refresh`); what changes with the clock a job follows (campaigns.clock).
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Final
from uuid import UUID

from campaigns.facts import Facts, facts_of, midnight_after
from campaigns.models import Campaign, Creative
from campaigns.preflight import SOON, faults_of

Effective = Campaign.Effective
REASONS: Final = (
    "not_launched",
    "is_template",
    "not_started",
    "start_blocked",
    "paused",
    "ended",
    "end_past",
    "archived",
    "no_creatives",
    "creatives_paused",
    "headline_missing",
    "final_url_missing",
    "picture_missing",
    "asset_missing",
    "asset_rights_expired",
    "asset_rights_ending",
    "product_missing",
)
CHUNK: Final = 500
_waiting: ContextVar[set[UUID] | None] = ContextVar("waiting", default=None)


def effective(facts: Facts) -> tuple[str, list[str]]:
    """Return the effective status and its reasons, most telling first."""
    campaign = facts.campaign
    if campaign.status == Campaign.Status.DRAFT:
        return Effective.DRAFT, ["is_template" if campaign.is_template else "not_launched"]
    if campaign.status in (Campaign.Status.PAUSED, Campaign.Status.ENDED, Campaign.Status.ARCHIVED):
        return campaign.status, [campaign.status]
    state, reasons = _showing(facts)
    if campaign.status == Campaign.Status.SCHEDULED:
        if campaign.starts_at is None or campaign.starts_at <= facts.now:
            return Effective.BLOCKED, ["start_blocked", *reasons]
        return Effective.PENDING, ["not_started", *reasons]
    if campaign.ends_at is not None and campaign.ends_at <= facts.now:
        return Effective.ENDED, ["end_past"]
    return state, reasons


def refresh(campaign_ids: Iterable[UUID]) -> None:
    """Work out anew what is stored of these campaigns, and write where it differs.

    It is no change of the campaign: neither its version nor its time of change moves, and the log is silent.
    """
    wanted = sorted(campaign_ids)
    for start in range(0, len(wanted), CHUNK):
        refresh_loaded(lock(wanted[start : start + CHUNK]))


def lock(campaign_ids: Collection[UUID]) -> list[Campaign]:
    """Return these campaigns, held to the end of the transaction, in one order, so that nobody waits in a ring.

    What is worked out of rows that somebody else is changing would be stored after, and over, what they store.
    """
    rows = Campaign.objects.filter(pk__in=campaign_ids).order_by("pk")
    return list(rows.select_for_update(no_key=True))


def refresh_loaded(campaigns: Collection[Campaign]) -> None:
    """Do the same for campaigns at hand, and set it on them; inside put_off() it is left to the end."""
    waiting = _waiting.get()
    if waiting is not None:
        waiting |= {campaign.pk for campaign in campaigns}
        return
    facts = facts_of(campaigns)
    changed = []
    for campaign in campaigns:
        status, reasons = effective(facts[campaign.pk])
        if (campaign.effective_status, campaign.effective_reasons) != (status, reasons):
            campaign.effective_status, campaign.effective_reasons = status, reasons
            changed.append(campaign)
    Campaign.objects.bulk_update(changed, ["effective_status", "effective_reasons"])


@contextmanager
def put_off() -> Iterator[set[UUID]]:
    """Let the block collect whose status must be worked out, which its author then does for all of them at once."""
    waiting: set[UUID] = set()
    token = _waiting.set(waiting)
    try:
        yield waiting
    finally:
        _waiting.reset(token)


def next_moment(facts: Facts) -> datetime | None:
    """Return when the clock alone changes the answer next: rights that end, or that begin to end soon."""
    assets = [asset for found in facts.creatives for asset in found.assets]
    lasts = [asset.rights_until for asset in assets if asset.rights_until is not None]
    ends = [midnight_after(last) for last in lasts]
    if facts.campaign.ends_at is None:
        ends += [midnight_after(last - SOON) for last in lasts]
    return min((end for end in ends if end > facts.now), default=None)


def _showing(facts: Facts) -> tuple[str, list[str]]:
    if not facts.creatives:
        return Effective.BLOCKED, ["no_creatives"]
    active = [found for found in facts.creatives if found.creative.status == Creative.Status.ACTIVE]
    if not active:
        return Effective.BLOCKED, ["creatives_paused"]
    reasons: list[str] = []
    shown = 0
    for found in active:
        faults = list(faults_of(found, facts))
        shown += not any(fault.severity == "blocker" for fault in faults)
        reasons += [fault.code for fault in faults if fault.code not in reasons]
    if shown == len(active):
        return Effective.SERVING, reasons
    return (Effective.LIMITED if shown else Effective.BLOCKED), reasons
