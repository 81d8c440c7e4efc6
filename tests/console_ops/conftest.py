"""The operators' pages commit, as they do in production: each test begins without jobs and cleans up after itself."""

from collections.abc import Iterator

import pytest
from django.db import connections
from django.test import Client
from pytest_django.fixtures import Settings
from pytest_django.plugin import DjangoDbBlocker

from kernel.jobs.models import Job, Lane
from tenants.models import Organization, User
from tenants.provisioning.schemas import drop_schema
from tests.cache.lasting import lasting_values as lasting_values
from tests.console_ops import desk
from tests.jobs import handlers


@pytest.fixture(autouse=True)
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker, settings: Settings) -> Iterator[None]:
    """Let the test commit; take away what it onboarded."""
    settings.JOBS_BACKOFF = 0.0
    with django_db_blocker.unblock():
        before = set(Organization.objects.values_list("pk", flat=True))
        _clear_jobs()
        yield
        assert not connections["default"].in_atomic_block
        for made in Organization.objects.exclude(pk__in=before):
            drop_schema(made)
            Organization.objects.using("owner").filter(pk=made.pk).delete()
        _clear_jobs()


@pytest.fixture
def operator(committed: None) -> User:
    """An operator."""
    return desk.make_operator()


@pytest.fixture
def client(operator: User) -> Client:
    """The operator, signed in."""
    return desk.signed_in(operator)


def _clear_jobs() -> None:
    Job.objects.using("owner").all().delete()
    Lane.objects.using("owner").all().delete()
    handlers.forget()
