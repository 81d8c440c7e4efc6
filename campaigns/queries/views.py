"""Filters over campaigns that people keep."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from campaigns.models import SavedView
from kernel.errors import NotFound
from kernel.http.cursor import DEFAULT_PAGE, LARGEST_PAGE, Page, Sort, page
from kernel.tenancy.context import Actor
from tenants.access.resolver import require_some

MOST_SHOWN: Final = 100
SORTS: Final = {"name": Sort(("name", "id"))}


def saved_views(*, actor: Actor) -> Sequence[SavedView]:
    """Return the views of `actor` and those that others share, by name; one statement."""
    require_some(actor, "campaign:view")
    return list(_seen(actor).order_by("name", "id")[:MOST_SHOWN])


def view_page(
    *, actor: Actor, cursor: str | None = None, limit: int | None = None, count: bool = False
) -> Page[SavedView]:
    """Return one page of what `saved_views` begins, in one query; `count` is a second one."""
    require_some(actor, "campaign:view")
    rows = _seen(actor)
    found = page(
        rows,
        name="views",
        filters={"user": actor.user_id},
        sort="name",
        sorts=SORTS,
        cursor=cursor,
        limit=max(1, min(limit or DEFAULT_PAGE, LARGEST_PAGE)),
    )
    return replace(found, total=rows.count()) if count else found


def saved_view(*, actor: Actor, view_id: UUID) -> SavedView:
    """Return a view of `actor`'s own, or one that somebody shares; NotFound for any other."""
    require_some(actor, "campaign:view")
    row = _seen(actor).filter(pk=view_id).first()
    if row is None:
        raise NotFound()
    return row


def own_view(*, actor: Actor, view_id: UUID) -> SavedView:
    """Return a view of `actor`'s own; NotFound for any other."""
    row = saved_view(actor=actor, view_id=view_id)
    if row.owner_id != actor.user_id:
        raise NotFound()
    return row


def _seen(actor: Actor) -> QuerySet[SavedView]:
    return SavedView.objects.filter(Q(owner_id=actor.user_id) | Q(shared=True))
