"""Two committed organizations with people and tokens, and files in a folder of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings
from pytest_django.plugin import DjangoDbBlocker

from tests.api.world import World, make_world
from tests.cache.lasting import lasting_values as lasting_values
from tests.tenants import remove_organization


@pytest.fixture(scope="module")
def worlds(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[World, World]]:
    """Two organizations."""
    with django_db_blocker.unblock():
        made = make_world(roles=("owner", "marketer", "viewer")), make_world(roles=("owner",))
        yield made
        for world in made:
            remove_organization(world.row)


@pytest.fixture(autouse=True)
def files(tmp_path: Path, settings: Settings) -> Path:
    """Where this test's files are."""
    settings.PRIVATE_STORAGE_ROOT = str(tmp_path)
    return tmp_path


@pytest.fixture
def world(worlds: tuple[World, World], django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """The first organization, with the database open for commits."""
    with django_db_blocker.unblock():
        yield worlds[0]


@pytest.fixture
def other_world(worlds: tuple[World, World]) -> World:
    """The second organization."""
    return worlds[1]
