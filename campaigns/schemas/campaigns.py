"""Campaigns as the API takes and gives them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from campaigns import preflight
from campaigns.models import Campaign
from kernel.http.lists import ListQuery, Names, Paged, Search, Several, sparse
from kernel.http.output import instant
from kernel.http.strict import Currency, Document, Id, Input, Instant, Micros, NewId, unsent

Status = Literal["draft", "scheduled", "active", "paused", "ended", "archived"]
Effective = Literal["draft", "pending", "serving", "limited", "blocked", "paused", "ended", "archived"]
Objective = Literal["", "awareness", "traffic", "engagement", "conversions", "app_installs"]
BudgetKind = Literal["", "daily", "lifetime"]
Channel = Literal["meta", "display", "ctv", "tiktok"]
CampaignSort = Literal["-updated_at", "updated_at", "-created_at", "created_at", "name", "-name", "-trashed_at"]
Name = Annotated[str, Field(min_length=1, max_length=255)]
Labels = Annotated[list[Id], Field(max_length=50)]
Budget = Annotated[
    Micros | None, Field(description="Millionths of the currency: 1500 EUR is 1500000000. Needs a currency.")
]
_EXAMPLE: JsonDict = {
    "name": "Spring launch",
    "objective": "awareness",
    "channels": ["meta", "display"],
    "starts_at": "2030-03-01T08:00:00Z",
    "ends_at": "2030-03-31T20:00:00Z",
    "budget_kind": "lifetime",
    "budget_micros": 1500000000,
    "currency": "EUR",
    "utm": {"source": "meta", "medium": "paid", "campaign": "{campaign}"},
    "targeting": {"version": 1, "countries": ["DE"], "age_min": 25, "age_max": 54},
    "data": {"channels": {"meta": {"version": 1, "bid_strategy": "automatic"}}, "note": "first wave"},
}


class CampaignCreate(Input):
    """A new campaign; it starts as a draft."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: NewId | None = Field(default=None, description="Your own UUIDv7, so that a retry can't create it twice.")
    name: Name
    objective: Objective = ""
    channels: list[Channel] = Field(default_factory=list, max_length=10)
    label_ids: Labels = Field(default_factory=list)
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    budget_kind: BudgetKind = ""
    budget_micros: Budget = None
    spend_cap_micros: Budget = None
    currency: Currency = ""
    product_id: Id | None = Field(default=None, description="The main product, one that you can see.")
    team_id: Id | None = Field(default=None, description="A team of yours whose people reach it too.")
    utm: Document = Field(default_factory=dict, description="source, medium, campaign, term, content.")
    targeting: Document = Field(default_factory=dict, description="Whom it is for; unknown keys are kept.")
    is_template: bool = Field(default=False, description="A template is copied and never runs.")
    data: Document = Field(
        default_factory=dict, description="Anything else, up to 256 KiB; `channels` has a schema per channel."
    )


class CampaignChange(Input):
    """The fields to change; fields left out stay as they are. Documents and lists are replaced as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Spring launch, second wave"}]})

    name: Name = unsent()
    objective: Objective = unsent()
    channels: list[Channel] = unsent(max_length=10)
    label_ids: Labels = unsent()
    starts_at: Instant | None = unsent()
    ends_at: Instant | None = unsent()
    budget_kind: BudgetKind = unsent()
    budget_micros: Budget = unsent()
    spend_cap_micros: Budget = unsent()
    currency: Currency = unsent()
    product_id: Id | None = unsent()
    utm: Document = unsent()
    targeting: Document = unsent()
    is_template: bool = unsent()
    data: Document = unsent()


class CampaignStatus(Input):
    """Where to lead the campaign."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "active"}]})

    status: Status = Field(description="Only along the allowed steps; 409 names those open now, or the blockers.")


class CampaignSchedule(Input):
    """When the campaign runs."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"starts_at": "2030-03-01T08:00:00Z", "ends_at": "2030-03-31T20:00:00Z"}]}
    )

    starts_at: Instant
    ends_at: Instant | None


class CampaignCopy(Input):
    """How the copy shall be called, and what it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Spring launch, Austria"}]})

    id: NewId | None = Field(default=None, description="Your own UUIDv7 for the copy.")
    name: str = Field(default="", max_length=255, description="Empty: the original's name with “(copy)”.")
    team_id: Id | None = None
    as_template: bool = False


class CampaignOwnership(Input):
    """Whose the campaign is; without a team only its owner, shares and roles that reach everything lead to it."""

    owner_id: Id = Field(description="An active member of the organization.")
    team_id: Id | None = Field(description="A team that you may choose, or null.")


