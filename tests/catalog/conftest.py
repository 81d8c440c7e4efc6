"""One committed organization for all tests of a file; each of them makes catalogs of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from kernel.jobs.models import Job, Lane
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tenants.access.members import add_member
from tenants.models import User
from tests.catalog.shop import MANAGER, MARKETER, OWNER, Shop
from tests.tenants import make_organization, remove_organization


@pytest.fixture(scope="module")
def shop(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    """An organization with an owner, a manager and a marketer; its files are in a folder of their own."""
    root: Path = tmp_path_factory.mktemp("private")
    with override_settings(PRIVATE_STORAGE_ROOT=str(root), JOBS_BACKOFF=0.01), django_db_blocker.unblock():
        _clear()
        made = make_organization(plan="enterprise")
        for actor in (OWNER, MANAGER, MARKETER):
            user, _made = User.objects.using("owner").get_or_create(
                email=actor.email, defaults={"pk": actor.user_id, "name": actor.name}
            )
            with scope(made, actor=SYSTEM, source="system"):
                add_member(actor=SYSTEM, user=user, role_slug=actor.role)
        yield Shop(made)
        remove_organization(made)
        _clear()


def _clear() -> None:
    Job.objects.using("owner").all().delete()
    Lane.objects.using("owner").all().delete()
