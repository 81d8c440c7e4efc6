"""The log table's columns as the recording functions fill them: the same for row triggers and for events."""

from kernel.tenancy.names import PUBLIC_SCHEMA

TENANT_LOG = "audit_entry"
PUBLIC_LOG = "audit_platform_platformentry"

CREATE, UPDATE, DELETE, ACCESS = 0, 1, 2, 3
ROW_EVENTS = {CREATE: "create", UPDATE: "update", DELETE: "delete"}
ACCESS_EVENT = "access"

# Read once per statement, not once per row. What no scope has set is NULL, and the source is then "sql".
CONTEXT = {
    "_actor": ("uuid", "nullif(current_setting('app.actor', true), '')::uuid"),
    "_actor_name": ("text", "coalesce(current_setting('app.actor_name', true), '')"),
    "_actor_email": ("text", "nullif(current_setting('app.actor_email', true), '')"),
    "_token": ("uuid", "nullif(current_setting('app.token', true), '')::uuid"),
    "_source": ("text", "coalesce(nullif(current_setting('app.source', true), ''), 'sql')"),
    "_request": ("text", "nullif(current_setting('app.request_id', true), '')"),
    "_job": ("uuid", "nullif(current_setting('app.job_id', true), '')::uuid"),
    "_reason": ("text", "coalesce(current_setting('app.reason', true), '')"),
    "_txid": ("bigint", "pg_current_xact_id()::text::bigint"),
}
_CONTEXT_COLUMNS = {
    "actor_id": "_actor",
    "actor_name": "_actor_name",
    "actor_email": "_actor_email",
    "token_id": "_token",
    "source": "_source",
    "cid": "_request",
    "job_id": "_job",
    "reason": "_reason",
    "db_user": "session_user",
    "txid": "_txid",
}

# The functions run with their owner's rights, so every name they use is either qualified or from pg_catalog.
# The time zone makes times in the log UTC, whatever the session shows.
DEFINER = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'"


def quoted(*names: str) -> str:
    """Return a qualified SQL identifier."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def literal(text: str) -> str:
    """Return an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def log_table(schema: str) -> str:
    """Return the qualified table that changes in `schema` are recorded in."""
    return quoted(schema, PUBLIC_LOG if schema == PUBLIC_SCHEMA else TENANT_LOG)


def declarations(*more: str) -> str:
    """Return the DECLARE section of a recording function."""
    lines = [*more, *(f"{name} {kind} := {value}" for name, (kind, value) in CONTEXT.items())]
    return "DECLARE\n" + "".join(f"    {line};\n" for line in lines)


def insert(schema: str, values: dict[str, str], rows: str = "") -> str:
    """Return the INSERT into the log: `values` by column, one entry per row of `rows` (`FROM ...`), context added.

    An entry's time is the time in its id, so that order and range by id are order and range by time.
    """
    columns = values | {"changes_text": "''"} | _CONTEXT_COLUMNS
    names = ", ".join(["id", "timestamp", *columns])
    return (
        f"INSERT INTO {log_table(schema)} ({names})\n"
        f"    SELECT c.id, uuid_extract_timestamp(c.id), {', '.join(columns.values())}\n"
        f"    FROM (SELECT uuidv7() AS id{rows}) AS c"
    )
