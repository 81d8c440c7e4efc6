"""Provisioning by replay: migrations run once on a template schema; what they executed makes every further schema.

Running the migrations takes seconds per tenant, replaying their statements in one message some milliseconds, and
the catalog comes out the same because the statements are the same.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from kernel.tenancy import privileges
from kernel.tenancy.names import is_tenant_schema, new_schema_name

_NOT_STRUCTURE = re.compile(r"\s*(SELECT|SHOW|SET search_path|SAVEPOINT|RELEASE|ROLLBACK)\b", re.IGNORECASE)
_MIGRATION_ROW = re.compile(r'\s*INSERT INTO "django_migrations"', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Template:
    """The statements that fill a schema, written for `schema_name`, which replay() replaces."""

    migration_key: str
    schema_name: str
    sql: str


@cache
def migration_key() -> str:
    """Return a hash over every migration on disk and what they generate: two equal keys mean equal schemas.

    Read once per process.
    """
    fixed = (settings.TENANT_APPS, settings.TENANT_DB_ROLES, sorted(settings.CONTENT_TYPES.items()))
    digest = hashlib.sha256(repr(fixed).encode())
    for name in sorted([*settings.TENANT_APPS, *settings.SHARED_APPS]):
        for path in sorted(Path(apps.get_app_config(_label(name)).path, "migrations").glob("*.py")):
            digest.update(f"{name}/{path.name}".encode() + path.read_bytes())
    kernel = Path(__file__).parents[1]
    for path in [*sorted((kernel / "recorder").glob("*.py")), kernel / "tenancy" / "privileges.py"]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def compile_template() -> Template:
    """Run the tenant migrations on a throw-away schema, note every statement, drop the schema again."""
    connection = connections["owner"]
    schema, key = new_schema_name(), migration_key()
    statements: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA "{schema}"')
    try:
        with connection.execute_wrapper(_note_into(statements, connection)):
            call_command("migrate_schemas", schema_name=schema, database="owner", verbosity=0, interactive=False)
        statements.append(_migration_rows(schema))
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP SCHEMA "{schema}" CASCADE')
    return Template(key, schema, ";\n".join(statements))


def replay(template: Template, schema: str) -> None:
    """Make `schema` with the template's structure, its role and its grants: one message, one transaction."""
    if not is_tenant_schema(schema):
        raise ValueError(f"{schema!r} is not a tenant schema's name.")
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(statements_for(template, schema))
        finish_schema(schema)


def statements_for(template: Template, schema: str) -> str:
    """Return all that replay() sends, for one schema."""
    return ";\n".join(
        [
            f'CREATE SCHEMA "{schema}"',
            f'SET LOCAL search_path = "{schema}", public',
            # The bodies were checked when the template was compiled.
            "SET LOCAL check_function_bodies = off",
            template.sql.replace(template.schema_name, schema),
            "SET LOCAL search_path = public",
            privileges.tenant_grants(schema),
        ]
    )


def finish_schema(schema: str) -> None:
    """Hand a new schema to the engine. Plain PostgreSQL needs nothing; an engine with shards distributes it here."""


def _note_into(statements: list[str], connection: BaseDatabaseWrapper) -> Callable[..., Any]:
    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if not _NOT_STRUCTURE.match(sql) and not _MIGRATION_ROW.match(sql):
            rows = params if many else [params]
            statements.extend(_composed(connection, sql, row) for row in rows)
        return result

    return note


def _composed(connection: BaseDatabaseWrapper, sql: str, params: Any) -> str:
    text = sql if params is None else cast(Any, connection.ops).compose_sql(sql, params)
    return str(text).strip().rstrip(";")


def _migration_rows(schema: str) -> str:
    with connections["owner"].cursor() as cursor:
        cursor.execute(f'SELECT app, name FROM "{schema}".django_migrations ORDER BY id')
        rows = ", ".join(f"('{app}', '{name}', now())" for app, name in cursor.fetchall())
    return f"INSERT INTO django_migrations (app, name, applied) VALUES {rows}"


def _label(name: str) -> str:
    return next(config.label for config in apps.get_app_configs() if config.name == name)
