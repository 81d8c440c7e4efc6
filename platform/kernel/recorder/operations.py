"""Migration operations that start and end recording.

They carry the declaration as arguments and take the columns from the migration's own state, so an old migration
always installs what it installed when it was written. After a change of fields, a migration reads
`[Unrecord(<as before>), AddField(...), Record(<as declared now>)]`; kernel.recorder.verify finds what was forgotten.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from kernel.recorder import event_function, triggers


class Record(Operation):
    """Install the triggers that record every change of the model's rows."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, model: str, *, label: str, exclude: Sequence[str] = (), mask: Sequence[str] = ()) -> None:
        self.model = model
        self.label = label
        self.exclude = tuple(exclude)
        self.mask = tuple(mask)

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        options: dict[str, Any] = {"label": self.label}
        if self.exclude:
            options["exclude"] = list(self.exclude)
        if self.mask:
            options["mask"] = list(self.mask)
        return type(self).__name__, [self.model], options

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Recording is no part of Django's state."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._install(app_label, schema_editor, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._remove(app_label, schema_editor, from_state)

    def describe(self) -> str:
        return f"Record changes of {self.model}"

    @property
    def migration_name_fragment(self) -> str:
        return f"record_{self.model.lower()}"

    def table(self, app_label: str, schema: str, state: ProjectState) -> triggers.Table:
        """Return what is recorded of the model as it stands in `state`."""
        model = state.apps.get_model(app_label, self.model)
        return table_of(model, schema, label=self.label, exclude=self.exclude, mask=self.mask)

    def _install(self, app_label: str, editor: BaseDatabaseSchemaEditor, state: ProjectState) -> None:
        if self._concerns(app_label, editor, state):
            _execute(editor, triggers.install(self.table(app_label, schema_of(editor), state)))

    def _remove(self, app_label: str, editor: BaseDatabaseSchemaEditor, state: ProjectState) -> None:
        if self._concerns(app_label, editor, state):
            table = state.apps.get_model(app_label, self.model)._meta.db_table
            _execute(editor, triggers.remove(schema_of(editor), table))

    def _concerns(self, app_label: str, editor: BaseDatabaseSchemaEditor, state: ProjectState) -> bool:
        model = state.apps.get_model(app_label, self.model)
        return self.allow_migrate_model(editor.connection.alias, model)


class Unrecord(Record):
    """Remove what Record with the same arguments has installed; going back installs it again."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._remove(app_label, schema_editor, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._install(app_label, schema_editor, from_state)

    def describe(self) -> str:
        return f"Stop recording changes of {self.model}"

    @property
    def migration_name_fragment(self) -> str:
        return f"unrecord_{self.model.lower()}"


class AcceptEvents(Record):
    """Install the function that writes semantic entries, next to the log's own model."""

    def __init__(self, model: str) -> None:
        super().__init__(model, label="")

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        return type(self).__name__, [self.model], {}

    def _install(self, app_label: str, editor: BaseDatabaseSchemaEditor, state: ProjectState) -> None:
        if self._concerns(app_label, editor, state):
            _execute(editor, event_function.install(schema_of(editor)))

    def _remove(self, app_label: str, editor: BaseDatabaseSchemaEditor, state: ProjectState) -> None:
        if self._concerns(app_label, editor, state):
            _execute(editor, event_function.remove(schema_of(editor)))

    def describe(self) -> str:
        return f"Accept semantic entries in {self.model}"

    @property
    def migration_name_fragment(self) -> str:
        return f"accept_events_{self.model.lower()}"


def table_of(
    model: type[models.Model], schema: str, *, label: str, exclude: Sequence[str], mask: Sequence[str]
) -> triggers.Table:
    """Return what is recorded of `model` in `schema`; `label`, `exclude` and `mask` are field or column names."""
    # By name: a migration's state and today's model list the same fields in different orders.
    fields = {field.name: str(field.column) for field in model._meta.local_concrete_fields}
    columns = fields | {column: column for column in fields.values()}
    unknown = {label, *exclude, *mask} - columns.keys()
    if unknown:
        raise ValueError(f"{model._meta.label} has no column {', '.join(sorted(unknown))} to record.")
    left_out, masked = {columns[name] for name in exclude}, {columns[name] for name in mask}
    key = model._meta.pk
    if key is None:
        raise ValueError(f"{model._meta.label} has no primary key.")
    return triggers.Table(
        schema=schema,
        name=model._meta.db_table,
        content_type=settings.CONTENT_TYPES[model._meta.label_lower],
        key=str(key.column),
        label=columns[label],
        columns=[
            triggers.Column(column, name, column in masked)
            for name, column in sorted(fields.items())
            if column not in left_out
        ],
    )


def schema_of(editor: BaseDatabaseSchemaEditor) -> str:
    """Return the schema that the migration works in."""
    schema: str = editor.connection.schema_name  # type: ignore[attr-defined]
    return schema


def _execute(editor: BaseDatabaseSchemaEditor, statements: Iterable[str]) -> None:
    for statement in statements:
        editor.execute(statement, params=None)
