"""Kept filters as the API takes and gives them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from campaigns.commands.views import LONGEST, MOST_WORDS
from campaigns.models import SavedView
from kernel.http.lists import ListQuery, Paged
from kernel.http.output import instant
from kernel.http.strict import Input, NewId, unsent

_QUERY = "The filter, as the addresses of the list of campaigns hold it."
Name = Annotated[str, Field(min_length=1, max_length=80, description="One for all views of a person.")]
Words = Annotated[dict[str, Annotated[str, Field(max_length=LONGEST)]], Field(max_length=MOST_WORDS)]


class ViewCreate(Input):
    """A filter to keep."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "Running", "query": {"state": "active", "view": "board"}, "shared": True}]
        }
    )

    id: NewId | None = Field(default=None, description="Your own UUIDv7, so that a retry can't create it twice.")
    name: Name
    query: Words = Field(default_factory=dict, description=_QUERY)
    shared: bool = Field(default=False, strict=True, description="Whether everybody who sees campaigns can use it.")


class ViewChange(Input):
    """The fields to change; fields left out stay as they are. The filter is replaced as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Running now", "shared": False}]})

    name: Name = unsent()
    query: Words = unsent(description=_QUERY)
    shared: bool = unsent(strict=True)


class ViewQuery(ListQuery):
    """Place of the list."""


class ViewOut(BaseModel):
    """A filter over campaigns under a name; only its owner changes it."""

    id: UUID
    name: str
    query: dict[str, Any]
    shared: bool
    owner_id: UUID
    created_at: datetime


class ViewList(Paged):
    """One page of views."""

    items: list[ViewOut]


def view_out(view: SavedView) -> dict[str, Any]:
    """Return what ViewOut describes."""
    return {
        "id": view.pk,
        "name": view.name,
        "query": view.query,
        "shared": view.shared,
        "owner_id": view.owner_id,
        "created_at": instant(view.created_at),
    }
