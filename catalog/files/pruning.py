"""Files of products are kept for a month; a daily job removes them, and what a transaction left that was undone."""

from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from catalog.files import storing
from catalog.models import ProductFile, ProductFileRow
from kernel.jobs import JobContext, enqueue, handler
from kernel.tenancy.context import SYSTEM

PRUNE = "products.prune_files"
KEPT = timedelta(days=30)
# Long enough for the transaction that keeps a file to be over.
UNDER_WAY = timedelta(days=1)
_AT_ONCE = 1000


def prune_later() -> None:
    """See to it that files are removed in time: one job waits per organization and day, however many are sent."""
    run_at = timezone.now().replace(hour=3, minute=30, second=0, microsecond=0) + timedelta(days=1)
    enqueue(PRUNE, actor=SYSTEM, dedupe_key=run_at.date().isoformat(), run_at=run_at)


@handler(PRUNE)
def prune(ctx: JobContext) -> dict[str, Any] | None:
    """Forget files of long ago, and what their rows came to; the products and their history stay.

    Comes back tomorrow where something is left.
    """
    old = ProductFile.objects.filter(created_at__lt=timezone.now() - KEPT).order_by("created_at")
    found = list(old.values_list("pk", "storage_key")[:_AT_ONCE])
    ids = [pk for pk, _key in found]
    ProductFileRow.objects.filter(file_id__in=ids).delete()
    ProductFile.objects.filter(pk__in=ids).delete()
    orphans = storing.keys_before(timezone.now() - UNDER_WAY) - set(
        ProductFile.objects.values_list("storage_key", flat=True)
    )
    transaction.on_commit(partial(_forget, sorted({key for _pk, key in found} | orphans)))
    if ProductFile.objects.exists():
        prune_later()
    return {"files": len(found)}


def _forget(keys: list[str]) -> None:
    for key in keys:
        storing.forget(key)
