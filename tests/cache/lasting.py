"""For tests that count queries: on a slow machine a value must not end between two requests."""

import pytest

from kernel.cache import stamps


@pytest.fixture(autouse=True)
def lasting_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values of the cache outlast the test; a conftest.py that imports this gives it to all its tests."""
    monkeypatch.setattr(stamps, "VALUE_SECONDS", 60.0)
