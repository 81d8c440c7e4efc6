"""A database that really commits, and a Redis that can be taken away."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings
from pytest_django.plugin import DjangoDbBlocker

from tests.cache.away import dead_redis_url


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Lets the test use the database without a transaction around it."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def redis_away(settings: Settings) -> None:
    """From here on nothing answers at the cache's address."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": dead_redis_url()}}
