"""`/api/v1/teams`."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query

from kernel.http.api import actor_of
from kernel.http.etag import expected_version, of
from kernel.http.operations import Router, declares
from kernel.http.output import dump, respond
from tenants.access.api import team_schemas as schemas
from tenants.access.team_members import add_to_team, change_in_team, remove_from_team
from tenants.access.team_queries import member_page, team_detail, team_member, team_page
from tenants.access.teams import change_team, create_team, delete_team, move_objects, transfer_team

router = Router(tags=["Teams"])

_MOVING = ("campaign:transfer", "catalog:transfer")


@router.get("", response=schemas.TeamList, openapi_extra=declares("member:view", if_none_match=True))
def list_teams(request: HttpRequest, query: Query[schemas.PageQuery]) -> HttpResponse:
    """All teams by name, with how many people and objects outside the trash each has."""
    found = team_page(actor=actor_of(request), cursor=query.cursor, limit=query.limit)
    return respond(request, {"items": [schemas.team(row) for row in found.items], "next": found.next})


@router.post(
    "",
    response={201: schemas.TeamOut},
    openapi_extra=declares("team:manage", 409, body=True, success=201, location=True),
)
def create_a_team(request: HttpRequest, body: schemas.TeamCreate) -> HttpResponse:
    """Make a team; takes managing all teams. 409 when the name is taken."""
    team = create_team(actor=actor_of(request), **body.model_dump())
    return _respond(request, team.pk, status=201, location=f"/api/v1/teams/{team.pk}")


@router.get("/{uuid:team_id}", response=schemas.TeamOut, openapi_extra=declares("member:view", 404, if_none_match=True))
def read_team(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """One team."""
    return _respond(request, team_id)


@router.patch(
    "/{uuid:team_id}",
    response=schemas.TeamOut,
    openapi_extra=declares("team:manage", 409, body=True, if_match=True),
)
def change_a_team(request: HttpRequest, team_id: UUID, body: schemas.TeamChange) -> HttpResponse:
    """Change the fields you send: name, description, the team above. Another owner takes the team over."""
    actor, changes = actor_of(request), body.model_dump(exclude_unset=True)
    owner_id = changes.pop("owner_id", None)
    with expected_version(request, lambda: _etag(request, team_id)) as version:
        team = change_team(actor=actor, team_id=team_id, version=version, changes=changes)
        if owner_id is not None:
            transfer_team(actor=actor, team_id=team_id, version=team.row_version, owner_id=owner_id)
    return _respond(request, team_id)


@router.delete(
    "/{uuid:team_id}",
    response=schemas.TeamOut,
    openapi_extra=declares("team:manage", 409, if_match=True, may_ask=_MOVING),
)
def delete_a_team(request: HttpRequest, team_id: UUID, query: Query[schemas.TeamDeletion]) -> HttpResponse:
    """End the team with its memberships and what is shared with it; answers with what it was.

    409 while teams stand below it, or while it has objects and no `objects_to`.
    """
    with expected_version(request, lambda: _etag(request, team_id)) as version:
        answer = _respond(request, team_id)
        delete_team(actor=actor_of(request), team_id=team_id, version=version, objects_to=query.objects_to)
    return answer


@router.post(
    "/{uuid:team_id}/objects/transfer",
    response=schemas.Moved,
    openapi_extra=declares("team:manage", 404, body=True, may_ask=_MOVING),
)
def move_the_objects_of_a_team(request: HttpRequest, team_id: UUID, body: schemas.Move) -> HttpResponse:
    """Give everything of the team, in or out of the trash, to another one; takes the right to transfer all of it."""
    moved = move_objects(actor=actor_of(request), team_id=team_id, to_team_id=body.to_team_id)
    return respond(request, {"moved": moved})


@router.get(
    "/{uuid:team_id}/members",
    response=schemas.MemberList,
    openapi_extra=declares("member:view", 404, if_none_match=True),
)
def list_team_members(request: HttpRequest, team_id: UUID, query: Query[schemas.PageQuery]) -> HttpResponse:
    """The people in the team, in the order in which they came."""
    actor = actor_of(request)
    team_detail(actor=actor, team_id=team_id)
    found, following = member_page(actor=actor, team_id=team_id, cursor=query.cursor, limit=query.limit)
    return respond(request, {"items": [schemas.member(one) for one in found], "next": following})


@router.post(
    "/{uuid:team_id}/members",
    response={201: schemas.MemberOut},
    openapi_extra=declares("team:manage", 404, 409, body=True, success=201, location=True),
)
def add_a_team_member(request: HttpRequest, team_id: UUID, body: schemas.MemberCreate) -> HttpResponse:
    """Put an active person into the team. 409 when they are in it."""
    add_to_team(actor=actor_of(request), team_id=team_id, **body.model_dump())
    where = f"/api/v1/teams/{team_id}/members/{body.user_id}"
    return _member(request, team_id, body.user_id, status=201, location=where)


@router.get(
    "/{uuid:team_id}/members/{uuid:user_id}",
    response=schemas.MemberOut,
    openapi_extra=declares("member:view", 404, if_none_match=True),
)
def read_team_member(request: HttpRequest, team_id: UUID, user_id: UUID) -> HttpResponse:
    """One person in the team."""
    return _member(request, team_id, user_id)


@router.patch(
    "/{uuid:team_id}/members/{uuid:user_id}",
    response=schemas.MemberOut,
    openapi_extra=declares("team:manage", body=True, if_match=True),
)
def change_a_team_member(
    request: HttpRequest, team_id: UUID, user_id: UUID, body: schemas.MemberChange
) -> HttpResponse:
    """Make somebody lead or member, or set when their place ends; null for never."""
    with expected_version(request, lambda: _member_etag(request, team_id, user_id)) as version:
        change_in_team(
            actor=actor_of(request),
            team_id=team_id,
            user_id=user_id,
            version=version,
            changes=body.model_dump(exclude_unset=True),
        )
    return _member(request, team_id, user_id)


@router.delete(
    "/{uuid:team_id}/members/{uuid:user_id}",
    response=schemas.MemberOut,
    openapi_extra=declares("team:manage", if_match=True),
)
def remove_a_team_member(request: HttpRequest, team_id: UUID, user_id: UUID) -> HttpResponse:
    """Take somebody out of the team at once; answers with what their place was."""
    with expected_version(request, lambda: _member_etag(request, team_id, user_id)) as version:
        answer = _member(request, team_id, user_id)
        remove_from_team(actor=actor_of(request), team_id=team_id, user_id=user_id, version=version)
    return answer


def _respond(request: HttpRequest, team_id: UUID, *, status: int = 200, location: str = "") -> HttpResponse:
    team = team_detail(actor=actor_of(request), team_id=team_id)
    return respond(request, schemas.team(team), status=status, version=team.row_version, location=location)


def _etag(request: HttpRequest, team_id: UUID) -> str:
    team = team_detail(actor=actor_of(request), team_id=team_id)
    return of(dump(schemas.team(team)), team.row_version)


def _member(
    request: HttpRequest, team_id: UUID, user_id: UUID, *, status: int = 200, location: str = ""
) -> HttpResponse:
    found = team_member(actor=actor_of(request), team_id=team_id, user_id=user_id)
    return respond(request, schemas.member(found), status=status, version=found.version, location=location)


def _member_etag(request: HttpRequest, team_id: UUID, user_id: UUID) -> str:
    found = team_member(actor=actor_of(request), team_id=team_id, user_id=user_id)
    return of(dump(schemas.member(found)), found.version)
