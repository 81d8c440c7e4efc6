"""Migration operations of tables that say who may do what: count their changes, keep shares in their objects' order."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from kernel.recorder.entry_sql import DEFINER, quoted
from kernel.recorder.operations import schema_of

COUNTER = "count_access"


class _TenantOperation(Operation):
    """Statements for one model's table, each a top-level one; they are undone in the same way."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, model: str) -> None:
        self.model = model

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        return type(self).__name__, [self.model], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Triggers are no part of Django's state."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self._run(app_label, schema_editor, to_state, self.install)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self._run(app_label, schema_editor, from_state, self.remove)

    def install(self, schema: str, table: str) -> Iterable[str]:
        raise TypeError(f"{type(self).__name__} says nothing to install.")

    def remove(self, schema: str, table: str) -> Iterable[str]:
        raise TypeError(f"{type(self).__name__} says nothing to remove.")

    def _run(self, app_label: str, editor: BaseDatabaseSchemaEditor, state: ProjectState, statements: Any) -> None:
        model = state.apps.get_model(app_label, self.model)
        if self.allow_migrate_model(editor.connection.alias, model):
            for statement in statements(schema_of(editor), model._meta.db_table):
                editor.execute(statement, params=None)


class MakeEpoch(_TenantOperation):
    """Write the epoch's one row and the function that counts it up. For AccessEpoch, once."""

    def install(self, schema: str, table: str) -> Iterable[str]:
        yield f"INSERT INTO {quoted(schema, table)} (id, value) VALUES (1, 0)"
        yield (
            f"CREATE FUNCTION {quoted(schema, COUNTER)}() RETURNS trigger {DEFINER} AS $count$BEGIN"
            f" UPDATE {quoted(schema, table)} SET value = value + 1; RETURN NULL; END$count$"
        )
        yield f"REVOKE ALL ON FUNCTION {quoted(schema, COUNTER)}() FROM PUBLIC"

    def remove(self, schema: str, table: str) -> Iterable[str]:
        yield f"DROP FUNCTION {quoted(schema, COUNTER)}()"
        yield f"DELETE FROM {quoted(schema, table)}"

    def describe(self) -> str:
        return "Count changes of access"


class CountAccess(_TenantOperation):
    """Count up the access epoch with every statement that changes the model's rows; `columns` limits updates."""

    def __init__(self, model: str, columns: Sequence[str] = ()) -> None:
        super().__init__(model)
        self.columns = tuple(columns)

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        return type(self).__name__, [self.model, list(self.columns)] if self.columns else [self.model], {}

    def install(self, schema: str, table: str) -> Iterable[str]:
        update = "UPDATE" + (f" OF {', '.join(quoted(column) for column in self.columns)}" if self.columns else "")
        yield (
            f"CREATE TRIGGER {COUNTER} AFTER INSERT OR DELETE OR {update} ON {quoted(schema, table)}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {quoted(schema, COUNTER)}()"
        )

    def remove(self, schema: str, table: str) -> Iterable[str]:
        yield f"DROP TRIGGER {COUNTER} ON {quoted(schema, table)}"

    def describe(self) -> str:
        return f"Count changes of {self.model} as changes of access"


class FollowChanges(_TenantOperation):
    """Repeat the model's `updated_at` as `sort_at` in its two share tables whenever it changes; null in the trash.

    In two steps (fold, then update from arrays), like the recorder, so that it also runs where tables are remote.
    """

    def __init__(self, model: str, grants: Sequence[str]) -> None:
        super().__init__(model)
        self.grants = tuple(grants)

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        return type(self).__name__, [self.model, list(self.grants)], {}

    def install(self, schema: str, table: str) -> Iterable[str]:
        function = quoted(schema, f"follow_{table}")
        updates = " ".join(
            f"UPDATE {quoted(schema, grants)} AS g SET sort_at = r.at FROM unnest(_ids, _times) AS r (id, at)"
            " WHERE g.content_object_id = r.id AND g.sort_at IS DISTINCT FROM r.at;"
            for grants in self.grants
        )
        yield (
            f"CREATE FUNCTION {function}() RETURNS trigger {DEFINER} AS $follow$"
            "DECLARE _ids uuid[]; _times timestamptz[];"
            " BEGIN SELECT array_agg(n.id), array_agg(CASE WHEN n.trashed_at IS NULL THEN n.updated_at END)"
            " INTO _ids, _times FROM new_rows AS n JOIN old_rows AS o ON o.id = n.id"
            " WHERE (o.updated_at, o.trashed_at) IS DISTINCT FROM (n.updated_at, n.trashed_at);"
            f" IF _ids IS NOT NULL THEN {updates} END IF; RETURN NULL; END$follow$"
        )
        yield f"REVOKE ALL ON FUNCTION {function}() FROM PUBLIC"
        yield (
            f"CREATE TRIGGER follow_changes AFTER UPDATE ON {quoted(schema, table)}"
            " REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )

    def remove(self, schema: str, table: str) -> Iterable[str]:
        yield f"DROP TRIGGER follow_changes ON {quoted(schema, table)}"
        yield f"DROP FUNCTION {quoted(schema, f'follow_{table}')}()"

    def describe(self) -> str:
        return f"Keep shares of {self.model} in order of change"
