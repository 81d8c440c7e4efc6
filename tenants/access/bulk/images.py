"""What rows were before: PostgreSQL's own JSON of every column, which it also reads back without loss.

It stays text on its way through Python, whose numbers would round those of a document.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from tenants.access.bulk.actions import BulkResource
from tenants.access.models import Versioned

# What a new version of a row never takes over from an old one.
_OF_THE_VERSION = frozenset({"id", "row_version", "updated_at"})


@dataclass(frozen=True, slots=True)
class Image:
    """One object: its columns, and the rows of its children by table, ordered by id; all JSON texts."""

    row: str
    children: Mapping[str, list[str]]

    @property
    def family(self) -> str:
        """A digest of the children: equal digests mean that nobody touched them."""
        return blake2b(json.dumps(self.children, sort_keys=True).encode(), digest_size=16).hexdigest()

    @property
    def text(self) -> str:
        """The whole as one JSON text."""
        tables = ", ".join(f"{json.dumps(table)}: [{', '.join(rows)}]" for table, rows in self.children.items())
        return f'{{"row": {self.row}, "family": "{self.family}", "children": {{{tables}}}}}'


def images(resource: BulkResource, ids: Collection[UUID]) -> dict[UUID, Image]:
    """Return what the objects with these ids are now; one statement per table."""
    if not ids:
        return {}
    wanted = list(ids)
    children: dict[UUID, dict[str, list[str]]] = {id_: {} for id_ in wanted}
    for model, field in resource.children:
        for owner, row in _rows(model._meta.db_table, _column(model, field), wanted, order="id"):
            children[owner].setdefault(model._meta.db_table, []).append(row)
    rows = _rows(resource.model._meta.db_table, "id", wanted)
    return {id_: Image(row, children[id_]) for id_, row in rows}


def column_of(before: str, column: str) -> Any:
    """Return one column of an image's text."""
    return json.loads(before)["row"][column]


def put_back(resource: BulkResource, row: Versioned, before: str, now: Image) -> None:
    """Write the object's former columns as a new version, and its children as they were; `before` is Image.text."""
    model = resource.model
    columns = {str(f.column) for f in model._meta.local_concrete_fields} - _OF_THE_VERSION
    names = ", ".join(connection.ops.quote_name(column) for column in sorted(columns))
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET ({names}) ="
            f" (SELECT {names} FROM jsonb_populate_record(NULL::{table}, %s::jsonb -> 'row')),"
            " row_version = row_version + 1, updated_at = %s WHERE id = %s",
            [before, timezone.now(), row.pk],
        )
        if json.loads(before)["family"] == now.family:
            return
        for child, field in resource.children:
            table, owner = connection.ops.quote_name(child._meta.db_table), _quoted(_column(child, field))
            cursor.execute(f"DELETE FROM {table} WHERE {owner} = %s", [row.pk])
            cursor.execute(
                f"INSERT INTO {table} SELECT * FROM jsonb_populate_recordset"
                f"(NULL::{table}, coalesce(%s::jsonb -> 'children' -> %s, '[]'))",
                [before, child._meta.db_table],
            )


def _rows(table: str, column: str, ids: list[UUID], *, order: str = "") -> list[tuple[UUID, str]]:
    key, tail = f"t.{_quoted(column)}", f" ORDER BY t.{_quoted(order)}" if order else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key}, to_jsonb(t)::text FROM {_quoted(table)} t WHERE {key} = ANY(%s){tail}", [ids])
        return list(cursor.fetchall())


def _column(model: Any, field: str) -> str:
    return str(model._meta.get_field(field).column)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
