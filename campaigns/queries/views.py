"""Filters over campaigns that people keep."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from campaigns.models import SavedView
from kernel.errors import NotFound
from kernel.tenancy.context import Actor
from tenants.access.resolver import require_some

MOST_SHOWN = 100


def saved_views(*, actor: Actor) -> Sequence[SavedView]:
    """Return the views of `actor` and those that others share, by name; one statement."""
    require_some(actor, "campaign:view")
    rows = SavedView.objects.filter(Q(owner_id=actor.user_id) | Q(shared=True))
    return list(rows.order_by("name", "id")[:MOST_SHOWN])


def saved_view(*, actor: Actor, view_id: UUID) -> SavedView:
    """Return a view of `actor`'s own, or one that somebody shares; NotFound for any other."""
    require_some(actor, "campaign:view")
    row = SavedView.objects.filter(Q(owner_id=actor.user_id) | Q(shared=True), pk=view_id).first()
    if row is None:
        raise NotFound()
    return row


def own_view(*, actor: Actor, view_id: UUID) -> SavedView:
    """Return a view of `actor`'s own; NotFound for any other."""
    row = saved_view(actor=actor, view_id=view_id)
    if row.owner_id != actor.user_id:
        raise NotFound()
    return row
