"""Words into lines that fit a box, with an ellipsis where they don't."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from campaigns.previews.typefaces import ASCENT, DESCENT, UNITS, Shaped, shape

MOST_CHARACTERS: Final = 2000
MOST_LINES: Final = 60
ELLIPSIS: Final = "…"
_CUT: Final = 120
"""Words are shaped in pieces of at most so many characters."""
_SPACES: Final = re.compile(r"[^\S\n]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its words with the place of each, in pixels from the line's left end."""

    text: str
    width: float
    words: tuple[tuple[float, Shaped], ...]

    @property
    def foreign(self) -> bool:
        """Whether part of it is in a script that our fonts lack."""
        return any(shaped.foreign for _, shaped in self.words)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of one size; `cut` is True where not everything found room."""

    lines: tuple[Line, ...]
    size: float
    line_height: float
    cut: bool

    @property
    def height(self) -> float:
        """Return the height of all lines."""
        return len(self.lines) * self.line_height

    @property
    def width(self) -> float:
        """Return the width of the longest line."""
        return max((line.width for line in self.lines), default=0.0)

    def baseline(self, index: int) -> float:
        """Return how far below the block's top the letters of a line stand."""
        inside = (ASCENT + DESCENT) / UNITS * self.size
        return index * self.line_height + (self.line_height - inside) / 2 + ASCENT / UNITS * self.size


def clean(text: str) -> str:
    """Return the text without characters that show nothing or that XML can't hold; line ends stay."""
    text = text[:MOST_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    kept = "".join(char if _shows(char) else " " if char in "\t\u00a0" else "" for char in text)
    return unicodedata.normalize("NFC", _SPACES.sub(" ", kept)).strip()


def _shows(char: str) -> bool:
    if char in "\n\u200d\ufe0f\ufe0e":
        return True
    if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zp"):
        return False
    return char != "\u00a0" and not 0xFE00 <= ord(char) <= 0xFE0D


def right_to_left(text: str) -> bool:
    """Whether the first letter that has a direction runs from right to left."""
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def fill(
    text: str, *, weight: int, size: float, width: float, height: float, line_height: float = 1.25, most: int = 60
) -> Block:
    """Break a cleaned text into lines of at most `width`; what needs more than the height or `most` lines is cut."""
    step = size * line_height
    count = max(1, min(most, MOST_LINES, int(height / step + 0.02)))
    if not text:
        return Block((), size, step, cut=False)
    room = width / size * UNITS
    lines, cut = _break(text, weight, room, count)
    if cut:
        lines[-1] = _shorten(lines[-1], weight, room)
    return Block(tuple(_line(line, weight, size) for line in lines), size, step, cut=cut)


def fit(
    text: str, *, weight: int, sizes: tuple[float, ...], width: float, height: float, line_height: float, most: int
) -> Block:
    """Fill with the first of `sizes` at which nothing is cut and no word is broken, else with the last."""
    block = fill("", weight=weight, size=sizes[-1], width=width, height=height, line_height=line_height)
    longest = max((shape(word[:_CUT], weight).width for word in text.split()), default=0.0)
    for size in sizes:
        if longest * size / UNITS > width and size != sizes[-1]:
            continue
        block = fill(text, weight=weight, size=size, width=width, height=height, line_height=line_height, most=most)
        if not block.cut and block.height <= height + 0.5:
            break
    return block


def balanced(text: str, block: Block, *, weight: int, width: float) -> float:
    """Return the smallest width that breaks a whole text into as many lines, so that none is left nearly empty."""
    if block.cut or len(block.lines) < 2:
        return width
    low, high = max(block.width * 0.5, width / len(block.lines) * 0.8), block.width
    for _ in range(6):
        middle = (low + high) / 2
        lines, cut = _break(text, weight, middle / block.size * UNITS, len(block.lines))
        whole = all(shape(word[:_CUT], weight).width * block.size / UNITS <= middle for word in text.split())
        low, high = (low, middle) if whole and not cut and len(lines) == len(block.lines) else (middle, high)
    return min(high + 0.5, width)


def _break(text: str, weight: int, room: float, count: int) -> tuple[list[str], bool]:
    space = shape(" ", weight).width
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line, used = "", 0.0
        for word in paragraph.split(" "):
            for piece, joined in _pieces(word, weight, room):
                width = shape(piece, weight).width
                gap = 0.0 if joined or not line else space
                if line and (joined or used + gap + width > room):
                    lines.append(line)
                    if len(lines) > count:
                        return lines[:count], True
                    line, used, gap = "", 0.0, 0.0
                line += (" " if gap else "") + piece
                used += gap + width
        lines.append(line)
        if len(lines) > count:
            return lines[:count], True
    return lines, False


def _pieces(word: str, weight: int, room: float) -> list[tuple[str, bool]]:
    """Return a word whole or, where it is wider than the room, in pieces; True marks those that start a line."""
    if len(word) <= _CUT and shape(word, weight).width <= room:
        return [(word, False)]
    pieces: list[tuple[str, bool]] = []
    while word:
        head = word[:_CUT]
        fitting = [count for count, width in shape(head, weight).ends if width <= room]
        at = max(fitting[-1] if fitting else 0, 1)
        pieces.append((word[:at], bool(pieces)))
        word = word[at:]
    return pieces


def _shorten(line: str, weight: int, room: float) -> str:
    """Return as much of a line as leaves room for the ellipsis: whole words, or part of the only one."""
    words = line.split(" ")
    while words:
        text = " ".join(words).rstrip(" ,;:-—")
        if _width(text + ELLIPSIS, weight) <= room:
            return text + ELLIPSIS
        if len(words) == 1:
            break
        words.pop()
    for count, _ in reversed(shape(words[0][:_CUT], weight).ends[:-1]):
        text = words[0][:count] + ELLIPSIS
        if _width(text, weight) <= room:
            return text
    return ELLIPSIS


def _width(text: str, weight: int) -> float:
    words = text.split(" ")
    return sum(shape(word, weight).width for word in words) + shape(" ", weight).width * (len(words) - 1)


def _line(text: str, weight: int, size: float) -> Line:
    scale = size / UNITS
    space = shape(" ", weight).width * scale
    words: list[tuple[float, Shaped]] = []
    at = 0.0
    for word in text.split(" "):
        shaped = shape(word, weight)
        words.append((at, shaped))
        at += shaped.width * scale + space
    return Line(text, max(at - space, 0.0), tuple(words))
