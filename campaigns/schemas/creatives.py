"""Creatives as the API takes and gives them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from campaigns.models import Creative
from campaigns.queries.creatives import Links
from campaigns.utm import tagged
from kernel.http.output import instant
from kernel.http.strict import Document, Id, Input, NewId, unsent

Placement = Literal[
    "square",
    "landscape",
    "portrait",
    "stories",
    "medium_rectangle",
    "leaderboard",
    "mobile_banner",
    "skyscraper",
    "ctv_hd",
    "large_mobile_banner",
]
Status = Literal["active", "paused"]
Name = Annotated[str, Field(min_length=1, max_length=255)]
Headline = Annotated[str, Field(max_length=255)]
Body = Annotated[str, Field(max_length=5000)]
Cta = Annotated[str, Field(max_length=80)]
Url = Annotated[str, Field(max_length=2000, description="Starts with http:// or https://.")]
Position = Annotated[int, Field(ge=0, le=100_000)]


class AssetLink(Input):
    """An asset at a named place."""

    asset_id: Id
    version_id: Id | None = Field(default=None, description="A version for good; null follows the current one.")
    slot: str = Field(default="picture", max_length=80, description="Small letters, digits, - and _.")


Assets = Annotated[list[AssetLink], Field(max_length=50)]
Products = Annotated[list[Id], Field(max_length=50)]


class CreativeCreate(Input):
    """A new creative of a campaign."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Square, picture first",
                    "placement": "square",
                    "headline": "Light shoes for long days",
                    "body": "Try them for thirty days.",
                    "cta": "Shop now",
                    "final_url": "https://shop.example.com/shoes",
                }
            ]
        }
    )

    id: NewId | None = Field(default=None, description="Your own UUIDv7, so that a retry can't create it twice.")
    name: Name
    placement: Placement
    status: Status = "active"
    headline: Headline = ""
    body: Body = ""
    cta: Cta = ""
    final_url: Url = ""
    layout: Document = Field(default_factory=dict, description="Empty: the placement's standard arrangement.")
    position: Position | None = Field(default=None, description="Its place among the others; the end if left out.")
    assets: Assets = Field(default_factory=list)
    product_ids: Products = Field(default_factory=list)
    data: Document = Field(default_factory=dict)


class CreativeChange(Input):
    """The fields to change; fields left out stay as they are. Links and documents are replaced as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"headline": "Light shoes for short days"}]})

    name: Name = unsent()
    placement: Placement = unsent()
    status: Status = unsent()
    headline: Headline = unsent()
    body: Body = unsent()
    cta: Cta = unsent()
    final_url: Url = unsent()
    layout: Document = unsent()
    position: Position = unsent()
    assets: Assets = unsent()
    product_ids: Products = unsent()
    data: Document = unsent()


class CreativeQuery(BaseModel):
    """Which of a campaign's creatives."""

    trashed: Literal["true", "false"] = Field(default="false", description="true: the trash instead.")


class AssetLinkOut(BaseModel):
    """An asset at a named place."""

    asset_id: UUID
    version_id: UUID | None
    slot: str


class CreativeOut(BaseModel):
    """A creative; `tagged_url` is its final URL with the campaign's UTM parameters."""

    id: UUID
    campaign_id: UUID
    name: str
    placement: str
    status: Status
    headline: str
    body: str
    cta: str
    final_url: str
    tagged_url: str
    layout: dict[str, Any]
    position: int
    assets: list[AssetLinkOut]
    product_ids: list[UUID]
    data: dict[str, Any]
    legacy_source: str | None
    legacy_id: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    trashed_at: datetime | None


class CreativeList(BaseModel):
    """All creatives of a campaign, in their order."""

    items: list[CreativeOut]


def creative_out(creative: Creative, links: Links) -> dict[str, Any]:
    """Return what CreativeOut describes; the creative's campaign must be loaded."""
    names = {"campaign": creative.campaign.name, "creative": creative.name, "placement": creative.placement}
    return {
        "id": creative.pk,
        "campaign_id": creative.campaign_id,
        "name": creative.name,
        "placement": creative.placement,
        "status": creative.status,
        "headline": creative.headline,
        "body": creative.body,
        "cta": creative.cta,
        "final_url": creative.final_url,
        "tagged_url": tagged(creative.final_url, creative.campaign.utm, names),
        "layout": creative.layout,
        "position": creative.position,
        "assets": links.assets,
        "product_ids": links.product_ids,
        "data": creative.data,
        "legacy_source": creative.legacy_source,
        "legacy_id": creative.legacy_id,
        "version": creative.row_version,
        "created_at": instant(creative.created_at),
        "updated_at": instant(creative.updated_at),
        "trashed_at": instant(creative.trashed_at),
    }
