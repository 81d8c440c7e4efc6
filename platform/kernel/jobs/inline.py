"""Waiting for a job, and carrying it out here when nobody else does: for commands on a machine without a worker."""

import time
from uuid import UUID

from kernel.errors import Unavailable
from kernel.jobs import registry, runner, turns
from kernel.jobs.models import Job

PATIENCE = 3.0


def settle(job_id: UUID, *, seconds: float = 600.0) -> Job:
    """Return the job once it is over, whatever became of it.

    A running worker gets PATIENCE seconds to take it; after that this process carries out what waits. Both at once
    do no harm, because each attempt has its fence. Raises Unavailable when the job is not over in time.
    """
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        job = Job.objects.get(pk=job_id)
        if job.state not in Job.ACTIVE:
            return job
        if job.state == Job.State.PENDING and time.monotonic() - began > PATIENCE:
            run_waiting()
        else:
            time.sleep(0.1)
    raise Unavailable(f"Job {job_id} ({job.kind}) is not over after {seconds:.0f} seconds; it goes on without you.")


def run_waiting() -> int:
    """Carry out in this process every job that is due; return how many attempts that were."""
    attempts = 0
    for queue in registry.queues():
        for turn in turns.pick(queue):
            runner.run(str(turn.job_id), turn.fence)
            attempts += 1
    return attempts
