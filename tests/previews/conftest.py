"""People of the standing organization, rolled back with the test, and files in a folder of the test's own."""

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from kernel.tenancy.context import Actor, Scope
from tests.access.conftest import person


@pytest.fixture
def owner(tenant: Scope, tmp_path: Path, settings: Settings) -> Actor:
    settings.PRIVATE_STORAGE_ROOT = str(tmp_path)
    return person("owner")
