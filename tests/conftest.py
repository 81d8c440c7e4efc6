"""Database set-up and the two kinds of tenants: a standing one that is rolled back, disposable ones that commit."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from kernel.tenancy.context import SYSTEM, Scope
from kernel.tenancy.scope import scope
from tenants.models import Organization
from tests.databases import drop, recreate
from tests.tenants import make_organization, remove_organization


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Make this worker's database by the same command that production uses; drop it and its roles at the end."""
    from tenants.provisioning.migrate import migrate

    worker = getattr(request.config, "workerinput", {}).get("workerid", "")
    name = f"test_{settings.DATABASES['owner']['NAME']}{worker}"
    with django_db_blocker.unblock():
        recreate(name)
        for alias in ("default", "owner"):
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name
        migrate(lambda _line: None)
        yield
        for alias in ("default", "owner"):
            connections[alias].close()
        drop(name)


@pytest.fixture(scope="session")
def standing(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Organization:
    """One committed organization for tests that roll back."""
    with django_db_blocker.unblock():
        return make_organization("standing")


@pytest.fixture
def tenant(db: None, standing: Organization) -> Iterator[Scope]:
    """A scope in the standing organization; everything written in it is rolled back."""
    with scope(standing, actor=SYSTEM, source="system", request_id="test-request") as opened:
        yield opened


@pytest.fixture
def organization(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Organization]:
    """A disposable organization; what the test commits is dropped with it."""
    with django_db_blocker.unblock():
        made = make_organization()
        yield made
        remove_organization(made)


@pytest.fixture
def other_organization(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Organization]:
    """A second disposable organization."""
    with django_db_blocker.unblock():
        made = make_organization()
        yield made
        remove_organization(made)
