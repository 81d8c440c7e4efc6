"""From bytes to text, piece by piece: the file's encoding, and JSON text that stands inside a JSON string.

A localStorage dump is JSON strings inside JSON, and one such string may be larger than memory. So text is never whole
here: it comes in pieces of bounded size, and each piece knows where in the file its characters came from.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from django.utils.translation import gettext as _

from campaigns.legacy.errors import BrokenJson, DumpError

PIECE_BYTES = 1 << 16

_SPACE = re.compile(r"[ \t\n\r]*+")
_HIGH = r"u[dD][89abAB][0-9a-fA-F]{2}"
_HEX = r"u[0-9a-fA-F]{4}"
# Whole escapes only, and a high surrogate only together with what follows it: a piece may end anywhere.
_STRING_BODY = re.compile(
    rf'[^"\\]*+(?:\\(?:[^u]|(?!{_HIGH}){_HEX}|{_HIGH}(?:\\{_HEX}|(?=[^\\])|(?=\\[^u])))[^"\\]*+)*+', re.DOTALL
)
_LONGEST_ESCAPE = len(r"\ud83d\ude00")
_CHARACTER = re.compile(rf"\\{_HIGH}\\u[dD][c-fC-F][0-9a-fA-F]{{2}}|\\{_HEX}|\\.|[^\\]", re.DOTALL)


class BinaryFile(Protocol):
    """What we need of an opened dump."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text of the dump; `locate` turns an index into it into a byte position in the file."""

    text: str
    locate: Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the dump; its byte offset is worked out only when somebody asks."""

    piece: Piece
    index: int

    @property
    def offset(self) -> int:
        return self.piece.locate(self.index)


class Chars:
    """A text read from the front: `text[at:]` is what is left of the present piece."""

    __slots__ = ("_piece", "_pieces", "at", "text")

    def __init__(self, pieces: Iterator[Piece]) -> None:
        self._pieces = pieces
        self._piece = Piece("", _nowhere)
        self.text = ""
        self.at = 0

    def fill(self) -> bool:
        """Make sure that a character is left, taking the next piece where needed; False at the end."""
        while self.at >= len(self.text):
            piece = next(self._pieces, None)
            if piece is None:
                return False
            self._piece, self.text, self.at = piece, piece.text, 0
        return True

    def skip_space(self) -> str:
        """Return the next character that is not JSON white space, without taking it; "" at the end."""
        while self.fill():
            match = _SPACE.match(self.text, self.at)
            self.at = match.end() if match else self.at
            if self.at < len(self.text):
                return self.text[self.at]
        return ""

    def mark(self) -> Mark:
        """Remember this place."""
        return Mark(self._piece, self.at)

    def broken(self, detail: str) -> BrokenJson:
        """Return the error that says what is wrong at this place."""
        offset = self.mark().offset
        return BrokenJson(
            _("Byte %(offset)d: %(what)s") % {"offset": offset, "what": detail}, offset=offset, layer=self
        )


def file_pieces(file: BinaryFile) -> Iterator[Piece]:
    """Yield the file's text; UTF-8 with or without a mark, UTF-16 and UTF-32 are recognised, all else is refused."""
    head = file.read(PIECE_BYTES)
    encoding, skip = _encoding(head)
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    base, chunk = skip, head[skip:]
    while True:
        pending = len(decoder.getstate()[0])
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            offset = base - pending + error.start
            raise DumpError(
                _("Byte %(offset)d is not %(encoding)s text. Save the dump as UTF-8.")
                % {"offset": offset, "encoding": encoding.upper()},
                code="bad_encoding",
                offset=offset,
            ) from None
        if text:
            yield Piece(text, partial(_file_offset, text, encoding, base - pending))
        if not chunk:
            return
        base += len(chunk)
        chunk = file.read(PIECE_BYTES)


def unescaped(chars: Chars) -> Iterator[Piece]:
    """Yield the content of the JSON string whose opening quote was just taken; ends behind its closing quote."""
    held, held_from = "", Mark(Piece("", _nowhere), 0)
    while True:
        if not chars.fill():
            raise chars.broken(_("a text value never ends."))
        start = chars.at
        raw = held + chars.text[start:]
        where = partial(_joined_offset, held_from, len(held), chars.mark())
        match = _STRING_BODY.match(raw)
        end = match.end() if match else 0
        closed = raw[end : end + 1] == '"'
        if not closed and len(raw) - end >= _LONGEST_ESCAPE:
            chars.at = max(start, start + end - len(held))
            raise chars.broken(_("a text value holds an escape that JSON does not know."))
        segment = raw[:end]
        try:
            text: str = json.loads(f'"{segment}"')
        except json.JSONDecodeError as error:
            chars.at = max(start, start + error.pos - 1 - len(held))
            raise chars.broken(_("a text value holds a character that JSON does not allow there.")) from None
        if closed:
            chars.at = start + end - len(held) + 1
        else:
            chars.at = start + end - len(held)
            # Only the place is remembered, never the pieces before it: memory must stay flat.
            held_from = chars.mark() if end >= len(held) else Mark(Piece("", where), end)
            held, chars.at = raw[end:], len(chars.text)
        if text:
            yield Piece(text, partial(_unescaped_offset, segment, where))
        if closed:
            return


def _encoding(head: bytes) -> tuple[str, int]:
    if not head.strip(b" \t\r\n"):
        raise DumpError(_("The file is empty."), code="empty", offset=0)
    if head[:2] in (b"\x1f\x8b", b"PK"):
        raise DumpError(_("The file is compressed. Unpack it and upload the JSON inside."), code="compressed", offset=0)
    marks = (
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe\x00\x00", "utf-32-le"),
        (b"\x00\x00\xfe\xff", "utf-32-be"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
    )
    for mark, name in marks:
        if head.startswith(mark):
            return name, len(mark)
    # Without a mark: JSON starts with an ASCII character, so the zero bytes around it give the width away.
    if len(head) > 1 and not head[0] and head[1]:
        return "utf-16-be", 0
    if len(head) > 1 and head[0] and not head[1]:
        return "utf-16-le", 0
    return "utf-8", 0


def _file_offset(text: str, encoding: str, base: int, index: int) -> int:
    return base + len(text[:index].encode(encoding))


def _nowhere(index: int) -> int:
    return index


def _joined_offset(held_from: Mark, held_length: int, mark: Mark, index: int) -> int:
    if index < held_length:
        return held_from.piece.locate(held_from.index + index)
    return mark.piece.locate(mark.index + index - held_length)


def _unescaped_offset(segment: str, where: Callable[[int], int], index: int) -> int:
    for count, match in enumerate(_CHARACTER.finditer(segment)):
        if count == index:
            return where(match.start())
    return where(len(segment))
