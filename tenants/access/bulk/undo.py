"""Taking a batch back: within 30 minutes, row by row, and never over what somebody did since."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel.errors import Conflict, DomainError, NotFound
from kernel.http.output import instant
from kernel.http.problem import as_domain_error, members
from kernel.ids import uuid7
from kernel.recorder.events import event
from kernel.records.models import Batch, BatchRow
from kernel.records.pruning import prune_later
from kernel.tenancy.context import Actor, current_organization
from tenants import records
from tenants.access.bulk.actions import BulkResource, lock, resource_named
from tenants.access.bulk.engine import UNDO_WITHIN, in_words
from tenants.access.bulk.images import Image, column_of, images, put_back
from tenants.access.bulk.queries import batch_detail
from tenants.access.limits import reserve
from tenants.access.models import Owned, Versioned
from tenants.access.ownership import check_member
from tenants.access.resolver import refusal, require_some

Effect = BatchRow.Effect


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of one row of the batch: put back, removed, or left with the reason why."""

    index: int
    id: UUID
    effect: str
    problem: Mapping[str, Any] | None = None

    def plain(self) -> dict[str, Any]:
        """As the API tells it."""
        found = {"index": self.index, "id": self.id, "effect": self.effect}
        return found if self.problem is None else found | {"problem": self.problem}


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What became of all rows; `batch_id` is the undo itself, None when it could take nothing back."""

    undo_of: UUID
    results: Sequence[Undone]
    batch_id: UUID | None

    def plain(self) -> dict[str, Any]:
        """As the API tells it."""
        left = sum(result.problem is not None for result in self.results)
        return {
            "undo_of": self.undo_of,
            "batch": self.batch_id,
            "counts": {"total": len(self.results), "undone": len(self.results) - left, "left": left},
            "results": [result.plain() for result in self.results],
        }


def undo_batch(*, actor: Actor, batch_id: UUID) -> UndoReport:
    """Put every row of the batch back to what it was, as a new version; rows that it made are removed.

    A row stays as it is, and the report says why, when it was changed since or something refers to it, when `actor`
    may not do this to it, when the plan has no room for it, or when the resource's commands would refuse it.
    Raises NotFound for a batch that `actor` may not see, Conflict for one that is too old, undone already, or an undo
    itself.
    """
    seen = batch_detail(actor=actor, batch_id=batch_id)
    resource = resource_named(seen.resource)
    done = resource.actions.get(seen.action)  # an undo is none of them
    if done is not None and done.hands_on:
        records.access_changing(current_organization().id)
    batch = Batch.objects.select_for_update().get(pk=batch_id)
    _check_undoable(batch)
    require_some(actor, batch.permission)
    with transaction.atomic():
        rows = list(batch.rows.order_by("-position"))
        made = any(row.effect == Effect.CREATED for row in rows)
        found = lock(resource, [row.object_id for row in rows], to_remove=made)
        now = images(resource, list(found))
        refused = _refused(actor, resource, batch, rows, found, now)
        undone = [_undo_row(actor, resource, row, found, now, refused) for row in rows]
        _remove_and_tell(actor, resource, undone, found)
        results = sorted(undone, key=lambda result: result.index)
        undo = _record(actor, batch, results, now)
        _let_earlier_batches_follow(batch, rows, results)
    return UndoReport(batch.pk, results, undo.pk if undo else None)


def _check_undoable(batch: Batch) -> None:
    if batch.undo_of_id is not None:
        raise Conflict(_("An undo can't be undone."), code="not_undoable")
    known = batch.undos.first()
    if known is not None:
        raise Conflict(_("This was undone already."), code="batch_undone", undone_by=known.pk)
    until = batch.created_at + UNDO_WITHIN
    if timezone.now() > until:
        message = _("This can be undone for 30 minutes only.")
        raise Conflict(message, code="undo_expired", undo_until=instant(until))


def _refused(
    actor: Actor,
    resource: BulkResource,
    batch: Batch,
    rows: Sequence[BatchRow],
    found: Mapping[UUID, Versioned],
    now: Mapping[UUID, Image],
) -> dict[UUID, DomainError]:
    """Why rows can't be taken back, by id."""
    seen = set(
        resource.seen(actor, resource.view_permission, resource.model)
        .filter(pk__in=list(found))
        .values_list("pk", flat=True)
    )
    allowed = {row.pk for row in resource.allowed(actor, batch.permission, list(found.values()))}
    used = _in_use(resource, [row.object_id for row in rows if row.effect == Effect.CREATED])
    refused: dict[UUID, DomainError] = {}
    for row in rows:
        id_ = row.object_id
        if id_ not in seen:
            refused[id_] = NotFound()
        elif id_ not in allowed:
            refused[id_] = refusal(actor, batch.permission)
        elif found[id_].row_version != row.version_after or now[id_].family != row.family_after:
            message = _("This was changed since; the change stays.")
            refused[id_] = Conflict(message, code="changed_since", version=found[id_].row_version)
        elif id_ in used:
            refused[id_] = Conflict(_("Something refers to it by now."), code="in_use")
    return refused


