"""`/api/v1/views`: filters over campaigns that people keep. Only a view's owner changes it, so the last write wins."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query

from campaigns import commands, schemas
from campaigns.models import SavedView
from campaigns.queries import own_view, saved_view, view_page
from kernel.http.api import actor_of
from kernel.http.lists import listed
from kernel.http.operations import Router, declares
from kernel.http.output import respond

router = Router(tags=["Views"])


@router.get("", response=schemas.ViewList, openapi_extra=declares("campaign:view", if_none_match=True))
def list_views(request: HttpRequest, query: Query[schemas.ViewQuery]) -> HttpResponse:
    """Your views and those that others share, by name."""
    found = view_page(actor=actor_of(request), cursor=query.cursor, limit=query.limit, count=query.count == "exact")
    return respond(request, listed(found, [schemas.view_out(view) for view in found.items]))


@router.post(
    "",
    response={201: schemas.ViewOut},
    openapi_extra=declares("campaign:view", 409, body=True, success=201, location=True),
)
def keep_a_view(request: HttpRequest, body: schemas.ViewCreate) -> HttpResponse:
    """Keep a filter under a name. 409 when you have a view of this name, too many of them, or the id is taken."""
    view = commands.save_view(
        actor=actor_of(request), name=body.name, query=body.query, shared=body.shared, view_id=body.id
    )
    return _respond(request, view, status=201, location=f"/api/v1/views/{view.pk}")


@router.get(
    "/{uuid:view_id}", response=schemas.ViewOut, openapi_extra=declares("campaign:view", 404, if_none_match=True)
)
def read_view(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """One view of yours, or one that somebody shares."""
    return _respond(request, saved_view(actor=actor_of(request), view_id=view_id))


@router.patch("/{uuid:view_id}", response=schemas.ViewOut, openapi_extra=declares("campaign:view", 404, 409, body=True))
def change_a_view(request: HttpRequest, view_id: UUID, body: schemas.ViewChange) -> HttpResponse:
    """Rename a view of yours, share it or not, or give it another filter. 409 when you have a view of this name."""
    view = commands.change_view(actor=actor_of(request), view_id=view_id, changes=body.model_dump(exclude_unset=True))
    return _respond(request, view)


@router.delete("/{uuid:view_id}", response=schemas.ViewOut, openapi_extra=declares("campaign:view", 404))
def forget_a_view(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Forget a view of yours for good; the campaigns stay. The answer is what it was."""
    actor = actor_of(request)
    view = own_view(actor=actor, view_id=view_id)
    commands.delete_view(actor=actor, view_id=view_id)
    return _respond(request, view)


def _respond(request: HttpRequest, view: SavedView, *, status: int = 200, location: str = "") -> HttpResponse:
    return respond(request, schemas.view_out(view), status=status, location=location)
