"""A connection that the server ended while idle costs nobody a request."""

import pytest
from django.db import OperationalError, connection, connections

from kernel.tenancy.context import SYSTEM, TenancyError
from kernel.tenancy.scope import scope
from tenants.access.models import Team
from tenants.models import Organization


def end_from_another_connection() -> None:
    """Have the server end the default connection, as a restart would."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    other = connections["default"].copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()


def test_a_scope_begins_on_a_new_connection_when_the_idle_one_is_gone(organization: Organization) -> None:
    end_from_another_connection()

    with scope(organization, actor=SYSTEM, source="api"):
        Team.objects.create(name="still here")

    with scope(organization, actor=SYSTEM, source="api"):
        assert Team.objects.count() == 1


def test_a_connection_that_ends_inside_a_scope_is_an_outage_and_saves_nothing(organization: Organization) -> None:
    with pytest.raises(OperationalError), scope(organization, actor=SYSTEM, source="api"):
        Team.objects.create(name="lost")
        pid_of_this = connection.connection.info.backend_pid
        other = connections["default"].copy()
        other._guarded = False  # type: ignore[attr-defined]
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid_of_this])
        other.close()
        Team.objects.count()
    connection.close()

    with scope(organization, actor=SYSTEM, source="api"):
        assert Team.objects.count() == 0


def test_a_path_changed_outside_a_scope_is_noticed(organization: Organization) -> None:
    try:
        with pytest.raises(TenancyError, match="behind"), connection.cursor() as cursor:
            cursor.execute(f"SET search_path = {organization.schema_name}")
            cursor.execute("SELECT count(*) FROM access_team")
    finally:
        connection.close()


def test_the_owners_connection_refuses_to_work_inside_a_scope(organization: Organization) -> None:
    with scope(organization, actor=SYSTEM, source="api"), pytest.raises(TenancyError, match="no business"):
        connections["owner"].cursor()
