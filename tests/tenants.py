"""Organizations for tests, made through the product's own provisioning."""

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connections

from kernel.tenancy.context import SYSTEM
from kernel.tenancy.fingerprint import fingerprint
from kernel.tenancy.names import new_schema_name
from kernel.tenancy.scope import scope
from tenants.access.roles import install_roles
from tenants.models import Domain, Organization
from tenants.provisioning.schemas import current_template, drop_schema, make_schema, schema_exists
from tenants.slugs import host_of

# Schemas whose organizations are gone, emptied, by database. Making one anew takes ten times as long as emptying it,
# and every one that is dropped leaves hundreds of dead rows in the server's catalogs, which slows the next ones down.
_emptied: dict[str, list[str]] = {}
_fresh: dict[str, str] = {}


def make_organization(slug: str = "", plan: str = "scale") -> Organization:
    """Return a committed, active organization with a schema in which there is nothing yet but the built-in roles."""
    slug = slug or f"org-{secrets.token_hex(4)}"
    made = Organization.objects.using("owner").create(
        slug=slug,
        name=slug.title(),
        plan_id=plan,
        status=Organization.Status.ACTIVE,
        schema_name=_emptied[_database()].pop() if _emptied.get(_database()) else new_schema_name(),
        migration_key=current_template().migration_key,
    )
    Domain.objects.using("owner").create(domain=host_of(slug), tenant=made, is_primary=True)
    make_schema(made)
    _fresh.setdefault(_database(), fingerprint(made.schema_name))
    with scope(made, actor=SYSTEM, source="system"):
        install_roles()
    return Organization.objects.get(pk=made.pk)


def remove_organization(organization: Organization) -> None:
    """Remove the organization with everything it holds; where its schema is as it was made, the next one gets it."""
    schema = organization.schema_name
    if schema_exists(schema) and fingerprint(schema) == _fresh.get(_database()):
        _empty(schema)
        _emptied.setdefault(_database(), []).append(schema)
    else:
        drop_schema(organization)
    Organization.objects.using("owner").filter(pk=organization.pk).delete()


def outside[T](act: Callable[[], T]) -> T:
    """Do something with no scope open, on connections of its own, while the test stands inside one."""

    def alone() -> T:
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(alone).result()


def _database() -> str:
    return str(connections["owner"].settings_dict["NAME"])


def _empty(schema: str) -> None:
    """Delete all rows but those that came with the schema. The log goes last: it records how the others go."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r' AND NOT relname"
            " IN ('django_migrations', 'access_accessepoch', 'audit_entry')",
            [schema],
        )
        tables = [str(row[0]) for row in cursor.fetchall()]
        # One statement, so that no foreign key minds the order.
        deletes = ", ".join(f'd{n} AS (DELETE FROM "{schema}"."{table}")' for n, table in enumerate(tables))
        cursor.execute(
            f'WITH {deletes} SELECT 1; DELETE FROM "{schema}".audit_entry;'
            f' UPDATE "{schema}".access_accessepoch SET value = 0'
        )
