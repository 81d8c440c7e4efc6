"""Is everything recorded that is declared? In the migrations (before a release) and in a schema (any day)."""

from collections.abc import Iterator

from django.apps import apps
from django.conf import settings
from django.db import connections, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from kernel.recorder import event_function, triggers
from kernel.recorder.declare import recorded_models
from kernel.recorder.entry_sql import ROW_EVENTS
from kernel.recorder.operations import AcceptEvents, Record, Unrecord, table_of
from kernel.tenancy.names import PUBLIC_SCHEMA

_ANY_SCHEMA = "t_aaaaaaaaaaaaaaaa"


def migrations_behind() -> list[str]:
    """Return one sentence per model whose last Record in the migrations is not what its declaration asks for."""
    recorded = _recorded_by_migrations()
    declared = {model._meta.label_lower: model for model in recorded_models()}
    found = [
        f"{label} is declared @audited, but no migration records it." for label in declared.keys() - recorded.keys()
    ]
    found += [
        f"{label} is recorded by a migration, but not declared @audited." for label in recorded.keys() - declared.keys()
    ]
    for label in declared.keys() & recorded.keys():
        if recorded[label] != declared_table(declared[label], _ANY_SCHEMA):
            found.append(f"{label} has changed since its last Record: add Unrecord and Record to its migration.")
    return sorted(found)


def schema_gaps(schema: str) -> list[str]:
    """Return one sentence per trigger that is missing, switched off or other than today's in `schema`."""
    functions = _functions_in(schema)
    enabled = _triggers_in(schema)
    found = []
    if functions.get(event_function.NAME) != event_function.body(schema):
        found.append("The function for semantic entries is missing or not today's.")
    for table in declared_tables(schema):
        function = triggers.function_name(table.name)
        if functions.get(function) != triggers.body(table):
            found.append(f"{table.name}: the recording function is missing or not today's.")
        for kind, event in ROW_EVENTS.items():
            if enabled.get((table.name, triggers.trigger_name(kind))) != function:
                found.append(f"{table.name}: the trigger for {event} is missing or switched off.")
    return sorted(found)


def declared_tables(schema: str) -> Iterator[triggers.Table]:
    """Yield what is to be recorded in a tenant's or in the public schema, as the models declare it today."""
    for model in recorded_models():
        public = apps.get_app_config(model._meta.app_label).name in settings.SHARED_APPS
        if public == (schema == PUBLIC_SCHEMA):
            yield declared_table(model, schema)


def declared_table(model: type[models.Model], schema: str) -> triggers.Table:
    """Return what is to be recorded of one model."""
    declared = recorded_models()[model]
    return table_of(model, schema, label=declared.label, exclude=declared.exclude, mask=declared.mask)


def _recorded_by_migrations() -> dict[str, triggers.Table]:
    loader = MigrationLoader(None)
    state, recorded = ProjectState(real_apps=loader.unmigrated_apps), dict[str, triggers.Table]()
    for key in _in_order(loader):
        migration = loader.graph.nodes[key]
        for operation in migration.operations:
            operation.state_forwards(migration.app_label, state)
            if isinstance(operation, AcceptEvents) or not isinstance(operation, Record):
                continue
            label = f"{migration.app_label}.{operation.model.lower()}"
            if isinstance(operation, Unrecord):
                recorded.pop(label, None)
            else:
                recorded[label] = operation.table(migration.app_label, _ANY_SCHEMA, state)
    return recorded


def _in_order(loader: MigrationLoader) -> Iterator[tuple[str, str]]:
    seen: set[tuple[str, str]] = set()
    for leaf in loader.graph.leaf_nodes():
        for key in loader.graph.forwards_plan(leaf):
            if key not in seen:
                seen.add(key)
                yield key


def _functions_in(schema: str) -> dict[str, str]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT p.proname, p.prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
            " WHERE n.nspname = %s AND p.prosecdef",
            [schema],
        )
        return dict(cursor.fetchall())


def _triggers_in(schema: str) -> dict[tuple[str, str], str]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname, p.proname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_proc p ON p.oid = t.tgfoid"
            " AND p.pronamespace = n.oid WHERE n.nspname = %s AND t.tgenabled IN ('O', 'A') AND NOT t.tgisinternal",
            [schema],
        )
        return {(table, trigger): function for table, trigger, function in cursor.fetchall()}
