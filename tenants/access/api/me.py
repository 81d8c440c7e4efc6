"""`/api/v1/me`: who the caller is and what they may do."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel

from kernel.http.api import actor_of
from kernel.http.operations import Router, declares
from kernel.http.output import respond
from kernel.tenancy.context import current_organization
from tenants.access.context import access_of
from tenants.access.resolver import permissions_of

router = Router(tags=["Me"])


class OrganizationOut(BaseModel):
    """The organization the call works in."""

    id: UUID
    slug: str
    name: str


class Me(BaseModel):
    """Who asks; `permissions` maps each right to its reach: all, team or own."""

    kind: str
    user_id: UUID
    name: str
    email: str
    role: str
    token_id: UUID | None
    organization: OrganizationOut
    permissions: dict[str, str]


@router.get("", response=Me, openapi_extra=declares("member", if_none_match=True))
def read_me(request: HttpRequest) -> HttpResponse:
    """Who you are here, in which organization, and what you may do. A good first call with a new token."""
    actor, organization = actor_of(request), current_organization()
    access = access_of(actor)
    found: dict[str, Any] = {
        "kind": actor.kind,
        "user_id": actor.user_id,
        "name": actor.name,
        "email": actor.email,
        "role": access.role if access else actor.role,
        "token_id": actor.token_id,
        "organization": {"id": organization.id, "slug": organization.slug, "name": organization.name},
        "permissions": dict(sorted(permissions_of(actor).items())),
    }
    return respond(request, found)
