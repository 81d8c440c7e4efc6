"""Imports commit for real; what they keep on disk goes into a folder of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from pytest_django.plugin import DjangoDbBlocker

from kernel.jobs.models import Job, Lane
from tenants.models import Organization
from tests.legacy.importing import Importer


@pytest.fixture
def importer(
    organization: Organization, settings: LazySettings, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[Importer]:
    """A disposable organization with an owner who imports, and no job waiting."""
    settings.PRIVATE_STORAGE_ROOT = str(tmp_path)
    settings.JOBS_BACKOFF = 0.01
    with django_db_blocker.unblock():
        _clear()
        yield Importer(organization)
        _clear()


def _clear() -> None:
    Job.objects.using("owner").all().delete()
    Lane.objects.using("owner").all().delete()
