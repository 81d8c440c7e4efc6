"""Carries out one job in this process: claim, run, and settle how it ended."""

import logging
import os
import random
import socket
import time
from uuid import UUID

from django.db import InterfaceError, OperationalError, connections, transaction

from kernel.errors import DomainError, Unavailable
from kernel.jobs import conf, registry
from kernel.jobs.authority import actor_of, organization_of, refuse_foreign_kind
from kernel.jobs.context import JobContext
from kernel.jobs.faults import Cancelled, Interrupted, LeaseLost, class_of, describe
from kernel.jobs.lease import Lease
from kernel.jobs.models import Job
from kernel.jobs.pulse import Pulse
from kernel.tenancy.context import TenancyError, current

logger = logging.getLogger(__name__)


def run(job_id: str, fence: int) -> None:
    """Run the attempt that this doorbell announces; a stale or doubled doorbell does nothing."""
    if current() is not None:
        raise TenancyError("A job can't run inside another scope.")
    lease = Lease(UUID(job_id), fence)
    job = lease.claim(_worker_name())
    if job is None:
        logger.info("A doorbell of job %s with fence %s is stale.", job_id, fence)
        return
    logger.info("Job %s (%s) begins, attempt %s.", job.id, job.kind, job.attempt)
    with Pulse(lease, job.progress) as pulse:
        try:
            _carry_out(job, lease, pulse)
        except LeaseLost as error:
            logger.warning("%s Its work was rolled back.", error)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises ends this attempt and is recorded
            pulse.stop()
            _settle(job, lease, error)
    if current() is not None:
        raise TenancyError("A job left its scope open.")


def _carry_out(job: Job, lease: Lease, pulse: Pulse) -> None:
    organization = organization_of(job)
    handler = registry.find(job.kind)
    refuse_foreign_kind(job, handler)
    context = JobContext(
        job_id=job.id,
        fence=lease.fence,
        kind=job.kind,
        payload=job.payload,
        organization=organization,
        actor=actor_of(job, organization),
        request_id=job.request_id,
        attempt=job.attempt,
        source=handler.source,
        steps=job.steps,
        _lease=lease,
        _pulse=pulse,
    )
    if handler.transactional:
        with context.transaction():
            context.finish(handler.work(context))
    else:
        result = handler.work(context)
        if not context.done:
            pulse.stop()
            with transaction.atomic():
                lease.finish(result, pulse.progress, context.steps)
    logger.info("Job %s (%s) is done.", job.id, job.kind)


def _settle(job: Job, lease: Lease, error: Exception) -> None:
    """Record how a broken attempt ended. A lease that is lost meanwhile leaves that to its next holder."""
    if not isinstance(error, Cancelled | Interrupted | DomainError):
        logger.error("Job %s (%s), attempt %s, broke.", job.id, job.kind, job.attempt, exc_info=error)
    give_up_at = time.monotonic() + conf.current().lease
    while True:
        try:
            with transaction.atomic():
                _record(job, lease, error)
        except LeaseLost:
            logger.warning("Job %s was taken back before its end could be recorded.", job.id)
        except (OperationalError, InterfaceError):
            if time.monotonic() > give_up_at:
                raise
            connections.close_all()
            time.sleep(0.5)
            continue
        return


def _record(job: Job, lease: Lease, error: Exception) -> None:
    kind, text = class_of(error), describe(error)
    if isinstance(error, Interrupted):
        lease.give_back(0, "", "", counted=False)
        logger.info("Job %s pauses: its worker is shutting down.", job.id)
    elif isinstance(error, Cancelled):
        lease.end(Job.State.CANCELLED, "", "")
        logger.info("Job %s is cancelled.", job.id)
    elif isinstance(error, DomainError) and not isinstance(error, Unavailable):
        lease.end(Job.State.FAILED, kind, text)
        logger.warning("Job %s (%s) failed: %s", job.id, job.kind, text)
    elif job.attempt >= job.max_attempts:
        lease.end(Job.State.DEAD, kind, text)
        logger.error("Job %s (%s) is given up after %s attempts.", job.id, job.kind, job.attempt)
    else:
        lease.give_back(_delay(job.attempt), kind, text, counted=True)


def _delay(attempt: int) -> float:
    """Return the wait before the next attempt: exponential with full jitter, so that crowds come apart."""
    limits = conf.current()
    return random.uniform(0, min(limits.backoff_max, limits.backoff * 2 ** (attempt - 1)))  # noqa: S311 - no secret


def _worker_name() -> str:
    # RQ tells its work-horses their worker's name in this variable.
    return os.environ.get("RQ_WORKER_ID") or f"{socket.gethostname()}-{os.getpid()}"
