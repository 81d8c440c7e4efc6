"""Keyset pages: each continues after the last row of the one before, so depth costs nothing and rows don't shift."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Protocol, Self

from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models.expressions import Expression
from django.utils.translation import gettext as _

from kernel.errors import DomainError, FieldError
from kernel.tenancy.context import current_organization

VERSION = 2
LARGEST_PAGE = 200
DEFAULT_PAGE = 50


@dataclass(frozen=True, slots=True)
class Sort:
    """An order that an index backs: columns that are never null, the last one unique; all in one direction."""

    columns: tuple[str, ...]
    descending: bool = False

    def order(self) -> list[str]:
        """Return the arguments for order_by()."""
        return [f"-{name}" for name in self.columns] if self.descending else list(self.columns)


class Reader[M: models.Model](Protocol):
    """Reads a list in its order: at most `limit` rows after the one whose sort columns are `position`."""

    def __call__(self, position: Sequence[Any] | None, limit: int) -> list[M]: ...


@dataclass(frozen=True, slots=True)
class Page[M: models.Model]:
    """Some rows of a list; `next` continues it and is None at its end. `total` is None unless it was asked for."""

    items: list[M]
    next: str | None
    total: int | None = None


class BadCursor(DomainError):
    """The cursor is not ours, or belongs to another list, filter, order or organization."""

    status = 400
    code = "bad_cursor"
    title = "This cursor does not belong to this list."


def page[M: models.Model](
    rows: models.QuerySet[M],
    *,
    name: str,
    filters: Mapping[str, Any],
    sort: str,
    sorts: Mapping[str, Sort],
    cursor: str | None,
    limit: int,
    read: Reader[M] | None = None,
) -> Page[M]:
    """Return up to `limit` rows after `cursor` in one query without a COUNT.

    `name` and `filters` say which list it is: a cursor continues only the list that gave it out. `read` is a
    faster way to the same rows, where there is one.
    """
    chosen = sorts[sort]
    signer = Signer(salt=f"kernel.http.cursor:{current_organization().id}")
    meant = [VERSION, name, sort, _digest(filters)]
    position = _position(signer, cursor, meant, rows.model, chosen) if cursor is not None else None
    if read is not None:
        found = read([value.value for value in position] if position else None, limit + 1)
    else:
        after = rows if position is None else rows.filter(Beyond(chosen, position))
        found = list(after.order_by(*chosen.order())[: limit + 1])
    items = found[:limit]
    if len(found) <= limit:
        return Page(items, None)
    last = [_text(getattr(items[-1], column)) for column in chosen.columns]
    return Page(items, signer.sign_object([*meant, last]))


def _position(
    signer: Signer, cursor: str, meant: list[Any], model: type[models.Model], sort: Sort
) -> list[models.Value]:
    try:
        *list_of_cursor, values = signer.unsign_object(cursor)
    except (BadSignature, ValueError, TypeError, UnicodeError) as error:
        raise _refusal() from error
    if list_of_cursor != meant:
        raise _refusal()
    fields = [model._meta.get_field(column) for column in sort.columns]
    return [
        models.Value(field.to_python(value), output_field=field)  # type: ignore[union-attr, arg-type]
        for field, value in zip(fields, values, strict=True)
    ]


def _digest(filters: Mapping[str, Any]) -> str:
    """Of the filter a cursor holds a digest: searched words can be longer than an address may get."""
    given = sorted((key, str(value)) for key, value in filters.items() if value is not None)
    return blake2b(repr(given).encode(errors="backslashreplace"), digest_size=12).hexdigest()


def _refusal() -> BadCursor:
    message = _("Start again without a cursor; it continues only the list, filter and order that gave it out.")
    return BadCursor(message, errors=[FieldError("?cursor", "bad_cursor", message)])


def _text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


class Beyond(Expression):
    """`(a, b) < (x, y)`: one comparison of rows, which walks an index; a chain of OR does not."""

    conditional = True

    def __init__(self, sort: Sort, position: Sequence[models.Value]) -> None:
        super().__init__(output_field=models.BooleanField())
        self.sign = "<" if sort.descending else ">"
        self.columns: list[Any] = [models.F(name) for name in sort.columns]
        self.position: list[Any] = list(position)

    def get_source_expressions(self) -> list[Any]:
        return [*self.columns, *self.position]

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        half = len(self.columns)
        self.columns, self.position = list(exprs[:half]), list(exprs[half:])

    def copy(self) -> Self:
        made = super().copy()
        made.columns, made.position = list(self.columns), list(self.position)
        return made

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left = [compiler.compile(column) for column in self.columns]
        right = [compiler.compile(value) for value in self.position]
        sides = [", ".join(sql for sql, _params in side) for side in (left, right)]
        params = tuple(param for _sql, found in (*left, *right) for param in found)
        return f"({sides[0]}) {self.sign} ({sides[1]})", params
