"""People of the standing organization, rolled back with the test."""

import pytest

from kernel.tenancy.context import Actor, Scope
from tests.access.conftest import person


@pytest.fixture
def owner(tenant: Scope) -> Actor:
    return person("owner")


@pytest.fixture
def marketer(tenant: Scope) -> Actor:
    return person("marketer")


@pytest.fixture
def viewer(tenant: Scope) -> Actor:
    return person("viewer")
