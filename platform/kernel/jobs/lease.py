"""A worker's hold on one job. Every write names the fence, so whoever lost the job can change nothing about it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections

from kernel.jobs import conf
from kernel.jobs.faults import LeaseLost
from kernel.jobs.models import Job
from kernel.jobs.submit import ring

# Written with the schema's name: the owner's connection may have any search_path. clock_timestamp() because now() is
# the time of BEGIN, long past in a long chunk.
_UPDATE = "UPDATE public.jobs_job SET"
_HELD = (
    " WHERE id = %s AND fence = %s AND state = 'running' RETURNING cancel_requested_at IS NOT NULL AS cancel_requested"
)
_CLAIM = (
    "UPDATE public.jobs_job SET state = 'running', attempt = attempt + 1, worker = %s, started_at = clock_timestamp(),"
    " lease_until = clock_timestamp() + %s * interval '1 second', finished_at = NULL"
    " WHERE id = %s AND fence = %s AND state = 'dispatched'"
)
_EXTEND = "lease_until = clock_timestamp() + %s * interval '1 second'"
_OVER = "lease_until = NULL, finished_at = clock_timestamp()"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to run one attempt of one job."""

    job_id: UUID
    fence: int

    def claim(self, worker: str) -> Job | None:
        """Begin the attempt; None for a stale or doubled doorbell."""
        with connections["default"].cursor() as cursor:
            cursor.execute(_CLAIM, [worker[:120], conf.current().lease, self.job_id, self.fence])
            if cursor.rowcount == 0:
                return None
        return Job.objects.get(pk=self.job_id)

    def extend(self, progress: dict[str, Any], steps: Sequence[Any] | None = None, using: str = "default") -> bool:
        """Keep the job for another lease and store how far it is; return whether somebody asked to cancel it."""
        sets, values = f"{_EXTEND}, progress = %s", [conf.current().lease, _json(progress)]
        if steps is not None:
            sets, values = f"{sets}, steps = %s", [*values, _json(steps)]
        return self._write(sets, values, using)

    def finish(self, result: dict[str, Any] | None, progress: dict[str, Any], steps: Sequence[Any]) -> None:
        """Mark the job done, in the transaction of its last effects."""
        sets = f"state = 'done', result = %s, progress = %s, steps = %s, error_class = '', error_text = '', {_OVER}"
        self._write(sets, [None if result is None else _json(result), _json(progress), _json(steps)])
        ring()

    def end(self, state: Job.State, error_class: str, error_text: str) -> None:
        """Close the attempt and the job with it: failed, dead or cancelled."""
        sets = f"state = %s, error_class = %s, error_text = %s, {_OVER}"
        self._write(sets, [state.value, error_class[:200], error_text[:1000]])
        ring()

    def give_back(self, delay: float, error_class: str, error_text: str, *, counted: bool) -> None:
        """Close the attempt and let the job wait again, or not where it shall be cancelled.

        An attempt that is not `counted` is free.
        """
        self._write(
            "state = CASE WHEN cancel_requested_at IS NULL THEN 'pending' ELSE 'cancelled' END,"
            " finished_at = CASE WHEN cancel_requested_at IS NULL THEN NULL ELSE clock_timestamp() END,"
            " lease_until = NULL, run_at = clock_timestamp() + %s * interval '1 second',"
            " attempt = attempt - %s, error_class = %s, error_text = %s",
            [delay, 0 if counted else 1, error_class[:200], error_text[:1000]],
        )
        ring()

    def let_run_out(self) -> None:
        """Say that the process that ran the job has died, so that the dispatcher need not wait for the lease."""
        self._write("lease_until = clock_timestamp()", [])
        ring()

    def _write(self, sets: str, values: Sequence[Any], using: str = "default") -> bool:
        with connections[using].cursor() as cursor:
            cursor.execute(f"{_UPDATE} {sets}{_HELD}", [*values, self.job_id, self.fence])
            row = cursor.fetchone()
        if row is None:
            raise LeaseLost(f"Job {self.job_id} is no longer held under fence {self.fence}.")
        return bool(row[0])


def _json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder)
