"""Django's cache means the same with and without Redis."""

import secrets
import threading
import time

import pytest
from django.conf import settings
from django.core.cache import caches
from redis import Redis

from kernel.cache.backend import RedisWithFallback
from kernel.tenancy.context import SYSTEM, TenancyError
from kernel.tenancy.scope import scope
from tenants.models import Organization
from tests.cache.away import dead_redis_url


@pytest.fixture(params=["redis", "table"])
def cache(request: pytest.FixtureRequest, committed: None) -> RedisWithFallback:
    url = settings.CACHES["default"]["LOCATION"] if request.param == "redis" else dead_redis_url()
    return RedisWithFallback(url, {"OPTIONS": {"fallback_table": "kernel_cache_fallback"}})


@pytest.fixture
def name() -> str:
    return secrets.token_hex(6)


@pytest.mark.parametrize("value", [[1.5, 2.25], {"a": [1, None, "ü"]}, "text", 7, True, ""])
def test_it_gives_back_what_was_stored(cache: RedisWithFallback, name: str, value: object) -> None:
    cache.set(name, value, 60)

    assert cache.get(name) == value
    assert cache.has_key(name)


def test_it_gives_the_default_where_nothing_is_stored(cache: RedisWithFallback, name: str) -> None:
    assert cache.get(name, "default") == "default"
    assert cache.get_many([name]) == {}
    assert cache.delete(name) is False
    assert cache.touch(name, 60) is False


def test_it_adds_only_once(cache: RedisWithFallback, name: str) -> None:
    assert cache.add(name, 1, 60) is True
    assert cache.add(name, 2, 60) is False
    assert cache.get(name) == 1


def test_it_lets_one_of_many_threads_add(cache: RedisWithFallback, name: str) -> None:
    results: list[bool] = []

    def add() -> None:
        from django.db import connections

        results.append(cache.add(name, True, 60))
        connections.close_all()

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == [False] * 7 + [True]


def test_values_end(cache: RedisWithFallback, name: str) -> None:
    cache.set(name, 1, 0.05)
    time.sleep(0.1)

    assert cache.get(name) is None
    assert cache.add(name, 2, 60) is True


def test_a_value_that_ends_at_once_is_not_kept(cache: RedisWithFallback, name: str) -> None:
    cache.set(name, 1, 60)
    cache.set(name, 2, 0)

    assert cache.get(name) is None


def test_it_counts_and_keeps_the_end(cache: RedisWithFallback, name: str) -> None:
    cache.set(name, 5, 0.3)

    assert cache.incr(name, 3) == 8
    assert cache.decr(name) == 7
    assert cache.get(name) == 7
    time.sleep(0.4)
    assert cache.get(name) is None


def test_it_refuses_to_count_what_is_not_there(cache: RedisWithFallback, name: str) -> None:
    with pytest.raises(ValueError, match="holds no"):
        cache.incr(name)
    assert cache.get(name) is None


def test_it_touches_and_deletes(cache: RedisWithFallback, name: str) -> None:
    cache.set(name, 1, 0.2)

    assert cache.touch(name, 60) is True
    time.sleep(0.3)
    assert cache.get(name) == 1
    assert cache.touch(name, None) is True
    assert cache.delete(name) is True
    assert cache.get(name) is None


def test_it_stores_json_only(cache: RedisWithFallback, name: str) -> None:
    for value in ({1, 2}, object(), float("nan"), b"bytes"):
        with pytest.raises(TypeError, match="JSON values only"):
            cache.set(name, value)
    assert cache.get(name) is None


def test_it_refuses_to_clear(cache: RedisWithFallback, name: str) -> None:
    cache.set(name, 1, 60)

    with pytest.raises(RuntimeError, match="flush"):
        cache.clear()

    assert cache.get(name) == 1


def test_redis_holds_no_pickle(committed: None, name: str) -> None:
    caches["default"].set(name, {"a": 1}, 60)

    stored = Redis.from_url(settings.CACHES["default"]["LOCATION"]).get(f"cb:{{public}}:cache:1:{name}")

    assert stored == b'{"a":1}'


def test_it_has_no_place_inside_an_organizations_transaction(
    cache: RedisWithFallback, organization: Organization, name: str
) -> None:
    with scope(organization, actor=SYSTEM, source="system"):
        for act in (lambda: cache.add(name, 1, 60), lambda: cache.get(name), lambda: cache.delete(name)):
            with pytest.raises(TenancyError, match="public tables"):
                act()

    assert cache.get(name) is None


def test_a_redis_that_is_away_is_asked_once_in_a_while(
    committed: None, redis_away: None, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    for count in range(20):
        caches["default"].set(f"{name}-{count}", 1, 60)

    warned = [message for message in caplog.messages if message.startswith("Redis is away: ConnectionError")]
    assert len(warned) == 1
