"""Making an organization's schema may be repeated, at the same time too."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from kernel.tenancy.context import SYSTEM
from kernel.tenancy.names import tenant_role
from kernel.tenancy.scope import scope
from tenants.access.models import Team
from tenants.models import Organization
from tenants.provisioning.schemas import drop_schema, make_schema, schema_exists
from tests.tenants import remove_organization


@pytest.fixture
def bare(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Organization]:
    """A committed organization that has no schema yet."""
    with django_db_blocker.unblock():
        made = Organization.objects.using("owner").create(slug="bare-place", name="Bare", plan_id="scale")
        yield made
        remove_organization(made)


def role_count(organization: Organization) -> int:
    role = tenant_role(str(connections["owner"].settings_dict["NAME"]), organization.schema_name)
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [role])
        return int(cursor.fetchone()[0])


def is_usable(organization: Organization) -> bool:
    with scope(organization, actor=SYSTEM, source="system"):
        Team.objects.create(name="Brand")
        return Team.objects.count() == 1


def test_of_two_attempts_at_once_one_makes_it_and_the_other_finds_it(bare: Organization) -> None:
    def attempt() -> bool:
        try:
            return make_schema(bare)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _number: attempt(), range(4)))

    assert sorted(made) == [False, False, False, True]
    assert is_usable(bare)


def test_made_again_it_keeps_what_is_there(bare: Organization) -> None:
    assert make_schema(bare) is True
    assert is_usable(bare)

    assert make_schema(bare) is False
    with scope(bare, actor=SYSTEM, source="system"):
        assert Team.objects.count() == 1


@pytest.mark.skipif(not settings.TENANT_DB_ROLES, reason="organizations have no roles of their own")
def test_a_schema_without_its_role_is_given_one(bare: Organization) -> None:
    make_schema(bare)
    role = tenant_role(str(connections["owner"].settings_dict["NAME"]), bare.schema_name)
    with connections["owner"].cursor() as cursor:
        cursor.execute(f'GRANT "{role}" TO CURRENT_USER; DROP OWNED BY "{role}"; DROP ROLE "{role}"')

    assert make_schema(bare) is False

    assert role_count(bare) == 1
    assert is_usable(bare)


@pytest.mark.skipif(not settings.TENANT_DB_ROLES, reason="organizations have no roles of their own")
def test_a_role_without_its_schema_is_made_anew(bare: Organization) -> None:
    make_schema(bare)
    with connections["owner"].cursor() as cursor:
        cursor.execute(f'DROP SCHEMA "{bare.schema_name}" CASCADE')

    assert make_schema(bare) is True
    assert is_usable(bare)


def test_dropped_twice_nothing_is_left(bare: Organization) -> None:
    make_schema(bare)

    drop_schema(bare)
    drop_schema(bare)

    assert (schema_exists(bare.schema_name), role_count(bare)) == (False, 0)
