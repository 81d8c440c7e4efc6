"""The database's side of a backup: what it holds, its roles and its settings."""

import re
from collections import defaultdict
from typing import Any

import psycopg
from psycopg import sql

from kernel.tenancy.names import SCHEMA_NAME, runtime_role
from ops.archive.manifest import Membership, Table

Connection = psycopg.Connection[Any]

# Rows are compared by their text, which these settings shape.
TEXT_SETTINGS = (
    "SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET TimeZone = 'UTC';"
    " SET extra_float_digits = 1; SET bytea_output = 'hex'; SET search_path = ''; SET statement_timeout = 0"
)
OURS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"


def tables(connection: Connection) -> dict[str, Table]:
    """Return row count and content hash of every table of every schema."""
    connection.execute(TEXT_SETTINGS)
    found = {}
    for schema, names in relations(connection, "r").items():
        parts = [table_query(schema, name) for name in names]
        for name, rows, low, high in connection.execute(sql.SQL(" UNION ALL ").join(parts)):
            found[f"{schema}.{name}"] = Table(rows=rows, hash=f"{low}/{high}")
    return found


def table_query(schema: str, name: str) -> sql.Composable:
    """Return the query for one table: the sum of its rows' hashes, in two halves, is the same in any order."""
    half = "coalesce(sum(('x' || {}(hash, 16))::bit(64)::bigint::numeric), 0)"
    return sql.SQL(
        f"SELECT {{}}, count(*), {half.format('left')}, {half.format('right')}"
        ' FROM (SELECT md5("whole row"::text) AS hash FROM ONLY {} AS "whole row") AS hashes'
    ).format(sql.Literal(name), sql.Identifier(schema, name))


def sequences(connection: Connection) -> dict[str, str]:
    """Return the position of every sequence."""
    found = {}
    for schema, names in relations(connection, "S").items():
        parts = [
            sql.SQL("SELECT {}, last_value, is_called FROM {}").format(sql.Literal(name), sql.Identifier(schema, name))
            for name in names
        ]
        for name, value, called in connection.execute(sql.SQL(" UNION ALL ").join(parts)):
            found[f"{schema}.{name}"] = f"{value} {'used' if called else 'unused'}"
    return found


def relations(connection: Connection, kind: str) -> dict[str, list[str]]:
    """Return the names of the relations of a kind, by schema."""
    rows = connection.execute(
        "SELECT n.nspname, c.relname FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        f" WHERE c.relkind = %s AND {OURS} ORDER BY 1, 2",
        [kind],
    )
    found = defaultdict(list)
    for schema, name in rows:
        found[schema].append(name)
    return found


def is_empty(connection: Connection) -> bool:
    """Tell whether the database has no table."""
    return not relations(connection, "r")


def tenant_roles(connection: Connection, database: str) -> list[str]:
    """Return the roles that belong to this database's tenants."""
    pattern = f"^({re.escape(runtime_role(database))}|{re.escape(database)}_{SCHEMA_NAME.pattern})$"
    query = "SELECT rolname FROM pg_roles WHERE rolname ~ %s ORDER BY 1"
    return [row[0] for row in connection.execute(query, [pattern])]


def memberships(connection: Connection, roles: list[str], owner: str) -> list[Membership]:
    """Return which roles were granted to whom; what the creator of a role gets by itself is left out."""
    rows = connection.execute(
        "SELECT r.rolname, m.rolname, a.admin_option, a.inherit_option, a.set_option"
        " FROM pg_auth_members a"
        " JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member"
        " WHERE r.rolname = ANY(%s) AND m.rolname <> %s ORDER BY 1, 2",
        [roles, owner],
    )
    return [Membership(*row) for row in rows]


def login_roles(connection: Connection, database: str) -> list[str]:
    """Return the roles that must exist before a restore: the owner and whoever else may use the tables."""
    rows = connection.execute(
        "SELECT DISTINCT pg_get_userbyid(x.grantee) FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace,"
        f" aclexplode(c.relacl) x WHERE x.grantee <> 0 AND {OURS}"
        " UNION SELECT current_user ORDER BY 1"
    )
    of_tenants = set(tenant_roles(connection, database))
    return [row[0] for row in rows if row[0] not in of_tenants]


def settings(connection: Connection, database: str) -> list[str]:
    """Return the statements that repeat what is set on the database itself, which pg_dump leaves out."""
    rows = connection.execute(
        "SELECT s.setrole::regrole::text, unnest(s.setconfig) FROM pg_db_role_setting s"
        " JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = %s ORDER BY 1, 2",
        [database],
    )
    statements = []
    for role, entry in rows:
        name, value = entry.split("=", 1)
        head = sql.SQL("ALTER ROLE {} IN DATABASE {{database}}").format(sql.SQL(role))
        scope = sql.SQL("ALTER DATABASE {database}") if role == "-" else head
        setting = sql.SQL("{} SET {} = {}").format(scope, sql.Identifier(name), sql.Literal(value))
        statements.append(setting.as_string(connection))
    return statements + grants(connection, database)


def grants(connection: Connection, database: str) -> list[str]:
    """Return the statements that repeat the rights on the database."""
    rows = connection.execute(
        "SELECT CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE x.grantee::regrole::text END,"
        " x.privilege_type FROM pg_database d, aclexplode(d.datacl) x"
        " WHERE d.datname = %s AND x.grantee <> d.datdba ORDER BY 1, 2",
        [database],
    ).fetchall()
    changed = connection.execute("SELECT datacl IS NOT NULL FROM pg_database WHERE datname = %s", [database]).fetchone()
    if not changed or not changed[0]:
        return []
    statements = ["REVOKE ALL ON DATABASE {database} FROM PUBLIC"]
    return statements + [f"GRANT {right} ON DATABASE {{database}} TO {role}" for role, right in rows]
