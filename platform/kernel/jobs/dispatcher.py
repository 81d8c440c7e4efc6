"""The one process that hands jobs to workers and takes them back from dead ones.

It keeps nothing in memory that matters: killed at any point, the next one goes on from the table.
"""

import logging
import random
import threading
from contextlib import suppress

from django.db import InterfaceError, OperationalError, connection
from redis.exceptions import RedisError

from kernel.jobs import conf, doorbell, registry, turns
from kernel.jobs.submit import channel

logger = logging.getLogger(__name__)

_LOCK = 0x6A6F6273  # "jobs": the advisory lock that makes one dispatcher the active one of this database
_MAX_WAIT = 5.0


class Dispatcher:
    """Waits for its turn to be the active one, then dispatches until `stop` is set."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._redis_away = False

    def run(self) -> None:
        """Work until stopped; an outage of PostgreSQL or Redis is logged once and waited for."""
        failures = 0
        while not self._stop.is_set():
            try:
                if self._become_active():
                    failures = 0
                    self._work()
            except (OperationalError, InterfaceError) as error:
                failures += 1
                wait = min(_MAX_WAIT, 0.2 * 2**failures) * random.uniform(0.5, 1)  # noqa: S311 - no secret
                logger.warning("PostgreSQL is away; trying again in %.1f s: %s", wait, str(error).strip())
                self._stop.wait(wait)
            finally:
                connection.close()

    def tick(self) -> int:
        """Take back what ran out and hand out what is ready; return how many doorbells were rung."""
        self._reap()
        if not self._redis_there():
            return 0
        return sum(self._serve(queue) for queue in registry.queues())

    def _become_active(self) -> bool:
        said = False
        while not self._stop.is_set():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
                if cursor.fetchone()[0]:
                    cursor.execute(f"LISTEN {connection.ops.quote_name(channel())}")
                    logger.info("This dispatcher is the active one; queues: %s.", ", ".join(registry.queues()))
                    return True
            if not said:
                logger.info("Another dispatcher is active; waiting in reserve.")
                said = True
            self._stop.wait(conf.current().poll)
        return False

    def _work(self) -> None:
        while not self._stop.is_set():
            self.tick()
            self._wait()
        logger.info("The dispatcher stops.")

    def _wait(self) -> None:
        """Sleep until somebody rings or a poll interval is over."""
        with connection.wrap_database_errors:
            for _ in connection.connection.notifies(timeout=conf.current().poll, stop_after=1):
                return

    def _reap(self) -> None:
        for taken in turns.reap():
            turn = taken.turn
            if taken.was == "running":
                logger.warning("The worker of job %s (%s) died; the job is %s.", turn.job_id, turn.kind, taken.became)
            else:
                logger.info("Nobody took job %s (%s) in time; it is %s.", turn.job_id, turn.kind, taken.became)
                with suppress(RedisError):
                    doorbell.withdraw(turn.job_id, turn.fence, queue_name=turn.queue)

    def _serve(self, queue: str) -> int:
        rung = 0
        picked = turns.pick(queue)
        while picked:
            for turn in picked:
                rung += self._ring(turn)
            # A lane may have given less than its room because of its serial keys; ask until nobody has anything.
            picked = [] if self._redis_away else turns.pick(queue)
        return rung

    def _ring(self, turn: turns.Turn) -> int:
        if not self._redis_away:
            try:
                timeout = registry.timeout_of(turn.kind)
                doorbell.push(turn.job_id, turn.fence, kind=turn.kind, queue_name=turn.queue, timeout=timeout)
            except RedisError as error:
                self._lost_redis(error)
            else:
                return 1
        turns.undo(turn)
        return 0

    def _redis_there(self) -> bool:
        try:
            doorbell.answers()
        except RedisError as error:
            self._lost_redis(error)
            return False
        if self._redis_away:
            logger.info("Redis is back.")
            self._redis_away = False
        return True

    def _lost_redis(self, error: RedisError) -> None:
        if not self._redis_away:
            logger.warning("Redis is away; jobs wait in PostgreSQL: %s", error)
        self._redis_away = True
