"""A real worker on the default queue whose processes are killed while they carry out a job."""

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID

from kernel.jobs.models import Job
from tests.jobs.processes import Process, children, eventually

SETTINGS = ("--settings", "tests.legacy.settings")
ROWS = 25  # what the worker stages and applies at a time


class DoomedWorker:
    """Runs a worker; kills it, or its work-horse alone, at random moments; and starts it anew."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder, self._chance = folder, random.Random(seed)
        self._worker: Process | None = None
        self._fences: dict[UUID, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._worker:
            self._worker.kill()

    def die(self, job_id: UUID, *, times: int, seconds: float, commits: int, committed: Callable[[], int]) -> int:
        """Kill in the middle of the job that many times; return how often the job was still at work by then.

        Each attempt may first commit up to `commits` times, as `committed()` counts, and go on for up to `seconds`.
        """
        return sum(self._die_once(job_id, seconds, commits, committed) for _time in range(times))

    def end(self, job_id: UUID) -> Job:
        """Let the job come to its end and return it."""
        served = self._serve()
        eventually(lambda: job_of(job_id).state not in Job.ACTIVE, log=served.log)
        return job_of(job_id)

    def _die_once(self, job_id: UUID, seconds: float, commits: int, committed: Callable[[], int]) -> bool:
        served = self._serve()
        eventually(lambda: self._is_taken_again(job_id), log=served.log)
        self._fences[job_id] = job_of(job_id).fence
        enough = committed() + self._chance.randint(0, commits)
        eventually(lambda: committed() >= enough or job_of(job_id).state == Job.State.DONE, log=served.log)
        # Each death is an incident of its own here; three in a row would end the job.
        Job.objects.filter(pk=job_id).update(deaths=0, attempt=0)
        time.sleep(self._chance.uniform(0, seconds))
        self._kill(served, whole=self._chance.random() < 0.5)
        return job_of(job_id).state != Job.State.DONE

    def _is_taken_again(self, job_id: UUID) -> bool:
        job = job_of(job_id)
        return job.state == Job.State.DONE or (
            job.state == Job.State.RUNNING and job.fence > self._fences.get(job_id, 0)
        )

    def _kill(self, served: Process, *, whole: bool) -> None:
        """Kill the work-horse, which its worker notices, or both, which only the end of the lease tells."""
        horses = children(served.pid)
        if whole:
            served.signal(signal.SIGKILL)
            served.wait()
            self._worker = None
        for horse in horses:
            with suppress(ProcessLookupError):
                os.kill(horse, signal.SIGKILL)

    def _serve(self) -> Process:
        if self._worker is None:
            log = self._folder / f"worker-{time.monotonic_ns()}.log"
            self._worker = Process(log, "worker", "--queue", "default", *SETTINGS)
        return self._worker


def job_of(job_id: UUID) -> Job:
    """The job as it stands."""
    return Job.objects.get(pk=job_id)
