"""`/api/v1/grants`: what is shared with whom."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query
from pydantic import BaseModel, ConfigDict, Field

from kernel.http.api import actor_of
from kernel.http.etag import expected_version, of
from kernel.http.operations import Router, declares
from kernel.http.output import dump, instant, respond
from kernel.http.strict import Id, Input, Instant, unsent
from tenants.access.asking import object_asked
from tenants.access.granted import Share, ShareFilters, share_detail, share_page
from tenants.access.grants import MOST_AT_ONCE, change, revoke, revoke_many, share

router = Router(tags=["Grants"])

ObjectType = Literal["campaign", "product"]
GivenLevel = Literal["viewer", "editor", "manager"]
Reason = Annotated[str, Field(max_length=300, description="Why, for whoever reads it later.")]
SHARING = ("campaign:share", "catalog:share")


class GrantCreate(Input):
    """A share of one object with one person or one team."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "object_type": "campaign",
                    "object_id": "0199d5f0-c6f2-7b6c-9f3a-2b1c0d4e5f60",
                    "user_id": "0199d5f0-c6f2-7b6c-9f3a-2b1c0d4e5f61",
                    "level": "editor",
                    "expires_at": "2030-01-31T20:00:00Z",
                    "reason": "Holiday cover",
                }
            ]
        }
    )

    object_type: ObjectType
    object_id: Id
    user_id: Id | None = Field(default=None, description="An active member; either this or team_id.")
    team_id: Id | None = Field(default=None, description="A team; its members are given the level.")
    level: GivenLevel = Field(description="Never one that permits more than you may do there yourself.")
    expires_at: Instant | None = Field(default=None, description="From then on it gives nothing; null: no end.")
    reason: Reason = ""


