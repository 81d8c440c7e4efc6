"""The layout document of a creative, version 1: where its words and pictures stand, in pixels of its placement.

    {"version": 1, "background": "#ffffff", "elements": [{"id": "headline", "type": "text", "x": 20, "y": 20,
     "width": 260, "height": 60, "z": 1, "content": "{headline}", "styles": {"fontSize": 24}}]}

A text that is exactly `{headline}`, `{body}`, `{cta}` or `{brand}` stands for that field of the creative. The content
of a picture is the slot of one of the creative's assets. Keys and styles that this version does not know are kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from django.utils.translation import gettext as _

from campaigns.previews.paint import Paint
from campaigns.previews.styles import Style, read_style
from kernel.errors import FieldError, Invalid

VERSION: Final = 1
TYPES: Final = ("text", "button", "image", "product", "shape")
PICTURES: Final = ("image", "product")
MOST_ELEMENTS: Final = 100
MOST_BYTES: Final = 64 * 1024
LONGEST_TEXT: Final = 2000
LONGEST_ID: Final = 100
FARTHEST: Final = 10_000
_MOST_ERRORS: Final = 20


@dataclass(frozen=True, slots=True)
class Element:
    """One thing on the canvas. Higher `z` lies on top; equal ones lie as the document lists them."""

    id: str
    type: str
    x: float
    y: float
    width: float
    height: float
    z: int = 0
    content: str = ""
    style: Style = field(default_factory=Style)


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout as the renderer takes it, elements from the lowest to the highest."""

    background: Paint | None = None
    elements: tuple[Element, ...] = ()


def check_layout(value: object, pointer: str = "/layout") -> None:
    """Raise Invalid that names each wrong part by its pointer; an empty object is right."""
    errors: list[FieldError] = []
    _read(value, pointer, errors)
    if errors:
        raise Invalid(errors=errors[:_MOST_ERRORS])


def read_layout(value: object) -> Layout:
    """Return what can be drawn of a stored layout; wrong parts are left out, and it never fails."""
    return _read(value, "", [])


def _read(value: object, pointer: str, errors: list[FieldError]) -> Layout:
    if value == {}:
        return Layout()
    if not isinstance(value, dict) or not _small(value, pointer, errors):
        if not isinstance(value, dict):
            errors.append(FieldError(pointer, "wrong_format", _("Send the layout as an object.")))
        return Layout()
    if value.get("version") != VERSION or isinstance(value.get("version"), bool):
        message = _("This is no version of the layout that is known here; send %(version)s.") % {"version": VERSION}
        errors.append(FieldError(f"{pointer}/version", "unknown_value", message))
        return Layout()
    style = read_style({"background": value["background"]} if value.get("background") is not None else {})
    if style.wrong:
        errors.append(FieldError(f"{pointer}/background", "wrong_format", _("Give a colour, such as #1f2937.")))
    elements = sorted(_elements(value.get("elements", []), f"{pointer}/elements", errors), key=lambda each: each.z)
    return Layout(style.background, tuple(elements))


def _small(value: dict[str, Any], pointer: str, errors: list[FieldError]) -> bool:
    try:
        small = len(orjson.dumps(value)) <= MOST_BYTES
    except (orjson.JSONEncodeError, RecursionError):
        errors.append(FieldError(pointer, "wrong_format", _("The layout holds something that JSON can't hold.")))
        return False
    if not small:
        message = _("The layout may have up to %(bytes)s bytes as JSON.") % {"bytes": MOST_BYTES}
        errors.append(FieldError(pointer, "too_large", message))
    return small


def _elements(value: object, pointer: str, errors: list[FieldError]) -> Iterator[Element]:
    if not isinstance(value, list):
        errors.append(FieldError(pointer, "wrong_format", _("Send the elements as a list.")))
        return
    if len(value) > MOST_ELEMENTS:
        message = _("A layout may have up to %(count)s elements.") % {"count": MOST_ELEMENTS}
        errors.append(FieldError(pointer, "too_large", message))
    seen: set[str] = set()
    for index, entry in enumerate(value[:MOST_ELEMENTS]):
        where = f"{pointer}/{index}"
        element = _element(entry, where, errors)
        if element and element.id in seen:
            errors.append(FieldError(f"{where}/id", "repeated", _("Another element has this id.")))
        elif element:
            seen.add(element.id)
            yield element


def _element(entry: object, where: str, errors: list[FieldError]) -> Element | None:
    if not isinstance(entry, dict):
        errors.append(FieldError(where, "wrong_format", _("Send an element as an object.")))
        return None
    before = len(errors)
    name, kind, content = entry.get("id"), entry.get("type"), entry.get("content", "")
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_ID:
        message = _("Give it an id of 1 to %(count)s characters.") % {"count": LONGEST_ID}
        errors.append(FieldError(f"{where}/id", "wrong_format", message))
    if not isinstance(kind, str) or kind not in TYPES:
        message = _("Send one of %(values)s.") % {"values": ", ".join(TYPES)}
        errors.append(FieldError(f"{where}/type", "unknown_value", message))
    if not isinstance(content, str) or len(content) > LONGEST_TEXT:
        message = _("Send a text of up to %(count)s characters.") % {"count": LONGEST_TEXT}
        errors.append(FieldError(f"{where}/content", "wrong_format", message))
    x, y, width, height = (
        _number(entry.get(side), low, FARTHEST, f"{where}/{side}", errors)
        for side, low in (("x", -FARTHEST), ("y", -FARTHEST), ("width", 0), ("height", 0))
    )
    z = _number(entry.get("z", 0), -1_000_000, 1_000_000, f"{where}/z", errors)
    if len(errors) > before:
        return None
    style = _style(entry.get("styles", {}), f"{where}/styles", errors)
    return Element(str(name), str(kind), x, y, width, height, int(z), str(content), style)


def _style(value: object, where: str, errors: list[FieldError]) -> Style:
    if not isinstance(value, dict):
        errors.append(FieldError(where, "wrong_format", _("Send the styles as an object.")))
        return Style()
    style = read_style(value)
    for name in style.wrong:
        errors.append(FieldError(f"{where}/{name}", "wrong_format", _("This style has a value that it can't have.")))
    return style


def _number(value: object, low: float, high: float, where: str, errors: list[FieldError]) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        errors.append(FieldError(where, "wrong_format", _("Send a number.")))
        return 0.0
    if not low <= value <= high:
        message = _("Send a number from %(low)s to %(high)s.") % {"low": low, "high": high}
        errors.append(FieldError(where, "out_of_range", message))
        return 0.0
    return float(value)
