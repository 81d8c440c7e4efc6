"""`/api/v1/audit`."""

from django.http import HttpRequest, HttpResponse
from ninja import Query

from audit import schemas
from audit.queries import entries
from kernel.http.api import actor_of
from kernel.http.operations import Router, declares
from kernel.http.output import respond

router = Router(tags=["Audit"])


@router.get("", response=schemas.EntryList, openapi_extra=declares("audit:view", if_none_match=True))
def list_entries(request: HttpRequest, query: Query[schemas.EntryQuery]) -> HttpResponse:
    """What happened, newest first: every changed row and every event, or your own doings if you may see no more."""
    found = entries(actor=actor_of(request), wanted=query.wanted(), cursor=query.cursor, limit=query.limit)
    return respond(request, {"items": [schemas.entry(line) for line in found.lines], "next": found.next})
