"""Small records that are never stale: each carries the stamps it was read under and counts only while they stand.

A reader sends one MGET of the stamps and the value. It takes the value only if the stamps inside it equal the live
ones; otherwise it loads from the database and stores the result under the stamps that it saw *before* loading.
A writer calls changing() in its transaction: the stamps become an intent at once (readers then load and store
nothing) and get a fresh random value right after COMMIT, before anybody is told of the success.

What can go wrong stays harmless: a writer that rolls back or dies leaves the intent until it expires; an evicted
stamp is replaced by another random one. Only one thing is bounded instead of exact: a change made while Redis can't
be reached. Values live VALUE_SECONDS, so that change shows at the latest after them.
"""

import json
import secrets
from collections.abc import Callable, Sequence
from typing import Any, cast

from django.conf import settings
from django.db import connections
from django.db.transaction import TransactionManagementError
from redis import Redis

from kernel.cache import keys
from kernel.cache.connection import Link, RedisAway, link

Key = tuple[str, ...]
"""An owner (an organization's id as text, or "public") and the parts below it."""

VALUE_SECONDS = 30
INTENT_SECONDS = 60
STAMP_SECONDS = 24 * 3600
INTENT = "!"


def cached(key: Key, stamps: Sequence[Key], load: Callable[[], Any]) -> Any:
    """Return what `load` gives, from the cache where that is still true.

    `load` returns JSON values (None too is remembered); the answer is the same whether it was cached or not.
    Inside a transaction that changed one of the stamps, or without Redis, it loads every time.
    """
    names, name = [_name("stamp", stamp) for stamp in stamps], _name("value", key)
    if not names:
        raise ValueError("A cached value needs at least one stamp, or nothing could ever change it.")
    if _changed_here(names):
        return _loaded(load)[0]
    try:
        live, stored = _read(names, name)
    except RedisAway:
        return _loaded(load)[0]
    if any(stamp.startswith(INTENT) for stamp in live):
        return _loaded(load)[0]
    if stored is not None:
        remembered = json.loads(stored)
        if remembered["stamps"] == live:
            return remembered["value"]
    value, text = _loaded(load)
    _store(name, f'{{"stamps":{json.dumps(live)},"value":{text}}}')
    return value


def changing(*stamps: Key, using: str = "default") -> None:
    """Announce that this transaction changes what stands under `stamps`; call it before the change.

    Once the transaction is committed every reader sees the change. Raises outside a transaction, where there would
    be no moment to wait for. Never fails because of Redis.
    """
    connection = connections[using]
    if not connection.in_atomic_block:
        raise TransactionManagementError("changing() needs the transaction that makes the change.")
    renewal = _Renewal([_name("stamp", stamp) for stamp in stamps])
    renewal.announce()
    connection.on_commit(renewal)


class _Renewal:
    """Gives stamps a fresh value once the change is committed. It insists: skipping Redis would leave old values."""

    def __init__(self, names: list[str]) -> None:
        self.names = names

    def announce(self) -> None:
        self._set(INTENT, INTENT_SECONDS)

    def __call__(self) -> None:
        self._set("", STAMP_SECONDS)

    def _set(self, mark: str, seconds: int) -> None:
        stamp = mark + secrets.token_hex(8)

        def act(redis: Redis) -> None:
            with redis.pipeline(transaction=False) as pipe:
                for name in self.names:
                    pipe.set(name, stamp, ex=seconds)
                pipe.execute()

        try:
            _link().run(act, insist=True)
        except RedisAway:
            return  # the module's bound: VALUE_SECONDS


def _changed_here(names: list[str]) -> bool:
    """Whether the open transaction announced a change of one of these; rolled-back savepoints take theirs back."""
    return any(
        isinstance(entry[1], _Renewal) and not set(names).isdisjoint(entry[1].names)
        for connection in connections.all(initialized_only=True)
        for entry in connection.run_on_commit
    )


def _read(names: list[str], name: str) -> tuple[list[str], str | None]:
    """Return the live stamps, made where they were missing, and the stored value."""
    found = cast("list[str | None]", _link().run(lambda redis: redis.mget([*names, name])))
    live, stored = found[:-1], found[-1]
    if None in live:
        missing = [stamp_name for stamp_name, stamp in zip(names, live, strict=True) if stamp is None]
        live = _link().run(lambda redis: _make(redis, missing, names))
    if None in live:  # evicted between two messages: load, store nothing
        return [INTENT], None
    return cast("list[str]", live), stored


def _make(redis: Redis, missing: list[str], names: list[str]) -> list[str | None]:
    with redis.pipeline(transaction=False) as pipe:
        for name in missing:
            pipe.set(name, secrets.token_hex(8), nx=True, ex=STAMP_SECONDS)
        pipe.mget(names)
        return cast("list[str | None]", pipe.execute()[-1])


def _store(name: str, text: str) -> None:
    try:
        _link().run(lambda redis: redis.set(name, text, ex=VALUE_SECONDS))
    except RedisAway:
        return  # the next reader stores it


def _loaded(load: Callable[[], Any]) -> tuple[Any, str]:
    text = json.dumps(load(), allow_nan=False, separators=(",", ":"))
    return json.loads(text), text


def _name(kind: str, key: Key) -> str:
    """A stamp and a value never share a name, even where callers give both the same key."""
    return keys.key(key[0], kind, *key[1:])


def _link() -> Link:
    return link(str(settings.CACHES["default"]["LOCATION"]))
