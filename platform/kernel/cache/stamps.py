"""Small records that are never stale: each carries the stamps it was read under and counts only while they stand.

A reader sends one MGET of the stamps and the value. It takes the value only if the stamps inside it equal the live
ones; otherwise it loads from the database and stores the result under the stamps that it saw *before* loading.
A writer calls changing() in its transaction: the stamps become an intent at once (readers then load and store
nothing) and get a fresh random value when it ends: right after COMMIT, before anybody is told of the success, or
after the rollback.

What can go wrong stays harmless: a writer that dies, or loses its connection during COMMIT, leaves the intent until it
expires; an evicted stamp is replaced by another random one. Two things are bounded instead of exact, because a value
counts at most VALUE_SECONDS from the moment its reading began:
- a change made while Redis can't be reached shows within 2 seconds;
- of two writers at once, the first to end puts a fresh stamp over the other's intent. If that other one then dies
  between its COMMIT and its own fresh stamp, its change shows within 2 seconds too.
"""

import json
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

from django.conf import settings
from django.db import connections
from django.db.transaction import TransactionManagementError
from redis import Redis

from kernel.cache import keys
from kernel.cache.connection import Link, RedisAway, link

Key = tuple[str, ...]
"""An owner (an organization's id as text, or "public") and the parts below it."""

VALUE_SECONDS = 2.0
INTENT_SECONDS = 60
STAMP_SECONDS = 600
INTENT = "!"


def cached(key: Key, stamps: Sequence[Key], load: Callable[[], Any]) -> Any:
    """Return what `load` gives, from the cache where that is still true.

    `load` returns JSON values (None too is remembered); the answer is the same whether it was cached or not.
    Inside a transaction that changed one of the stamps, or without Redis, it loads every time.
    """
    names, name = [_name("stamp", stamp) for stamp in stamps], _name("value", key)
    if not names:
        raise ValueError("A cached value needs at least one stamp, or nothing could ever change it.")
    began = time.monotonic()
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
    _store(name, f'{{"stamps":{json.dumps(live)},"value":{text}}}', began + VALUE_SECONDS)
    return value


def changing(*stamps: Key, using: str = "default") -> None:
    """Announce that this transaction changes what stands under `stamps`; call it before the change.

    Once the transaction is committed every reader sees the change. Raises outside a transaction, where there would
    be no moment to wait for. Never fails because of Redis. A change that a scope rolls back leaves nothing behind.
    """
    connection = connections[using]
    if not connection.in_atomic_block:
        raise TransactionManagementError("changing() needs the transaction that makes the change.")
    renewal = _Renewal([_name("stamp", stamp) for stamp in stamps])
    announced = _announced.get()
    if announced is not None:
        announced.renewals.append(renewal)
    renewal.announce()
    connection.on_commit(renewal)


class Announced:
    """What one transaction announced; `sends_commit` is set once nothing but its COMMIT is left to do."""

    def __init__(self) -> None:
        self.renewals: list[_Renewal] = []
        self.sends_commit = False


@contextmanager
def announcements() -> Iterator[Announced]:
    """Stand around a transaction: what was announced in it and rolled back gets fresh stamps when it has ended.

    Only a COMMIT that failed leaves its intents: where its answer got lost, the change may yet become visible.
    """
    announced = Announced()
    token = _announced.set(announced)
    committed = False
    try:
        yield announced
        committed = True
    finally:
        _announced.reset(token)
        if committed or not announced.sends_commit:
            for renewal in announced.renewals:
                renewal.settle()


class _Renewal:
    """Gives stamps a fresh value once the change is committed. It insists: skipping Redis would leave old values."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self._is_settled = False

    def announce(self) -> None:
        self._set(INTENT, INTENT_SECONDS)

    def __call__(self) -> None:
        self._is_settled = True
        self._set("", STAMP_SECONDS)

    def settle(self) -> None:
        if not self._is_settled:
            self()

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


_announced: ContextVar[Announced | None] = ContextVar("announced", default=None)


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


def _store(name: str, text: str, ends: float) -> None:
    left = int((ends - time.monotonic()) * 1000)
    if left <= 0:
        return
    try:
        _link().run(lambda redis: redis.set(name, text, px=left))
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