def _undo_row(
    actor: Actor,
    resource: BulkResource,
    row: BatchRow,
    found: Mapping[UUID, Versioned],
    now: Mapping[UUID, Image],
    refused: Mapping[UUID, DomainError],
) -> Undone:
    try:
        if row.object_id in refused:
            raise refused[row.object_id]
        with transaction.atomic():
            if resource.check_back is not None:
                resource.check_back(actor, found[row.object_id], json.loads(row.before) if row.before else None)
            if row.effect == Effect.CREATED:
                return Undone(row.position, row.object_id, Effect.REMOVED)
            _restore(resource, found[row.object_id], row, now[row.object_id])
    except (DomainError, IntegrityError) as error:
        problem = as_domain_error(error)
        if problem.status >= 500:
            raise
        return Undone(row.position, row.object_id, "left", members(problem))
    return Undone(row.position, row.object_id, Effect.CHANGED)


def _restore(resource: BulkResource, obj: Versioned, row: BatchRow, now: Image) -> None:
    if resource.limit and obj.trashed_at is not None and column_of(row.before, "trashed_at") is None:
        reserve(*resource.limit)
    if isinstance(obj, Owned) and column_of(row.before, "owner_id") != str(obj.owner_id):
        # Who left since owns nothing again; nobody leaves now, see Action.hands_on.
        check_member("/owner_id", UUID(column_of(row.before, "owner_id")))
    put_back(resource, obj, row.before, now)


def _in_use(resource: BulkResource, ids: Collection[UUID]) -> set[UUID]:
    """Those of the rows that something of others refers to; one statement per kind of reference."""
    own = {*resource.history, *(model for model, _field in resource.children)}
    used: set[UUID] = set()
    for relation in resource.model._meta.related_objects if ids else ():
        model: type[models.Model] = relation.related_model
        if model not in own:
            name = relation.field.name
            used |= set(model._default_manager.filter(**{f"{name}__in": ids}).values_list(name, flat=True))
    return used


def _remove_and_tell(
    actor: Actor, resource: BulkResource, undone: Sequence[Undone], found: Mapping[UUID, Versioned]
) -> None:
    objects = resource.model._default_manager
    removed = [found[result.id] for result in undone if result.effect == Effect.REMOVED]
    if removed:
        objects.filter(pk__in=[row.pk for row in removed]).delete()
    back = [result.id for result in undone if result.effect == Effect.CHANGED]
    if resource.restored is not None and (back or removed):
        resource.restored(actor, list(objects.filter(pk__in=back).order_by("pk")) if back else [], removed)


def _let_earlier_batches_follow(batch: Batch, rows: Sequence[BatchRow], results: Sequence[Undone]) -> None:
    """What a batch before this one had left is there again under a new version, so that one can be undone next."""
    back = {result.id for result in results if result.effect == Effect.CHANGED}
    moved = [row for row in rows if row.object_id in back]
    versions = [column_of(row.before, "row_version") for row in moved]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE records_batchrow r SET version_after = m.now FROM unnest(%s::uuid[], %s::int[], %s::int[])"
            " AS m (id, was, now) WHERE r.object_id = m.id AND r.version_after = m.was AND r.batch_id <> %s",
            [[row.object_id for row in moved], versions, [row.version_after + 1 for row in moved], batch.pk],
        )


def _record(actor: Actor, batch: Batch, results: Sequence[Undone], before: Mapping[UUID, Image]) -> Batch | None:
    done = [result for result in results if result.problem is None]
    if not done:
        return None
    undo = Batch.objects.create(
        id=uuid7(),
        resource=batch.resource,
        action="undo",
        permission=batch.permission,
        actor_id=actor.user_id,
        actor_name=actor.name,
        size=len(done),
        undo_of=batch,
    )
    versions = resource_named(batch.resource).model._default_manager.in_bulk([result.id for result in done])
    BatchRow.objects.bulk_create(
        BatchRow(
            batch=undo,
            position=result.index,
            object_id=result.id,
            effect=result.effect,
            before=before[result.id].text,
            version_after=versions[result.id].row_version if result.id in versions else 0,
        )
        for result in done
    )
    data = {"resource": batch.resource, "action": batch.action, "undone": len(done), "left": len(results) - len(done)}
    event("batch.undone", batch, data=data, label=in_words(batch))
    prune_later()
    return undo
