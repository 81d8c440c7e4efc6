"""Doing one action to many rows: each row has a savepoint and an answer of its own, all of them one batch."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError

from kernel.errors import DomainError, FieldError, Invalid
from kernel.http.output import instant
from kernel.http.problem import as_domain_error, members
from kernel.http.validation import MOST_ERRORS, field_errors
from kernel.ids import uuid7
from kernel.recorder.events import event
from kernel.records.models import Batch, BatchRow
from kernel.records.pruning import prune_later
from kernel.tenancy.context import Actor, current_organization
from tenants import records
from tenants.access.bulk.actions import Action, BulkResource, VersionRow, lock
from tenants.access.bulk.images import Image, images
from tenants.access.models import Versioned
from tenants.access.resolver import require_some

MOST_ROWS = 500
UNDO_WITHIN = timedelta(minutes=30)
OnError = Literal["continue", "abort"]


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row: an HTTP status, and the object's id and version or what was wrong."""

    index: int
    status: int
    id: UUID | None = None
    version: int | None = None
    problem: Mapping[str, Any] | None = None

    def plain(self) -> dict[str, Any]:
        """As the API tells it."""
        found = {"index": self.index, "id": self.id, "status": self.status}
        return found | ({"version": self.version} if self.problem is None else {"problem": self.problem})


@dataclass(frozen=True, slots=True)
class Report:
    """What became of all rows. `batch_id` undoes what was done until `undo_until`; both None when nothing was."""

    action: str
    results: Sequence[RowResult]
    batch_id: UUID | None = None
    undo_until: datetime | None = None

    def plain(self) -> dict[str, Any]:
        """As the API tells it."""
        failed = sum(result.problem is not None for result in self.results)
        return {
            "action": self.action,
            "counts": {"total": len(self.results), "done": len(self.results) - failed, "failed": failed},
            "batch": self.batch_id,
            "undo_until": instant(self.undo_until),
            "results": [result.plain() for result in self.results],
        }


class BulkAborted(Invalid):
    """A row failed and the caller wanted all or nothing: nothing was written; `extra` tells of every row."""

    code = "bulk_aborted"
    title = "A row failed, so nothing was done."


def apply_bulk(
    *,
    actor: Actor,
    resource: BulkResource,
    action: str,
    rows: Sequence[Mapping[str, Any]],
    on_error: OnError = "continue",
    dry_run: bool = False,
) -> Report:
    """Do `action` to each of `rows` (at most 500) and tell what became of each.

    A row that fails changes nothing and stops no other one, unless `on_error` is "abort": then BulkAborted is raised
    and nothing is written. A dry run reports what a run would and writes nothing. Raises NotAllowed when `actor` may
    do this to no object at all, Invalid for an unknown action.
    """
    known = resource.actions.get(action)
    if known is None:
        raise Invalid(errors=[FieldError("/action", "unknown_value", _("There is no such action."))])
    if not 1 <= len(rows) <= MOST_ROWS:
        raise Invalid(errors=[FieldError("/rows", "out_of_range", _("Send 1 to 500 rows."))])
    require_some(actor, known.permission)
    with transaction.atomic():
        parsed = [_parsed(known, row) for row in rows]
        if known.hands_on:
            records.access_changing(current_organization().id)
        before = _before(actor, resource, parsed)
        results, touched = [], dict[UUID, tuple[int, Versioned]]()
        with resource.together(actor, list(before)) if resource.together else nullcontext():
            for index, row in enumerate(parsed):
                result, done = _one(actor, known, index, row, before)
                results.append(result)
                if done is not None:
                    first = touched[done.pk][0] if done.pk in touched else index
                    touched[done.pk] = first, done
        if on_error == "abort" and any(result.problem for result in results):
            raise _aborted(action, results)
        if dry_run:
            transaction.set_rollback(True)
            return Report(action, results)
        batch = _record(actor, resource, action, before, touched)
    if batch is None:
        return Report(action, results)
    return Report(action, results, batch.pk, batch.created_at + UNDO_WITHIN)


def _parsed(action: Action, row: Mapping[str, Any]) -> BaseModel | Invalid:
    try:
        return action.row.model_validate(row)
    except ValidationError as error:
        found = [{**problem, "loc": ("body", "row", *problem["loc"])} for problem in error.errors()]
        return Invalid(errors=field_errors(found))


def _before(actor: Actor, resource: BulkResource, rows: Sequence[BaseModel | Invalid]) -> dict[UUID, Image]:
    """What the rows are that `actor` sees; they stay locked."""
    ids = {row.id for row in rows if isinstance(row, VersionRow)}
    if not ids:
        return {}
    seen = resource.seen(actor, resource.view_permission, resource.model)
    visible = set(seen.filter(pk__in=ids).values_list("pk", flat=True))
    return images(resource, list(lock(resource, visible)))


def _one(
    actor: Actor, action: Action, index: int, row: BaseModel | Invalid, before: Mapping[UUID, Image]
) -> tuple[RowResult, Versioned | None]:
    id_ = getattr(row, "id", None)
    try:
        if isinstance(row, Invalid):
            raise row
        with transaction.atomic():
            done = action.act(actor, row)
    except (DomainError, IntegrityError) as error:
        found = as_domain_error(error)
        if found.status >= 500:
            raise
        return RowResult(index, found.status, id_, problem=members(found)), None
    return RowResult(index, 200 if done.pk in before else 201, done.pk, done.row_version), done


def _aborted(action: str, results: Sequence[RowResult]) -> BulkAborted:
    failed = [result for result in results if result.problem is not None]
    errors = [
        FieldError(f"/rows/{result.index}{error['pointer']}", error["code"], error["message"])
        for result in failed
        for error in (result.problem or {})["errors"]
        or [{"pointer": "", "code": (result.problem or {})["code"], "message": (result.problem or {})["detail"]}]
    ]
    detail = _("%(failed)d of %(total)d rows failed.") % {"failed": len(failed), "total": len(results)}
    report = Report(action, results).plain()
    return BulkAborted(detail, errors=errors[:MOST_ERRORS], counts=report["counts"], results=report["results"])


def _record(
    actor: Actor,
    resource: BulkResource,
    action: str,
    before: Mapping[UUID, Image],
    touched: Mapping[UUID, tuple[int, Versioned]],
) -> Batch | None:
    after = images(resource, list(touched))
    # What was changed to what it was already is no part of the batch.
    changed = [(index, row) for index, row in touched.values() if after[row.pk] != before.get(row.pk)]
    if not changed:
        return None
    batch = Batch.objects.create(
        id=uuid7(),
        resource=resource.name,
        action=action,
        permission=resource.actions[action].undo_permission,
        actor_id=actor.user_id,
        actor_name=actor.name,
        size=len(changed),
    )
    batch.refresh_from_db(fields=["created_at"])
    BatchRow.objects.bulk_create(
        BatchRow(
            batch=batch,
            position=index,
            object_id=row.pk,
            effect=BatchRow.Effect.CHANGED if row.pk in before else BatchRow.Effect.CREATED,
            before=before[row.pk].text if row.pk in before else "",
            version_after=row.row_version,
            family_after=after[row.pk].family,
        )
        for index, row in changed
    )
    data = {"resource": resource.name, "action": action, "rows": len(changed)}
    event("batch.applied", batch, data=data, label=in_words(batch))
    prune_later()
    return batch


def in_words(batch: Batch) -> str:
    """Return what a batch is called in the log: `change: 12 campaigns`."""
    words = {"action": batch.action, "count": batch.size, "resource": batch.resource}
    return _("%(action)s: %(count)d %(resource)s") % words
