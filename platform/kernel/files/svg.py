"""SVG: read without entities, held against lists of what may be in it, written anew, drawn by another process.

What could run or reach out (scripts, event handlers, foreign content, addresses) is refused, so that nobody wonders
where their drawing's behaviour went. What programs leave behind for themselves is dropped.
"""

import base64
import binascii
import math
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.conf import settings
from django.utils.translation import gettext as _

from kernel.errors import Invalid
from kernel.files.pictures import pixels
from kernel.files.refusals import refused

SVG_SPACE = "http://www.w3.org/2000/svg"
LINK_SPACE = "http://www.w3.org/1999/xlink"
MOST_ELEMENTS = 20_000
MOST_DRAWN = 100_000
DEEPEST = 100
LONGEST_SIDE = 20_000
SECONDS = 10

_SHAPES = "svg g defs symbol use path rect circle ellipse line polyline polygon image switch title desc a style"
_TEXT = "text tspan textPath"
_PAINT = "linearGradient radialGradient stop pattern clipPath mask marker filter"
_FILTERS = (
    "feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap"
    " feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode"
    " feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence"
)
ELEMENTS = frozenset(f"{_SHAPES} {_TEXT} {_PAINT} {_FILTERS}".split())
_FOREIGN = ("foreignObject", "iframe", "object", "embed", "audio", "video", "canvas", "feImage")
_ACTIVE = frozenset({"script", "handler", "listener", *_FOREIGN})
_MOVING = frozenset({"animate", "animateMotion", "animateTransform", "set", "mpath", "discard"})
_HREF = ("href", f"{{{LINK_SPACE}}}href")
_PICTURE = re.compile(r"data:image/(png|jpe?g|gif|webp);base64,(.*)", re.S | re.I)
_REFERENCE = re.compile(r"url\s*\(\s*(['\"]?)\s*(#?)", re.I)
_LOADING = re.compile(r"\b(image-set|image|src)\s*\(", re.I)
_REACHES_OUT = re.compile(
    r"\\|@import|@font-face|expression\s*\(|-moz-binding|behavior\s*:|javascript:|vbscript:", re.I
)
_LENGTH = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)(?:e([+-]?\d{1,2}))?\s*(px|pt|pc|mm|cm|in)?\s*", re.I)
_UNITS = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}
_RASTERISER = Path(__file__).with_name("rasterise.py")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A clean SVG and the size it is meant to have."""

    content: bytes
    width: int
    height: int


def clean(content: bytes) -> Drawing:
    """Return the drawing with nothing in it but what draws. Raises Invalid for what is unsafe, too much or no SVG."""
    try:
        root = fromstring(content, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    except DefusedXmlException:
        raise _unsafe(_("it declares entities")) from None
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise refused("svg_unreadable", _("This is no well-formed SVG.")) from error
    if root.tag != f"{{{SVG_SPACE}}}svg":
        raise refused("svg_unreadable", _("This is no SVG: its root is another element."))
    _sweep(root)
    _check_uses(root)
    width, height = _size(root)
    ElementTree.register_namespace("", SVG_SPACE)
    ElementTree.register_namespace("xlink", LINK_SPACE)
    return Drawing(ElementTree.tostring(root, encoding="utf-8", xml_declaration=False), width, height)


def draw(drawing: Drawing, side: int) -> bytes:
    """Return the drawing as PNG, its longer side `side`. Another process draws, with limited time and memory."""
    wide = drawing.width >= drawing.height
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_RASTERISER), "width" if wide else "height", str(side), str(SECONDS)],
            input=drawing.content,
            capture_output=True,
            timeout=SECONDS + 5,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise refused("svg_too_much", _("This SVG takes too long to draw.")) from None
    if done.returncode:
        raise refused("svg_too_much", _("This SVG can't be drawn, or takes too long."))
    return done.stdout


def _sweep(root: ElementTree.Element) -> None:
    """Walk over every element without recursion: the file decides how deep it is."""
    if sum(1 for _element in root.iter()) > MOST_ELEMENTS:
        raise refused("svg_too_much", _("This SVG has too many elements."))
    open_ones = [(root, 1)]
    while open_ones:
        element, depth = open_ones.pop()
        if depth > DEEPEST:
            raise refused("svg_too_much", _("This SVG has too many elements."))
        _check_attributes(element)
        kept = _keep_children(element)
        if _local(element) == "style":
            if kept:
                raise _unsafe(_("a style that could load something"))
            _check_css(element.text or "", whole=True)
        open_ones += [(child, depth + 1) for child in kept]


def _is_kept(element: ElementTree.Element) -> bool:
    if callable(element.tag):  # a comment or an instruction
        return False
    space, local = _space(element), _local(element)
    if local in _ACTIVE:
        raise _unsafe(f"<{local}>")
    if local in _MOVING:
        raise _unsafe(_("<%(name)s>, which may change addresses") % {"name": local})
    return space == SVG_SPACE and local in ELEMENTS


def _keep_children(parent: ElementTree.Element) -> list[ElementTree.Element]:
    """Drop the children that don't stay, but not their tails; nothing that could run hides in what is dropped."""
    kept: list[ElementTree.Element] = []
    texts = [[parent.text or ""]]
    for child in parent:
        if _is_kept(child):
            kept.append(child)
            texts.append([])
        else:
            for element in child.iter():
                if _local(element) in _ACTIVE:
                    raise _unsafe(f"<{_local(element)}>")
        texts[-1].append(child.tail or "")
    parent.text = "".join(texts[0]) or None
    for child, tails in zip(kept, texts[1:], strict=True):
        child.tail = "".join(tails) or None
    parent[:] = kept
    return kept


