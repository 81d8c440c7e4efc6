"""The fonts of the previews: how wide a word is, and its outlines. Nothing depends on fonts of the system."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import uharfbuzz

UNITS: Final = 2048
"""How many units of the fonts make the size of the text; all of ours agree."""
ASCENT: Final = 1984
DESCENT: Final = 494
WEIGHTS: Final = (400, 600, 700)
_FOLDER: Final = Path(__file__).with_name("fonts")
_FILES: Final = {400: "Inter-Regular.ttf", 600: "Inter-SemiBold.ttf", 700: "Inter-Bold.ttf"}
_EMOJI: Final = "NotoEmoji-Regular.ttf"
_JOINERS: Final = "\u200d\ufe0e\ufe0f\u20e3"
FOREIGN: Final = "foreign"


@dataclass(frozen=True, slots=True)
class Glyph:
    """One outline: it starts at (x, y), its rest is relative to there; y grows upwards."""

    x: float
    y: float
    path: str


@dataclass(frozen=True, slots=True)
class Foreign:
    """A piece of text in a script that our fonts lack, and the room that is left for it."""

    x: float
    width: float
    text: str


@dataclass(frozen=True, slots=True)
class Shaped:
    """A word as it is drawn, in units. `ends` are the places where it may be cut: (characters, width until there)."""

    width: float
    glyphs: tuple[Glyph, ...]
    foreign: tuple[Foreign, ...]
    ends: tuple[tuple[int, float], ...]


def weight_of(weight: int | None) -> int:
    """Return the weight among ours that comes closest to a weight of CSS."""
    wanted = weight or 400
    return 400 if wanted < 550 else 600 if wanted < 650 else 700


@lru_cache(maxsize=8192)
def shape(word: str, weight: int) -> Shaped:
    """Shape one word of up to some hundred characters; the same word always comes out the same."""
    glyphs: list[Glyph] = []
    foreign: list[Foreign] = []
    ends: list[tuple[int, float]] = []
    at, width = 0, 0.0
    for name, run in _runs(word, weight):
        if name == FOREIGN:
            start = width
            for char in run:
                width += _guess(char)
                at += 1
                ends.append((at, width))
            foreign.append(Foreign(start, width - start, run))
            continue
        width = _shape_run(name, run, at, width, glyphs, ends)
        at += len(run)
    return Shaped(width, tuple(glyphs), tuple(foreign), tuple(ends))


def _shape_run(name: str, run: str, at: int, width: float, glyphs: list[Glyph], ends: list[tuple[int, float]]) -> float:
    buffer = uharfbuzz.Buffer()
    buffer.add_str(run)
    buffer.direction = "ltr"
    buffer.guess_segment_properties()
    uharfbuzz.shape(_font(name), buffer)
    infos, positions = buffer.glyph_infos, buffer.glyph_positions
    for index, (info, position) in enumerate(zip(infos, positions, strict=True)):
        if info.cluster and (index == 0 or infos[index - 1].cluster != info.cluster):
            ends.append((at + info.cluster, width))
        start, path = _outline(name, info.codepoint)
        if path:
            glyphs.append(Glyph(width + position.x_offset + start[0], position.y_offset + start[1], path))
        width += position.x_advance
    ends.append((at + len(run), width))
    return width


def _runs(word: str, weight: int) -> list[tuple[str, str]]:
    """Split a word by the font that has its characters; marks and joiners stay with what they join."""
    own, emoji = _FILES[weight], _EMOJI
    names: list[str] = []
    for index, char in enumerate(word):
        joined = char in _JOINERS or unicodedata.combining(char)
        if joined and names and names[-1] != FOREIGN and ord(char) in _covered(names[-1]):
            names.append(names[-1])
        elif word[index + 1 : index + 2] == "\ufe0f" and ord(char) in _covered(emoji):
            names.append(emoji)
        elif ord(char) in _covered(own):
            names.append(own)
        elif ord(char) in _covered(emoji) and not joined:
            names.append(emoji)
        else:
            names.append(FOREIGN)
    pairs = groupby(zip(names, word, strict=True), key=lambda pair: pair[0])
    return [(name, "".join(char for _, char in group)) for name, group in pairs]


def _guess(char: str) -> float:
    """Return the room to leave for a character that we can't measure."""
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0.0
    return UNITS * (1.0 if unicodedata.east_asian_width(char) in "WF" else 0.62)


@lru_cache
def _font(name: str) -> Any:
    return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(_FOLDER / name))))


@lru_cache
def _covered(name: str) -> frozenset[int]:
    return frozenset(_font(name).face.unicodes)


@lru_cache(maxsize=8192)
def _outline(name: str, glyph: int) -> tuple[tuple[float, float], str]:
    """Return where the outline of a glyph starts, and the rest of its path relative to there."""
    pen = _Pen()
    _font(name).draw_glyph_with_pen(glyph, pen)
    return pen.start, "".join(pen.parts)


class _Pen:
    """Writes an outline as a path of relative steps."""

    def __init__(self) -> None:
        self.start = (0.0, 0.0)
        self.parts: list[str] = []
        self._at = (0.0, 0.0)
        self._begun = (0.0, 0.0)
        self._first = True

    def moveTo(self, point: tuple[float, float]) -> None:
        if self._first:
            self.start, self._first = point, False
        else:
            self.parts.append(f"m{self._step(point)}")
        self._at = self._begun = point

    def lineTo(self, point: tuple[float, float]) -> None:
        self.parts.append(f"l{self._step(point)}")
        self._at = point

    def qCurveTo(self, control: tuple[float, float], point: tuple[float, float]) -> None:
        self.parts.append(f"q{self._step(control)} {self._step(point)}")
        self._at = point

    def curveTo(self, first: tuple[float, float], second: tuple[float, float], point: tuple[float, float]) -> None:
        self.parts.append(f"c{self._step(first)} {self._step(second)} {self._step(point)}")
        self._at = point

    def closePath(self) -> None:
        self.parts.append("z")
        self._at = self._begun

    def _step(self, point: tuple[float, float]) -> str:
        return f"{point[0] - self._at[0]:g} {point[1] - self._at[1]:g}"
