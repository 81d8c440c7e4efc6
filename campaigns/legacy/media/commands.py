"""Asking for the run that brings in the pictures and creatives of an import."""

from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from campaigns.legacy.media.queries import latest_run, run_now
from campaigns.legacy.models import ImportBatch, MediaRun
from campaigns.legacy.queries import find_import
from kernel.errors import Conflict
from kernel.jobs import enqueue
from kernel.tenancy.context import Actor
from tenants.access.resolver import require

BRING: Final = "legacy.media"


def bring_in(*, actor: Actor, batch_id: UUID) -> MediaRun:
    """Ask for the pictures and creatives of an import that is done; a run that stopped goes on where it stopped.

    Raises Conflict before the import is done, and while a run is at work.
    """
    require(actor, "import:run")
    batch = find_import(actor=actor, batch_id=batch_id, lock=True)
    if batch.state != ImportBatch.State.DONE:
        raise Conflict(_("This import is not done yet."), code="import_state", state=batch.state)
    run = latest_run(batch)
    state = run_now(run).state if run is not None else ""
    if state == MediaRun.State.WORKING:
        raise Conflict(_("Its pictures and creatives are on their way."), code="import_state", state=state)
    if run is None or state == MediaRun.State.DONE:
        run = MediaRun(batch=batch)
    return _ask(actor, run)


def follow_up(actor: Actor, batch: ImportBatch) -> MediaRun:
    """Ask for the first run of an import that has just ended; to be called in the transaction of its end."""
    return _ask(actor, MediaRun(batch=batch))


def _ask(actor: Actor, run: MediaRun) -> MediaRun:
    run.state, run.error = MediaRun.State.WORKING, ""
    run.job_id = enqueue(
        BRING,
        {"run": str(run.pk)},
        actor=actor,
        dedupe_key=str(run.pk),
        serial_key=f"legacy:{run.batch.source}",
        priority=4,
    )
    run.save()
    return run
