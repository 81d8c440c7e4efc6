"""`/api/v1/access`: why somebody may do something or may not, and who may."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query
from pydantic import BaseModel, Field

from kernel.errors import FieldError, Invalid
from kernel.http.api import actor_of
from kernel.http.operations import Router, declares
from kernel.http.output import respond
from kernel.http.strict import Id
from kernel.tenancy.context import Actor
from tenants.access.api.grants import SHARING, GrantOut, ObjectType, grant_out
from tenants.access.asking import actions_on, object_asked
from tenants.access.explain import Explanation, explain, who_can
from tenants.access.models import Owned
from tenants.access.resolver import can
from tenants.access.ways import Way

router = Router(tags=["Access"])


class ExplainQuery(BaseModel):
    """Who, what and to which object; without an object only the role is asked."""

    person_id: Id | None = Field(default=None, description="Whom: a user id or an id under /people; default you.")
    action: str = Field(max_length=80, description="A permission, such as campaign:edit.")
    object_type: ObjectType | None = Field(default=None, description="Together with object_id.")
    object_id: Id | None = Field(default=None, description="An object that you can see.")
    token_id: Id | None = Field(default=None, description="Ask about this token of the person instead.")


class WhoCanQuery(BaseModel):
    """What, and to which object."""

    action: str = Field(max_length=80, description="A permission, such as campaign:edit.")
    object_type: ObjectType
    object_id: Id = Field(description="An object that you can see.")


class WayOut(BaseModel):
    """One way of access: whether it is open (`hit`) and why; membership and scope are conditions of all others."""

    kind: Literal["membership", "scope", "role", "owner", "team", "share"]
    hit: bool
    title: str
    detail: str
    grant: GrantOut | None


class RemovalOut(BaseModel):
    """What is left to the person without one of the grants that are open."""

    grant_id: UUID
    still_allowed: bool
    keeps: list[str]
    loses: list[str]
    detail: str


class ExplanationOut(BaseModel):
    """The verdict; `nearest` are changes that would each turn a no into a yes, the smallest first."""

    allowed: bool
    person_id: UUID | None
    membership_id: UUID
    name: str
    action: str
    object_type: str
    object_id: UUID | None
    paths: list[WayOut]
    nearest: list[str]
    if_removed: list[RemovalOut]


class HolderOut(BaseModel):
    """Somebody who may, and the ways that are open to them; `email` is empty for callers without member:view."""

    person_id: UUID
    membership_id: UUID
    name: str
    email: str
    role: str
    paths: list[WayOut]


class HolderList(BaseModel):
    """Every active member who may, by name."""

    items: list[HolderOut]


@router.get(
    "/explain",
    response=ExplanationOut,
    openapi_extra=declares("member", 404, if_none_match=True, may_ask=("access:explain",)),
)
def explain_access(request: HttpRequest, query: Query[ExplainQuery]) -> HttpResponse:
    """Why a person may do something, or may not. About yourself you may always ask; about others with access:explain,
    or where you may share the object."""
    actor = actor_of(request)
    obj = _object(actor, query.object_type, query.object_id)
    _check_action(query.action, obj)
    found = explain(
        actor=actor,
        person_id=query.person_id or _own_id(actor),
        action=query.action,
        obj=obj,
        token_id=query.token_id,
    )
    return respond(request, _explanation(found))


@router.get(
    "/who-can",
    response=HolderList,
    openapi_extra=declares("member", 404, if_none_match=True, may_ask=("access:explain", "member:view", *SHARING)),
)
def list_who_can(request: HttpRequest, query: Query[WhoCanQuery]) -> HttpResponse:
    """Every active member who may do this to the object, with the ways that give it to them."""
    actor = actor_of(request)
    obj = object_asked(actor=actor, object_type=query.object_type, object_id=query.object_id)
    _check_action(query.action, obj)
    shows_addresses = can(actor, "member:view")
    items = [
        {
            "person_id": holder.access.user_id,
            "membership_id": holder.access.membership_id,
            "name": holder.access.name,
            "email": holder.access.email if shows_addresses else "",
            "role": holder.access.role,
            "paths": [_way(way) for way in holder.ways],
        }
        for holder in who_can(actor=actor, action=query.action, obj=obj)
    ]
    return respond(request, {"items": items})


def _own_id(actor: Actor) -> UUID:
    if actor.user_id is None:
        raise Invalid(errors=[FieldError("?person_id", "required", _("Say about whom you ask."))])
    return actor.user_id


def _object(actor: Actor, object_type: str | None, object_id: UUID | None) -> Owned | None:
    if object_type is None and object_id is None:
        return None
    if object_type is None or object_id is None:
        missing = "?object_type" if object_type is None else "?object_id"
        raise Invalid(errors=[FieldError(missing, "required", _("An object is named by its type and its id."))])
    return object_asked(actor=actor, object_type=object_type, object_id=object_id)


def _check_action(action: str, obj: Owned | None) -> None:
    known = actions_on(obj)
    if action not in known:
        message = _("This is not asked here. These are: %(actions)s.") % {"actions": ", ".join(known)}
        raise Invalid(errors=[FieldError("?action", "unknown_value", message)])


def _explanation(found: Explanation) -> dict[str, Any]:
    return {
        "allowed": found.allowed,
        "person_id": found.person.user_id,
        "membership_id": found.person.pk,
        "name": found.person.name,
        "action": found.action,
        "object_type": found.object_type,
        "object_id": found.obj.pk if found.obj else None,
        "paths": [_way(way) for way in found.ways],
        "nearest": list(found.nearest),
        "if_removed": [
            {
                "grant_id": removal.share_id,
                "still_allowed": removal.still_allowed,
                "keeps": list(removal.keeps),
                "loses": list(removal.loses),
                "detail": removal.detail,
            }
            for removal in found.removals
        ],
    }


def _way(way: Way) -> dict[str, Any]:
    return {
        "kind": way.kind,
        "hit": way.hit,
        "title": way.title,
        "detail": way.detail,
        "grant": grant_out(way.share) if way.share else None,
    }
