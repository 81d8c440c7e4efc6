"""`/api/v1/batches`, and the bulk operation that every resource adds to its own router."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query
from pydantic import BaseModel, ConfigDict, Field, create_model

from kernel.http.api import actor_of
from kernel.http.document import ROWS
from kernel.http.lists import Paged
from kernel.http.operations import Router, declares
from kernel.http.output import instant, respond
from kernel.http.rehearsal import is_rehearsal
from kernel.http.strict import Input
from kernel.records.models import Batch
from tenants.access.bulk.actions import BulkResource
from tenants.access.bulk.engine import MOST_ROWS, UNDO_WITHIN, OnError, apply_bulk
from tenants.access.bulk.queries import batch_detail, batch_page, is_undoable
from tenants.access.bulk.undo import undo_batch

router = Router(tags=["Batches"])


_ONE, _BATCH = "0199d5f0-c6f2-7b6c-9f3a-2b1c0d4e5f60", "0199d5f0-d1a0-7e4f-8a51-6c0b9d2e7f31"
_GONE = {
    "type": "/api/v1/docs#problem-not_found",
    "title": "Nothing was found here.",
    "status": 404,
    "detail": "Nothing was found here.",
    "code": "not_found",
    "errors": [],
}
_DONE = {
    "action": "change",
    "counts": {"total": 2, "done": 1, "failed": 1},
    "batch": _BATCH,
    "undo_until": "2030-03-01T08:30:00Z",
    "results": [
        {"index": 0, "id": _ONE, "status": 200, "version": 4},
        {"index": 1, "id": "0199d5f0-c6f2-7b6c-9f3a-000000000000", "status": 404, "problem": _GONE},
    ],
}
_UNDONE = {
    "undo_of": _BATCH,
    "batch": "0199d5f1-0f3c-7a10-b2c4-5d6e7f809112",
    "counts": {"total": 1, "undone": 1, "left": 0},
    "results": [{"index": 0, "id": _ONE, "effect": "changed"}],
}


class BulkInput(Input):
    """One action for many rows. `x-rows` of the operation says what a row of each action looks like."""

    on_error: OnError = Field(
        default="continue", description="abort: one row that fails undoes them all, and the answer is a 422."
    )
    rows: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MOST_ROWS)]


class BulkCounts(BaseModel):
    """How many rows there were, and what became of them."""

    total: int
    done: int
    failed: int


class BulkRow(BaseModel):
    """What became of one row: `status` is the HTTP status that it would have got alone."""

    index: int
    id: UUID | None
    status: int
    version: int | None = None
    problem: dict[str, Any] | None = Field(default=None, description="The problem document of a row that failed.")


class BulkReport(BaseModel):
    """What became of every row, in their order. `batch` undoes it all until `undo_until`."""

    action: str
    counts: BulkCounts
    batch: UUID | None
    undo_until: datetime | None
    results: list[BulkRow]


class UndoCounts(BaseModel):
    """How many rows the batch had, and what became of them."""

    total: int
    undone: int
    left: int


class UndoRow(BaseModel):
    """What became of one row: changed back, removed because the batch had made it, or left for the reason named."""

    index: int
    id: UUID
    effect: Literal["changed", "removed", "left"]
    problem: dict[str, Any] | None = None


class UndoReport(BaseModel):
    """What became of every row; `batch` is the undo, null when nothing could be taken back."""

    undo_of: UUID
    batch: UUID | None
    counts: UndoCounts
    results: list[UndoRow]


class BatchSummary(BaseModel):
    """A bulk change; `undoable` says whether it can be taken back now."""

    id: UUID
    resource: str
    action: str
    rows: int
    actor_id: UUID | None
    actor_name: str
    created_at: datetime
    undo_until: datetime
    undoable: bool
    undo_of: UUID | None
    undone_by: UUID | None


class BatchEntry(BaseModel):
    """One object of a batch."""

    index: int
    id: UUID
    effect: Literal["created", "changed", "removed"]
    version: int


class BatchOut(BatchSummary):
    """A bulk change with its objects."""

    objects: list[BatchEntry]


class BatchList(Paged):
    """One page of batches."""

    items: list[BatchSummary]


class BatchQuery(BaseModel):
    """A place in the list of batches."""

    cursor: Annotated[str, Field(max_length=4000)] | None = Field(
        default=None, description="`next` of the page before."
    )
    limit: int = Field(default=50, ge=1, le=200, description="Rows per page.")


def add_bulk(of: Router, resource: BulkResource, *, example: Mapping[str, Any]) -> None:
    """Add `POST /bulk` to the resource's router. `example` is a body: an action and a row or two."""
    actions: Any = Literal[*resource.actions]
    body_schema = create_model(
        f"{resource.name.title().replace('_', '')}Bulk",
        __base__=BulkInput,
        __doc__=BulkInput.__doc__,
        action=(actions, Field(description="What to do to every row.")),
    )
    body_schema.model_config = ConfigDict(**BulkInput.model_config, json_schema_extra={"examples": [dict(example)]})
    body_schema.model_rebuild(force=True)
    asked = sorted({action.permission for action in resource.actions.values()})
    extra = declares(resource.view_permission, body=True, key_required=True, may_ask=asked, example=_DONE)
    extra[ROWS] = {name: _inline(action.row) for name, action in resource.actions.items()}

    def bulk(request: HttpRequest, body: body_schema) -> HttpResponse:  # type: ignore[valid-type]
        """Do one action to up to 500 rows; each gets its own answer, and the whole can be undone for 30 minutes."""
        report = apply_bulk(
            actor=actor_of(request),
            resource=resource,
            action=body.action,  # type: ignore[attr-defined]
            rows=body.rows,  # type: ignore[attr-defined]
            on_error=body.on_error,  # type: ignore[attr-defined]
            dry_run=is_rehearsal(request),
        )
        return respond(request, report.plain())

    name = f"change_many_{resource.name}"
    summary = f"Change many {resource.name.replace('_', ' ')}"
    of.post("/bulk", response=BulkReport, openapi_extra=extra, operation_id=name, summary=summary)(bulk)


