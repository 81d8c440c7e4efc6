"""Assets as the API takes and gives them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from catalog.assets.compare import Comparison
from catalog.assets.links import path_of
from catalog.assets.rules import rights_state
from catalog.assets.uses import Use, Uses
from catalog.labels.queries import LABELS
from catalog.models import Asset, AssetVersion
from kernel.http.lists import ListQuery, Names, Paged, Search, Several, sparse
from kernel.http.output import instant
from kernel.http.strict import Document, Id, Input, unsent
from kernel.tenancy.context import current_organization
from tenants.access.bulk.actions import VersionRow
from tenants.access.expanding import OWNER, TEAM
from tenants.addresses import origin

Kind = Literal["image", "video", "text", "html", "font", "document"]
Status = Literal["active", "archived"]
RightsState = Literal["open", "ending", "ended"]
AssetSort = Literal["-updated_at", "updated_at", "-created_at", "created_at", "name", "-name", "-trashed_at"]
Name = Annotated[str, Field(min_length=1, max_length=255)]
Alt = Annotated[str, Field(max_length=500, description="What the picture shows, for those who can't see it.")]
LabelIds = Annotated[list[Id], Field(max_length=20)]
Note = Annotated[str, Field(max_length=500)]
VersionNumber = Annotated[int, Field(strict=True, ge=1, le=2_147_483_647)]


def _as_day(value: object) -> date | None:
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise PydanticCustomError("wrong_format", _("Send a day as ISO 8601: 2030-01-31."))


Day = Annotated[date, BeforeValidator(_as_day)]
EXPANSIONS = {"owner": OWNER, "team": TEAM, "labels": LABELS}
_CHANGE: JsonDict = {"alt": "A bottle of oat drink on a table", "rights_until": "2030-01-31"}


class AssetChange(Input):
    """The fields to change; fields left out stay as they are. `label_ids` and `data` are replaced as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CHANGE]})

    name: Name = unsent()
    alt: Alt = unsent()
    status: Status = unsent()
    rights_until: Day | None = unsent(description="The last day on which it may be shown, or null.")
    label_ids: LabelIds = unsent()
    data: Document = unsent()


class AssetChangeRow(AssetChange, VersionRow):
    """One asset of many to change."""


class AssetLabelsRow(VersionRow):
    """One asset of many to put labels on, or take them off."""

    add: LabelIds = Field(default_factory=list)
    remove: LabelIds = Field(default_factory=list)


class AssetOwnership(Input):
    """Whose the asset is; without a team only its owner, shares and roles that reach everything lead to it."""

    owner_id: Id = Field(description="An active member of the organization.")
    team_id: Id | None = Field(description="A team that you may choose, or null.")


