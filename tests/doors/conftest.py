"""Requests through the whole middleware, on committed organizations."""

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.cache.lasting import lasting_values as lasting_values


@pytest.fixture(autouse=True)
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let the test use the database without a transaction around it."""
    with django_db_blocker.unblock():
        yield
