"""Colours and gradients, read from the notations that people and the old builder use.

Everything comes out as numbers, so nothing that somebody typed reaches a drawing as it was typed.
"""

import colorsys
import math
import re
from dataclasses import dataclass, replace
from typing import Final

from PIL import ImageColor

MOST_STOPS: Final = 8
_LONGEST: Final = 400
_NUMBER: Final = r"[+-]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})"
_HEX: Final = re.compile(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", re.ASCII)
_FUNCTION: Final = re.compile(r"(rgb|hsl)a?\(([^()]{1,80})\)", re.ASCII)
_PART: Final = re.compile(rf"({_NUMBER})(%|deg)?", re.ASCII)
_GRADIENT: Final = re.compile(r"(?:repeating-)?(linear|radial|conic)-gradient\((.{1,390})\)", re.ASCII | re.DOTALL)
_STOP: Final = re.compile(rf"(.{{1,90}}?)(?:\s+({_NUMBER})%)?(?:\s+{_NUMBER}%)?", re.ASCII)
_SIDES: Final = {"top": (0, -1), "bottom": (0, 1), "left": (-1, 0), "right": (1, 0)}
_TURNS: Final = {"deg": 1.0, "grad": 0.9, "rad": 180 / math.pi, "turn": 360.0}
_ANGLE: Final = re.compile(rf"({_NUMBER})(deg|grad|rad|turn)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Color:
    """A colour, red, green and blue from 0 to 255, and how much of it covers what lies below, 0 to 1."""

    red: int
    green: int
    blue: int
    alpha: float = 1.0

    @property
    def hex(self) -> str:
        """Return it as #rrggbb, without its alpha."""
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    @property
    def light(self) -> bool:
        """Whether dark words read better on it than light ones."""
        return self.luminance > 0.36

    @property
    def luminance(self) -> float:
        """Return the relative luminance of WCAG, 0 to 1."""

        def linear(value: int) -> float:
            part = value / 255
            return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

        return 0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)

    def faded(self, share: float) -> "Color":
        """Return it with `share` of its alpha."""
        return replace(self, alpha=round(self.alpha * share, 3))

    def over(self, below: "Color", share: float) -> "Color":
        """Return the mixture of this colour, with weight `share`, and `below`."""
        parts = zip((self.red, self.green, self.blue), (below.red, below.green, below.blue), strict=True)
        return Color(*(round(top * share + bottom * (1 - share)) for top, bottom in parts))


@dataclass(frozen=True, slots=True)
class Gradient:
    """Colours along a line; `angle` in degrees, 0 points up, 90 to the right."""

    angle: float
    stops: tuple[tuple[float, Color], ...]

    @property
    def light(self) -> bool:
        """Whether dark words read better on most of it."""
        return sum(color.luminance for _, color in self.stops) / len(self.stops) > 0.36

    def faded(self, share: float) -> "Gradient":
        """Return it with `share` of the alpha of each stop."""
        return replace(self, stops=tuple((at, color.faded(share)) for at, color in self.stops))

    def line(self, x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
        """Return both ends of the gradient's line over a box, as CSS places them."""
        turn = math.radians(self.angle)
        half = (abs(width * math.sin(turn)) + abs(height * math.cos(turn))) / 2
        across, down = math.sin(turn) * half, -math.cos(turn) * half
        middle_x, middle_y = x + width / 2, y + height / 2
        return middle_x - across, middle_y - down, middle_x + across, middle_y + down


Paint = Color | Gradient


def color(value: object) -> Color | None:
    """Return the colour that a CSS notation names, None where it names none."""
    text = _short(value)
    if text == "transparent":
        return Color(0, 0, 0, 0.0)
    if match := _HEX.fullmatch(text):
        digits = match[1] if len(match[1]) > 4 else "".join(digit * 2 for digit in match[1])
        red, green, blue, *alpha = (int(digits[at : at + 2], 16) for at in range(0, len(digits), 2))
        return Color(red, green, blue, round(alpha[0] / 255, 3) if alpha else 1.0)
    if match := _FUNCTION.fullmatch(text):
        return _function(match[1], match[2])
    return Color(*ImageColor.getrgb(text)[:3]) if text in ImageColor.colormap else None


def paint(value: object) -> Paint | None:
    """Return the colour or gradient that a CSS notation names; round gradients give their first colour."""
    text = _short(value)
    match = _GRADIENT.fullmatch(text)
    if not match:
        return color(text)
    parts = [part.strip() for part in re.split(r",(?![^(]*\))", match[2])]
    angle = _angle(parts[0])
    stops = _stops(parts if angle is None and _stops(parts[:1]) else parts[1:])
    if not stops:
        return None
    if match[1] != "linear" or len(stops) == 1:
        return stops[0][1]
    return Gradient(180.0 if angle is None else angle, tuple(stops))


def number(value: object, units: tuple[str, ...] = ("px",)) -> float | None:
    """Return a number given as one, or as text with or without one of `units`; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if abs(value) < 1e9 else None  # also drops what is not a number at all
    text = _short(value)
    for unit in units:
        text = text.removesuffix(unit)
    return float(text) if re.fullmatch(_NUMBER, text, re.ASCII) else None


def _short(value: object) -> str:
    return value.strip().lower() if isinstance(value, str) and len(value) <= _LONGEST else ""


def _function(kind: str, inside: str) -> Color | None:
    parts = [_PART.fullmatch(part) for part in re.split(r"[\s,/]+", inside.strip())]
    read = [(float(part[1]), part[2]) for part in parts if part]
    if len(read) != len(parts) or len(read) not in (3, 4):
        return None
    alpha = _alpha(*read[3]) if len(read) == 4 else 1.0
    if kind == "hsl":
        hue, saturation, lightness = (read[0][0] / 360) % 1, *(min(max(part[0], 0), 100) / 100 for part in read[1:3])
        red, green, blue = (round(part * 255) for part in colorsys.hls_to_rgb(hue, lightness, saturation))
        return Color(red, green, blue, alpha)
    red, green, blue = (round(min(max(part * 2.55 if unit == "%" else part, 0), 255)) for part, unit in read[:3])
    return Color(red, green, blue, alpha)


def _alpha(value: float, unit: str | None) -> float:
    return round(min(max(value / 100 if unit == "%" else value, 0.0), 1.0), 3)


def _angle(text: str) -> float | None:
    if match := _ANGLE.fullmatch(text):
        return (float(match[1]) * _TURNS[match[2]]) % 360
    words = text.split()
    if words[:1] != ["to"] or not 2 <= len(words) <= 3 or any(word not in _SIDES for word in words[1:]):
        return None
    across = sum(_SIDES[word][0] for word in words[1:])
    down = sum(_SIDES[word][1] for word in words[1:])
    return math.degrees(math.atan2(across, -down)) % 360


def _stops(parts: list[str]) -> list[tuple[float, Color]]:
    found: list[tuple[float | None, Color]] = []
    for part in parts[:MOST_STOPS]:
        match = _STOP.fullmatch(part)
        shade = color(match[1]) if match else None
        if match is None or shade is None:
            return []
        found.append((float(match[2]) / 100 if match[2] else None, shade))
    spread = max(len(found) - 1, 1)
    stops: list[tuple[float, Color]] = []
    for index, (place, shade) in enumerate(found):
        at = min(max(index / spread if place is None else place, 0.0), 1.0)
        stops.append((max(at, stops[-1][0] if stops else 0.0), shade))
    return stops
