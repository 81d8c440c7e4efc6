"""The change log as the API gives it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from audit.lines import Line
from audit.reading import Wanted
from kernel.http.cursor import DEFAULT_PAGE, LARGEST_PAGE
from kernel.http.output import instant
from kernel.http.strict import Id, Instant

Text = Annotated[str, Field(min_length=1, max_length=255)]


class EntryQuery(BaseModel):
    """What to look for, and the place in the list."""

    actor: Id | None = Field(default=None, description="Only what this person did.")
    object_type: Text | None = Field(default=None, description="Only what happened to campaigns: `campaign`.")
    object_id: Text | None = Field(default=None, description="Only what happened to this object.")
    since: Instant | None = Field(default=None, alias="from", description="From this time on.")
    until: Instant | None = Field(default=None, alias="to", description="Before this time.")
    request_id: Text | None = Field(default=None, description="Only what one request, with its jobs, did.")
    event: Text | None = Field(
        default=None, description="`create`, `update`, `delete`, or an event such as `session.signed_in`."
    )
    cursor: Annotated[str, Field(max_length=4000)] | None = Field(
        default=None, description="`next` of the page before."
    )
    limit: int = Field(default=DEFAULT_PAGE, ge=1, le=LARGEST_PAGE, description="Entries per page.")

    def wanted(self) -> Wanted:
        """Return the filters."""
        return Wanted(
            actor_id=self.actor,
            object_type=self.object_type or "",
            object_id=self.object_id or "",
            since=self.since,
            until=self.until,
            request_id=self.request_id or "",
            event=self.event or "",
        )


class ActorOut(BaseModel):
    """Who did it, as they were called then. `kind`: person, operator, token, system or outside."""

    id: UUID | None
    name: str
    email: str
    kind: str
    token_id: UUID | None


class ObjectOut(BaseModel):
    """What it was done to, as it was called then."""

    type: str
    id: str
    name: str


class ChangeOut(BaseModel):
    """One changed field in words, `name` being the API's: ids are replaced by names, secrets by `(hidden)`."""

    name: str
    field: str
    before: str | None
    after: str | None


class EntryOut(BaseModel):
    """One entry. `recorded` holds the changes as they are stored: `{field: [old, new]}`."""

    id: UUID
    at: datetime
    event: str
    actor: ActorOut
    source: str
    object: ObjectOut | None
    changes: list[ChangeOut]
    recorded: dict[str, list[Any]]
    data: Any
    request_id: str
    job_id: UUID | None
    reason: str


class EntryList(BaseModel):
    """One page, newest first; `next` is the cursor of the following one, null at the end."""

    items: list[EntryOut]
    next: str | None


def entry(line: Line) -> dict[str, Any]:
    """Return what EntryOut describes."""
    about = {"type": line.object_type_code, "id": line.object_id, "name": line.object_name}
    return {
        "id": line.id,
        "at": instant(line.at),
        "event": line.event,
        "actor": {
            "id": line.actor_id,
            "name": line.actor_name,
            "email": line.actor_email,
            "kind": line.actor_kind,
            "token_id": line.token_id,
        },
        "source": line.source_code,
        "object": about if any(about.values()) else None,
        "changes": [
            {"name": change.name, "field": change.field, "before": change.before, "after": change.after}
            for change in line.changes
        ],
        "recorded": line.recorded,
        "data": line.data,
        "request_id": line.request_id,
        "job_id": line.job_id,
        "reason": line.reason,
    }
