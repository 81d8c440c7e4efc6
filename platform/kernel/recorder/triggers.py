"""The recorder itself: per table one generated function and three statement-level triggers, as SQL text.

The function works in two steps: it folds the transition tables into arrays, then inserts from the arrays. A
statement that read a transition table and wrote a real one could not run where tables live on remote shards.
The text of the changes is put together as JSON and parsed once per row; building jsonb piece by piece costs twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kernel.recorder.entry_sql import (
    CREATE,
    DEFINER,
    DELETE,
    ROW_EVENTS,
    UPDATE,
    declarations,
    insert,
    literal,
    quoted,
)

MASKED = "***"
_TRANSITIONS = {
    CREATE: "NEW TABLE AS new_rows",
    UPDATE: "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    DELETE: "OLD TABLE AS old_rows",
}
_STATEMENTS = {CREATE: "INSERT", UPDATE: "UPDATE", DELETE: "DELETE"}
# The plan is made at the first call of a session, perhaps for one row, and kept: a nested loop chosen then would take
# hours for a later statement that changes many rows.
_ATTRIBUTES = DEFINER + " SET enable_nestloop = off"
_MAX_COLUMNS = 98  # concat_ws takes 100 arguments


@dataclass(frozen=True, slots=True)
class Column:
    """One recorded column: `field` is the name it has in the log."""

    name: str
    field: str
    masked: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """What the recorder must know of one table; `key` and `label` are column names."""

    schema: str
    name: str
    content_type: int
    key: str
    label: str
    columns: Sequence[Column]

    def __post_init__(self) -> None:
        if len(self.columns) > _MAX_COLUMNS:
            raise ValueError(f"{self.name} has more than {_MAX_COLUMNS} recorded columns.")
        if any(column.masked and column.name == self.label for column in self.columns):
            raise ValueError(f"{self.name}: the label {self.label} is masked, so it can't name the object.")
        if len(function_name(self.name).encode()) > 63:
            raise ValueError(f"{self.name} is too long a name for its recording function.")


def function_name(table: str) -> str:
    """Return the name of the function that records changes of `table`."""
    return f"record_{table}"


def trigger_name(kind: int) -> str:
    """Return the name of the trigger, the same on every table."""
    return f"record_{ROW_EVENTS[kind]}"


def install(table: Table) -> Iterable[str]:
    """Return the statements that start or renew the recording of `table`; each is one top-level statement."""
    function = quoted(table.schema, function_name(table.name))
    yield f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger\n{_ATTRIBUTES}\nAS $record${body(table)}$record$"
    # Whoever may execute a trigger function can put it on a table of their own and forge entries.
    yield f"REVOKE ALL ON FUNCTION {function}() FROM PUBLIC"
    for kind in ROW_EVENTS:
        yield (
            f"CREATE OR REPLACE TRIGGER {trigger_name(kind)} AFTER {_STATEMENTS[kind]}"
            f" ON {quoted(table.schema, table.name)} REFERENCING {_TRANSITIONS[kind]}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )


def remove(schema: str, name: str) -> Iterable[str]:
    """Return the statements that end the recording of a table."""
    for kind in ROW_EVENTS:
        yield f"DROP TRIGGER IF EXISTS {trigger_name(kind)} ON {quoted(schema, name)}"
    yield f"DROP FUNCTION IF EXISTS {quoted(schema, function_name(name))}()"


def body(table: Table) -> str:
    """Return the function's body; equal bodies record equally, which is how installed functions are verified."""
    variables = declarations(
        "_keys text[]", "_labels text[]", "_changes text[]", "_moved boolean", "_action smallint", "_event text"
    )
    moved = literal(f"The primary key of a row of {table.name} can't be changed: its history would break off.")
    lines = [
        "BEGIN",
        f"    IF TG_OP = {literal(_STATEMENTS[CREATE])} THEN",
        *_fold(table, CREATE),
        f"    ELSIF TG_OP = {literal(_STATEMENTS[UPDATE])} THEN",
        *_fold(table, UPDATE),
        "        IF _moved THEN",
        f"            RAISE integrity_constraint_violation USING MESSAGE = {moved};",
        "        END IF;",
        "    ELSE",
        *_fold(table, DELETE),
        "    END IF;",
        "    IF _keys IS NOT NULL THEN",
        f"        {_insert(table)};",
        "    END IF;",
        "    RETURN NULL;",
        "END",
    ]
    return f"\n{variables}" + "\n".join(lines) + "\n"


def _fold(table: Table, kind: int) -> list[str]:
    row = "o" if kind == DELETE else "n"
    key = quoted(table.key)
    picked = [
        f"array_agg({row}.{key}::text)",
        f"array_agg({row}.{quoted(table.label)}::text)",
        f"array_agg(concat_ws(',', {', '.join(_change(column, kind) for column in table.columns)}))",
    ]
    into = ["_keys", "_labels", "_changes"]
    if kind == UPDATE:
        picked.append(f"bool_or(n.{key} IS NULL)")
        into.append("_moved")
    source = {
        CREATE: "new_rows AS n",
        DELETE: "old_rows AS o",
        UPDATE: f"old_rows AS o LEFT JOIN new_rows AS n ON n.{key} = o.{key}",
    }[kind]
    return [
        f"        SELECT {', '.join(picked)}",
        f"            INTO {', '.join(into)}",
        f"            FROM {source};",
        f"        _action := {kind};",
        f"        _event := {literal(ROW_EVENTS[kind])};",
    ]


def _insert(table: Table) -> str:
    values = {
        "content_type_id": str(table.content_type),
        "object_pk": "c.pk",
        "object_repr": "coalesce(c.label, '')",
        "action": "_action",
        "event": "_event",
        "changes": "('{' || c.changes || '}')::jsonb",
    }
    rows = (
        ", r.pk, r.label, r.changes\n"
        "        FROM unnest(_keys, _labels, _changes) AS r (pk, label, changes) WHERE r.changes <> ''"
    )
    return insert(table.schema, values, rows)


def _change(column: Column, kind: int) -> str:
    """Return the text `"field":[old,new]`, or NULL (which concat_ws skips) where there is nothing to record."""
    old, new = f"o.{quoted(column.name)}", f"n.{quoted(column.name)}"
    label = f'"{column.field}":'
    if kind == UPDATE:
        pair = f"json_build_array({old}, {new})::text"
        if column.masked:
            stars = literal(MASKED)
            pair = f"json_build_array({_stars(old, stars)}, {_stars(new, stars)})::text"
        return f"CASE WHEN {old} IS DISTINCT FROM {new} THEN {literal(label)} || {pair} END"
    before, after = (f"{label}[null,", "]") if kind == CREATE else (f"{label}[", ",null]")
    value = new if kind == CREATE else old
    if column.masked:
        return f"CASE WHEN {value} IS NOT NULL THEN {literal(f'{before}"{MASKED}"{after}')} END"
    return f"{literal(before)} || to_json({value})::text || {literal(after)}"


def _stars(value: str, stars: str) -> str:
    return f"CASE WHEN {value} IS NOT NULL THEN {stars} END"
