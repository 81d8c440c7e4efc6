"""What a schema consists of, as comparable text: two schemas with equal fingerprints have the same structure."""

import hashlib

from django.db import connections

from kernel.tenancy import privileges
from kernel.tenancy.names import tenant_role

_QUERIES = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
               pg_get_expr(d.adbin, d.adrelid), a.attnum
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = %(ns)s::regnamespace AND c.relkind IN ('r', 'p', 'v')
          AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY 1, a.attnum""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, contype, condeferrable, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = %(ns)s::regnamespace ORDER BY 1, 2""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = %(ns)s ORDER BY 1, 2",
    "triggers": """
        SELECT tgrelid::regclass::text, tgname, tgenabled, pg_get_triggerdef(t.oid)
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = %(ns)s::regnamespace AND NOT tgisinternal ORDER BY 1, 2""",
    "functions": """
        SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = %(ns)s::regnamespace ORDER BY 1""",
    "sequences": """
        SELECT sequencename, data_type::text, start_value, min_value, max_value, increment_by, last_value
        FROM pg_sequences WHERE schemaname = %(ns)s ORDER BY 1""",
    "grants": """
        SELECT relname, relkind, (SELECT string_agg(acl::text, ',' ORDER BY acl::text) FROM unnest(relacl) acl)
        FROM pg_class WHERE relnamespace = %(ns)s::regnamespace AND relkind IN ('r', 'S', 'v') ORDER BY 1""",
    "migrations": 'SELECT app, name FROM "%(raw)s".django_migrations ORDER BY app, name',
}


def describe(schema: str) -> dict[str, list[tuple[object, ...]]]:
    """Return every part of the schema's catalog by kind, with its own and its role's name replaced."""
    role = tenant_role(privileges.owner_database(), schema)
    parts: dict[str, list[tuple[object, ...]]] = {}
    with connections["owner"].cursor() as cursor:
        for kind, query in _QUERIES.items():
            if "%(raw)s" in query:
                cursor.execute(query.replace("%(raw)s", schema))
            else:
                cursor.execute(query, {"ns": schema})
            parts[kind] = [tuple(_neutral(value, role, schema) for value in row) for row in cursor.fetchall()]
    return parts


def fingerprint(schema: str) -> str:
    """Return a hash of describe(schema)."""
    return hashlib.sha256(repr(describe(schema)).encode()).hexdigest()


def _neutral(value: object, role: str, schema: str) -> object:
    if isinstance(value, bytes):
        value = value.decode()
    return value.replace(role, "<role>").replace(schema, "<schema>") if isinstance(value, str) else value
