"""`/api/v1/invitations`: asking people in. The link itself is mailed and never told."""

from collections.abc import Collection, Mapping
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
from kernel.http.strict import Id, Input, Instant
from kernel.tenancy.context import Actor, current_organization
from tenants.access.api.people import RoleSlug
from tenants.commands import invitations as commands
from tenants.commands.invite_many import MOST_ROWS, Row, invite_many
from tenants.commands.inviting import MOST_TEAMS, TeamPlace
from tenants.models import Invitation
from tenants.queries import invitations as queries

router = Router(tags=["Invitations"])

Address = Annotated[str, Field(max_length=300)]
Name = Annotated[str, Field(max_length=120)]


class PlaceIn(Input):
    """A team to come into."""

    team_id: Id
    role: Literal["member", "lead"] = "member"


Teams = Annotated[list[PlaceIn], Field(max_length=MOST_TEAMS)]
Ends = Annotated[Instant | None, Field(description="When their place here ends; null: never.")]


class InvitationCreate(Input):
    """Whom to ask in."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "ada@example.com", "role": "marketer"}]})

    email: Address
    name: Name = ""
    role: RoleSlug
    teams: Teams = Field(default_factory=list)
    access_expires_at: Ends = None


class GuestIn(Input):
    """One row of a list; without a role it gets the list's."""

    email: Address
    name: Annotated[str, Field(max_length=300)] = ""
    role: Annotated[str, Field(max_length=40)] = ""


class InvitationsCreate(Input):
    """Whom to ask in, at most 500 people at once, with the role, teams and end for all of them."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"people": [{"email": "ada@example.com"}], "role": "marketer"}]}
    )

    people: Annotated[list[GuestIn], Field(min_length=1, max_length=MOST_ROWS)]
    role: RoleSlug
    teams: Teams = Field(default_factory=list)
    access_expires_at: Ends = None


class InvitationQuery(BaseModel):
    """Place in the list."""

    cursor: Annotated[str, Field(max_length=4000)] | None = Field(
        default=None, description="`next` of the page before."
    )
    limit: int = Field(default=50, ge=1, le=200, description="Rows per page.")


class InvitedPlaceOut(BaseModel):
    """A team that the person comes into."""

    team_id: UUID
    role: Literal["member", "lead"]


class InvitationOut(BaseModel):
    """An invitation; `person_id` is the invited person's place in the list of people."""

    id: UUID
    person_id: UUID | None
    email: str
    name: str
    role: str
    teams: list[InvitedPlaceOut]
    state: Literal["open", "expired", "accepted", "revoked"]
    invited_by: str
    expires_at: datetime
    version: int
    created_at: datetime


class InvitationList(BaseModel):
    """One page; `next` is the cursor of the following one, null at the end."""

    items: list[InvitationOut]
    next: str | None


class RowOut(BaseModel):
    """What became of one row; `lacks_seat` warns that the plan may have no seat left when they accept."""

    email: str
    name: str
    result: Literal["invited", "already_member", "already_invited", "duplicate_in_list", "invalid", "no_right"]
    detail: str
    invitation_id: UUID | None
    lacks_seat: bool


class BulkOut(BaseModel):
    """Every row in the order it was sent, and how many there are of each result."""

    items: list[RowOut]
    counts: dict[str, int]


@router.get("", response=InvitationList, openapi_extra=declares("member:invite", if_none_match=True))
def list_invitations(request: HttpRequest, query: Query[InvitationQuery]) -> HttpResponse:
    """Invitations that are open or have expired, newest first."""
    found = queries.invitation_page(actor=actor_of(request), cursor=query.cursor, limit=query.limit)
    return respond(request, {"items": [_shown(row) for row in found.items], "next": found.next})


