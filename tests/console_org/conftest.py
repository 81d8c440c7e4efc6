"""The pages commit, as they do in production; the organization is dropped after the test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from django.test import Client
from pytest_django.fixtures import Settings
from pytest_django.plugin import DjangoDbBlocker

from kernel.jobs.models import Job, Lane
from tenants.models import Organization
from tests.cache.lasting import lasting_values as lasting_values
from tests.console_org.desk import House, open_house


@pytest.fixture(autouse=True)
def committed(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, settings: Settings, tmp_path: Path
) -> Iterator[None]:
    """Let the test commit; private files go to a folder of its own."""
    settings.JOBS_BACKOFF = 0.0
    settings.PRIVATE_STORAGE_ROOT = str(tmp_path)
    with django_db_blocker.unblock():
        _clear_jobs()
        yield
        assert not connections["default"].in_atomic_block
        _clear_jobs()


@pytest.fixture
def house(committed: None, organization: Organization) -> House:
    """An organization with one person per role."""
    return open_house(organization)


@pytest.fixture
def other_house(committed: None, other_organization: Organization) -> House:
    """A second organization, with an owner."""
    return open_house(other_organization, roles=("owner",))


@pytest.fixture
def client(house: House) -> Client:
    """The owner, signed in."""
    return house.client()


def _clear_jobs() -> None:
    Job.objects.using("owner").all().delete()
    Lane.objects.using("owner").all().delete()
