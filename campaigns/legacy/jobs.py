"""The work of an import: the dry run in one transaction, the writing in many that can be taken up anywhere."""

from typing import Any, BinaryIO
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.legacy.applying import STAGES, apply_chunk
from campaigns.legacy.commands import APPLY, CHECK
from campaigns.legacy.counting import dump_facts, verdict_counts
from campaigns.legacy.files import open_dump
from campaigns.legacy.media.commands import follow_up
from campaigns.legacy.models import ImportBatch, ImportPayload, ImportRow
from campaigns.legacy.owners import owner_of
from campaigns.legacy.policy import staged_rows
from campaigns.legacy.settlement import settle
from campaigns.legacy.staging import stage
from campaigns.legacy.stream import read_dump
from catalog.catalogs.default import legacy_catalog
from kernel.errors import DomainError, NotFound
from kernel.jobs import JobContext, handler
from kernel.recorder.events import event
from tenants.access.resolver import require


@handler(CHECK, timeout=3600, transactional=False, source="import")
def check(ctx: JobContext) -> dict[str, Any] | None:
    """Read, stage and judge the whole dump, or keep nothing of it and say why."""
    try:
        with ctx.transaction():
            batch = _batch(ctx)
            ImportRow.objects.filter(batch_id=batch.id).delete()
            ImportPayload.objects.filter(batch_id=batch.id).delete()
            with open_dump(batch.sha256) as file:
                _stage(ctx, batch, file)
            batch.counts = _judge(batch)
            batch.state = ImportBatch.State.READY
            batch.save()
            ctx.finish({"batch": str(batch.id), "totals": batch.counts["totals"]})
    except DomainError as error:
        _fail(ctx, error)
        raise
    return None


@handler(APPLY, timeout=6 * 3600, transactional=False, source="import")
def apply(ctx: JobContext) -> dict[str, Any] | None:
    """Write what is to be created, a chunk at a time; killed anywhere, the next attempt goes on behind the last one."""
    try:
        owner = owner_of(ctx, _batch)
        while not ctx.done:
            ctx.checkpoint()
            _apply_next(ctx, owner)
    except DomainError as error:
        _fail(ctx, error)
        raise
    return None


class _Counted:
    """A file that tells how much of it was read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.bytes = file, 0

    def read(self, size: int, /) -> bytes:
        found = self._file.read(size)
        self.bytes += len(found)
        return found


def _stage(ctx: JobContext, batch: ImportBatch, file: BinaryIO) -> None:
    counted = _Counted(file)
    with connection.cursor() as cursor:
        for _rows in stage(cursor, batch.id, staged_rows(read_dump(counted))):
            ctx.checkpoint()
            ctx.progress(counted.bytes, batch.size, _("Reading"))


def _judge(batch: ImportBatch) -> dict[str, Any]:
    with connection.cursor() as cursor:
        settle(cursor, batch.id, batch.source)
        return verdict_counts(cursor, batch.id) | dump_facts(cursor, batch.id)


def _apply_next(ctx: JobContext, owner: UUID) -> None:
    """Commit one chunk with the cursor behind it; the last one also ends the import."""
    with ctx.transaction():
        batch = _batch(ctx)
        batch.started_at = batch.started_at or timezone.now()
        if batch.stage < len(STAGES):
            with connection.cursor() as cursor:
                last, made = apply_chunk(
                    cursor,
                    stage=STAGES[batch.stage],
                    batch=batch.id,
                    source=batch.source,
                    owner=owner,
                    catalog=legacy_catalog().pk,
                    after=batch.cursor,
                )
            batch.applied += made
            batch.stage, batch.cursor = (batch.stage, last) if last else (batch.stage + 1, 0)
        if batch.stage == len(STAGES):
            _end(ctx, batch)
        batch.save()
    total = sum(figures.get("created", 0) for figures in batch.counts["totals"].values())
    ctx.progress(batch.applied, total, _("Writing"))


def _end(ctx: JobContext, batch: ImportBatch) -> None:
    with connection.cursor() as cursor:
        batch.counts |= verdict_counts(cursor, batch.id)
    batch.state, batch.finished_at = ImportBatch.State.DONE, timezone.now()
    if batch.applied:
        event("import.done", batch, label=batch.file_name, data={"source": batch.source, **batch.counts["totals"]})
        follow_up(ctx.actor, batch)
    ctx.finish({"batch": str(batch.id), "applied": batch.applied, "totals": batch.counts["totals"]})


def _fail(ctx: JobContext, error: DomainError) -> None:
    """Say on the import itself what stopped it; the job says it too."""
    with ctx.transaction():
        ImportBatch.objects.filter(pk=ctx.payload["batch"]).update(
            state=ImportBatch.State.FAILED, error=error.detail or str(error.title)
        )


def _batch(ctx: JobContext) -> ImportBatch:
    # Between asking and running somebody may have lost the right to import.
    require(ctx.actor, "import:run")
    batch = ImportBatch.objects.select_for_update().filter(pk=ctx.payload["batch"]).first()
    if batch is None:
        raise NotFound()
    return batch
