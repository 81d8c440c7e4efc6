"""Schemas from the stored template."""

from functools import cache

from django.db import connections
from django.utils.translation import gettext as _

from kernel.errors import Unavailable
from kernel.tenancy import privileges
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
    """Make the organization's schema unless it exists; return whether it was made now."""
    if schema_exists(organization.schema_name):
        return False
    template = current_template()
    replay(template, organization.schema_name)
    Organization.objects.using("owner").filter(pk=organization.pk).update(migration_key=template.migration_key)
    return True


def drop_schema(organization: Organization) -> None:
    """Remove the organization's schema and role with everything in it; may be repeated."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(privileges.drop_tenant(organization.schema_name))
