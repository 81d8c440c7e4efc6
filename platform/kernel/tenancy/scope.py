"""The one way to touch rows: a scope is one transaction bound to one organization (or to public tables)."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.db import connections, transaction

from kernel.cache.stamps import Announced, announcements
from kernel.tenancy.context import Actor, Scope, Source, TenancyError, TenantLike, _current, current

if TYPE_CHECKING:
    from kernel.tenancy.backend.base import DatabaseWrapper

__all__ = ["current", "public_scope", "scope"]


@contextmanager
def scope(
    organization: TenantLike,
    *,
    actor: Actor,
    source: Source,
    request_id: str = "",
    job_id: UUID | None = None,
    reason: str = "",
) -> Iterator[Scope]:
    """Open one transaction in `organization`'s schema, with its role and with the audit context of `actor`.

    The server sees BEGIN with the first statement and COMMIT when the block ends; without a statement it sees
    nothing. An exception rolls back. Inside another scope of the same organization it is a savepoint; inside
    another organization's scope it raises TenancyError.
    """
    with _bound(Scope(organization, actor, source, request_id, job_id, reason)) as bound:
        yield bound


@contextmanager
def public_scope(
    *,
    actor: Actor,
    source: Source,
    request_id: str = "",
    job_id: UUID | None = None,
    reason: str = "",
) -> Iterator[Scope]:
    """Open one transaction on the public tables with the audit context of `actor`. Refused inside a tenant's scope."""
    with _bound(Scope(None, actor, source, request_id, job_id, reason)) as bound:
        yield bound


@contextmanager
def _bound(new: Scope) -> Iterator[Scope]:
    outer = current()
    if outer is not None and _id(outer) is not None and _id(outer) != _id(new):
        raise TenancyError("A scope is open for another organization; leave it first.")
    connection = cast("DatabaseWrapper", connections["default"])
    nested = connection.in_atomic_block
    if nested:
        connection.begin_now()
    with nullcontext(Announced()) if nested else announcements() as announced, transaction.atomic():
        token = _current.set(new)
        try:
            connection.enter_scope(new)
            try:
                yield new
            finally:
                connection.leave_scope(new)
        finally:
            _current.reset(token)
            if outer is not None:
                outer.memo.clear()
        announced.sends_commit = not connection.needs_rollback
    if nested:
        connection.restore_scope()


def _id(scope: Scope) -> UUID | None:
    return scope.organization.id if scope.organization else None
