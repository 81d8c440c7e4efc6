"""A replayed schema equals a migrated one."""

from django.core.management import call_command
from django.db import connections

from kernel.tenancy import privileges
from kernel.tenancy.fingerprint import describe, fingerprint
from kernel.tenancy.names import new_schema_name
from kernel.tenancy.template import compile_template, statements_for
from tenants.models import Organization
from tenants.provisioning.schemas import current_template


def test_a_replayed_schema_equals_a_migrated_one(organization: Organization) -> None:
    migrated = new_schema_name()
    with connections["owner"].cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA "{migrated}"')
    try:
        call_command("migrate_schemas", schema_name=migrated, database="owner", verbosity=0, interactive=False)
        with connections["owner"].cursor() as cursor:
            cursor.execute(privileges.tenant_grants(migrated))

        assert describe(organization.schema_name) == describe(migrated)
        assert fingerprint(organization.schema_name) == fingerprint(migrated)
        assert len(describe(migrated)["triggers"]) > 0
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute(privileges.drop_tenant(migrated))


def test_the_stored_template_names_no_schema_but_its_own(django_db_setup: None, django_db_blocker: object) -> None:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        template = current_template()
        replayed = statements_for(template, "t_aaaaaaaaaaaaaaaa")

    assert template.schema_name not in replayed
    assert compile_template.__doc__


def test_no_tenant_schema_has_a_foreign_key_to_public(organization: Organization) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint c JOIN pg_class t ON t.oid = c.confrelid"
            " WHERE c.connamespace = %s::regnamespace AND t.relnamespace <> c.connamespace AND contype = 'f'",
            [organization.schema_name],
        )
        assert cursor.fetchall() == []


def test_public_and_tenant_schemas_share_one_table_name(organization: Organization) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')"
            " INTERSECT SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace",
            [organization.schema_name],
        )
        assert cursor.fetchall() == [("django_migrations",)]


def test_tenant_tables_keep_a_second_engine_possible(organization: Organization) -> None:
    """Primary keys everywhere, no deferrable constraint, nothing unlogged, no materialized view."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class c WHERE relnamespace = %(ns)s::regnamespace AND (relkind = 'm'"
            " OR (relkind = 'r' AND (relpersistence <> 'p' OR NOT EXISTS ("
            "   SELECT 1 FROM pg_constraint WHERE conrelid = c.oid AND contype = 'p'))))"
            " UNION ALL SELECT conname FROM pg_constraint WHERE connamespace = %(ns)s::regnamespace AND condeferrable",
            {"ns": organization.schema_name},
        )
        assert cursor.fetchall() == []
