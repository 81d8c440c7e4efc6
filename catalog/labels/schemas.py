"""Labels as the API takes and gives them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from catalog.labels.queries import LabelUse
from catalog.models import Label
from kernel.http.lists import ListQuery, Names, Paged, Search, Several, sparse
from kernel.http.output import instant
from kernel.http.strict import Input, NewId, unsent

Colour = Literal["grey", "blue", "teal", "green", "amber", "red", "pink", "violet"]
Name = Annotated[str, Field(min_length=1, max_length=60, description="One for all labels, in any case.")]


class LabelCreate(Input):
    """A new label."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Spring", "colour": "green"}]})

    id: NewId | None = Field(default=None, description="Your own UUIDv7, so that a retry can't create it twice.")
    name: Name
    colour: Colour = "grey"


class LabelChange(Input):
    """The fields to change; fields left out stay as they are."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"colour": "amber"}]})

    name: Name = unsent()
    colour: Colour = unsent()


class LabelSummary(BaseModel):
    """A label; `uses` says how many campaigns, products and assets carry it, by kind."""

    model_config = ConfigDict(json_schema_extra=sparse)

    id: UUID
    name: str
    colour: Colour
    uses: dict[str, int]
    version: int
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class LabelOut(LabelSummary):
    """A label."""

    model_config = ConfigDict(json_schema_extra={})


class LabelList(Paged):
    """One page of labels."""

    items: list[LabelSummary]


class LabelQuery(ListQuery):
    """Filters, order and place of the list of labels."""

    q: Search = ""
    archived: Literal["true", "false"] = Field(default="false", description="true: the archived ones instead.")
    fields: Annotated[Names, Several(LabelSummary)] = ()
    sort: Literal["name", "-name"] | None = Field(default=None, description="Default name.")


def label_out(label: Label, use: LabelUse) -> dict[str, Any]:
    """Return what LabelSummary and LabelOut describe."""
    return {
        "id": label.pk,
        "name": label.name,
        "colour": label.colour,
        "uses": dict(use.by_kind),
        "version": label.row_version,
        "created_at": instant(label.created_at),
        "updated_at": instant(label.updated_at),
        "archived_at": instant(label.archived_at),
    }
