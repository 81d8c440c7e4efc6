"""Revisions as the API gives them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from campaigns.models import CampaignRevision
from campaigns.queries.revisions import RevisionDetail
from kernel.http.output import instant


class RevisionListQuery(BaseModel):
    """A place in the list of revisions."""

    cursor: Annotated[str, Field(max_length=4000)] | None = Field(
        default=None, description="`next` of the page before."
    )
    limit: int = Field(default=50, ge=1, le=200, description="Rows per page.")


class RevisionQuery(BaseModel):
    """What to compare with."""

    against: int | None = Field(
        default=None, ge=1, le=2**31 - 1, description="Another revision; the one before if left out."
    )


class Change(BaseModel):
    """One difference; before or after is null where one side does not have it."""

    path: str
    before: Any
    after: Any


class RevisionSummary(BaseModel):
    """One revision in the list."""

    id: UUID
    n: int
    content_hash: str
    note: str
    author_id: UUID | None
    author_name: str
    created_at: datetime


class RevisionList(BaseModel):
    """One page, newest first; `next` is the cursor of the following one, null at the end."""

    items: list[RevisionSummary]
    next: str | None


class RevisionOut(RevisionSummary):
    """A revision with the whole content, and its differences to revision `against`."""

    tree: dict[str, Any]
    against: int | None
    changes: list[Change]


def revision_out(revision: CampaignRevision) -> dict[str, Any]:
    """Return what RevisionSummary describes."""
    return {
        "id": revision.pk,
        "n": revision.n,
        "content_hash": revision.content_hash,
        "note": revision.note,
        "author_id": revision.author_id,
        "author_name": revision.author_name,
        "created_at": instant(revision.created_at),
    }


def revision_detail_out(found: RevisionDetail) -> dict[str, Any]:
    """Return what RevisionOut describes."""
    return revision_out(found.revision) | {
        "tree": found.revision.tree,
        "against": found.against,
        "changes": found.changes,
    }
