"""Drafts as the API takes and gives them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from campaigns.drafts.kinds import KEY
from campaigns.drafts.queries import KEPT
from campaigns.models import Draft
from kernel.http.cursor import DEFAULT_PAGE, LARGEST_PAGE
from kernel.http.output import instant
from kernel.http.strict import Document, Id, Input

Kind = Literal["campaign", "creative", "product", "asset", "settings"]
Key = Annotated[
    str,
    Field(
        pattern=KEY,
        description="The object's id, with .part where its parts are edited one by one; new- and a UUID of yours for "
        "what is not there yet; a section of the settings.",
    ),
]
Version = Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]
_DEVICE = "0199d5f0-c6f2-7b6c-9f3a-2b1c0d4e5f60"


class Where(BaseModel):
    """What a draft is about."""

    kind: Kind
    key: Key


class DraftPut(Input):
    """What was typed. It replaces what this device has sent before."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"device": _DEVICE, "base_version": 3, "body": {"fields": {"name": "Spring"}}}]}
    )

    device: Id = Field(description="A UUID that the device keeps.")
    base_version: Version | None = Field(
        default=None, description="The version of the object that the input stands on."
    )
    body: Document = Field(description="Anything, up to 256 KiB.")


class DeviceQuery(BaseModel):
    """Which of the devices."""

    device: Id | None = Field(default=None, description="Only this device; any without it.")


class DraftQuery(BaseModel):
    """Filters and place of the list."""

    kind: Kind | None = Field(default=None, description="Only drafts of this kind.")
    key: Annotated[str, Field(max_length=64)] | None = Field(
        default=None, description="Only drafts about this; new: only those about what is not there yet."
    )
    cursor: Annotated[str, Field(max_length=4000)] | None = Field(
        default=None, description="`next` of the page before."
    )
    limit: int = Field(default=DEFAULT_PAGE, ge=1, le=LARGEST_PAGE, description="Rows per page.")


class DraftSummary(BaseModel):
    """A draft without its body."""

    kind: Kind
    key: str
    device: UUID
    base_version: int | None
    saved_at: datetime
    expires_at: datetime


class DraftSaved(DraftSummary):
    """A draft as it was written; `object_version` is the object's version now, null where it is not there yet."""

    object_version: int | None


class DraftOut(DraftSaved):
    """A draft."""

    body: dict[str, Any]


class DraftList(BaseModel):
    """One page; `next` is the cursor of the following one, null at the end."""

    items: list[DraftSummary]
    next: str | None


class Discarded(BaseModel):
    """How many drafts there were."""

    discarded: int


def summary(draft: Draft) -> dict[str, Any]:
    """Return what DraftSummary describes."""
    return {
        "kind": draft.kind,
        "key": draft.key,
        "device": draft.device,
        "base_version": draft.base_version,
        "saved_at": instant(draft.saved_at),
        "expires_at": instant(draft.saved_at + KEPT),
    }