class PreflightQuery(BaseModel):
    """What to check for."""

    to: Literal["active", "scheduled"] = Field(default="active", description="The status that it shall get.")


class CampaignSummary(BaseModel):
    """A campaign in a list: everything but its documents."""

    model_config = ConfigDict(json_schema_extra=sparse)

    id: UUID
    name: str
    status: Status
    effective_status: Effective
    effective_reasons: list[str]
    objective: str
    channels: list[str]
    label_ids: list[UUID]
    starts_at: datetime | None
    ends_at: datetime | None
    budget_kind: str
    budget_micros: int | None
    spend_cap_micros: int | None
    currency: str
    is_template: bool
    product_id: UUID | None
    owner_id: UUID
    team_id: UUID | None
    legacy_source: str | None
    legacy_id: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    trashed_at: datetime | None


class CampaignQuery(ListQuery):
    """Filters, order and place of a list of campaigns."""

    q: Search = ""
    status: Annotated[Names, Several(Status)] = ()
    effective_status: Annotated[Names, Several(Effective)] = ()
    objective: Annotated[Names, Several("awareness", "traffic", "engagement", "conversions", "app_installs")] = ()
    channel: Annotated[Names, Several(Channel)] = ()
    label_id: Id | None = Field(default=None, description="Only campaigns with this label.")
    owner_id: Id | None = Field(default=None, description="Only campaigns of this person.")
    team_id: Id | None = Field(default=None, description="Only campaigns of this team.")
    product_id: Id | None = Field(default=None, description="Only campaigns about this product.")
    runs_from: Instant | None = Field(default=None, description="Only campaigns that run at or after this time.")
    runs_until: Instant | None = Field(default=None, description="Only campaigns that start before this time.")
    template: Literal["true", "false", "any"] = Field(default="any", description="Only templates, or none of them.")
    trashed: Literal["true", "false"] = Field(default="false", description="true: the trash instead.")
    fields: Annotated[Names, Several(CampaignSummary)] = ()
    expand: Annotated[Names, Several("owner", "team", "product", "labels")] = ()
    sort: CampaignSort | None = Field(
        default=None, description="Default -updated_at; the trash is sorted by -trashed_at only."
    )


class CampaignOut(CampaignSummary):
    """A campaign; `allowed_actions` are the verbs that you may do to it."""

    model_config = ConfigDict(json_schema_extra={})

    utm: dict[str, Any]
    targeting: dict[str, Any]
    data: dict[str, Any]
    allowed_actions: list[str]


class CampaignList(Paged):
    """One page of campaigns."""

    items: list[CampaignSummary]


class Finding(BaseModel):
    """One thing that the preflight found; a blocker refuses the launch, a warning does not."""

    code: str
    severity: Literal["blocker", "warning"]
    field: str = Field(description="A JSON pointer to what is wrong.")
    fix: str = Field(description="The part of the campaign that mends it: build, products, creatives or schedule.")
    message: str
    creative_id: UUID | None


class Preflight(BaseModel):
    """Whether the campaign can be launched, and what stands in the way."""

    ready: bool
    findings: list[Finding]


def summary(campaign: Campaign) -> dict[str, Any]:
    """Return what CampaignSummary describes."""
    return {
        "id": campaign.pk,
        "name": campaign.name,
        "status": campaign.status,
        "effective_status": campaign.effective_status,
        "effective_reasons": campaign.effective_reasons,
        "objective": campaign.objective,
        "channels": campaign.channels,
        "label_ids": campaign.label_ids,
        "starts_at": instant(campaign.starts_at),
        "ends_at": instant(campaign.ends_at),
        "budget_kind": campaign.budget_kind,
        "budget_micros": campaign.budget_micros,
        "spend_cap_micros": campaign.spend_cap_micros,
        "currency": campaign.currency,
        "is_template": campaign.is_template,
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
    return summary(campaign) | {
        "utm": campaign.utm,
        "targeting": campaign.targeting,
        "data": campaign.data,
        "allowed_actions": allowed_actions,
    }


def checked(findings: Sequence[preflight.Finding]) -> dict[str, Any]:
    """Return what Preflight describes."""
    return {
        "ready": all(found.severity != "blocker" for found in findings),
        "findings": [
            {
                "code": found.code,
                "severity": found.severity,
                "field": found.field,
                "fix": found.fix,
                "message": found.message,
                "creative_id": found.creative or None,
            }
            for found in findings
        ],
    }
