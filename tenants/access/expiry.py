"""Shares that have expired: they give nothing from that moment on, and a job deletes them soon after."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min
from django.db.models.functions import Now

from kernel.jobs import JobContext, enqueue, handler
from kernel.tenancy.context import SYSTEM, current_organization
from tenants import records
from tenants.access.models import TeamGrant, UserGrant
from tenants.access.shares import grant_models, shareable_models

EXPIRE_SHARES = "access.expire_shares"


def sweep_after(moment: datetime) -> None:
    """Let the sweeper run in this organization once `moment` is past; for all moments of one minute it runs once."""
    run_at = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
    enqueue(EXPIRE_SHARES, actor=SYSTEM, dedupe_key=run_at.isoformat(), run_at=run_at)


@handler(EXPIRE_SHARES)
def expire_shares(ctx: JobContext) -> dict[str, Any] | None:
    """Delete what has expired, and see to it that the next end is swept too, whoever wrote it."""
    deleted = delete_expired()
    end = next_end()
    if end is not None:
        sweep_after(end)
    return {"deleted": deleted}


def delete_expired() -> int:
    """Delete the shares that have expired, by the database's clock, and return how many there were."""
    records.access_changing(current_organization().id)
    return sum(table.objects.filter(expires_at__lte=Now()).delete()[0] for table in _tables())


def next_end() -> datetime | None:
    """Return when the next share ends, None where none does."""
    ends = [table.objects.aggregate(end=Min("expires_at"))["end"] for table in _tables()]
    return min((end for end in ends if end is not None), default=None)


def _tables() -> list[type[UserGrant] | type[TeamGrant]]:
    return [table for model in shareable_models().values() for table in grant_models(model) or ()]
