"""The BEGIN message: who and whose, set for one transaction by SET LOCAL and gone with it.

It is one simple-protocol message, so it costs no round trip beyond BEGIN itself, and a pooler in transaction
mode never sees session state. Not set_config(): an engine with remote shards would not pass it on.
"""

from django.conf import settings

from kernel.tenancy.context import Scope
from kernel.tenancy.names import PUBLIC_SCHEMA, is_tenant_schema, tenant_role


def settings_of(scope: Scope, database: str) -> str:
    """Return the SET LOCAL statements for `scope`; the role switch comes first."""
    parts = [_role(scope, database), f"SET LOCAL search_path = {search_path(scope)}"]
    timeouts = settings.TENANT_TIMEOUTS["job" if scope.job_id else "request"]
    parts += [f"SET LOCAL {name} = {literal(value)}" for name, value in timeouts.items()]
    parts += [f"SET LOCAL app.{name} = {literal(value)}" for name, value in audit_context(scope).items()]
    return ";".join(parts)


def reset(database: str) -> str:
    """Return the statements that undo settings_of() inside a still open transaction."""
    names = ["search_path", *settings.TENANT_TIMEOUTS["request"]]
    parts = ["SET LOCAL ROLE NONE", *(f"SET LOCAL {name} TO DEFAULT" for name in names)]
    parts += [f"SET LOCAL app.{name} = ''" for name in AUDIT_KEYS]
    return ";".join(parts)


def search_path(scope: Scope) -> str:
    """Return the path as PostgreSQL reports it back; public only where no organization is meant.

    pg_temp stands last: left out, PostgreSQL would look there first, and a temporary table could shadow a real one.
    """
    if scope.organization is None:
        return f"{PUBLIC_SCHEMA}, pg_temp"
    schema = scope.organization.schema_name
    if not is_tenant_schema(schema):
        raise ValueError(f"{schema!r} is not a tenant schema's name.")
    return f"{schema}, {PUBLIC_SCHEMA}, pg_temp"


AUDIT_KEYS = (
    "organization",
    "actor",
    "actor_name",
    "actor_email",
    "token",
    "source",
    "request_id",
    "job_id",
    "reason",
)


def audit_context(scope: Scope) -> dict[str, str]:
    """Return what the recorder's triggers read: every key of AUDIT_KEYS, empty text where unknown."""
    actor = scope.actor
    values = (
        scope.organization.id if scope.organization else None,
        actor.user_id,
        actor.name,
        actor.email,
        actor.token_id,
        scope.source,
        scope.request_id,
        scope.job_id,
        scope.reason,
    )
    return {key: str(value or "") for key, value in zip(AUDIT_KEYS, values, strict=True)}


def literal(value: str) -> str:
    """Quote a value for SQL with standard_conforming_strings on (the server's default and only mode here)."""
    if "\x00" in value:
        raise ValueError("A NUL character can't be part of the audit context.")
    return "'" + value.replace("'", "''") + "'"


def _role(scope: Scope, database: str) -> str:
    if scope.organization is None or not settings.TENANT_DB_ROLES:
        return "SET LOCAL ROLE NONE"
    return f'SET LOCAL ROLE "{tenant_role(database, scope.organization.schema_name)}"'
