"""Puts staged rows into the database with COPY, in slices, so that memory does not grow with the dump."""

import json
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final, Protocol
from uuid import UUID

from campaigns.legacy.shapes import StagedRow

_SLICE_ROWS: Final = 1000
_SLICE_CHARACTERS: Final = 2 << 20

_ROWS: Final = """
    COPY campaigns_importrow (batch_id, ord, key, path, kind, legacy_id, flow_id, product_ref, sku, twin_hash,
        launched, changed_at, name, content_hash, reason, fact, warnings, held_pictures, verdict, code) FROM STDIN"""
_PAYLOADS: Final = "COPY campaigns_importpayload (batch_id, ord, payload, pictures) FROM STDIN"


class CopyTarget(Protocol):
    """A running COPY."""

    def write_row(self, row: Any, /) -> None: ...


class CopyCursor(Protocol):
    """What we need of a database cursor: statements, and psycopg's COPY."""

    def execute(self, sql: Any, params: Any = ..., /) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def copy(self, statement: Any, /) -> AbstractContextManager[Any]: ...


@contextmanager
def set_based(cursor: CopyCursor) -> Iterator[None]:
    """Keep the planner from nested loops: it knows nothing of rows that were just copied, and guesses few.

    Sorts and hashes may be larger than usual meanwhile; there are never many imports at once.
    """
    cursor.execute("SET LOCAL enable_nestloop = off")
    cursor.execute("SET LOCAL work_mem = '64MB'")
    yield
    cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")
    cursor.execute("SET LOCAL work_mem TO DEFAULT")


def stage(cursor: CopyCursor, batch: UUID, rows: Iterable[StagedRow]) -> Iterator[int]:
    """Copy `rows` into the staging tables of `batch`; yield the number of rows so far after each slice."""
    count = 0
    for some in _slices(rows):
        with cursor.copy(_ROWS) as copy:
            for row in some:
                copy.write_row(_row(batch, row))
        with cursor.copy(_PAYLOADS) as copy:
            for row in some:
                if row.payload or row.pictures:
                    pictures = json.dumps([picture.as_json() for picture in row.pictures]) if row.pictures else "[]"
                    copy.write_row((batch, row.ord, row.payload or "null", pictures))
        count += len(some)
        yield count


def _slices(rows: Iterable[StagedRow]) -> Iterator[list[StagedRow]]:
    """Group rows, by number and by size: a dump may hold a thousand large rows in a row."""
    some: list[StagedRow] = []
    characters = 0
    for row in rows:
        some.append(row)
        characters += len(row.payload)
        if len(some) >= _SLICE_ROWS or characters >= _SLICE_CHARACTERS:
            yield some
            some, characters = [], 0
    if some:
        yield some


def _row(batch: UUID, row: StagedRow) -> tuple[object, ...]:
    return (
        batch,
        row.ord,
        row.key,
        row.path,
        row.kind.value,
        row.legacy_id,
        row.flow_id,
        row.product_ref,
        row.sku,
        row.twin_hash,
        row.launched,
        row.changed_at,
        row.name,
        row.content_hash,
        row.reason,
        row.fact,
        json.dumps(row.warnings) if row.warnings else "[]",
        row.held_pictures,
        "created",  # until settlement says otherwise
        "",
    )
