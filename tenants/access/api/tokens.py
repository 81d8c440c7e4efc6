"""`/api/v1/tokens`."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query
from pydantic import BaseModel, ConfigDict, Field

from kernel.http.api import actor_of
from kernel.http.cursor import DEFAULT_PAGE, LARGEST_PAGE
from kernel.http.etag import expected_version, of
from kernel.http.operations import Router, declares
from kernel.http.output import dump, instant, respond
from kernel.http.strict import Input, Instant
from tenants.access.models import ServiceToken
from tenants.access.tokens import (
    create_token,
    rename_token,
    revoke_token,
    rotate_token,
    state_of,
    token_detail,
    token_page,
)

router = Router(tags=["Tokens"])

Name = Annotated[str, Field(min_length=1, max_length=80)]
Scopes = Annotated[
    list[Annotated[str, Field(max_length=64)]],
    Field(min_length=1, max_length=64, description="Permissions, such as campaign:view; none beyond your own."),
]


class TokenCreate(Input):
    """A new token."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Reporting", "scopes": ["campaign:view"]}]})

    name: Name
    scopes: Scopes
    expires_at: Instant | None = Field(default=None, description="Within a year; 90 days from now unless you say.")


class TokenChange(Input):
    """What a token is called; its scopes never change."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Nightly report"}]})

    name: Name


class TokenRotation(Input):
    """How long the present secret keeps working, and when the token ends."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"overlap_hours": 48}]})

    overlap_hours: Annotated[int, Field(strict=True, ge=0, le=168)] = Field(
        default=24, description="Hours for which the present secret keeps working; 0 ends it at once."
    )
    expires_at: Instant | None = Field(default=None, description="Within a year; as before unless you say.")


class TokenQuery(BaseModel):
    """A place in the list of tokens."""

    cursor: Annotated[str, Field(max_length=4000)] | None = Field(
        default=None, description="`next` of the page before."
    )
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = DEFAULT_PAGE


class TokenOut(BaseModel):
    """A token without its secret. After a rotation the former secret works until `former_until`."""

    id: UUID
    name: str
    owner_id: UUID
    owner_name: str
    scopes: list[str]
    state: Literal["active", "expired", "revoked"]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    rotated_at: datetime | None
    former_until: datetime | None
    revoked_at: datetime | None
    version: int


class TokenWithSecret(TokenOut):
    """A token with its secret, which no other answer shows."""

    token: str


class TokenList(BaseModel):
    """A page of tokens; `next` is the cursor of the page after it, null at the end."""

    items: list[TokenOut]
    next: str | None


@router.get("", response=TokenList, openapi_extra=declares("token:create", if_none_match=True))
def list_tokens(request: HttpRequest, query: Query[TokenQuery]) -> HttpResponse:
    """Tokens you may manage, newest first: your own, or everybody's if your role reaches so far."""
    found = token_page(actor=actor_of(request), cursor=query.cursor, limit=query.limit)
    return respond(request, {"items": [_plain(row) for row in found.items], "next": found.next})


@router.post(
    "",
    response={201: TokenWithSecret},
    openapi_extra=declares("token:create", body=True, success=201, location=True),
)
def create_a_token(request: HttpRequest, body: TokenCreate) -> HttpResponse:
    """Make a token that acts as you, within the scopes you name. Its secret is in this answer and nowhere else."""
    token, secret = create_token(actor=actor_of(request), **body.model_dump())
    return _with_secret(request, token, secret, status=201, location=f"/api/v1/tokens/{token.pk}")


@router.get("/{uuid:token_id}", response=TokenOut, openapi_extra=declares("token:create", 404, if_none_match=True))
def read_token(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """One token, without its secret."""
    return _respond(request, token_detail(actor=actor_of(request), token_id=token_id))


@router.patch("/{uuid:token_id}", response=TokenOut, openapi_extra=declares("token:create", body=True, if_match=True))
def rename_a_token(request: HttpRequest, token_id: UUID, body: TokenChange) -> HttpResponse:
    """Call a token something else."""
    with expected_version(request, lambda: _etag(request, token_id)) as version:
        token = rename_token(actor=actor_of(request), token_id=token_id, version=version, name=body.name)
    return _respond(request, token)


@router.post(
    "/{uuid:token_id}/rotation",
    response=TokenWithSecret,
    openapi_extra=declares("token:create", 409, body=True, if_match=True),
)
def rotate_a_token(request: HttpRequest, token_id: UUID, body: TokenRotation) -> HttpResponse:
    """Give your token a new secret; the present one works on for a while. 409 when the token is over."""
    with expected_version(request, lambda: _etag(request, token_id)) as version:
        token, secret = rotate_token(
            actor=actor_of(request),
            token_id=token_id,
            version=version,
            overlap=timedelta(hours=body.overlap_hours),
            expires_at=body.expires_at,
        )
    return _with_secret(request, token, secret)


@router.delete("/{uuid:token_id}", response=TokenOut, openapi_extra=declares("token:create", if_match=True))
def revoke_a_token(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """End a token at once, its former secret too. It can't be brought back."""
    with expected_version(request, lambda: _etag(request, token_id)) as version:
        token = revoke_token(actor=actor_of(request), token_id=token_id, version=version)
    return _respond(request, token)


def _respond(request: HttpRequest, token: ServiceToken) -> HttpResponse:
    return respond(request, _plain(token), version=token.row_version)


def _with_secret(
    request: HttpRequest, token: ServiceToken, secret: str, *, status: int = 200, location: str = ""
) -> HttpResponse:
    response = respond(request, _plain(token) | {"token": secret}, status=status, location=location)
    response["ETag"] = _tag(token)  # the token's, as reading it gives: the secret is no part of that
    response["Cache-Control"] = "no-store"
    return response


def _etag(request: HttpRequest, token_id: UUID) -> str:
    return _tag(token_detail(actor=actor_of(request), token_id=token_id))


def _tag(token: ServiceToken) -> str:
    return of(dump(_plain(token)), token.row_version)


def _plain(token: ServiceToken) -> dict[str, Any]:
    return {
        "id": token.pk,
        "name": token.name,
        "owner_id": token.owner.user_id,
        "owner_name": token.owner.name,
        "scopes": token.scopes,
        "state": state_of(token, timezone.now()),
        "created_at": instant(token.created_at),
        "expires_at": instant(token.expires_at),
        "last_used_at": instant(token.last_used_at),
        "rotated_at": instant(token.rotated_at),
        "former_until": instant(token.former_until),
        "revoked_at": instant(token.revoked_at),
        "version": token.row_version,
    }
