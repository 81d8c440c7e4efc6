"""The styles that an element of a layout can have: a closed list, named and written as in CSS, read as numbers."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from campaigns.previews.paint import Color, Paint, color, number, paint

LARGEST_FONT: Final = 1000
_BORDER: Final = re.compile(r"(\d{1,3}(?:\.\d{1,3})?)(?:px)?\s+(?:solid|dashed|dotted|double)\s+(\S.{0,80})", re.ASCII)
_WEIGHTS: Final = {"normal": 400, "lighter": 400, "bold": 700, "bolder": 700}
_ALIGNMENTS: Final = {"left": "left", "start": "left", "justify": "left", "center": "center"} | {
    "right": "right",
    "end": "right",
}
_FITS: Final = ("cover", "contain", "fill", "none", "scale-down")


@dataclass(frozen=True, slots=True)
class Style:
    """The styles of one element; None where it says nothing. `wrong` names those whose value can't be read."""

    color: Color | None = None
    background: Paint | None = None
    font_size: float | None = None
    weight: int | None = None
    align: str | None = None
    line_height: float | None = None
    opacity: float = 1.0
    radius: float = 0.0
    radius_share: float = 0.0
    border_width: float = 0.0
    border_color: Color | None = None
    fit: str | None = None
    wrong: tuple[str, ...] = ()

    def corner(self, width: float, height: float) -> float:
        """Return the radius of the corners of a box, never more than round."""
        return min(max(self.radius, self.radius_share * min(width, height)), width / 2, height / 2)


def read_style(styles: Mapping[str, Any]) -> Style:
    """Read the styles we know; others are left alone, values that can't be read are named in `wrong`."""
    style, wrong = Style(), []
    for name, reader in _READERS.items():
        value = styles.get(name)
        if value is None or value == "":
            continue
        found = reader(value)
        if found is None:
            wrong.append(name)
        else:
            style = replace(style, **found)
    return replace(style, wrong=tuple(wrong)) if wrong else style


type _Found = dict[str, Any] | None


def _color(value: object) -> _Found:
    found = color(value)
    return {"color": found} if found else None


def _background(value: object) -> _Found:
    if value == "none":
        return {}
    found = paint(value)
    return {"background": found} if found else None


def _font_size(value: object) -> _Found:
    size = number(value, ("px",))
    if size is None and isinstance(value, str):
        relative = number(value, ("rem", "em"))
        points = number(value, ("pt",))
        size = relative * 16 if relative is not None else points * 4 / 3 if points is not None else None
    return {"font_size": size} if size is not None and 1 <= size <= LARGEST_FONT else None


def _weight(value: object) -> _Found:
    if isinstance(value, str) and value.strip().lower() in _WEIGHTS:
        return {"weight": _WEIGHTS[value.strip().lower()]}
    found = number(value, ())
    return {"weight": round(found)} if found is not None and 1 <= found <= 1000 else None


def _align(value: object) -> _Found:
    found = _ALIGNMENTS.get(value.strip().lower()) if isinstance(value, str) else None
    return {"align": found} if found else None


def _line_height(value: object) -> _Found:
    if value == "normal":
        return {"line_height": 1.2}
    share = number(value, ("%",)) if isinstance(value, str) and value.strip().endswith("%") else None
    found = share / 100 if share is not None else number(value, ("em",))
    return {"line_height": found} if found is not None and 0.5 <= found <= 4 else None


def _opacity(value: object) -> _Found:
    share = number(value, ("%",)) if isinstance(value, str) and value.strip().endswith("%") else None
    found = share / 100 if share is not None else number(value, ())
    return {"opacity": found} if found is not None and 0 <= found <= 1 else None


def _radius(value: object) -> _Found:
    if isinstance(value, str) and value.strip().endswith("%"):
        share = number(value, ("%",))
        return {"radius_share": share / 100} if share is not None and 0 <= share <= 100 else None
    found = number(value, ("px",))
    if found is None and isinstance(value, str):
        relative = number(value, ("rem", "em"))
        found = relative * 16 if relative is not None else None
    return {"radius": found} if found is not None and 0 <= found <= 10_000 else None


def _border(value: object) -> _Found:
    if value in ("none", "0", "0px", 0):
        return {}
    match = _BORDER.fullmatch(value.strip()) if isinstance(value, str) and len(value) <= 120 else None
    edge = color(match[2]) if match else None
    return {"border_width": float(match[1]), "border_color": edge} if match and edge else None


def _fit(value: object) -> _Found:
    return {"fit": value} if value in _FITS else None


_READERS: Final[dict[str, Callable[[object], _Found]]] = {
    "color": _color,
    "backgroundColor": _background,
    "background": _background,
    "fontSize": _font_size,
    "fontWeight": _weight,
    "textAlign": _align,
    "lineHeight": _line_height,
    "opacity": _opacity,
    "borderRadius": _radius,
    "border": _border,
    "objectFit": _fit,
}