def _inline(schema: type[BaseModel]) -> dict[str, Any]:
    found = schema.model_json_schema()
    found.pop("examples", None)  # those of the single operation, which names the object in its address
    return found


@router.get("", response=BatchList, openapi_extra=declares("member", if_none_match=True))
def list_batches(request: HttpRequest, query: Query[BatchQuery]) -> HttpResponse:
    """Your bulk changes of the last day, newest first, and those of others that you may take back."""
    found = batch_page(actor=actor_of(request), cursor=query.cursor, limit=query.limit)
    return respond(request, {"items": [_summary(batch) for batch in found.items], "next": found.next})


@router.get("/{uuid:batch_id}", response=BatchOut, openapi_extra=declares("member", 404, if_none_match=True))
def read_batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """One bulk change with the objects that it changed."""
    batch = batch_detail(actor=actor_of(request), batch_id=batch_id)
    objects = [
        {"index": row.position, "id": row.object_id, "effect": row.effect, "version": row.version_after}
        for row in batch.rows.order_by("position").defer("before")
    ]
    return respond(request, _summary(batch) | {"objects": objects})


@router.post(
    "/{uuid:batch_id}/undo", response=UndoReport, openapi_extra=declares("member", 404, 413, 415, example=_UNDONE)
)
def undo_a_batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Put every row back to what it was before. Rows that were changed since stay, and the answer names them."""
    return respond(request, undo_batch(actor=actor_of(request), batch_id=batch_id).plain())


def _summary(batch: Batch) -> dict[str, Any]:
    undone_by = next((undo.pk for undo in batch.undos.all()), None)
    return {
        "id": batch.pk,
        "resource": batch.resource,
        "action": batch.action,
        "rows": batch.size,
        "actor_id": batch.actor_id,
        "actor_name": batch.actor_name,
        "created_at": instant(batch.created_at),
        "undo_until": instant(batch.created_at + UNDO_WITHIN),
        "undoable": is_undoable(batch),
        "undo_of": batch.undo_of_id,
        "undone_by": undone_by,
    }
