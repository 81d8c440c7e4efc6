"""The trash empties itself: what has lain there for 30 days is deleted, unless something outside still needs it."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.apps import apps
from django.db import transaction
from django.db.models import Min, ProtectedError, RestrictedError
from django.utils import timezone

from kernel.jobs import JobContext, enqueue, handler
from kernel.tenancy.context import SYSTEM, current_organization, current_scope
from tenants import records
from tenants.access.models import Versioned

EMPTY_TRASH: Final = "access.empty_trash"
KEPT: Final = timedelta(days=30)
MOST: Final = 500
"""How much one run deletes; the next run follows at once."""


def empty_later(trashed_at: datetime) -> None:
    """Let the trash be emptied once what went into it at `trashed_at` has lain there long enough; once for each day."""
    due = (trashed_at + KEPT).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    memo = current_scope().memo
    if (EMPTY_TRASH, due) not in memo:
        memo[EMPTY_TRASH, due] = True
        enqueue(EMPTY_TRASH, actor=SYSTEM, dedupe_key=due.isoformat(), run_at=due)


@handler(EMPTY_TRASH)
def empty_trash(ctx: JobContext) -> dict[str, Any] | None:
    """Delete what is due, at most MOST rows, and see to it that the rest follows."""
    records.access_changing(current_organization().id)
    before = timezone.now() - KEPT
    deleted = kept = 0
    for model in trashable():
        rows = model._default_manager.filter(trashed_at__lt=before).order_by("trashed_at", "pk")
        for row in rows[: MOST - deleted]:
            gone = _delete(row)
            deleted, kept = deleted + gone, kept + (not gone)
    if deleted >= MOST:
        enqueue(EMPTY_TRASH, actor=SYSTEM, run_at=timezone.now())
    else:
        _wait_for_next(before)
    return {"deleted": deleted, "kept": kept}


def trashable() -> list[type[Versioned]]:
    """Return every model with a trash, those that refer to others before the others."""
    models = [model for model in apps.get_models() if issubclass(model, Versioned)]
    return models[::-1]


def _delete(row: Versioned) -> bool:
    """Delete the row; False where something that is not in the trash still shows it. It is tried again another day."""
    try:
        with transaction.atomic():
            row.delete()
    except (ProtectedError, RestrictedError):
        return False
    return True


def _wait_for_next(before: datetime) -> None:
    oldest = [
        model._default_manager.filter(trashed_at__gte=before).aggregate(first=Min("trashed_at"))["first"]
        for model in trashable()
    ]
    ahead = [moment for moment in oldest if moment is not None]
    if ahead:
        empty_later(min(ahead))
