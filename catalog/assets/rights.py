"""The end of the rights to an asset: told 14, 7 and 1 days before, so that nobody learns of it from a stopped campaign.

A warning is an entry in the log, `asset.rights_ending`; the lists filter by the state of the rights at any time.
"""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from catalog import dependents
from catalog.assets.rules import WARNINGS, warning_due
from catalog.models import Asset
from kernel.jobs import JobContext, enqueue
from kernel.recorder.events import event
from kernel.tenancy.context import SYSTEM

WARN = "assets.warn_of_rights"
HOUR = time(6, tzinfo=UTC)


def plan_warnings(asset: Asset) -> None:
    """Have the warnings given that are still to come, and told who depends on it that the rights have ended."""
    if asset.rights_until is None:
        return
    now = timezone.now()
    moments = {datetime.combine(asset.rights_until - timedelta(days=before), HOUR) for before in WARNINGS}
    # The end itself is news to those who depend on the asset.
    moments.add(datetime.combine(asset.rights_until + timedelta(days=1), time(0, 5, tzinfo=UTC)))
    if warning_due(asset.rights_until, timezone.localdate()) is not None:
        moments.add(now.replace(second=0, microsecond=0) + timedelta(minutes=1))
    for run_at in sorted(moment for moment in moments if moment > now):
        enqueue(WARN, actor=SYSTEM, run_at=run_at, dedupe_key=run_at.isoformat())


def warn(ctx: JobContext) -> dict[str, Any]:
    """Write the warnings that are due; each is given once, whenever this runs."""
    today = timezone.localdate()
    soon = Asset.objects.filter(trashed_at=None, rights_until__lte=today + timedelta(days=max(WARNINGS)))
    warned = 0
    for asset in soon.filter(rights_until__gte=today).order_by("rights_until", "id"):
        due = warning_due(asset.rights_until, today)
        if due is None or asset.rights_until is None or due >= (asset.rights_warned or max(WARNINGS) + 1):
            continue
        Asset.objects.filter(pk=asset.pk).update(rights_warned=due)
        facts = {"days": (asset.rights_until - today).days, "rights_until": asset.rights_until}
        event("asset.rights_ending", asset, data=facts)
        warned += 1
    yesterday = today - timedelta(days=1)
    ended: list[UUID] = list(Asset.objects.filter(rights_until=yesterday, trashed_at=None).values_list("pk", flat=True))
    dependents.changed(Asset, ended)
    return {"warned": warned, "ended": len(ended)}
