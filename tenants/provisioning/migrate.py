"""Bringing a database to the state of the code: public tables, privileges, tenants, template."""

from collections.abc import Callable

from django.core.management import call_command
from django.db import ProgrammingError

from kernel.errors import Conflict
from kernel.recorder.verify import schema_gaps
from kernel.tenancy import content_types, privileges
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.names import PUBLIC_SCHEMA
from kernel.tenancy.scope import scope
from kernel.tenancy.template import migration_key
from tenants import plans
from tenants.access.roles import install_roles
from tenants.models import Organization, SchemaTemplate
from tenants.provisioning.schemas import schema_exists, store_template


def up_to_date() -> bool:
    """Whether the public tables, the template and every tenant carry the migrations on disk."""
    key = migration_key()
    try:
        if not SchemaTemplate.objects.using("owner").filter(pk=key).exists():
            return False
    except ProgrammingError:
        return False
    return not _behind(key)


def migrate(say: Callable[[str], object]) -> None:
    """Migrate public and every tenant with its built-in roles, sync ids and privileges, compile the template.

    Does nothing when up to date.
    """
    if up_to_date():
        say("The database is up to date.")
        return
    say("Migrating the public tables.")
    call_command("migrate_schemas", shared=True, database="owner", verbosity=0, interactive=False)
    content_types.sync()
    privileges.grant_public()
    plans.install()
    key = migration_key()
    for organization in _behind(key):
        if schema_exists(organization.schema_name):
            say(f"Migrating {organization.name} ({organization.schema_name}).")
            call_command(
                "migrate_schemas",
                schema_name=organization.schema_name,
                database="owner",
                verbosity=0,
                interactive=False,
            )
            privileges.grant_tenant_again(organization.schema_name)
            with scope(organization, actor=SYSTEM, source="system"):
                install_roles()
            Organization.objects.using("owner").filter(pk=organization.pk).update(migration_key=key)
    _refuse_gaps([PUBLIC_SCHEMA, *(organization.schema_name for organization in _made())])
    store_template()
    say("The database is up to date.")


def _refuse_gaps(schemas: list[str]) -> None:
    """Raise Conflict where the installed recorder is not today's: only a migration may renew it."""
    gaps = [f"{schema}: {gap}" for schema in schemas for gap in schema_gaps(schema)]
    if gaps:
        raise Conflict("Changes would not be recorded as declared. Write a migration with Record.\n" + "\n".join(gaps))


def _behind(key: str) -> list[Organization]:
    return [organization for organization in _made() if organization.migration_key != key]


def _made() -> list[Organization]:
    made = Organization.objects.using("owner").exclude(migration_key="")
    return list(made.exclude(status=Organization.Status.REMOVED))
