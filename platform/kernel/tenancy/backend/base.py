"""A DatabaseWrapper that refuses every statement whose tenant is unclear.

django-tenants keeps the tenant on the connection and sends SET search_path before cursors; a transaction pooler
or a reused thread then serves another tenant's rows. Here the connection holds only the stack of scopes that were
entered on it, and each statement must come from the code that owns the top of that stack.
"""

from typing import Any

import psycopg
from django.db.backends.postgresql.base import DatabaseWrapper as PostgresWrapper
from django.db.backends.utils import CursorWrapper
from django.db.utils import OperationalError
from django.utils.asyncio import async_unsafe
from django_tenants.postgresql_backend.base import DatabaseWrapper as TenantsWrapper
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus

from kernel.tenancy import prelude
from kernel.tenancy.context import Scope, TenancyError, current
from kernel.tenancy.dialect import Features, Operations


class Cursor(CursorWrapper):
    """Guards COPY too; Django's wrapper hands it straight to the driver."""

    def copy(self, *args: Any, **kwargs: Any) -> Any:
        """Start a COPY in the scope that the running code means."""
        self.db._guard()
        return self.cursor.copy(*args, **kwargs)


class DatabaseWrapper(TenantsWrapper):
    """Sends BEGIN and the scope's settings as one message before a scope's first statement."""

    features_class = Features
    ops_class = Operations

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._scopes: list[Scope] = []
        self._guarded = True
        self._home_path: str | None = None
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(self._guarded_execute)

    # Scopes -----------------------------------------------------------------------------------

    def enter_scope(self, scope: Scope) -> None:
        """Make `scope` the owner of the statements to come; kernel.tenancy.scope alone calls this."""
        if self._in_server_transaction():
            self._send(prelude.settings_of(scope, self.database))
        self._scopes.append(scope)

    def leave_scope(self, scope: Scope) -> None:
        """Forget `scope`. Inside an outer transaction its settings are put back by restore_scope()."""
        if not self._scopes or self._scopes[-1] is not scope:
            raise TenancyError("Scopes must be left in the reverse order of entering.")
        self._scopes.pop()

    def restore_scope(self) -> None:
        """After a nested scope's savepoint: SET LOCAL outlives RELEASE SAVEPOINT, so set the outer values again."""
        if not self._in_server_transaction():
            return
        outer = self._scopes[-1] if self._scopes else None
        self._send(prelude.settings_of(outer, self.database) if outer else prelude.reset(self.database))

    def begin_now(self) -> None:
        """Start the server's transaction at once; used before a nested scope's savepoint."""
        self.ensure_connection()
        if self.connection.pgconn.transaction_status == TransactionStatus.IDLE:
            self._begin(self._scopes[-1] if self._scopes else None)

    @property
    def database(self) -> str:
        """The database's name, as the tenant roles carry it."""
        return str(self.settings_dict["NAME"])

    # Statements -------------------------------------------------------------------------------

    def init_connection_state(self) -> None:
        self._home_path = self._path_reported()
        PostgresWrapper.init_connection_state(self)

    def make_cursor(self, cursor: Any) -> Any:
        return Cursor(cursor, self)

    def _cursor(self, name: str | None = None) -> Any:
        self.ensure_connection()
        self._guard()
        return PostgresWrapper._cursor(self, name)  # type: ignore[attr-defined]

    def _guarded_execute(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self._guard()
        return execute(sql, params, many, context)

    def _guard(self) -> None:
        """Raise unless this code owns the transaction; send its BEGIN message where none was sent yet."""
        if not self._guarded:
            return
        meant = current()
        owner = self._scopes[-1] if self._scopes else None
        if meant is not owner:
            raise TenancyError(_mismatch(meant, owner))
        if owner is None:
            if self._path_reported() != self._home_path:
                raise TenancyError("The search_path of this connection was changed behind our back.")
            return
        if not self.in_atomic_block:
            raise TenancyError("A tenant is bound but its transaction is over.")
        if self.connection.pgconn.transaction_status == TransactionStatus.IDLE:
            self._begin(owner)
        elif self._path_reported() not in (None, prelude.search_path(owner)):
            raise TenancyError("The search_path of this transaction was changed behind the scope's back.")

    def _path_reported(self) -> str | None:
        """The server's real search_path (PostgreSQL 18 reports changes); None where a pooler hides it."""
        reported = self.connection.pgconn.parameter_status(b"search_path")
        return reported.decode().replace('"', "") if reported else None

    def _begin(self, scope: Scope | None) -> None:
        message = "BEGIN;" + prelude.settings_of(scope, self.database) if scope else "BEGIN"
        try:
            self._send(message)
        except OperationalError:
            if self.connection.pgconn.status == ConnStatus.OK:
                raise
            # The server ended this connection while it lay idle. Nothing was sent on it, so a new one is as good.
            self._replace_connection()
            self._send(message)

    def _replace_connection(self) -> None:
        self._close()
        self.connection = self.get_new_connection(self.get_connection_params())
        self.connection.autocommit = False
        self.init_connection_state()

    def _send(self, sql: str) -> None:
        with self.wrap_database_errors:
            result = self.connection.pgconn.exec_(sql.encode())
            if self.connection.pgconn.status != ConnStatus.OK:
                raise psycopg.OperationalError("The server closed the connection.")
            if result.status != ExecStatus.COMMAND_OK:
                raise psycopg.errors.error_from_result(result)

    def _in_server_transaction(self) -> bool:
        return self.connection is not None and self.connection.pgconn.transaction_status == TransactionStatus.INTRANS

    # Savepoints belong to whoever opened them, also while a scope is being left.

    def _savepoint(self, sid: str) -> None:
        self.begin_now()
        self._unguarded(super()._savepoint, sid)

    def _savepoint_rollback(self, sid: str) -> None:
        self._unguarded(super()._savepoint_rollback, sid)

    def _savepoint_commit(self, sid: str) -> None:
        self._unguarded(super()._savepoint_commit, sid)

    def _unguarded(self, act: Any, sid: str) -> None:
        self._guarded = False
        try:
            act(sid)
        finally:
            self._guarded = True

    # What django-tenants keeps on the connection is derived from the scope here -----------------

    @property
    def schema_name(self) -> str:
        """The schema that unqualified names resolve in right now."""
        scope = current()
        return scope.organization.schema_name if scope and scope.organization else "public"

    @schema_name.setter
    def schema_name(self, value: str | None) -> None:
        if value not in (None, "public"):
            raise TenancyError("Bind a tenant with kernel.tenancy.scope.scope(), not on the connection.")

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:
        """Refuse anything but public: the tenant is a value of the scope, never of the connection."""
        self.schema_name = tenant.schema_name
        self.tenant = tenant

    @async_unsafe
    def close(self) -> None:
        PostgresWrapper.close(self)

    @async_unsafe
    def rollback(self) -> None:
        PostgresWrapper.rollback(self)

    @async_unsafe
    def savepoint_rollback(self, sid: str) -> None:
        PostgresWrapper.savepoint_rollback(self, sid)


def _mismatch(meant: Scope | None, owner: Scope | None) -> str:
    if owner is None:
        return "A tenant is bound, but not to a transaction of this connection (another thread or async code?)."
    if meant is None:
        return "This connection is inside a scope that the running code does not know (a lost context?)."
    return "This connection is inside another scope than the one the running code means."
