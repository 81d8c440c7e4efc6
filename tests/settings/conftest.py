"""People of the standing organization for commands, committed ones for the API and the pages."""

import pytest

from kernel.tenancy.context import Actor, Scope
from tests.access.conftest import person
from tests.api.conftest import world as world
from tests.api.conftest import worlds as worlds
from tests.cache.lasting import lasting_values as lasting_values


@pytest.fixture
def owner(tenant: Scope) -> Actor:
    return person("owner")


@pytest.fixture
def marketer(tenant: Scope) -> Actor:
    return person("marketer")
