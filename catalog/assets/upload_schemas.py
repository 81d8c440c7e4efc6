"""Uploads as the API takes and gives them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from catalog.assets.schemas import Alt, Name, Note, VersionOut, version_out
from catalog.assets.uploads import Completed
from catalog.models import Upload
from kernel.http.output import instant
from kernel.http.strict import LARGEST_INTEGER, Id, Input

Sha256 = Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$", description="Lower case hexadecimal; checked at the end.")]


class UploadCreate(Input):
    """A file that is about to come."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"file_name": "bottle.png", "size": 48_213}]})

    file_name: Name
    size: int = Field(strict=True, ge=1, le=LARGEST_INTEGER, description="In bytes.")
    asset_id: Id | None = Field(default=None, description="The asset that gets a new version; without it a new one.")
    name: Annotated[str, Field(max_length=255)] = Field(default="", description="What a new asset is called.")
    sha256: Sha256 = ""
    allow_duplicate: bool = Field(default=False, description="Also where another asset has the very file.")


class UploadComplete(Input):
    """What becomes of the file."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"note": "With the new logo", "make_current": True}]})

    note: Note = ""
    alt: Alt = ""
    make_current: bool = Field(default=False, description="Show it at once; the first version always is.")
    allow_duplicate: bool = Field(default=False, description="Also where another asset has the very file.")


class UploadOut(BaseModel):
    """A file on its way; `received` is the offset to go on from."""

    id: UUID
    asset_id: UUID | None
    name: str
    file_name: str
    size: int
    received: int
    state: Literal["receiving", "completed"]
    expires_at: datetime
    created_at: datetime


class CompletedOut(BaseModel):
    """What came of an upload; `created` is false where the asset had the file already."""

    asset_id: UUID
    created: bool
    version: VersionOut


def upload_out(upload: Upload) -> dict[str, Any]:
    """Return what UploadOut describes."""
    return {
        "id": upload.pk,
        "asset_id": upload.asset_id,
        "name": upload.name,
        "file_name": upload.file_name,
        "size": upload.size,
        "received": upload.received,
        "state": upload.state,
        "expires_at": instant(upload.expires_at),
        "created_at": instant(upload.created_at),
    }


def completed_out(done: Completed) -> dict[str, Any]:
    """Return what CompletedOut describes."""
    return {"asset_id": done.version.asset_id, "created": done.created, "version": version_out(done.version)}
