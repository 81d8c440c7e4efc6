"""Schemas from the stored template."""

from collections.abc import Sequence
from functools import cache

from django.conf import settings
from django.db import connections, transaction
from django.utils.translation import gettext as _

from kernel.errors import Unavailable
from kernel.tenancy import privileges
from kernel.tenancy.names import tenant_role
from kernel.tenancy.template import Template, compile_template, migration_key, replay
from tenants.models import Organization, SchemaTemplate


def current_template() -> Template:
    """Return the template of the migrations on disk; raise Unavailable when db-migrate has not compiled it yet."""
    return _load(str(connections["owner"].settings_dict["NAME"]), migration_key())


@cache
def _load(_database: str, key: str) -> Template:
    row = SchemaTemplate.objects.using("owner").filter(pk=key).first()
    if row is None:
        raise Unavailable(_("The database is behind the code: run `make db-migrate`."), code="migrations_pending")
    return Template(row.migration_key, row.schema_name, row.sql)


def store_template() -> Template:
    """Compile and store the template of the migrations on disk unless it is there; drop older ones."""
    key = migration_key()
    row = SchemaTemplate.objects.using("owner").filter(pk=key).first()
    if row is not None:
        return Template(row.migration_key, row.schema_name, row.sql)
    template = compile_template()
    SchemaTemplate.objects.using("owner").exclude(pk=key).delete()
    SchemaTemplate.objects.using("owner").create(migration_key=key, schema_name=template.schema_name, sql=template.sql)
    return template


def schema_exists(schema: str) -> bool:
    """Whether the schema is there."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema])
        return cursor.fetchone() is not None


def make_schema(organization: Organization) -> bool:
    """Make the organization's schema and role unless they exist; return whether the schema was made now.

    Of two attempts at once one waits for the other and finds its work. A schema that came without its role (from a
    backup, say) is given one.
    """
    schema = organization.schema_name
    with transaction.atomic(using="owner"):
        _lock(schema)
        role_missing = settings.TENANT_DB_ROLES and not _role_exists(schema)
        if schema_exists(schema):
            if role_missing:
                _execute(privileges.tenant_grants(schema))
            return False
        if not role_missing:
            _execute(privileges.drop_tenant(schema))
        template = current_template()
        replay(template, schema)
        Organization.objects.using("owner").filter(pk=organization.pk).update(migration_key=template.migration_key)
    return True


def drop_schema(organization: Organization) -> None:
    """Remove the organization's schema and role with everything in it; may be repeated."""
    with transaction.atomic(using="owner"):
        _lock(organization.schema_name)
        _execute(privileges.drop_tenant(organization.schema_name))


def _lock(schema: str) -> None:
    """Until the transaction ends nobody else makes or drops this schema. A statement of its own, before looking."""
    _execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [schema])


def _role_exists(schema: str) -> bool:
    with connections["owner"].cursor() as cursor:
        role = tenant_role(privileges.owner_database(), schema)
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        return cursor.fetchone() is not None


def _execute(statements: str, values: Sequence[str] | None = None) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statements, values)
