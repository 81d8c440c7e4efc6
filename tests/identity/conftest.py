"""The sign-in host's tests commit, like its requests do."""

from collections.abc import Iterator

import pytest
from django.db import connections
from pytest_django.fixtures import Settings
from pytest_django.plugin import DjangoDbBlocker

from tests.cache.away import dead_redis_url


@pytest.fixture(autouse=True)
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Lets the test use the database without a transaction around it."""
    with django_db_blocker.unblock():
        yield
        assert not connections["default"].in_atomic_block


@pytest.fixture
def redis_away(settings: Settings) -> None:
    """From here on nothing answers at the cache's address."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": dead_redis_url()}}
