"""Asking for work: the job's row is written in the caller's transaction, so it exists exactly if the cause does."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from kernel.errors import Conflict
from kernel.ids import uuid7
from kernel.jobs import registry
from kernel.jobs.steps import planned
from kernel.tenancy.context import Actor, TenancyError, TenantLike, current
from kernel.tenancy.names import tenant_role

if TYPE_CHECKING:
    from kernel.jobs.models import Job

PAYLOAD_LIMIT = 8192


def enqueue(
    kind: str,
    payload: Any = None,
    *,
    actor: Actor,
    organization: TenantLike | None = None,
    dedupe_key: str = "",
    serial_key: str = "",
    priority: int = 3,
    run_at: datetime | None = None,
    max_attempts: int = 5,
    request_id: str = "",
    steps: Sequence[tuple[str, str]] = (),
) -> UUID:
    """Write a job in the open transaction and return its id; with the transaction it stays or goes.

    `payload` is a mapping or a dataclass of JSON values (ids, not contents; at most 8 KiB). Without `organization` the
    job belongs to the open scope's organization, and to the platform outside one. While a job of the same
    organization, kind and `dedupe_key` is not finished, its id is returned instead. Jobs of one organization with the
    same `serial_key` never run at the same time. Priority 1 goes first, within the organization. `steps` are the
    (name, label) pairs that a page may show before the job has begun.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "Jobs are written together with what causes them: open a scope or a transaction first."
        )
    organization, request_id = _meant(organization, request_id)
    job = _job(kind, payload, actor, organization)
    job.dedupe_key, job.serial_key = dedupe_key, serial_key
    job.priority, job.max_attempts, job.request_id = priority, max_attempts, request_id
    job.steps = planned(steps)
    if run_at is not None:
        job.run_at = run_at
    known = _insert(job)
    if known == job.id:
        ring()
    return known


def channel() -> str:
    """Return the NOTIFY channel on which the dispatcher of this database listens."""
    return f"jobs_{connection.settings_dict['NAME']}"[:63]


def ring() -> None:
    """Wake the dispatcher when the open transaction commits. A statement of its own: some engines need that."""
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {connection.ops.quote_name(channel())}")


def _meant(organization: TenantLike | None, request_id: str) -> tuple[TenantLike | None, str]:
    scope = current()
    if scope is None:
        return organization, request_id
    if scope.organization is not None and organization is not None and scope.organization.id != organization.id:
        raise TenancyError("A job for another organization can't be written inside this organization's scope.")
    return scope.organization or organization, request_id or scope.request_id


def _job(kind: str, payload: Any, actor: Actor, organization: TenantLike | None) -> "Job":
    # Not at the top: `from kernel.jobs import enqueue` must work before Django's app registry is ready.
    from kernel.jobs.models import Job

    return Job(
        id=uuid7(),
        organization_id=organization.id if organization else None,
        tenant_role=tenant_role(connection.settings_dict["NAME"], organization.schema_name) if organization else "",
        kind=kind,
        queue=registry.find(kind).queue,
        payload=_plain(payload),
        actor_kind=actor.kind,
        actor_user_id=actor.user_id,
        actor_name=actor.name,
        actor_email=actor.email,
        actor_role=actor.role,
        actor_token_id=actor.token_id,
        actor_scopes=sorted(actor.scopes) if actor.scopes is not None else None,
    )


def _plain(payload: Any) -> dict[str, Any]:
    """Return the payload as JSON knows it, so that a handler sees the same values at every attempt."""
    if payload is None:
        return {}
    if is_dataclass(payload) and not isinstance(payload, type):
        payload = asdict(payload)
    if not isinstance(payload, Mapping):
        raise TypeError("A job's payload must be a mapping or a dataclass.")
    text = json.dumps(dict(payload), cls=DjangoJSONEncoder, allow_nan=False, ensure_ascii=False)
    if len(text.encode()) > PAYLOAD_LIMIT:
        raise ValueError(f"A job's payload may have {PAYLOAD_LIMIT} bytes, this one has {len(text.encode())}.")
    plain: dict[str, Any] = json.loads(text)
    return plain


def _insert(job: "Job") -> UUID:
    manager = type(job).objects
    if not job.dedupe_key:
        job.save(force_insert=True)
        return job.id
    active = manager.filter(
        organization_id=job.organization_id, kind=job.kind, dedupe_key=job.dedupe_key, state__in=job.ACTIVE
    )
    for _ in range(5):
        # Waits for a transaction that is writing the same key. Where the key's holder has finished by the time we
        # look, neither row is there, and the next round inserts.
        manager.bulk_create([job], ignore_conflicts=True)
        known = active.values_list("id", flat=True).first()
        if known is not None:
            return known
    raise Conflict("Too many jobs of this kind are being asked for at once; try again.")
