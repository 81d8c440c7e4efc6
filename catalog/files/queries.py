"""What can be asked about files of products."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from catalog.models import ProductFile, ProductFileRow
from kernel.errors import NotFound
from kernel.http.cursor import DEFAULT_PAGE, LARGEST_PAGE, Page, Sort, page
from kernel.jobs.models import Job
from kernel.jobs.queries import visible_jobs
from kernel.tenancy.context import Actor
from tenants.access.resolver import require_some, visible

SORTS: Mapping[str, Sort] = {"-id": Sort(("id",), descending=True)}
ROW_SORTS: Mapping[str, Sort] = {"number": Sort(("number",))}
_UNDER_WAY = frozenset({ProductFile.State.CHECKING, ProductFile.State.RUNNING})


@dataclass(frozen=True, slots=True)
class FileState:
    """The state of a file as its job leaves it, and how far the job is."""

    state: str
    error: str
    done: int
    total: int


def visible_files(actor: Actor) -> QuerySet[ProductFile]:
    """Return the files that `actor` may see: their own, and all of them where they see all products."""
    require_some(actor, "catalog:view")
    return visible(actor, "catalog:view", ProductFile)


def file_page(
    *,
    actor: Actor,
    direction: str = "",
    catalog_id: UUID | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[ProductFile]:
    """Return one page of the files that `actor` may see, newest first, in one query."""
    rows = visible_files(actor).select_related("catalog")
    wanted: dict[str, Any] = {"direction": direction or None, "catalog_id": catalog_id}
    wanted = {name: value for name, value in wanted.items() if value is not None}
    return page(
        rows.filter(**wanted),
        name="product_files",
        filters=wanted,
        sort="-id",
        sorts=SORTS,
        cursor=cursor,
        limit=max(1, min(limit or DEFAULT_PAGE, LARGEST_PAGE)),
    )


def file_detail(*, actor: Actor, file_id: UUID, lock: bool = False) -> ProductFile:
    """Return the file; NotFound when `actor` may not see it."""
    rows = visible_files(actor)
    rows = rows.select_for_update() if lock else rows.select_related("catalog")
    file = rows.filter(pk=file_id).first()
    if file is None:
        raise NotFound()
    return file


def state_now(file: ProductFile) -> FileState:
    """Return the file's state; where its job was cancelled or given up, it has failed. One query while under way."""
    return states_now([file])[file.pk]


def states_now(files: Iterable[ProductFile]) -> Mapping[UUID, FileState]:
    """Return the state of each file, as state_now() does; one query for all that are under way."""
    files = list(files)
    asked = [file.job_id for file in files if file.state in _UNDER_WAY and file.job_id]
    jobs = visible_jobs().in_bulk(asked) if asked else {}
    return {file.pk: _state(file, jobs.get(file.job_id)) for file in files}


def _state(file: ProductFile, job: Job | None) -> FileState:
    if file.state not in _UNDER_WAY or job is None:
        return FileState(file.state, file.error, 0, 0)
    progress = job.progress or {}
    done, total = int(progress.get("done", 0)), int(progress.get("total", 0))
    if job.state in Job.RETRYABLE:
        return FileState(ProductFile.State.FAILED, job.error_text or str(job.get_state_display()), done, total)
    return FileState(file.state, file.error, done, total)


def row_page(
    *, file: ProductFile, results: Collection[str] = (), cursor: str | None = None, limit: int | None = None
) -> Page[ProductFileRow]:
    """Return one page of the file's rows, in their order, in one query."""
    wanted: dict[str, Any] = {"file_id": file.pk} | ({"result__in": sorted(results)} if results else {})
    return page(
        ProductFileRow.objects.filter(**wanted),
        name="product_file_rows",
        filters=wanted,
        sort="number",
        sorts=ROW_SORTS,
        cursor=cursor,
        limit=max(1, min(limit or DEFAULT_PAGE, LARGEST_PAGE)),
    )


def rejected_rows(file: ProductFile) -> Sequence[ProductFileRow]:
    """Return every row that was rejected, in their order."""
    rows = ProductFileRow.objects.filter(file_id=file.pk, result=ProductFileRow.Result.REJECTED)
    return list(rows.order_by("number"))


def counts_of(file: ProductFile) -> dict[str, int]:
    """Return how many rows came to what."""
    rows = ProductFileRow.objects.filter(file_id=file.pk).order_by().values("result").annotate(n=Count("number"))
    found = {row["result"]: row["n"] for row in rows}
    return {result: found.get(result, 0) for result in ProductFileRow.Result.values}
