"""The work of a run: pictures a few at a time, then the rows that hold them; killed anywhere, it goes on."""

from collections import Counter
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.legacy.files import open_dump
from campaigns.legacy.media.commands import BRING
from campaigns.legacy.media.pictures import wanted_pictures
from campaigns.legacy.media.queries import media_report
from campaigns.legacy.media.reading import Chunk, chunks
from campaigns.legacy.media.storing import For, few_at_a_time, not_yet_stored, store_pictures
from campaigns.legacy.media.writing import Work, write_chunk
from campaigns.legacy.models import ImportBatch, MediaRun
from campaigns.legacy.owners import owner_of
from kernel.errors import DomainError, NotFound
from kernel.jobs import JobContext, handler
from kernel.recorder.events import event
from tenants.access.resolver import require


@handler(BRING, timeout=6 * 3600, transactional=False, source="import")
def bring(ctx: JobContext) -> dict[str, Any] | None:
    """Store the pictures of a dump and make its creatives, a chunk of rows at a time."""
    try:
        owner = owner_of(ctx, _batch)
        with ctx.transaction():
            run = _run(ctx)
            batch, after = run.batch, run.cursor
            file = open_dump(batch.sha256)
        work = Work(ctx.actor, For(batch.pk, batch.source, owner))
        with file:
            for chunk in chunks(file, after=after, now=timezone.now(), pause=ctx.checkpoint):
                _store(ctx, chunk, work)
                _write(ctx, chunk, work)
                ctx.progress(chunk.read, batch.size, _("Bringing in"))
        _end(ctx)
    except DomainError as error:
        _fail(ctx, error)
        raise
    return None


def _store(ctx: JobContext, chunk: Chunk, work: Work) -> None:
    """Commit the pictures of the chunk that are not there yet; the cursor stays before rows that are not written."""
    with ctx.transaction():
        wanted = [picture for row in chunk.rows for picture in wanted_pictures(row)]
        new = not_yet_stored(work.whom.source, [found for found in wanted if found.sha256 not in work.refused])
    for some in few_at_a_time(new):
        ctx.checkpoint()
        with ctx.transaction():
            run = _run(ctx)
            made, refused = store_pictures(some, work.whom)
            work.refused |= refused
            _count(run, made)


def _write(ctx: JobContext, chunk: Chunk, work: Work) -> None:
    with ctx.transaction():
        run = _run(ctx)
        made = write_chunk(chunk.rows, work)
        run.cursor = chunk.last
        _count(run, made)


def _count(run: MediaRun, made: dict[str, int] | Counter[str]) -> None:
    run.made = {name: run.made.get(name, 0) + made.get(name, 0) for name in {**run.made, **made}}
    run.save(update_fields=["made", "cursor"])


def _end(ctx: JobContext) -> None:
    with ctx.transaction():
        run = _run(ctx)
        run.state, run.finished_at = MediaRun.State.DONE, timezone.now()
        run.report = media_report(run.batch)
        run.save()
        if any(run.made.values()):
            event("import.brought_in", run.batch, label=run.batch.file_name, data=run.made)
        ctx.finish({"run": str(run.pk), "made": run.made})


def _fail(ctx: JobContext, error: DomainError) -> None:
    """Say on the run itself what stopped it; the job says it too."""
    with ctx.transaction():
        MediaRun.objects.filter(pk=ctx.payload["run"]).update(
            state=MediaRun.State.FAILED, error=error.detail or str(error.title)
        )


def _run(ctx: JobContext) -> MediaRun:
    # Between asking and running somebody may have lost the right to import.
    require(ctx.actor, "import:run")
    runs = MediaRun.objects.select_for_update(of=("self",)).select_related("batch")
    run = runs.filter(pk=ctx.payload["run"]).first()
    if run is None:
        raise NotFound()
    return run


def _batch(ctx: JobContext) -> ImportBatch:
    return _run(ctx).batch
