"""Who asks and for which organization: a value in a ContextVar, never state of a connection."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from uuid import UUID

ActorKind = Literal["person", "operator", "token", "system"]
Source = Literal["api", "console", "job", "import", "system", "operator", "sql"]


class TenantLike(Protocol):
    """What tenancy needs to know of an organization; the model and the cached record both fit."""

    @property
    def id(self) -> UUID: ...
    @property
    def schema_name(self) -> str: ...
    @property
    def slug(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def time_zone(self) -> str: ...
    @property
    def limits(self) -> Mapping[str, int | None]: ...


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts: a person, an operator, a token's owner or the system itself.

    `role` is the slug of the person's role in the organization at hand, empty outside one.
    `scopes` narrows what a token may do; None means no narrowing. `proof` is the digest of the secret that a request
    brought for the token: access is read for that secret only. Work that outlives the request has none.
    """

    kind: ActorKind
    user_id: UUID | None
    name: str
    email: str
    role: str = ""
    token_id: UUID | None = None
    scopes: frozenset[str] | None = None
    proof: bytes = field(default=b"", repr=False, compare=False)


SYSTEM = Actor(kind="system", user_id=None, name="System", email="")


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """One transaction's meaning: the organization (None for public tables) and the audit context.

    `memo` keeps what was worked out once in this transaction; it is never older than the transaction.
    """

    organization: TenantLike | None
    actor: Actor
    source: Source
    request_id: str = ""
    job_id: UUID | None = None
    reason: str = ""
    memo: dict[Any, Any] = field(default_factory=dict, repr=False)


class TenancyError(RuntimeError):
    """The code asked for rows without saying, or against, whose they are. Always a bug, never user input."""


_current: ContextVar[Scope | None] = ContextVar("scope", default=None)


def current() -> Scope | None:
    """Return the scope this code runs in, or None outside any."""
    return _current.get()


def current_scope() -> Scope:
    """Return the scope this code runs in; raise TenancyError outside one."""
    found = _current.get()
    if found is None:
        raise TenancyError("This code needs an open scope: wrap the call in kernel.tenancy.scope.scope(...).")
    return found


def current_organization() -> TenantLike:
    """Return the organization of the open scope; raise TenancyError outside a tenant scope."""
    organization = current_scope().organization
    if organization is None:
        raise TenancyError("This code needs a tenant scope, but the open scope is for public tables.")
    return organization
