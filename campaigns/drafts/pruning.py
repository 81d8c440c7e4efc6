"""Drafts end after a month, with their object, and with the place of who wrote them; a daily job removes them."""

from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from campaigns.drafts.kinds import of_nothing
from campaigns.drafts.queries import KEPT
from campaigns.models import Draft
from kernel.jobs import JobContext, enqueue, handler
from kernel.tenancy.context import SYSTEM
from tenants.access.models import Membership

PRUNE = "campaigns.prune_drafts"


def prune_later() -> None:
    """See to it that drafts are removed in time: one job waits per organization and day, however much is written."""
    run_at = timezone.now().replace(hour=3, minute=0, second=0, microsecond=0) + timedelta(days=1)
    enqueue(PRUNE, actor=SYSTEM, dedupe_key=run_at.date().isoformat(), run_at=run_at)


@handler(PRUNE)
def prune(ctx: JobContext) -> dict[str, Any] | None:
    """Remove what is over, and come back tomorrow where something is left."""
    deleted = delete_over()
    if Draft.objects.exists():
        prune_later()
    return {"deleted": deleted}


def delete_over() -> int:
    """Delete drafts that are a month old, about what is in the trash or gone, or of who is gone; return how many."""
    present = Membership.objects.filter(user_id=OuterRef("user_id"))
    over = Q(saved_at__lte=timezone.now() - KEPT) | of_nothing() | ~Q(Exists(present))
    deleted, _by_model = Draft.objects.filter(over).delete()
    return deleted
