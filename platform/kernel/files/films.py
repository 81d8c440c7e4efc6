"""How large and how long a film is, read from its boxes. Films are kept as they are, never decoded here."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

from kernel.errors import Invalid
from kernel.files.refusals import refused
from kernel.files.sniff import WEBM, Type

MOST_BOXES = 10_000
LARGEST_INDEX = 16 * 1024 * 1024
_EBML_HEADER, _SEGMENT, _INFO, _TRACKS, _TRACK = 0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE
_SCALE, _DURATION, _VIDEO, _WIDTH, _HEIGHT = 0x2AD7B1, 0x4489, 0xE0, 0xB0, 0xBA
_WITHIN = frozenset({b"trak", b"mdia"})


@dataclass(frozen=True, slots=True)
class Film:
    """What is known of a film; None where its file does not say."""

    width: int | None
    height: int | None
    duration_ms: int | None


def measure(file: IO[bytes], size: int, found: Type) -> Film:
    """Return what the film says of itself. Raises Invalid where its index is damaged or missing."""
    try:
        film = _webm(file, size) if found is WEBM else _mp4(file, size)
    except (IndexError, ValueError, OverflowError, struct.error):
        raise _damaged() from None
    if not film.width or not film.height:
        raise _damaged()
    return film


def _mp4(file: IO[bytes], size: int) -> Film:
    """The `moov` box holds the film's time and, in each track, its size."""
    budget = iter(range(MOST_BOXES))
    index = next((stretch for name, *stretch in _boxes(file, 0, size, budget) if name == b"moov"), None)
    if index is None or index[1] > LARGEST_INDEX:
        raise _damaged()
    width = height = duration = None
    open_ones = [(index[0], index[1])]
    while open_ones:
        begin, extent = open_ones.pop()
        for name, start, length in _boxes(file, begin, extent, budget):
            if name in _WITHIN:
                open_ones.append((start, length))
            elif name == b"mvhd":
                duration = _mvhd(_read(file, start, min(length, 36)))
            elif name == b"tkhd":
                body = _read(file, start, min(length, 200))
                wide, high = int.from_bytes(body[-8:-6]), int.from_bytes(body[-4:-2])
                if wide and high:
                    width, height = (high, wide) if _lies(body[-44:-8]) else (wide, high)
    return Film(width, height, duration)


def _lies(matrix: bytes) -> bool:
    """Whether a track is shown turned by a quarter, as phones write it."""
    return not any(matrix[0:4]) and any(matrix[4:8])


def _mvhd(body: bytes) -> int | None:
    long = body[0] == 1
    scale = int.from_bytes(body[20:24] if long else body[12:16])
    ticks = int.from_bytes(body[24:32] if long else body[16:20])
    return ticks * 1000 // scale if scale else None


def _boxes(file: IO[bytes], start: int, extent: int, budget: Iterator[int]) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and length of the content of each box of a stretch; `budget` is for the whole file."""
    end = start + extent
    for _count in budget:
        if end - start < 8:
            return
        head = _read(file, start, 8)
        length, body = int.from_bytes(head[:4]), 8
        if length == 1:
            length, body = int.from_bytes(_read(file, start + 8, 8)), 16
        elif length == 0:
            length = end - start
        if length < body or start + length > end:
            raise ValueError("a box leaves its parent")
        yield head[4:8], start + body, length - body
        start += length
    raise ValueError("too many boxes")


def _webm(file: IO[bytes], size: int) -> Film:
    found: dict[int, bytes] = {}
    budget = iter(range(MOST_BOXES))
    open_ones = [(0, size)]
    while open_ones:
        begin, extent = open_ones.pop()
        for name, start, length in _elements(file, begin, extent, budget):
            if name in (_SEGMENT, _INFO, _TRACKS, _TRACK, _VIDEO):
                open_ones.append((start, length))
            elif name in (_SCALE, _DURATION, _WIDTH, _HEIGHT):
                found.setdefault(name, _read(file, start, min(length, 8)))
    scale = int.from_bytes(found.get(_SCALE, b"")) or 1_000_000
    duration = _float(found[_DURATION]) * scale / 1_000_000 if _DURATION in found else None
    return Film(
        int.from_bytes(found.get(_WIDTH, b"")) or None,
        int.from_bytes(found.get(_HEIGHT, b"")) or None,
        round(duration) if duration is not None else None,
    )


def _elements(file: IO[bytes], start: int, extent: int, budget: Iterator[int]) -> Iterator[tuple[int, int, int]]:
    end = start + extent
    for _count in budget:
        if end - start < 2:
            return
        head = _read(file, start, min(12, end - start))
        name_length = 9 - head[0].bit_length()
        length_length = 9 - head[name_length].bit_length()
        mark = head[name_length : name_length + length_length]
        length = int.from_bytes(mark) & ((1 << 7 * length_length) - 1)
        body = start + name_length + length_length
        if length == (1 << 7 * length_length) - 1 or body + length > end:
            # Of unknown length, or a stream that was cut off: it goes to the end.
            length = end - body
        if length < 0:
            raise ValueError("an element leaves its parent")
        yield int.from_bytes(head[:name_length]), body, length
        start = body + length
    raise ValueError("too many elements")


def _float(body: bytes) -> float:
    value: float = struct.unpack(">d" if len(body) == 8 else ">f", body)[0]
    if not 0 <= value < 1e12:
        raise ValueError("no duration")
    return value


def _read(file: IO[bytes], start: int, length: int) -> bytes:
    file.seek(start)
    found = file.read(length)
    if len(found) < length:
        raise ValueError("cut off")
    return found


def _damaged() -> Invalid:
    return refused("video_unreadable", _("This film is damaged, or of a kind that browsers don't play."))
