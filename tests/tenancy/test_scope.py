"""A scope is one transaction bound to one organization, and nothing else reaches tenant rows."""

import asyncio
import contextvars
import threading

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import ProgrammingError, connection, transaction

from kernel.tenancy.context import SYSTEM, Scope, TenancyError, current
from kernel.tenancy.names import tenant_role
from kernel.tenancy.scope import public_scope, scope
from tenants.access.models import Team
from tenants.models import Organization


def ask(query: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    return row[0] if row and len(row) == 1 else row


def role_of(organization: Organization) -> str:
    if not settings.TENANT_DB_ROLES:
        return str(connection.settings_dict["USER"])
    return tenant_role(connection.settings_dict["NAME"], organization.schema_name)


def test_a_scope_sets_role_path_and_audit_context(organization: Organization) -> None:
    with scope(organization, actor=SYSTEM, source="import", request_id="r'1"):
        found = ask(
            "SELECT current_user, current_setting('search_path'), current_setting('app.source'),"
            " current_setting('app.request_id'), current_setting('app.organization')"
        )

    assert found == (
        role_of(organization),
        f"{organization.schema_name}, public, pg_temp",
        "import",
        "r'1",
        str(organization.id),
    )


def test_nothing_survives_the_scope(organization: Organization) -> None:
    with scope(organization, actor=SYSTEM, source="system"):
        Team.objects.create(name="inside")

    assert ask("SELECT current_user, current_setting('search_path'), current_setting('app.organization', true)") == (
        connection.settings_dict["USER"],
        '"$user", public',
        "",
    )
    assert current() is None


def test_an_exception_rolls_the_scope_back(organization: Organization) -> None:
    with pytest.raises(ZeroDivisionError), scope(organization, actor=SYSTEM, source="system"):
        Team.objects.create(name="gone")
        raise ZeroDivisionError

    with scope(organization, actor=SYSTEM, source="system"):
        assert Team.objects.count() == 0


def test_a_nested_scope_rolls_back_alone_and_gives_back_the_outer_settings(organization: Organization) -> None:
    with scope(organization, actor=SYSTEM, source="api", request_id="outer"):
        Team.objects.create(name="kept")
        with pytest.raises(ZeroDivisionError), scope(organization, actor=SYSTEM, source="job", request_id="inner"):
            Team.objects.create(name="dropped")
            raise ZeroDivisionError
        assert ask("SELECT current_setting('app.request_id')") == "outer"
        with scope(organization, actor=SYSTEM, source="job", request_id="inner"):
            Team.objects.create(name="kept too")
            assert ask("SELECT current_setting('app.request_id')") == "inner"
        assert ask("SELECT current_setting('app.request_id'), current_setting('app.source')") == ("outer", "api")

    with scope(organization, actor=SYSTEM, source="system"):
        assert sorted(Team.objects.values_list("name", flat=True)) == ["kept", "kept too"]


def test_another_organization_inside_a_scope_raises(
    organization: Organization, other_organization: Organization
) -> None:
    with scope(organization, actor=SYSTEM, source="system"):
        with pytest.raises(TenancyError), scope(other_organization, actor=SYSTEM, source="system"):
            raise AssertionError("must not be reached")
        with pytest.raises(TenancyError), public_scope(actor=SYSTEM, source="system"):
            raise AssertionError("must not be reached")


def test_a_tenant_scope_inside_a_public_scope_ends_with_public_again(organization: Organization) -> None:
    with public_scope(actor=SYSTEM, source="operator", request_id="p"):
        assert ask("SELECT current_setting('app.source')") == "operator"
        with scope(organization, actor=SYSTEM, source="system"):
            Team.objects.create(name="inside")
        assert ask("SELECT current_user, current_setting('search_path'), current_setting('app.source')") == (
            connection.settings_dict["USER"],
            "public, pg_temp",
            "operator",
        )


def test_an_unbound_query_sees_public_only(organization: Organization) -> None:
    with pytest.raises(ProgrammingError, match="does not exist"):
        Team.objects.count()


def test_a_tenant_bound_without_a_transaction_raises(organization: Organization) -> None:
    with scope(organization, actor=SYSTEM, source="system"):
        context = contextvars.copy_context()

    token_holder = Scope(organization, SYSTEM, "system")

    def query() -> None:
        from kernel.tenancy.context import _current

        _current.set(token_holder)
        Team.objects.count()

    with pytest.raises(TenancyError, match="not to a transaction"):
        context.run(query)


def test_a_copied_context_in_another_thread_raises(organization: Organization) -> None:
    raised: list[BaseException] = []

    def query() -> None:
        try:
            Team.objects.count()
        except TenancyError as error:
            raised.append(error)
        finally:
            connection.close()

    with scope(organization, actor=SYSTEM, source="system"):
        Team.objects.count()
        context = contextvars.copy_context()
        thread = threading.Thread(target=context.run, args=(query,))
        thread.start()
        thread.join()

    assert [str(error)[:18] for error in raised] == ["A tenant is bound,"]


def test_async_queries_in_a_scope_raise(organization: Organization) -> None:
    def count() -> int:
        try:
            return Team.objects.count()
        finally:
            connection.close()

    async def query() -> int:
        return await sync_to_async(count, thread_sensitive=False)()

    with scope(organization, actor=SYSTEM, source="system"):
        Team.objects.count()
        with pytest.raises(TenancyError):
            asyncio.run(query())


def test_a_raw_change_of_the_search_path_is_noticed(
    organization: Organization, other_organization: Organization
) -> None:
    with pytest.raises(TenancyError, match="behind"), scope(organization, actor=SYSTEM, source="system"):
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL search_path = {other_organization.schema_name}")
        Team.objects.count()


def test_savepoints_inside_a_scope_keep_the_tenant(organization: Organization) -> None:
    with scope(organization, actor=SYSTEM, source="system"):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            Team.objects.create(name="dropped")
            raise ZeroDivisionError
        Team.objects.create(name="kept")
        assert list(Team.objects.values_list("name", flat=True)) == ["kept"]


def test_a_server_side_cursor_reads_the_tenants_rows(organization: Organization) -> None:
    with scope(organization, actor=SYSTEM, source="system"):
        Team.objects.bulk_create([Team(name=f"team {n:03}") for n in range(500)])
        assert [team.name for team in Team.objects.order_by("name").iterator(chunk_size=50)][::100] == [
            "team 000",
            "team 100",
            "team 200",
            "team 300",
            "team 400",
        ]


@pytest.mark.skipif(not settings.TENANT_DB_ROLES, reason="TENANT_DB_ROLES is off: there is no tenant role to try")
def test_a_tenants_role_reaches_no_other_schema(organization: Organization, other_organization: Organization) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        scope(organization, actor=SYSTEM, source="system"),
    ):
        ask(f'SELECT count(*) FROM "{other_organization.schema_name}".access_team')


def test_the_fixture_scope_is_rolled_back(tenant: Scope) -> None:
    Team.objects.create(name="only here")
    assert Team.objects.count() == 1
