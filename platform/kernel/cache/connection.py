"""One connection pool per Redis URL, with a small breaker: a Redis that is away costs one short wait, then none."""

import logging
import time
from collections.abc import Callable
from functools import cache

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

WAIT_SECONDS = 0.1
SKIP_SECONDS = 2.0

logger = logging.getLogger(__name__)


class RedisAway(Exception):
    """Redis gave no answer in time, refused (full, read-only, no permission), or did so a moment ago.

    Do the work without it.
    """


class Link:
    """Runs commands on one Redis; after a failure it is left alone for SKIP_SECONDS."""

    def __init__(self, url: str) -> None:
        self._client = Redis.from_url(
            url,
            decode_responses=True,
            socket_timeout=WAIT_SECONDS,
            socket_connect_timeout=WAIT_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._skip_until = 0.0

    def run[T](self, act: Callable[[Redis], T], *, insist: bool = False) -> T:
        """Return what `act` answers, or raise RedisAway. `insist` asks even while others skip."""
        if not insist and time.monotonic() < self._skip_until:
            raise RedisAway
        try:
            answer = act(self._client)
        except RedisError as error:
            self._skip_until = time.monotonic() + SKIP_SECONDS
            logger.warning("Redis is away: %s: %s", type(error).__name__, error)
            raise RedisAway from error
        self._skip_until = 0.0
        return answer


@cache
def link(url: str) -> Link:
    """Return this process's Link to the Redis at `url`."""
    return Link(url)
