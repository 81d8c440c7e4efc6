"""Ringing for a worker: one RQ entry per dispatched attempt, in JSON, on one queue per kind of worker."""

from functools import cache
from uuid import UUID

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from kernel.jobs import conf

RUN = "kernel.jobs.runner.run"


def connect() -> "Redis":
    """Return a new client of the queue's Redis."""
    return Redis.from_url(conf.queue_url())


def queue(name: str, connection: "Redis | None" = None) -> Queue:
    """Return RQ's queue of this name."""
    return Queue(name, connection=connection or _shared(), serializer=JSONSerializer)


def push(job_id: UUID, fence: int, *, kind: str, queue_name: str, timeout: int) -> None:
    """Announce an attempt. The entry expires with the dispatch lease: after that it would be stale anyway."""
    queue(queue_name).enqueue_call(
        RUN,
        args=[str(job_id), fence],
        job_id=entry_id(job_id, fence),
        description=kind,
        timeout=timeout,
        ttl=max(1, round(conf.current().dispatch_lease)),
        result_ttl=60,
        failure_ttl=3600,
    )


def withdraw(job_id: UUID, fence: int, *, queue_name: str) -> None:
    """Take an announcement back, so that Redis does not fill with stale ones."""
    queue(queue_name).remove(entry_id(job_id, fence))


def answers() -> bool:
    """Whether Redis is there; raises what the client raises where it is not."""
    return bool(_shared().ping())


def entry_id(job_id: UUID, fence: int) -> str:
    """Return RQ's id of an attempt: never the same twice, so a late doorbell can't be taken for a new one."""
    return f"j_{job_id}_{fence}"


def _shared() -> "Redis":
    return _client(conf.queue_url())


@cache
def _client(url: str) -> "Redis":
    # Gives up soon, so that the dispatcher never hangs on it.
    return Redis.from_url(url, socket_connect_timeout=2, socket_timeout=5)
