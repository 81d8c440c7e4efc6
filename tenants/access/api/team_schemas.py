"""Teams as the API takes and gives them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kernel.http.cursor import DEFAULT_PAGE, LARGEST_PAGE
from kernel.http.output import instant
from kernel.http.strict import Id, Input, Instant, unsent
from tenants.access.models import Team
from tenants.access.team_queries import TeamMember, objects_of

Name = Annotated[str, Field(min_length=1, max_length=80)]
Description = Annotated[str, Field(max_length=300)]
TeamRole = Literal["lead", "member"]
_EXAMPLE_ID = "0199d5f0-c6f2-7b6c-9f3a-2b1c0d4e5f60"


class PageQuery(BaseModel):
    """A place in a list."""

    cursor: Annotated[str, Field(max_length=4000)] | None = Field(
        default=None, description="`next` of the page before."
    )
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = DEFAULT_PAGE


class TeamCreate(Input):
    """A new team; you own it unless you name another active person."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Growth", "description": "All channels"}]})

    name: Name
    description: Description = ""
    parent_id: Id | None = Field(default=None, description="The team above it.")
    owner_id: Id | None = Field(default=None, description="An active person's user id.")


class TeamChange(Input):
    """The fields to change; fields left out stay as they are."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Growth", "parent_id": None}]})

    name: Name = unsent()
    description: Description = unsent()
    parent_id: Id | None = unsent(description="null: the top level.")
    owner_id: Id = unsent(description="The active person who takes the team over.")


class TeamDeletion(BaseModel):
    """What happens to the team's objects."""

    objects_to: Id | None = Field(default=None, description="The team that gets them.")


class Move(Input):
    """Where the objects go."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"to_team_id": _EXAMPLE_ID}]})

    to_team_id: Id


class Moved(BaseModel):
    """How many objects moved, by resource."""

    moved: dict[str, int]


class TeamOut(BaseModel):
    """A team. `objects` counts what it has outside the trash, by resource."""

    id: UUID
    name: str
    description: str
    parent_id: UUID | None
    owner_id: UUID | None
    owner_name: str | None
    members: int
    leads: int
    objects: dict[str, int]
    created_at: datetime
    version: int


class TeamList(BaseModel):
    """A page of teams; `next` is the cursor of the page after it, null at the end."""

    items: list[TeamOut]
    next: str | None


class MemberCreate(Input):
    """Who comes into the team, and how."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"user_id": _EXAMPLE_ID, "role": "member"}]})

    user_id: Id
    role: TeamRole = "member"
    expires_at: Instant | None = Field(default=None, description="When their place ends; null for never.")


class MemberChange(Input):
    """The fields to change."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"role": "lead"}]})

    role: TeamRole = unsent()
    expires_at: Instant | None = unsent()


class MemberOut(BaseModel):
    """Somebody in a team; `status` and `organization_role` are their place in the organization."""

    user_id: UUID
    name: str
    email: str
    status: str
    organization_role: str
    role: TeamRole
    expires_at: datetime | None


class MemberList(BaseModel):
    """A page of people in a team."""

    items: list[MemberOut]
    next: str | None


def team(row: Team) -> dict[str, Any]:
    """Return what TeamOut describes, of a team as tenants.access.team_queries gives it."""
    return {
        "id": row.pk,
        "name": row.name,
        "description": row.description,
        "parent_id": row.parent_id,
        "owner_id": row.owner_id,
        "owner_name": getattr(row, "owner_name"),  # noqa: B009 -- an annotation of the query
        "members": getattr(row, "members"),  # noqa: B009
        "leads": getattr(row, "leads"),  # noqa: B009
        "objects": objects_of(row),
        "created_at": instant(row.created_at),
        "version": row.row_version,
    }


def member(found: TeamMember) -> dict[str, Any]:
    """Return what MemberOut describes."""
    return {
        "user_id": found.user_id,
        "name": found.name,
        "email": found.email,
        "status": found.status,
        "organization_role": found.organization_role,
        "role": found.role,
        "expires_at": instant(found.expires_at),
    }
