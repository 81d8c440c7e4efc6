"""A cached record is never older than the last acknowledged change."""

import random
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection, connections, transaction
from django.db.transaction import TransactionManagementError
from pytest_django.fixtures import Settings
from redis import Redis

from kernel.cache import keys, stamps
from kernel.cache.connection import Link
from kernel.cache.stamps import Key, cached, changing
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope
from tests.cache.away import dead_redis_url, limited_user


@pytest.fixture
def key() -> Key:
    return ("public", "record", secrets.token_hex(6))


@pytest.fixture
def stamp() -> Key:
    return ("public", "stamp", secrets.token_hex(6))


@pytest.fixture
def row(committed: None) -> Iterator[int]:
    """One row that commits, in a table of the public schema; the number of its first value."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS stamped (value integer)")
        cursor.execute("GRANT ALL ON stamped TO PUBLIC")
        cursor.execute("TRUNCATE stamped")
        cursor.execute("INSERT INTO stamped VALUES (0)")
    yield 0
    with connections["owner"].cursor() as cursor:
        cursor.execute("DROP TABLE stamped")


def read() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM stamped")
        return int(cursor.fetchone()[0])


def write(value: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE stamped SET value = %s", [value])


class Loader:
    """Counts how often the database was asked."""

    def __init__(self, load: Callable[[], object]) -> None:
        self.load = load
        self.calls = 0

    def __call__(self) -> object:
        self.calls += 1
        return self.load()


def redis() -> "Redis":
    return Redis.from_url(settings.CACHES["default"]["LOCATION"], decode_responses=True)


def stamp_name(stamp: Key) -> str:
    return keys.key(stamp[0], "stamp", *stamp[1:])


def value_name(key: Key) -> str:
    return keys.key(key[0], "value", *key[1:])


def test_a_stamp_and_a_value_may_have_the_same_key(committed: None, key: Key) -> None:
    loader = Loader(lambda: 1)

    assert [cached(key, [key], loader), cached(key, [key], loader)] == [1, 1]
    with transaction.atomic():
        changing(key)
    assert cached(key, [key], loader) == 1
    assert loader.calls == 2


def test_it_loads_once(committed: None, key: Key, stamp: Key) -> None:
    loader = Loader(lambda: {"name": "Acme", "tags": ("a", "b")})

    found = [cached(key, [stamp], loader) for _ in range(3)]

    assert found == [{"name": "Acme", "tags": ["a", "b"]}] * 3
    assert loader.calls == 1


def test_it_remembers_that_there_is_nothing(committed: None, key: Key, stamp: Key) -> None:
    loader = Loader(lambda: None)

    assert [cached(key, [stamp], loader), cached(key, [stamp], loader)] == [None, None]
    assert loader.calls == 1


def test_a_hit_costs_one_message(committed: None, key: Key, stamp: Key, monkeypatch: pytest.MonkeyPatch) -> None:
    cached(key, [stamp], lambda: 1)
    asked: list[object] = []
    run = Link.run

    def spy(self: Link, act: Callable[[Redis], Any], *, insist: bool = False) -> Any:
        asked.append(act)
        return run(self, act, insist=insist)

    monkeypatch.setattr(Link, "run", spy)

    assert (
        cached(
            key,
            [
                stamp,
            ],
            lambda: 2,
        )
        == 1
    )
    assert len(asked) == 1


def test_a_committed_change_is_seen_at_once(row: int, key: Key, stamp: Key) -> None:
    assert cached(key, [stamp], read) == 0

    with transaction.atomic():
        changing(stamp)
        write(1)

    assert cached(key, [stamp], read) == 1


def test_one_of_several_stamps_is_enough(row: int, key: Key, stamp: Key) -> None:
    other = ("public", "stamp", secrets.token_hex(6))
    assert cached(key, [stamp, other], read) == 0

    with transaction.atomic():
        changing(other)
        write(1)

    assert cached(key, [stamp, other], read) == 1


def test_the_writer_sees_its_own_change_and_stores_nothing(row: int, key: Key, stamp: Key) -> None:
    cached(key, [stamp], read)

    with transaction.atomic():
        changing(stamp)
        write(1)
        assert cached(key, [stamp], read) == 1
        transaction.set_rollback(True)

    assert cached(key, [stamp], read) == 0


def test_a_rolled_back_change_leaves_the_old_value(row: int, key: Key, stamp: Key) -> None:
    loader = Loader(read)
    cached(key, [stamp], loader)

    with transaction.atomic():
        changing(stamp)
        write(1)
        transaction.set_rollback(True)

    assert [cached(key, [stamp], loader) for _ in range(3)] == [0, 0, 0]
    assert 0 < redis().ttl(stamp_name(stamp)) <= stamps.INTENT_SECONDS


@pytest.mark.parametrize("how", ["refused", "raised", "savepoint"])
def test_a_change_that_a_scope_rolls_back_leaves_the_cache_on(row: int, key: Key, stamp: Key, how: str) -> None:
    loader = Loader(read)
    cached(key, [stamp], loader)

    with suppress(ZeroDivisionError), public_scope(actor=SYSTEM, source="system"):
        with suppress(ZeroDivisionError), transaction.atomic():
            changing(stamp)
            write(1)
            if how == "savepoint":
                raise ZeroDivisionError
        if how == "raised":
            raise ZeroDivisionError
        if how == "refused":
            transaction.set_rollback(True)

    assert [cached(key, [stamp], loader) for _ in range(3)] == [0, 0, 0]
    assert loader.calls == 2
    assert not str(redis().get(stamp_name(stamp))).startswith(stamps.INTENT)


def test_a_commit_whose_answer_is_lost_leaves_the_intent(
    row: int, key: Key, stamp: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached(key, [stamp], read)

    def lost() -> None:
        connections["owner"].cursor().execute("UPDATE stamped SET value = 1")
        raise OperationalError("the connection is closed")

    with pytest.raises(OperationalError), public_scope(actor=SYSTEM, source="system"):
        changing(stamp)
        monkeypatch.setattr(connection, "_commit", lost)
    monkeypatch.undo()

    assert str(redis().get(stamp_name(stamp))).startswith(stamps.INTENT)
    assert cached(key, [stamp], read) == 1


def test_readers_store_nothing_while_a_change_is_under_way(row: int, key: Key, stamp: Key) -> None:
    loader = Loader(read)

    with transaction.atomic():
        changing(stamp)
        write(1)
        in_thread(lambda: [cached(key, [stamp], loader) for _ in range(3)])

    assert loader.calls == 3
    assert cached(key, [stamp], read) == 1


def test_a_slow_reader_does_not_store_the_past(row: int, key: Key, stamp: Key) -> None:
    def slow() -> int:
        before = read()

        def change() -> None:
            with transaction.atomic():
                changing(stamp)
                write(1)

        in_thread(change)
        return before

    assert cached(key, [stamp], slow) == 0
    assert cached(key, [stamp], read) == 1


def test_a_writer_that_dies_after_commit_leaves_no_old_value(row: int, key: Key, stamp: Key) -> None:
    cached(key, [stamp], read)

    with transaction.atomic():
        changing(stamp)
        write(1)
        connection.run_on_commit.clear()

    assert cached(key, [stamp], read) == 1


@pytest.mark.parametrize("lost", ["stamp", "value", "both"])
def test_lost_keys_cost_a_load_and_nothing_else(row: int, key: Key, stamp: Key, lost: str) -> None:
    cached(key, [stamp], read)
    names = {"stamp": [stamp_name(stamp)], "value": [value_name(key)]}

    redis().delete(*names.get(lost, [stamp_name(stamp), value_name(key)]))
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE stamped SET value = 1")

    assert cached(key, [stamp], read) == 1


def test_it_reads_the_database_every_time_without_redis(row: int, redis_away: None, key: Key, stamp: Key) -> None:
    loader = Loader(read)

    assert [cached(key, [stamp], loader), cached(key, [stamp], loader)] == [0, 0]
    with transaction.atomic():
        changing(stamp)
        write(1)
    assert cached(key, [stamp], loader) == 1
    assert loader.calls == 3


def test_a_change_announced_without_redis_is_not_hidden_from_its_own_transaction(
    row: int, key: Key, stamp: Key, settings: Settings
) -> None:
    there = settings.CACHES
    away = {"default": there["default"] | {"LOCATION": dead_redis_url()}}
    cached(key, [stamp], read)

    with transaction.atomic():
        settings.CACHES = away
        changing(stamp)
        settings.CACHES = there
        write(1)
        assert cached(key, [stamp], read) == 1

    assert cached(key, [stamp], read) == 1


def test_values_do_not_outlive_their_bound(committed: None, key: Key, stamp: Key) -> None:
    cached(key, [stamp], lambda: 1)

    assert stamps.VALUE_SECONDS == 2
    assert 0 < redis().pttl(value_name(key)) <= 2000


def test_a_change_made_while_redis_is_away_shows_within_the_bound(
    row: int, key: Key, stamp: Key, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "VALUE_SECONDS", 0.3)
    there = settings.CACHES
    began = time.monotonic()
    cached(key, [stamp], read)

    settings.CACHES = {"default": there["default"] | {"LOCATION": dead_redis_url()}}
    with transaction.atomic():
        changing(stamp)
        write(1)
    settings.CACHES = there
    time.sleep(max(0.0, began + 0.31 - time.monotonic()))

    assert cached(key, [stamp], read) == 1


def test_a_slow_reading_counts_from_its_beginning(
    committed: None, key: Key, stamp: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "VALUE_SECONDS", 0.2)

    cached(key, [stamp], lambda: time.sleep(0.25))

    assert redis().get(value_name(key)) is None


@pytest.mark.parametrize("refuses", ["everything", "writing"])
def test_a_redis_that_answers_with_errors_counts_as_away(
    row: int, key: Key, stamp: Key, settings: Settings, refuses: str
) -> None:
    url = settings.CACHES["default"]["LOCATION"]
    with limited_user(url, "-@all" if refuses == "everything" else "-@write") as limited:
        settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": limited}}
        assert cached(key, [stamp], read) == 0
        with transaction.atomic():
            changing(stamp)
            write(1)
        assert cached(key, [stamp], read) == 1


def test_changing_needs_a_transaction(committed: None, stamp: Key) -> None:
    with pytest.raises(TransactionManagementError, match="needs the transaction"):
        changing(stamp)
    assert redis().get(stamp_name(stamp)) is None


def test_a_value_needs_a_stamp(committed: None, key: Key) -> None:
    with pytest.raises(ValueError, match="at least one stamp"):
        cached(key, [], lambda: 1)


def test_only_json_is_remembered(committed: None, key: Key, stamp: Key) -> None:
    with pytest.raises(TypeError):
        cached(key, [stamp], lambda: {1, 2})
    assert redis().get(value_name(key)) is None


def test_racing_readers_and_writers_never_see_the_past(row: int, key: Key, stamp: Key) -> None:
    """Writers count up and note what they were told is saved; a read started after that may not be older."""
    acknowledged, lock, stop, wrong = [0], threading.Lock(), threading.Event(), []

    def writer(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(40):
            fails = chance.random() < 0.2
            try:
                with transaction.atomic():
                    changing(stamp)
                    with connection.cursor() as cursor:
                        cursor.execute("UPDATE stamped SET value = value + 1 RETURNING value")
                        value = cursor.fetchone()[0]
                    if fails:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                continue
            with lock:
                acknowledged[0] = max(acknowledged[0], value)

    def reader(seed: int) -> None:
        chance, client = random.Random(seed), redis()
        while not stop.is_set():
            with lock:
                floor = acknowledged[0]
            found = cached(key, [stamp], read)
            if found < floor:
                wrong.append((found, floor))
            if chance.random() < 0.02:
                client.delete(value_name(key), *([stamp_name(stamp)] if chance.random() < 0.5 else []))

    readers = [threading.Thread(target=closing(reader), args=(seed,)) for seed in range(3)]
    writers = [threading.Thread(target=closing(writer), args=(seed,)) for seed in range(2)]
    for thread in readers + writers:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in readers:
        thread.join()

    assert wrong == []
    assert cached(key, [stamp], read) == acknowledged[0] > 0


def closing(act: Callable[[int], object]) -> Callable[[int], None]:
    def run(seed: int) -> None:
        try:
            act(seed)
        finally:
            connections.close_all()

    return run


def in_thread(act: Callable[[], object]) -> None:
    thread = threading.Thread(target=closing(lambda _seed: act()), args=(0,))
    thread.start()
    thread.join()