class CurrentVersion(Input):
    """Which version is shown wherever the asset is followed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": 2}]})

    version: VersionNumber


class Links(BaseModel):
    """Addresses that need no token and are good for a few minutes; null where there is no such rendition."""

    file: str
    download: str
    thumb: str | None
    preview: str | None


class VersionOut(BaseModel):
    """One content of an asset; it never changes."""

    id: UUID
    asset_id: UUID
    n: int
    sha256: str
    size: int
    mime: str
    width: int | None
    height: int | None
    duration_ms: int | None
    file_name: str
    note: str
    created_by_id: UUID | None
    created_at: datetime
    links: Links


class VersionList(BaseModel):
    """All versions of an asset, newest first."""

    items: list[VersionOut]


class AssetSummary(BaseModel):
    """An asset in a list: everything but `data`."""

    model_config = ConfigDict(json_schema_extra=sparse)

    id: UUID
    name: str
    kind: Kind
    alt: str
    status: Status
    rights_until: date | None
    rights: RightsState
    label_ids: list[UUID]
    current: VersionOut | None
    owner_id: UUID
    team_id: UUID | None
    legacy_source: str | None
    legacy_id: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    trashed_at: datetime | None


class AssetOut(AssetSummary):
    """An asset; `allowed_actions` are the verbs that you may do to it."""

    model_config = ConfigDict()

    versions: list[VersionOut]
    data: dict[str, Any]
    allowed_actions: list[str]


class AssetList(Paged):
    """One page of assets."""

    items: list[AssetSummary]


class AssetQuery(ListQuery):
    """Filters, order and place of a list of assets."""

    q: Search = ""
    kind: Annotated[Names, Several(Kind), Field(description="Only assets of these kinds.")] = ()
    status: Status | None = Field(default=None, description="Only assets in this status.")
    label_id: Id | None = Field(default=None, description="Only assets with this label.")
    owner_id: Id | None = Field(default=None, description="Only assets of this person.")
    rights: RightsState | None = Field(default=None, description="ending: within 14 days.")
    trashed: Literal["true", "false"] = Field(default="false", description="true: the trash instead.")
    sort: AssetSort | None = Field(
        default=None, description="Default -updated_at; the trash is sorted by -trashed_at only."
    )
    fields: Annotated[Names, Several(AssetSummary), Field(description="Only these fields, and the id.")] = ()
    expand: Annotated[Names, Several(*EXPANSIONS), Field(description="These objects beside their ids.")] = ()


class AssetUseOut(BaseModel):
    """One use of an asset; `version` is null where it follows the current one."""

    kind: str
    id: UUID
    name: str
    part_kind: str
    part_id: UUID | None
    part: str
    version: int | None


class AssetUsesOut(BaseModel):
    """Where an asset is used. `hidden` counts the uses that you may not see."""

    items: list[AssetUseOut]
    following: int = Field(description="How many of the items change when another version becomes the current one.")
    hidden: int


class ComparisonQuery(BaseModel):
    """Which two versions."""

    first: int = Field(ge=1, le=2_147_483_647, description="The number of a version.")
    second: int = Field(ge=1, le=2_147_483_647, description="The number of another one.")


class ComparisonOut(BaseModel):
    """What sets the second version apart from the first."""

    first: VersionOut
    second: VersionOut
    bytes: int = Field(description="How many bytes more the second has.")
    same_size: bool = Field(description="Whether width and height are the same.")
    same_content: bool
    changed: float | None = Field(description="Percent of the picture that differ; null unless both are pictures.")
    picture: str | None = Field(description="Where they differ, in red, as a data URL.")


def version_out(version: AssetVersion) -> dict[str, Any]:
    """Return what VersionOut describes."""
    base = origin(current_organization().domain)  # type: ignore[attr-defined]
    paths = {"file": path_of(version), "download": path_of(version, purpose="download")}
    paths |= {"thumb": path_of(version, "thumb"), "preview": path_of(version, "preview")}
    return {
        "id": version.pk,
        "asset_id": version.asset_id,
        "n": version.n,
        "sha256": version.sha256,
        "size": version.size,
        "mime": version.mime,
        "width": version.width,
        "height": version.height,
        "duration_ms": version.duration_ms,
        "file_name": version.file_name,
        "note": version.note,
        "created_by_id": version.created_by_id,
        "created_at": instant(version.created_at),
        "links": {name: base + path if path else None for name, path in paths.items()},
    }


def summary(asset: Asset) -> dict[str, Any]:
    """Return what AssetSummary describes; the current version is loaded already."""
    return {
        "id": asset.pk,
        "name": asset.name,
        "kind": asset.kind,
        "alt": asset.alt,
        "status": asset.status,
        "rights_until": asset.rights_until.isoformat() if asset.rights_until else None,
        "rights": rights_state(asset.rights_until, timezone.localdate()),
        "label_ids": asset.label_ids,
        "current": version_out(asset.current) if asset.current else None,
        "owner_id": asset.owner_id,
        "team_id": asset.team_id,
        "legacy_source": asset.legacy_source,
        "legacy_id": asset.legacy_id,
        "version": asset.row_version,
        "created_at": instant(asset.created_at),
        "updated_at": instant(asset.updated_at),
        "trashed_at": instant(asset.trashed_at),
    }


def detail(asset: Asset, versions: list[AssetVersion], allowed_actions: list[str]) -> dict[str, Any]:
    """Return what AssetOut describes."""
    more = {"versions": [version_out(version) for version in versions], "data": asset.data}
    return summary(asset) | more | {"allowed_actions": allowed_actions}


def uses_out(uses: Uses) -> dict[str, Any]:
    """Return what AssetUsesOut describes."""
    return {"items": [_use(use) for use in uses.seen], "following": len(uses.following), "hidden": uses.hidden}


def comparison_out(found: Comparison) -> dict[str, Any]:
    """Return what ComparisonOut describes."""
    return {
        "first": version_out(found.first),
        "second": version_out(found.second),
        "bytes": found.bytes,
        "same_size": found.same_size,
        "same_content": found.same_content,
        "changed": found.changed,
        "picture": found.picture,
    }


def _use(use: Use) -> dict[str, Any]:
    return {
        "kind": use.kind,
        "id": use.id,
        "name": use.name,
        "part_kind": use.part_kind,
        "part_id": use.part_id,
        "part": use.part,
        "version": use.n,
    }
