"""Requests through the whole middleware, on committed organizations."""

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from kernel.cache import stamps


@pytest.fixture(autouse=True)
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let the test use the database without a transaction around it."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(autouse=True)
def long_lived_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a slow machine a value must not end between two requests whose queries are counted."""
    monkeypatch.setattr(stamps, "VALUE_SECONDS", 60.0)
