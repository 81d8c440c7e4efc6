"""Django's cache on Redis that keeps its promises when Redis is away: limits still limit, locks still lock.

Values are JSON, never pickles: whoever can write to Redis must not be able to run code here.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from redis import Redis

from kernel.cache import keys
from kernel.cache.connection import RedisAway, link
from kernel.cache.fallback import FallbackTable
from kernel.tenancy.context import TenancyError, current


class RedisWithFallback(BaseCache):
    """Answers from Redis, and while that is away from a PostgreSQL table.

    Not inside an organization's transaction, whose role may not touch that table: it would work until Redis is away.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._link = link(server)
        self._table = FallbackTable(params.get("OPTIONS", {}).get("fallback_table", "kernel_cache_fallback"))

    def make_key(self, key: str, version: int | None = None) -> str:
        """Return the key as it stands in Redis."""
        return keys.key(keys.PUBLIC, "cache", str(self.version if version is None else version), str(key))

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return the value, or `default`."""
        return self.get_many([key], version).get(key, default)

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        """Return those of `keys` that have a value."""
        names = {self.make_key(key, version): key for key in keys}
        if not names:
            return {}
        found = self._do(
            lambda redis: dict(zip(names, redis.mget(list(names)), strict=True)),
            lambda: self._table.get_many(list(names)),
        )
        return {names[name]: json.loads(text) for name, text in found.items() if text is not None}

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Store a JSON value; one that ends at once is removed instead."""
        name, text, seconds = self.make_key(key, version), _text(value), self._seconds(timeout)
        if seconds is not None and seconds <= 0:
            self.delete(key, version)
            return
        self._do(
            lambda redis: redis.set(name, text, px=_milliseconds(seconds)),
            lambda: self._table.put(name, text, seconds),
        )

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Store the value unless one stands there; of several callers at once exactly one gets True."""
        name, text, seconds = self.make_key(key, version), _text(value), self._seconds(timeout)
        if seconds is not None and seconds <= 0:
            return not self.has_key(key, version)
        return bool(
            self._do(
                lambda redis: redis.set(name, text, px=_milliseconds(seconds), nx=True),
                lambda: self._table.add(name, text, seconds),
            )
        )

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Give the value another end; False where there is none."""
        name, seconds = self.make_key(key, version), self._seconds(timeout)
        if seconds is not None and seconds <= 0:
            return self.delete(key, version)
        ends = _milliseconds(seconds)
        return bool(
            self._do(
                lambda redis: redis.pexpire(name, ends) if ends else redis.exists(name) and (redis.persist(name), True),
                lambda: self._table.touch(name, seconds),
            )
        )

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Add `delta` to a whole number in one step; ValueError where there is none, as Django asks."""
        name = self.make_key(key, version)
        found = self._do(
            lambda redis: redis.eval(_INCREASE, 1, name, delta),
            lambda: self._table.increase(name, delta),
        )
        if found is None:
            raise ValueError(f"The cache holds no {key!r} to count up.")
        return int(found)

    def delete(self, key: str, version: int | None = None) -> bool:
        """Remove the value; whether there was one."""
        name = self.make_key(key, version)
        return bool(
            self._do(
                lambda redis: redis.delete(name),
                lambda: self._table.drop([name]),
            )
        )

    def has_key(self, key: str, version: int | None = None) -> bool:
        """Whether a value stands there."""
        return bool(self.get_many([key], version))

    def clear(self) -> None:
        """Refuse: it would empty the whole Redis database, stamps of other processes included."""
        raise RuntimeError("clear() would flush all of Redis; delete the keys you mean.")

    def _seconds(self, timeout: Any) -> float | None:
        return self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout

    def _do(self, redis: Callable[[Redis], Any], table: Callable[[], Any]) -> Any:
        scope = current()
        if scope is not None and scope.organization is not None:
            raise TenancyError("Django's cache stands on public tables; use it outside the organization's scope.")
        try:
            return self._link.run(redis)
        except RedisAway:
            return table()


_INCREASE = "if redis.call('exists', KEYS[1]) == 1 then return redis.call('incrby', KEYS[1], ARGV[1]) end return false"


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else max(1, int(seconds * 1000))


def _text(value: Any) -> str:
    try:
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise TypeError(f"The cache keeps JSON values only, not {type(value).__name__}: {error}") from error
