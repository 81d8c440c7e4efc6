"""Batches, as whoever made them and whoever may take them back sees them."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from kernel.errors import NotFound
from kernel.http.cursor import DEFAULT_PAGE, LARGEST_PAGE, Page, Sort, page
from kernel.records.models import Batch
from kernel.tenancy.context import Actor
from tenants.access.bulk.engine import UNDO_WITHIN
from tenants.access.resolver import MEMBER, permissions_of, require_some

SORTS: Mapping[str, Sort] = {"-created_at": Sort(("created_at", "id"), descending=True)}


def visible_batches(actor: Actor) -> QuerySet[Batch]:
    """Return the batches of `actor`, and those of others whose rows `actor` may all put back."""
    require_some(actor, MEMBER)
    everywhere = [action for action, reach in permissions_of(actor).items() if reach == "all"]
    return Batch.objects.filter(Q(actor_id=actor.user_id) | Q(permission__in=everywhere)).prefetch_related("undos")


def batch_page(*, actor: Actor, cursor: str | None = None, limit: int | None = None) -> Page[Batch]:
    """Return one page of the batches that `actor` sees, newest first."""
    return page(
        visible_batches(actor),
        name="batches",
        filters={},
        sort="-created_at",
        sorts=SORTS,
        cursor=cursor,
        limit=max(1, min(limit or DEFAULT_PAGE, LARGEST_PAGE)),
    )


def batch_detail(*, actor: Actor, batch_id: UUID) -> Batch:
    """Return the batch; NotFound when `actor` may not see it."""
    batch = visible_batches(actor).filter(pk=batch_id).first()
    if batch is None:
        raise NotFound()
    return batch


def is_undoable(batch: Batch) -> bool:
    """Whether the batch can be taken back, in whole or in part, at this moment."""
    return batch.undo_of_id is None and not batch.undos.all() and timezone.now() <= batch.created_at + UNDO_WITHIN
