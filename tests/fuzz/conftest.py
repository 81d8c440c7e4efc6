"""One committed organization for all runs: what one leaves behind the next one finds."""

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.api.world import World, make_world
from tests.cache.lasting import lasting_values as lasting_values
from tests.tenants import remove_organization


@pytest.fixture(scope="session")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """An organization with a person for each of the roles that call."""
    with django_db_blocker.unblock():
        made = make_world(roles=("owner", "marketer", "analyst"))
        yield made
        remove_organization(made.row)
