"""Whose job goes next: fair between organizations, by priority within one. All decisions are made in SQL."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from kernel.jobs import conf
from kernel.jobs.models import PLATFORM_LANE

# The lane's expression must equal that of the index job_ready.
_LANE = f"COALESCE(j.organization_id, '{PLATFORM_LANE.hex}'::uuid)"
_READY = f"""
    j.queue = %(queue)s AND j.state = 'pending' AND {_LANE} = w.lane AND j.run_at <= clock_timestamp()
    AND (j.serial_key = '' OR NOT EXISTS (
        SELECT 1 FROM jobs_job r WHERE r.organization_id IS NOT DISTINCT FROM j.organization_id
        AND r.serial_key = j.serial_key AND NOT r.serial_key = '' AND r.state IN ('dispatched', 'running')))
"""
# `waiting` walks the index from lane to lane, so its cost grows with the lanes, not with the jobs that wait in them.
_PICK = f"""
WITH RECURSIVE waiting(lane) AS (
    (SELECT {_LANE} FROM jobs_job j WHERE j.queue = %(queue)s AND j.state = 'pending' ORDER BY 1 LIMIT 1)
    UNION ALL
    SELECT (SELECT {_LANE} FROM jobs_job j WHERE j.queue = %(queue)s AND j.state = 'pending' AND {_LANE} > w.lane
            ORDER BY 1 LIMIT 1)
    FROM waiting w WHERE w.lane IS NOT NULL
), busy AS (
    SELECT {_LANE} AS lane, count(*) AS jobs FROM jobs_job j
    WHERE j.state IN ('dispatched', 'running') AND j.queue = %(queue)s GROUP BY 1
), turn AS (
    SELECT w.lane, l.served_at, %(in_flight)s - COALESCE(b.jobs, 0) AS room
    FROM waiting w LEFT JOIN jobs_lane l ON l.id = w.lane LEFT JOIN busy b ON b.lane = w.lane
    WHERE w.lane IS NOT NULL AND l.paused_at IS NULL AND COALESCE(b.jobs, 0) < %(in_flight)s
    AND EXISTS (SELECT 1 FROM jobs_job j WHERE {_READY})
    ORDER BY l.served_at NULLS FIRST, w.lane LIMIT %(free)s
), candidate AS (
    SELECT c.id, w.served_at, w.lane,
        row_number() OVER (PARTITION BY w.lane ORDER BY c.priority, c.run_at, c.id) AS nth,
        row_number() OVER (PARTITION BY w.lane, CASE c.serial_key WHEN '' THEN c.id::text ELSE c.serial_key END
                           ORDER BY c.priority, c.run_at, c.id) AS of_serial
    FROM turn w CROSS JOIN LATERAL (
        SELECT j.id, j.priority, j.run_at, j.serial_key FROM jobs_job j WHERE {_READY}
        ORDER BY j.priority, j.run_at, j.id LIMIT w.room FOR UPDATE SKIP LOCKED) c
), picked AS (
    SELECT id FROM candidate WHERE of_serial = 1 ORDER BY nth, served_at NULLS FIRST, lane LIMIT %(free)s
)
UPDATE jobs_job j SET state = 'dispatched', fence = j.fence + 1,
    lease_until = clock_timestamp() + %(lease)s * interval '1 second'
FROM picked WHERE j.id = picked.id
RETURNING j.id, j.fence, j.kind, j.queue, {_LANE}
"""
_SERVED = """
INSERT INTO jobs_lane (id, served_at, paused_reason)
SELECT lane, clock_timestamp(), '' FROM unnest(%s::uuid[]) AS lane
ON CONFLICT (id) DO UPDATE SET served_at = EXCLUDED.served_at
"""
_REAP = """
UPDATE jobs_job j SET
    state = CASE
        WHEN j.cancel_requested_at IS NOT NULL THEN 'cancelled'
        WHEN j.state = 'dispatched' THEN 'pending'
        WHEN j.deaths + 1 >= %(max_deaths)s OR j.attempt >= j.max_attempts THEN 'dead'
        ELSE 'pending' END,
    finished_at = CASE
        WHEN j.cancel_requested_at IS NOT NULL THEN clock_timestamp()
        WHEN j.state = 'running' AND (j.deaths + 1 >= %(max_deaths)s OR j.attempt >= j.max_attempts)
            THEN clock_timestamp() END,
    run_at = CASE WHEN j.state = 'dispatched' THEN j.run_at ELSE clock_timestamp()
        + random() * LEAST(%(backoff_max)s, %(backoff)s * power(2, j.deaths)) * interval '1 second' END,
    deaths = j.deaths + CASE j.state WHEN 'running' THEN 1 ELSE 0 END,
    error_class = CASE j.state WHEN 'running' THEN 'WorkerDied' ELSE j.error_class END,
    error_text = CASE j.state WHEN 'running' THEN 'The worker died while it ran this job.' ELSE j.error_text END,
    lease_until = NULL
WHERE j.id IN (
    SELECT id FROM jobs_job WHERE state IN ('dispatched', 'running') AND lease_until <= clock_timestamp()
    ORDER BY lease_until LIMIT 200 FOR UPDATE SKIP LOCKED)
RETURNING j.id, j.fence, j.kind, j.queue, old.state, new.state
"""
_UNDO = """
UPDATE jobs_job SET state = 'pending', lease_until = NULL WHERE id = %s AND fence = %s AND state = 'dispatched'
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """One attempt that was handed out."""

    job_id: UUID
    fence: int
    kind: str
    queue: str


@dataclass(frozen=True, slots=True)
class Reaped:
    """One attempt whose lease ran out, and what became of its job."""

    turn: Turn
    was: str
    became: str


def pick(queue: str) -> list[Turn]:
    """Hand out the next jobs of a queue: least recently served organizations first, committed before it returns."""
    limits = conf.current()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM jobs_job WHERE state = 'dispatched' AND queue = %s", [queue])
        free = limits.depth - cursor.fetchone()[0]
        if free <= 0:
            return []
        values: dict[str, Any] = {
            "queue": queue,
            "free": free,
            "in_flight": limits.in_flight,
            "lease": limits.dispatch_lease,
        }
        cursor.execute(_PICK, values)
        rows = cursor.fetchall()
        if rows:
            cursor.execute(_SERVED, [sorted({row[4] for row in rows})])
    return [Turn(*row[:4]) for row in rows]


def reap() -> list[Reaped]:
    """Take back every job whose lease ran out; a job whose row is being written is not touched."""
    limits = conf.current()
    values = {"max_deaths": limits.max_deaths, "backoff": limits.backoff, "backoff_max": limits.backoff_max}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_REAP, values)
        return [Reaped(Turn(*row[:4]), row[4], row[5]) for row in cursor.fetchall()]


def undo(turn: Turn) -> None:
    """Let a job wait again whose doorbell could not be rung."""
    with connection.cursor() as cursor:
        cursor.execute(_UNDO, [turn.job_id, turn.fence])
