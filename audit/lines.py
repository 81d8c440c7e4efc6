"""What a reader sees of the log: values ready for a screen or an API, never a bare id where there is a name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Change:
    """One changed field; `field` is its name, `label` its word, `old` and `new` are texts, empty for no value."""

    field: str
    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Line:
    """One entry. `who` is never empty; `outside` says that it was written past the application."""

    id: UUID
    at: datetime
    who: str
    email: str
    actor_id: UUID | None
    source: str
    source_word: str
    outside: bool
    event: str
    action: str
    object_type: str
    object_type_word: str
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
    """Entries, newest first; `next` is what to pass as `before` for the page after, None at the end."""

    lines: tuple[Line, ...]
    next: UUID | None
