"""Campaigns as the API takes and gives them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from campaigns.models import Campaign
from kernel.http.output import instant
from kernel.http.strict import Currency, Document, Id, Input, Instant, Micros, NewId, unsent

Status = Literal["draft", "scheduled", "active", "paused", "ended", "archived"]
Objective = Literal["", "awareness", "traffic", "engagement", "conversions", "app_installs"]
CampaignSort = Literal["-updated_at", "updated_at", "-created_at", "created_at", "name", "-name", "-trashed_at"]
Name = Annotated[str, Field(min_length=1, max_length=255)]
Budget = Annotated[
    Micros | None, Field(description="Millionths of the currency: 1500 EUR is 1500000000. Needs a currency.")
]
_EXAMPLE: JsonDict = {
    "name": "Spring launch",
    "objective": "awareness",
    "starts_at": "2030-03-01T08:00:00Z",
    "ends_at": "2030-03-31T20:00:00Z",
    "budget_micros": 1500000000,
    "currency": "EUR",
    "data": {"note": "first wave"},
}


class CampaignCreate(Input):
    """A new campaign; it starts as a draft."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: NewId | None = Field(default=None, description="Your own UUIDv7, so that a retry can't create it twice.")
    name: Name
    objective: Objective = ""
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    budget_micros: Budget = None
    currency: Currency = ""
    product_id: Id | None = Field(default=None, description="A product that you can see.")
    team_id: Id | None = Field(default=None, description="A team of yours whose people reach it too.")
    data: Document = Field(default_factory=dict, description="Anything else, up to 256 KiB.")


class CampaignChange(Input):
    """The fields to change; fields left out stay as they are. `data` is replaced as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "scheduled"}]})

    name: Name = unsent()
    status: Status = unsent(description="Only along the allowed steps; 409 names those open now.")
    objective: Objective = unsent()
    starts_at: Instant | None = unsent()
    ends_at: Instant | None = unsent()
    budget_micros: Budget = unsent()
    currency: Currency = unsent()
    product_id: Id | None = unsent()
    data: Document = unsent()


class CampaignOwnership(Input):
    """Whose the campaign is; without a team only its owner, shares and roles that reach everything lead to it."""

    owner_id: Id = Field(description="An active member of the organization.")
    team_id: Id | None = Field(description="A team that you may choose, or null.")


class CampaignQuery(BaseModel):
    """Filters, order and place of a list of campaigns."""

    status: Status | None = Field(default=None, description="Only campaigns in this status.")
    owner_id: Id | None = Field(default=None, description="Only campaigns of this person.")
    product_id: Id | None = Field(default=None, description="Only campaigns about this product.")
    trashed: Literal["true", "false"] = Field(default="false", description="true: the trash instead.")
    sort: CampaignSort | None = Field(
        default=None, description="Default -updated_at; the trash is sorted by -trashed_at only."
    )
    cursor: Annotated[str, Field(max_length=4000)] | None = Field(
        default=None, description="`next` of the page before."
    )
    limit: int = Field(default=50, ge=1, le=200, description="Rows per page.")


class CampaignSummary(BaseModel):
    """A campaign in a list: everything but `data`."""

    id: UUID
    name: str
    status: Status
    objective: str
    starts_at: datetime | None
    ends_at: datetime | None
    budget_micros: int | None
    currency: str
    product_id: UUID | None
    owner_id: UUID
    team_id: UUID | None
    legacy_source: str | None
    legacy_id: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    trashed_at: datetime | None


class CampaignOut(CampaignSummary):
    """A campaign; `allowed_actions` are the verbs that you may do to it."""

    data: dict[str, Any]
    allowed_actions: list[str]


class CampaignList(BaseModel):
    """One page; `next` is the cursor of the following one, null at the end."""

    items: list[CampaignSummary]
    next: str | None


def summary(campaign: Campaign) -> dict[str, Any]:
    """Return what CampaignSummary describes."""
    return {
        "id": campaign.pk,
        "name": campaign.name,
        "status": campaign.status,
        "objective": campaign.objective,
        "starts_at": instant(campaign.starts_at),
        "ends_at": instant(campaign.ends_at),
        "budget_micros": campaign.budget_micros,
        "currency": campaign.currency,
        "product_id": campaign.product_id,
        "owner_id": campaign.owner_id,
        "team_id": campaign.team_id,
        "legacy_source": campaign.legacy_source,
        "legacy_id": campaign.legacy_id,
        "version": campaign.row_version,
        "created_at": instant(campaign.created_at),
        "updated_at": instant(campaign.updated_at),
        "trashed_at": instant(campaign.trashed_at),
    }


def detail(campaign: Campaign, allowed_actions: list[str]) -> dict[str, Any]:
    """Return what CampaignOut describes."""
    return summary(campaign) | {"data": campaign.data, "allowed_actions": allowed_actions}
