"""RQ's worker as this product runs it: one queue, JSON, a work-horse per job. PostgreSQL decides how a job ended."""

import logging
import os
import signal
import socket
import time
from contextlib import suppress
from types import FrameType
from typing import Any, Self
from uuid import UUID, uuid4

from django.db import connections
from redis.exceptions import RedisError
from rq import Queue, Worker, worker_registration
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer

from kernel.jobs import doorbell
from kernel.jobs.context import shutting_down
from kernel.jobs.faults import LeaseLost
from kernel.jobs.lease import Lease

logger = logging.getLogger(__name__)

PAUSE = signal.SIGUSR1
_TTL = 45


class JobWorker(Worker):
    """Adds to RQ's worker what our jobs need: no shared database connections, pausing, quick news of a death."""

    max_connection_wait_time = 5.0

    @classmethod
    def serve(cls, queue: str, *, burst: bool = False) -> None:
        """Work on one queue until asked to stop. A list of queues would lose jobs (docs/decisions/0003).

        RQ gives up on some outages of Redis; then a new worker takes over in the same process.
        """
        # Ignored here and inherited so: a work-horse that is told to pause before it listens must not die of it.
        signal.signal(PAUSE, signal.SIG_IGN)
        with suppress(StopRequested):
            while not cls._worked_to_the_end(queue, burst):
                time.sleep(1)

    @classmethod
    def _worked_to_the_end(cls, queue: str, burst: bool) -> bool:
        worker = None
        try:
            worker = cls._new(queue)
            worker.work(burst=burst)
        except RedisError as error:
            logger.warning("Redis is away; the worker starts again: %s", error)
            return worker is not None and worker.asked_to_stop
        return burst or worker.asked_to_stop

    @classmethod
    def _new(cls, queue: str) -> Self:
        return cls(
            [queue],
            name=f"{queue}-{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:6]}",
            connection=doorbell.connect(),
            serializer=JSONSerializer,
            worker_ttl=_TTL,
            job_monitoring_interval=5,
            log_job_description=False,
        )

    @property
    def asked_to_stop(self) -> bool:
        """Whether a signal asked this worker to stop, as opposed to RQ having given up."""
        return self._shutdown_requested_date is not None

    def fork_work_horse(self, job: Job, queue: Queue) -> None:
        """Fork with no database connection open: two processes on one socket would read each other's answers."""
        connections.close_all()
        super().fork_work_horse(job, queue)

    def setup_work_horse_signals(self) -> None:
        """In the work-horse: PAUSE asks the running job to stop at its next checkpoint."""
        super().setup_work_horse_signals()  # type: ignore[no-untyped-call]
        signal.signal(PAUSE, _pause)

    def handle_warm_shutdown_request(self) -> None:
        """Ask the running job to pause, so that a long one does not hold up the shutdown."""
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]
        if self.horse_pid:
            self.kill_horse(PAUSE)

    def handle_work_horse_killed(self, job: Job, retpid: int, ret_val: int, rusage: Any) -> None:
        """The work-horse died: let its lease run out now instead of in a few seconds."""
        super().handle_work_horse_killed(job, retpid, ret_val, rusage)  # type: ignore[no-untyped-call]
        job_id, fence = job.args
        try:
            Lease(UUID(job_id), fence).let_run_out()
        except LeaseLost:
            logger.info("Job %s was over when its work-horse died.", job_id)
        finally:
            connections.close_all()

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Beat, and register again after a flushed Redis, so that `rq info` goes on showing this worker."""
        super().heartbeat(timeout, pipeline)
        if pipeline is not None or self.is_horse or self.birth_date is None:
            return
        if not self.connection.sismember(self.redis_workers_keys, self.key):
            self.connection.hset(self.key, mapping=self.serialize())
            worker_registration.register(self)


def _pause(_number: int, _frame: FrameType | None) -> None:
    shutting_down.set()