class GrantChange(Input):
    """The fields to change; fields left out stay as they are."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"level": "viewer"}]})

    level: GivenLevel = unsent()
    expires_at: Instant | None = unsent()
    reason: Reason = unsent()


class Revocation(Input):
    """Shares to take away."""

    grant_ids: list[Id] = Field(min_length=1, max_length=MOST_AT_ONCE)


class GrantQuery(BaseModel):
    """Filters and place of a list of shares."""

    object_type: ObjectType | None = Field(default=None, description="Only shares of such objects.")
    object_id: Id | None = Field(default=None, description="Only shares of this object.")
    user_id: Id | None = Field(default=None, description="Only shares with this person.")
    team_id: Id | None = Field(default=None, description="Only shares with this team.")
    level: GivenLevel | None = Field(default=None, description="Only shares at this level.")
    expiring: Literal["true", "false"] = Field(
        default="false", description="true: only those that end within 14 days, the next to end first."
    )
    cursor: Annotated[str, Field(max_length=4000)] | None = Field(
        default=None, description="`next` of the page before."
    )
    limit: int = Field(default=50, ge=1, le=200, description="Rows per page.")


class GrantOut(BaseModel):
    """A share; `name` is the person's or the team's."""

    id: UUID
    object_type: ObjectType
    object_id: UUID
    object_name: str
    user_id: UUID | None
    team_id: UUID | None
    name: str
    level: GivenLevel
    expires_at: datetime | None
    expired: bool
    granted_by: UUID | None
    granted_by_name: str
    reason: str
    created_at: datetime


class GrantList(BaseModel):
    """One page; `next` is the cursor of the following one, null at the end."""

    items: list[GrantOut]
    next: str | None


class RevokedOut(BaseModel):
    """What became of one share: revoked, not_found or not_allowed."""

    id: UUID
    outcome: Literal["revoked", "not_found", "not_allowed"]
    detail: str


class RevocationOut(BaseModel):
    """One answer for each id, in the order of the request."""

    items: list[RevokedOut]


@router.get("", response=GrantList, openapi_extra=declares("member", if_none_match=True, may_ask=SHARING))
def list_grants(request: HttpRequest, query: Query[GrantQuery]) -> HttpResponse:
    """Shares of the objects that you may share, the newest first."""
    filters = ShareFilters(
        object_type=query.object_type,
        object_id=query.object_id,
        user_id=query.user_id,
        team_id=query.team_id,
        level=query.level,
        expiring=query.expiring == "true",
    )
    found = share_page(actor=actor_of(request), filters=filters, cursor=query.cursor, limit=query.limit)
    return respond(request, {"items": [grant_out(row) for row in found.items], "next": found.next})


@router.post(
    "",
    response={201: GrantOut},
    openapi_extra=declares("member", 404, 409, body=True, success=201, location=True, may_ask=SHARING),
)
def create_a_grant(request: HttpRequest, body: GrantCreate) -> HttpResponse:
    """Share an object. 409 when it is shared with them already: change that grant instead."""
    actor = actor_of(request)
    made = share(
        actor=actor,
        obj=object_asked(actor=actor, object_type=body.object_type, object_id=body.object_id),
        level=body.level,
        user_id=body.user_id,
        team_id=body.team_id,
        expires_at=body.expires_at,
        reason=body.reason,
    )
    return _respond(request, made, status=201, location=f"/api/v1/grants/{made.id}")


@router.post("/revocations", response=RevocationOut, openapi_extra=declares("member", body=True, may_ask=SHARING))
def revoke_grants(request: HttpRequest, body: Revocation) -> HttpResponse:
    """Take up to 200 shares away, each by itself; the answer says of each what became of it."""
    results = revoke_many(actor=actor_of(request), share_ids=body.grant_ids)
    items = [{"id": found.id, "outcome": found.outcome, "detail": found.detail} for found in results]
    return respond(request, {"items": items})


@router.get(
    "/{uuid:grant_id}",
    response=GrantOut,
    openapi_extra=declares("member", 404, if_none_match=True, may_ask=SHARING),
)
def read_grant(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """One share of an object that you may share."""
    return _respond(request, share_detail(actor=actor_of(request), share_id=grant_id))


@router.patch(
    "/{uuid:grant_id}",
    response=GrantOut,
    openapi_extra=declares("member", body=True, if_match=True, may_ask=SHARING),
)
def change_a_grant(request: HttpRequest, grant_id: UUID, body: GrantChange) -> HttpResponse:
    """Change level, end or reason. You are then who granted it."""
    with expected_version(request, lambda: _etag(request, grant_id)) as version:
        changed = change(
            actor=actor_of(request),
            share_id=grant_id,
            version=version,
            changes=body.model_dump(exclude_unset=True),
        )
    return _respond(request, changed)


@router.delete("/{uuid:grant_id}", response=GrantOut, openapi_extra=declares("member", if_match=True, may_ask=SHARING))
def revoke_a_grant(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """Take a share away; it acts on the next request. The answer is what it was."""
    with expected_version(request, lambda: _etag(request, grant_id)) as version:
        revoked = revoke(actor=actor_of(request), share_id=grant_id, version=version)
    return _respond(request, revoked)


def grant_out(found: Share) -> dict[str, Any]:
    """Return what GrantOut describes."""
    return {
        "id": found.id,
        "object_type": found.object_type,
        "object_id": found.object_id,
        "object_name": found.object_name,
        "user_id": found.user_id,
        "team_id": found.team_id,
        "name": found.name,
        "level": found.level,
        "expires_at": instant(found.expires_at),
        "expired": found.is_expired,
        "granted_by": found.granted_by_id,
        "granted_by_name": found.granted_by_name,
        "reason": found.reason,
        "created_at": instant(found.created_at),
    }


def _respond(request: HttpRequest, found: Share, *, status: int = 200, location: str = "") -> HttpResponse:
    return respond(request, grant_out(found), status=status, version=found.version, location=location)


def _etag(request: HttpRequest, grant_id: UUID) -> str:
    found = share_detail(actor=actor_of(request), share_id=grant_id)
    return of(dump(grant_out(found)), found.version)
