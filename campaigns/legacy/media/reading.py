"""The rows of a stored dump with their pictures, a few at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Final

from campaigns.legacy.pictures import Pictures
from campaigns.legacy.policy import look
from campaigns.legacy.stream import Found, read_dump
from campaigns.legacy.vocabulary import Kind

MOST_ROWS: Final = 500
MOST_BYTES: Final = 2 << 20
_TOLD: Final = frozenset(
    {Kind.PRODUCT, Kind.CAMPAIGN, Kind.SAVED, Kind.COMPLETED, Kind.DRAFT, Kind.MINIMAL, Kind.RECOVERY, Kind.BACKGROUND}
)


@dataclass(frozen=True, slots=True)
class SeenRow:
    """A row of the dump: as it stands there but for the bytes of its pictures, those pictures, and in our shape."""

    ord: int
    kind: Kind
    value: object
    payload: object
    pictures: Pictures


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows that are dealt with together; `last` is the number of the last row read, `read` the bytes so far."""

    rows: list[SeenRow]
    last: int
    read: int


class _Counted:
    """A file that tells how much of it was read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.bytes = file, 0

    def read(self, size: int, /) -> bytes:
        found = self._file.read(size)
        self.bytes += len(found)
        return found


def chunks(file: BinaryIO, *, after: int, now: datetime, pause: Callable[[], None]) -> Iterator[Chunk]:
    """Yield the rows behind row `after` in the dump's order; the rows of one chunk are never much more than MOST_BYTES.

    `pause` is called with each row, those that are passed over too: it may raise to stop.
    """
    counted = _Counted(file)
    some: list[SeenRow] = []
    began = last = 0
    for number, entry in enumerate(read_dump(counted), start=1):
        pause()
        last = number
        if number <= after:
            began = counted.bytes
            continue
        if isinstance(entry, Found) and entry.key.kind in _TOLD:
            value, pictures, shaped = look(entry, now)
            some.append(SeenRow(number, entry.key.kind, value, shaped.payload, pictures))
        if len(some) >= MOST_ROWS or counted.bytes - began >= MOST_BYTES:
            yield Chunk(some, last, counted.bytes)
            some, began = [], counted.bytes
    if some:
        yield Chunk(some, last, counted.bytes)
