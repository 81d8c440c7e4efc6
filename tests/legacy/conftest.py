"""Imports commit for real; what they keep on disk goes into a folder of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from pytest_django.plugin import DjangoDbBlocker

from kernel.jobs.models import Job, Lane
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import scope
from tenants.access.members import add_member
from tenants.models import Organization, User
from tests.legacy.importing import OWNER, Importer


@pytest.fixture
def importer(
    organization: Organization, settings: LazySettings, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[Importer]:
    """A disposable organization with an owner who imports, and no job waiting."""
    settings.PRIVATE_STORAGE_ROOT = str(tmp_path)
    settings.JOBS_BACKOFF = 0.01
    with django_db_blocker.unblock():
        _clear()
        _let_in(organization, OWNER)
        yield Importer(organization)
        _clear()


def _let_in(organization: Organization, actor: Actor) -> None:
    """Make a member of them: a job acts for somebody who is there."""
    assert actor.user_id is not None
    user, _made = User.objects.using("owner").get_or_create(
        pk=actor.user_id, defaults={"email": actor.email, "name": actor.name}
    )
    with scope(organization, actor=SYSTEM, source="system"):
        add_member(actor=SYSTEM, user=user, role_slug=actor.role)


def _clear() -> None:
    Job.objects.using("owner").all().delete()
    Lane.objects.using("owner").all().delete()
