"""Database set-up, the two kinds of tenants (a standing one that is rolled back, disposable ones), and the order."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from kernel.tenancy.context import SYSTEM, Scope
from kernel.tenancy.scope import scope
from tenants.models import Organization
from tests.databases import drop, recreate
from tests.tenants import make_organization, remove_organization

BROWSER = "tests/browser/"
# These take longest and mostly wait for others: begun last, they would leave all workers but one without work.
FIRST = (BROWSER, "tests/legacy/test_crashes.py", "tests/jobs/", "tests/ops/", "tests/tenancy/")


class Schedule(LoadFileScheduling):
    """Whole files, and all browser tests for one worker: the demo that they share takes long to start."""

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith(BROWSER) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Schedule | None:
    """Let `--dist loadfile` follow the schedule above."""
    return Schedule(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes longest first; everything else keeps its order."""
    items.sort(key=lambda item: next((at for at, name in enumerate(FIRST) if item.nodeid.startswith(name)), len(FIRST)))


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
