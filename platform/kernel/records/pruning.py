"""Answers and before-images are kept for a day; then a job of the organization removes them."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min
from django.utils import timezone

from kernel.jobs import JobContext, enqueue, handler
from kernel.records.models import Batch, IdempotencyKey
from kernel.tenancy.context import SYSTEM

KEPT = timedelta(hours=24)
PRUNE = "records.prune"


def prune_later() -> None:
    """See to it that what is written now is removed in time. One job waits per organization, however much is written.

    Call it last: whoever writes the first row waits for others that do so at the same moment.
    """
    enqueue(PRUNE, actor=SYSTEM, dedupe_key=PRUNE, run_at=timezone.now() + KEPT)


@handler(PRUNE)
def prune(ctx: JobContext) -> dict[str, Any] | None:
    """Delete what is older than a day, and come back for the rest."""
    deleted = delete_expired()
    oldest = _oldest()
    if oldest is not None:
        # Not the kind's usual key: this very job still holds it.
        enqueue(PRUNE, actor=SYSTEM, dedupe_key=f"{PRUNE}:{oldest.date()}", run_at=oldest + KEPT)
    return {"deleted": deleted}


def delete_expired() -> int:
    """Delete keys and batches that are older than a day, and return how many there were."""
    before = timezone.now() - KEPT
    return sum(model.objects.filter(created_at__lt=before).delete()[0] for model in (IdempotencyKey, Batch))


def _oldest() -> datetime | None:
    ages = [model.objects.aggregate(oldest=Min("created_at"))["oldest"] for model in (IdempotencyKey, Batch)]
    return min((age for age in ages if age is not None), default=None)