@router.post(
    "",
    response={201: InvitationOut},
    openapi_extra=declares("member:invite", 409, body=True, success=201, location=True, may_ask=["team:manage"]),
)
def create_invitation(request: HttpRequest, body: InvitationCreate) -> HttpResponse:
    """Ask somebody in; they get a mail. 409 already_member or already_invited."""
    actor = actor_of(request)
    made = commands.invite(
        actor=actor,
        organization=current_organization(),
        email=body.email,
        name=body.name,
        role=body.role,
        teams=_places(body.teams),
        access_expires_at=body.access_expires_at,
    )
    return _respond(request, _read(actor, made.pk), status=201, location=f"/api/v1/invitations/{made.pk}")


@router.post(
    "/bulk", response=BulkOut, openapi_extra=declares("member:invite", 409, body=True, may_ask=["team:manage"])
)
def create_invitations(request: HttpRequest, body: InvitationsCreate) -> HttpResponse:
    """Ask many people in; each row says what became of it, and one bad row stops no other."""
    outcomes = invite_many(
        actor=actor_of(request),
        organization=current_organization(),
        rows=[Row(guest.email, guest.email, guest.name, guest.role) for guest in body.people],
        role=body.role,
        teams=_places(body.teams),
        access_expires_at=body.access_expires_at,
    )
    items = [
        {
            "email": outcome.row.email,
            "name": outcome.row.name,
            "result": outcome.result,
            "detail": outcome.detail,
            "invitation_id": outcome.invitation_id,
            "lacks_seat": outcome.lacks_seat,
        }
        for outcome in outcomes
    ]
    return respond(request, {"items": items, "counts": _counts(items)})


@router.get(
    "/{uuid:invitation_id}",
    response=InvitationOut,
    openapi_extra=declares("member:invite", 404, if_none_match=True),
)
def read_invitation(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """One invitation, whatever became of it."""
    return _respond(request, _read(actor_of(request), invitation_id))


@router.put(
    "/{uuid:invitation_id}/sending",
    response=InvitationOut,
    openapi_extra=declares("member:invite", if_match=True),
)
def send_invitation_again(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Mail it again with a new link and a new week; the former link is dead."""
    actor = actor_of(request)
    with expected_version(request, lambda: _etag(actor, invitation_id)) as version:
        commands.resend(actor=actor, organization=current_organization(), invitation_id=invitation_id, version=version)
    return _respond(request, _read(actor, invitation_id))


@router.delete("/{uuid:invitation_id}", response=InvitationOut, openapi_extra=declares("member:invite", if_match=True))
def withdraw_invitation(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Withdraw it: its link is dead, and the person is listed no more."""
    actor = actor_of(request)
    with expected_version(request, lambda: _etag(actor, invitation_id)) as version:
        commands.revoke(actor=actor, organization=current_organization(), invitation_id=invitation_id, version=version)
    return _respond(request, _read(actor, invitation_id))


def _places(teams: Collection[PlaceIn]) -> list[TeamPlace]:
    return [TeamPlace(place.team_id, place.role) for place in teams]


def _counts(items: Collection[Mapping[str, Any]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for item in items:
        found[item["result"]] = found.get(item["result"], 0) + 1
    return found


def _read(actor: Actor, invitation_id: UUID) -> Invitation:
    return queries.invitation_detail(actor=actor, invitation_id=invitation_id)


def _respond(request: HttpRequest, invitation: Invitation, *, status: int = 200, location: str = "") -> HttpResponse:
    return respond(request, _shown(invitation), status=status, version=invitation.row_version, location=location)


def _etag(actor: Actor, invitation_id: UUID) -> str:
    invitation = _read(actor, invitation_id)
    return of(dump(_shown(invitation)), invitation.row_version)


def _shown(invitation: Invitation) -> dict[str, Any]:
    return {
        "id": invitation.pk,
        "person_id": invitation.membership_id,
        "email": invitation.email,
        "name": invitation.name,
        "role": invitation.role,
        "teams": invitation.teams,
        "state": queries.state_of(invitation),
        "invited_by": invitation.invited_by,
        "expires_at": instant(invitation.expires_at),
        "version": invitation.row_version,
        "created_at": instant(invitation.created_at),
    }
