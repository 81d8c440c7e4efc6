"""The work on files of products: chunk by chunk, each committed with the cursor behind it, so it goes on anywhere."""

from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.files import storing
from catalog.files.commands import CHECK, EXPORT, IMPORT, RUN
from catalog.files.judging import READING, judge
from catalog.files.queries import counts_of
from catalog.files.reading import rows_of, text_of
from catalog.files.values import Labels
from catalog.files.writing import content_for
from catalog.models import ProductFile, ProductFileRow
from kernel.errors import DomainError, NotFound
from kernel.jobs import JobContext, handler
from kernel.recorder.events import event
from tenants.access.resolver import require, require_some

CHUNK = 200
_SLICE = 1000
State, Result = ProductFile.State, ProductFileRow.Result
_FORGET = "UPDATE catalog_productfilerow SET result = '', code = '' WHERE file_id = %s AND NOT code = ANY(%s)"
_REPEATED = """
UPDATE catalog_productfilerow r SET code = 'repeated_in_file'
FROM (
    SELECT number, row_number() OVER (PARTITION BY btrim(cells ->> %(column)s, %(spaces)s) ORDER BY number) AS nth
    FROM catalog_productfilerow
    WHERE file_id = %(file)s AND code = '' AND btrim(cells ->> %(column)s, %(spaces)s) <> ''
) s
WHERE r.file_id = %(file)s AND r.number = s.number AND s.nth > 1
"""
# What str.strip() takes away.
_SPACES = "".join(chr(place) for place in range(1, 0x3001) if chr(place).isspace())


@handler(CHECK, timeout=3600, transactional=False, source="import")
def check(ctx: JobContext) -> dict[str, Any] | None:
    """Read the file and try out every row; nothing of it stays but the verdicts."""
    try:
        with ctx.transaction():
            file = _file(ctx)
            if not file.rows:
                _stage(file)
            if not file.cursor:
                _begin(file)
            labels = Labels()
        while not ctx.done:
            ctx.checkpoint()
            _judge_next(ctx, labels, write=False)
    except DomainError as error:
        _fail(ctx, error)
        raise
    return None


@handler(RUN, timeout=6 * 3600, transactional=False, source="import")
def run(ctx: JobContext) -> dict[str, Any] | None:
    """Write what the dry run found to be new or changed, a chunk at a time."""
    try:
        with ctx.transaction():
            labels = Labels()
        while not ctx.done:
            ctx.checkpoint()
            _judge_next(ctx, labels, write=True)
    except DomainError as error:
        _fail(ctx, error)
        raise
    return None


@handler(EXPORT, timeout=1800, transactional=False)
def export(ctx: JobContext) -> dict[str, Any] | None:
    """Write what the person may see of what they asked for into a file."""
    with ctx.transaction():
        file = ProductFile.objects.filter(pk=ctx.payload["file"]).first()
        if file is None:
            raise NotFound()
        require_some(ctx.actor, "catalog:view")
        content, file.rows = content_for(ctx, file)
        file.storage_key, file.sha256 = storing.keep(str(file.pk), content), storing.digest(content)
        file.size, file.state, file.finished_at = len(content), State.DONE, timezone.now()
        file.save()
        event("products.exported", file, label=file.file_name, data={"rows": file.rows, "filters": file.filters})
        ctx.finish({"file": str(file.pk), "rows": file.rows})
    return None


def _stage(file: ProductFile) -> None:
    slices: list[ProductFileRow] = []
    for row in rows_of(text_of(storing.content_of(file.storage_key)), file.format):
        slices.append(ProductFileRow(file_id=file.pk, number=row.number, cells=row.cells, code=row.problem))
        file.rows += 1
        if len(slices) == _SLICE:
            ProductFileRow.objects.bulk_create(slices)
            slices = []
    ProductFileRow.objects.bulk_create(slices)


def _begin(file: ProductFile) -> None:
    """Forget former verdicts. A catalog gives either number once, and a dry run does not see what its rows would make:
    so a row that repeats one of an earlier row is told here.
    """
    columns = [name for name, target in file.mapping.items() if target in ProductFile.Match.values]
    columns.sort(key=lambda name: file.mapping[name] != file.match)
    reading = [code for code in READING if code != "repeated_in_file"]
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [file.pk, reading])
        for column in columns:
            cursor.execute(_REPEATED, {"column": column, "file": file.pk, "spaces": _SPACES})
    file.save()


def _judge_next(ctx: JobContext, labels: Labels, *, write: bool) -> None:
    """Commit the verdicts of one chunk with the cursor behind it; the last one also ends the check, or the run."""
    with ctx.transaction():
        file = _file(ctx)
        rows = ProductFileRow.objects.filter(file_id=file.pk, number__gt=file.cursor).order_by("number")
        if write:
            rows = rows.filter(result__in=[Result.CREATED, Result.UPDATED])
        chunk = list(rows[:CHUNK])
        verdicts = judge(actor=ctx.actor, file=file, rows=chunk, labels=labels, write=write)
        for row, verdict in zip(chunk, verdicts, strict=True):
            row.result, row.product_id, row.name = verdict.result, verdict.product_id, verdict.name
            row.code, row.field, row.message = verdict.code, verdict.field[:120], verdict.message
            file.cursor = row.number
        ProductFileRow.objects.bulk_update(chunk, ["result", "product_id", "name", "code", "field", "message"])
        if not chunk:
            _end(ctx, file, write=write)
        file.save()
        number = file.cursor
    ctx.progress(min(number, file.rows), file.rows, _("Writing") if write else _("Checking"))


def _end(ctx: JobContext, file: ProductFile, *, write: bool) -> None:
    file.counts = counts_of(file)
    if write:
        file.state, file.finished_at = State.DONE, timezone.now()
        transaction.on_commit(partial(storing.forget, file.storage_key))
        file.storage_key = ""
        event("products.imported", file, label=file.file_name, data=file.counts)
    else:
        file.state, file.cursor = State.READY, 0
    ctx.finish({"file": str(file.pk), "counts": file.counts})


def _fail(ctx: JobContext, error: DomainError) -> None:
    message = error.errors[0].message if error.errors else error.detail or str(error.title)
    with ctx.transaction():
        ProductFile.objects.filter(pk=ctx.payload["file"]).update(state=State.FAILED, error=message)


def _file(ctx: JobContext) -> ProductFile:
    # Between asking and running somebody may have lost the right to import.
    require(ctx.actor, IMPORT)
    file = ProductFile.objects.select_for_update(of=("self",)).filter(pk=UUID(ctx.payload["file"])).first()
    if file is None:
        raise NotFound()
    return file
