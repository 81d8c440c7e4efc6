"""`/api/v1/people`: who belongs to the organization, and who is asked in."""

from collections.abc import Collection
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
from kernel.tenancy.context import Actor
from tenants.access import leaving, people
from tenants.access.members import change_member
from tenants.access.models import Membership, TeamMembership

router = Router(tags=["People"])

RoleSlug = Annotated[str, Field(min_length=1, max_length=40)]
Status = Literal["invited", "active", "suspended"]


class PlaceOut(BaseModel):
    """A team that the person is in, as member or lead."""

    id: UUID
    name: str
    role: Literal["member", "lead"]


class PersonOut(BaseModel):
    """A person. `user_id` is null until they accept; after `expires_at` they are out, whatever `status` says."""

    id: UUID
    user_id: UUID | None
    name: str
    email: str
    role: str
    role_name: str
    status: Status
    expires_at: datetime | None
    teams: list[PlaceOut]
    version: int
    created_at: datetime


class PeopleList(BaseModel):
    """One page; `next` is the cursor of the following one, null at the end."""

    items: list[PersonOut]
    next: str | None


class PeopleQuery(BaseModel):
    """Filters and place of the list of people."""

    status: Status | None = Field(default=None, description="Only people in this status.")
    role: RoleSlug | None = Field(default=None, description="Only people with this role (its slug).")
    team_id: Id | None = Field(default=None, description="Only people in this team.")
    q: Annotated[str, Field(max_length=200)] = Field(default="", description="A part of the name or the address.")
    cursor: Annotated[str, Field(max_length=4000)] | None = Field(
        default=None, description="`next` of the page before."
    )
    limit: int = Field(default=50, ge=1, le=200, description="Rows per page.")


class PersonChange(Input):
    """The fields to change; fields left out stay as they are."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"role": "manager"}]})

    role: RoleSlug = unsent(description="A role's slug, within your own rights.")
    status: Literal["active", "suspended"] = unsent()
    expires_at: Instant | None = unsent(description="When their place here ends; null: never.")


class LeavingQuery(BaseModel):
    """Who inherits."""

    heir_id: Id | None = Field(default=None, description="The person who gets what this one owns.")


class OwnedOut(BaseModel):
    """How many objects of each kind the person owns, live and trashed: what an heir would get."""

    owned: dict[str, int]


class LeftOut(BaseModel):
    """How many objects of each kind the heir got."""

    inherited: dict[str, int]


@router.get("", response=PeopleList, openapi_extra=declares("member:view", if_none_match=True))
def list_people(request: HttpRequest, query: Query[PeopleQuery]) -> HttpResponse:
    """People by name, those who are asked in included."""
    filters = people.PeopleFilters(status=query.status, role=query.role, team_id=query.team_id, text=query.q)
    found = people.people_page(actor=actor_of(request), filters=filters, cursor=query.cursor, limit=query.limit)
    return respond(request, {"items": _shown(found.items), "next": found.next})


@router.get("/{uuid:person_id}", response=PersonOut, openapi_extra=declares("member:view", 404, if_none_match=True))
def read_person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """One person."""
    return _respond(request, people.person(actor=actor_of(request), membership_id=person_id))


@router.patch(
    "/{uuid:person_id}",
    response=PersonOut,
    openapi_extra=declares(
        "member:view", 409, body=True, if_match=True, may_ask=["member:change_role", "member:suspend"]
    ),
)
def change_person(request: HttpRequest, person_id: UUID, body: PersonChange) -> HttpResponse:
    """Change role, status or end. 409 last_owner when nobody would own the organization for good.

    `role` takes member:change_role, the rest member:suspend; nobody changes whoever may do more than they.
    """
    actor = actor_of(request)
    with expected_version(request, lambda: _etag(actor, person_id)) as version:
        changed = change_member(
            actor=actor, membership_id=person_id, version=version, changes=body.model_dump(exclude_unset=True)
        )
    return _respond(request, changed)


@router.delete("/{uuid:person_id}", response=LeftOut, openapi_extra=declares("member:suspend", 409, if_match=True))
def remove_person(request: HttpRequest, person_id: UUID, query: Query[LeavingQuery]) -> HttpResponse:
    """Take a person out for good. 409 heir_required, with the counts, when they own something and nobody inherits."""
    actor = actor_of(request)
    with expected_version(request, lambda: _etag(actor, person_id)) as version:
        inherited = leaving.remove_member(actor=actor, membership_id=person_id, version=version, heir_id=query.heir_id)
    return respond(request, {"inherited": inherited})


@router.get(
    "/{uuid:person_id}/owned", response=OwnedOut, openapi_extra=declares("member:suspend", 404, if_none_match=True)
)
def read_owned(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """What the person owns."""
    return respond(request, {"owned": leaving.owned_counts(actor=actor_of(request), membership_id=person_id)})


def _respond(request: HttpRequest, membership: Membership) -> HttpResponse:
    [shown] = _shown([membership])
    return respond(request, shown, version=membership.row_version)


def _etag(actor: Actor, person_id: UUID) -> str:
    membership = people.person(actor=actor, membership_id=person_id)
    [shown] = _shown([membership])
    return of(dump(shown), membership.row_version)


def _shown(found: Collection[Membership]) -> list[dict[str, Any]]:
    places = people.teams_of(found)
    return [_person(membership, places.get(membership.user_id, ())) for membership in found]


def _person(membership: Membership, places: Collection[TeamMembership]) -> dict[str, Any]:
    return {
        "id": membership.pk,
        "user_id": membership.user_id,
        "name": membership.name,
        "email": membership.email,
        "role": membership.role.slug,
        "role_name": membership.role.name,
        "status": membership.status,
        "expires_at": instant(membership.expires_at),
        "teams": [{"id": place.team_id, "name": place.team.name, "role": place.role} for place in places],
        "version": membership.row_version,
        "created_at": instant(membership.created_at),
    }
