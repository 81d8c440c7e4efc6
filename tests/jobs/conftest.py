"""Jobs commit for real: every test here starts and ends with an empty jobs table and an empty queue."""

from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from pytest_django.plugin import DjangoDbBlocker

from kernel.jobs import doorbell
from kernel.jobs.models import Job, Lane
from tests.jobs import handlers


@pytest.fixture(autouse=True)
def jobs(django_db_setup: None, django_db_blocker: DjangoDbBlocker, settings: LazySettings) -> Iterator[None]:
    settings.JOBS_BACKOFF = 0.01
    settings.JOBS_HEARTBEAT = 0.3
    with django_db_blocker.unblock():
        _clear()
        yield
        _clear()


def _clear() -> None:
    Job.objects.using("owner").all().delete()
    Lane.objects.using("owner").all().delete()
    doorbell.queue(handlers.QUEUE).delete(delete_jobs=True)
    handlers.forget()
