"""What a reader sees of the log: values ready for a screen or an API, never a bare id where there is a name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Change:
    """One changed field: its word, what it was and what it became as texts, None for no value."""

    name: str
    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: words for screens, and `_code`s and ids for links and machines.

    `actor_name` is never empty; `actor_kind` is person, operator, token, system or outside (written past the
    application). `object_name` is empty where nobody knows the object's name any more.
    """

    id: UUID
    at: datetime
    actor_name: str
    actor_email: str
    actor_id: UUID | None
    actor_kind: str
    event: str
    verb: str
    source: str
    source_code: str
    object_type: str
    object_type_code: str
    object_id: str
    object_name: str
    changes: tuple[Change, ...]
    recorded: Mapping[str, Any]
    data: Any
    request_id: str
    job_id: UUID | None
    token_id: UUID | None
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, newest first; `next` is the cursor of the page after, None at the end."""

    lines: tuple[Line, ...]
    next: str | None