def _check_attributes(element: ElementTree.Element) -> None:
    for name, value in list(element.attrib.items()):
        local = name.rpartition("}")[2].lower()
        if local.startswith("on"):
            raise _unsafe(_("the event handler %(name)s") % {"name": local[:40]})
        if name in _HREF:
            _check_link(element, value)
        elif name.startswith("{"):
            # xml:space, and what editors note for themselves.
            del element.attrib[name]
        elif local in ("src", "base", "action", "formaction", "ping"):
            raise _unsafe(_("an address outside of the file"))
        else:
            _check_css(value, whole=local == "style")


def _check_link(element: ElementTree.Element, value: str) -> None:
    target = value.strip()
    if target.startswith("#"):
        return
    if _local(element) == "a":
        # Where a link leads does not draw anything.
        for name in _HREF:
            element.attrib.pop(name, None)
        return
    found = _PICTURE.fullmatch(target)
    if found is None or _local(element) != "image":
        raise _unsafe(_("an address outside of the file"))
    try:
        content = base64.b64decode("".join(found[2].split()), validate=True)
    except (binascii.Error, ValueError):
        raise refused("svg_unreadable", _("A picture in this SVG is damaged.")) from None
    if pixels(content) > settings.MAX_ASSET_PIXELS:
        raise refused("picture_pixels", _("A picture in this SVG has too many pixels."))


def _check_css(text: str, *, whole: bool) -> None:
    """Styles and attributes may point into the file only. Escapes could hide the rest, so there are none."""
    if _REACHES_OUT.search(text) or _LOADING.search(text) or (whole and "//" in text):
        raise _unsafe(_("a style that could load something"))
    for found in _REFERENCE.finditer(text):
        if not found[2]:
            raise _unsafe(_("an address outside of the file"))


def _check_uses(root: ElementTree.Element) -> None:
    """Count what is drawn once every <use> is followed: ten that use ten, ten levels deep, are ten thousand million."""
    targets = {element.get("id"): element for element in root.iter() if element.get("id")}
    sizes: dict[int, int] = {}
    open_ids: set[int] = set()

    def drawn(element: ElementTree.Element, depth: int) -> int:
        key = id(element)
        if key in open_ids or depth > 2 * DEEPEST:
            raise refused("svg_too_much", _("This SVG uses itself."))
        if key not in sizes:
            open_ids.add(key)
            total = 1 + sum(drawn(child, depth + 1) for child in element)
            for link in (element.get(name, "") for name in _HREF):
                target = targets.get(link.strip()[1:]) if link.strip().startswith("#") else None
                if target is not None and _local(element) == "use":
                    total += drawn(target, depth + 1)
            open_ids.discard(key)
            sizes[key] = min(total, MOST_DRAWN + 1)
        return sizes[key]

    patterns = Counter(_local(element) for element in root.iter())
    weight = drawn(root, 1) * (1 + patterns["pattern"] + patterns["mask"])
    if weight > MOST_DRAWN * 10 or sizes[id(root)] > MOST_DRAWN:
        raise refused("svg_too_much", _("This SVG draws too much."))


def _size(root: ElementTree.Element) -> tuple[int, int]:
    """The width and height it asks for, in pixels; what is missing or relative follows the viewBox."""
    box = [_number(part) for part in re.split(r"[\s,]+", root.get("viewBox", "").strip())]
    wide, high = (box[2], box[3]) if len(box) == 4 else (None, None)
    width, height = _pixels(root.get("width")), _pixels(root.get("height"))
    if not width and not height:
        width, height = wide, high
    elif wide and high and not (width and height):
        width, height = width or (height or 0) * wide / high, height or (width or 0) * high / wide
    if not width or not height:
        raise refused("svg_no_size", _("This SVG says no size: give it a viewBox, or width and height."))
    if not (math.isfinite(width) and math.isfinite(height)):
        raise refused("svg_too_much", _("This SVG is larger than %(count)d pixels.") % {"count": LONGEST_SIDE})
    found = max(1, round(width)), max(1, round(height))
    if max(found) > LONGEST_SIDE:
        raise refused("svg_too_much", _("This SVG is larger than %(count)d pixels.") % {"count": LONGEST_SIDE})
    return found


def _pixels(text: str | None) -> float | None:
    found = _LENGTH.fullmatch(text or "")
    return float(found[1]) * 10 ** int(found[2] or 0) * _UNITS[(found[3] or "px").lower()] if found else None


def _number(text: str) -> float | None:
    found = re.fullmatch(r"[+-]?(\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,2})?", text, re.I)
    return float(text) if found else None


def _space(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[0][1:]


def _local(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _unsafe(what: str) -> Invalid:
    return refused("svg_unsafe", _("This SVG is refused because of what it holds: %(what)s.") % {"what": what})
