"""`/api/v1/roles`."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query
from pydantic import BaseModel, ConfigDict, Field

from kernel.http.api import actor_of
from kernel.http.etag import expected_version, of
from kernel.http.operations import Router, declares
from kernel.http.output import dump, respond
from kernel.http.strict import Id, Input, unsent
from tenants.access.api.team_schemas import Description, Name, PageQuery
from tenants.access.impact import Impact, roles_impact
from tenants.access.models import Role
from tenants.access.role_queries import role_detail, role_page
from tenants.access.roles import change_role_permissions, clone_role, delete_role, permissions_in, rename_role

router = Router(tags=["Roles"])

Reach = Literal["all", "team", "own"]
Diff = Annotated[
    dict[Annotated[str, Field(max_length=64)], Reach | None],
    Field(max_length=100, description="Permissions to change, with their new reach; null takes one away."),
]
_EXAMPLE_ID = "0199d5f0-c6f2-7b6c-9f3a-2b1c0d4e5f60"
_DIFF: dict[str, Any] = {"campaign:edit": "team", "campaign:delete": None}


class RoleCreate(Input):
    """A new role: what another one permits, with changes; never more than you may do yourself."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Agency partner", "clone_of": _EXAMPLE_ID, "permissions": _DIFF}]}
    )

    name: Name
    clone_of: Id
    description: Description = ""
    permissions: Diff = Field(default_factory=dict)


class RoleChange(Input):
    """What to change; permissions that are not named stay as they are."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"permissions": _DIFF}]})

    name: Name = unsent()
    description: Description = unsent()
    permissions: Diff = unsent()


class RoleDeletion(BaseModel):
    """What happens to the people who have the role."""

    replacement_id: Id | None = Field(default=None, description="The role that they get.")


class ImpactQuestion(Input):
    """A change of a role that is not made."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"permissions": _DIFF}]})

    permissions: Diff


class RoleOut(BaseModel):
    """A role; `permissions` maps each right to its reach. `people` counts the active ones who have it."""

    id: UUID
    slug: str
    name: str
    description: str
    builtin: bool
    permissions: dict[str, Reach]
    people: int
    version: int


class RoleList(BaseModel):
    """A page of roles; `next` is the cursor of the page after it, null at the end."""

    items: list[RoleOut]
    next: str | None


class ReachChangeOut(BaseModel):
    """One permission before and after; `objects` is how many more (or fewer) objects it opens, null if not counted."""

    permission: str
    before: Reach | None
    after: Reach | None
    objects: int | None


class PersonImpactOut(BaseModel):
    """What would change for one person."""

    user_id: UUID
    name: str
    email: str
    changes: list[ReachChangeOut]


class ImpactOut(BaseModel):
    """Who would gain or lose access. Objects are counted for the first `counted` people."""

    people: int
    counted: int
    items: list[PersonImpactOut]


@router.get("", response=RoleList, openapi_extra=declares("member:view", if_none_match=True))
def list_roles(request: HttpRequest, query: Query[PageQuery]) -> HttpResponse:
    """All roles with what they permit, built-in ones first."""
    found = role_page(actor=actor_of(request), cursor=query.cursor, limit=query.limit)
    return respond(request, {"items": [_plain(row) for row in found.items], "next": found.next})


@router.post(
    "",
    response={201: RoleOut},
    openapi_extra=declares("role:define", 404, 409, body=True, success=201, location=True),
)
def create_a_role(request: HttpRequest, body: RoleCreate) -> HttpResponse:
    """Make a role from another one. 422 names what would go beyond your own rights, 409 a name that is taken."""
    role = clone_role(
        actor=actor_of(request),
        source_id=body.clone_of,
        name=body.name,
        description=body.description,
        changes=body.permissions,
    )
    return _respond(request, role.pk, status=201, location=f"/api/v1/roles/{role.pk}")


@router.get("/{uuid:role_id}", response=RoleOut, openapi_extra=declares("member:view", 404, if_none_match=True))
def read_role(request: HttpRequest, role_id: UUID) -> HttpResponse:
    """One role."""
    return _respond(request, role_id)


@router.patch("/{uuid:role_id}", response=RoleOut, openapi_extra=declares("role:define", 409, body=True, if_match=True))
def change_a_role(request: HttpRequest, role_id: UUID, body: RoleChange) -> HttpResponse:
    """Change some permissions, the name or the description. 409 for a built-in role and for locking yourself out."""
    actor, changes = actor_of(request), body.model_dump(exclude_unset=True)
    with expected_version(request, lambda: _etag(request, role_id)) as version:
        role = change_role_permissions(
            actor=actor, role_id=role_id, version=version, changes=changes.pop("permissions", {})
        )
        if changes:
            rename_role(actor=actor, role_id=role_id, version=role.row_version, changes=changes)
    return _respond(request, role_id)


@router.delete("/{uuid:role_id}", response=RoleOut, openapi_extra=declares("role:define", 409, if_match=True))
def delete_a_role(request: HttpRequest, role_id: UUID, query: Query[RoleDeletion]) -> HttpResponse:
    """Delete a custom role; who has it gets `replacement_id`. Answers with what it was."""
    with expected_version(request, lambda: _etag(request, role_id)) as version:
        answer = _respond(request, role_id)
        delete_role(actor=actor_of(request), role_id=role_id, version=version, replacement_id=query.replacement_id)
    return answer


@router.post("/{uuid:role_id}/impact", response=ImpactOut, openapi_extra=declares("role:define", 404, 409, body=True))
def preview_a_change_of_a_role(request: HttpRequest, role_id: UUID, body: ImpactQuestion) -> HttpResponse:
    """Who would gain or lose what by this change. Nothing is written."""
    return respond(request, _impact(roles_impact(actor=actor_of(request), drafts={role_id: body.permissions})))


def _respond(request: HttpRequest, role_id: UUID, *, status: int = 200, location: str = "") -> HttpResponse:
    role = role_detail(actor=actor_of(request), role_id=role_id)
    return respond(request, _plain(role), status=status, version=role.row_version, location=location)


def _etag(request: HttpRequest, role_id: UUID) -> str:
    role = role_detail(actor=actor_of(request), role_id=role_id)
    return of(dump(_plain(role)), role.row_version)


def _plain(role: Role) -> dict[str, Any]:
    return {
        "id": role.pk,
        "slug": role.slug,
        "name": role.name,
        "description": role.description,
        "builtin": role.builtin,
        "permissions": permissions_in(role),
        "people": getattr(role, "people"),  # noqa: B009 -- an annotation of the query
        "version": role.row_version,
    }


def _impact(found: Impact) -> dict[str, Any]:
    return {
        "people": len(found.people),
        "counted": found.counted,
        "items": [
            {
                "user_id": person.user_id,
                "name": person.name,
                "email": person.email,
                "changes": [
                    {
                        "permission": change.permission,
                        "before": change.before,
                        "after": change.after,
                        "objects": change.objects,
                    }
                    for change in person.changes
                ],
            }
            for person in found.people
        ],
    }
