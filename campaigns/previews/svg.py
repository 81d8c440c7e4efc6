"""A creative as SVG: one document that needs nothing from elsewhere and holds no script.

Words are outlines, so they look the same on every device and in the PNG. A script that our fonts lack is left to the
browser's own fonts in the room that was measured for it; as PNG it shows as empty boxes.
"""

from collections.abc import Iterator
from math import ceil, floor
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from campaigns.previews.layout import PICTURES, Element, Layout, read_layout
from campaigns.previews.marks import Box, empty_boxes, fill_of, foreign_text, n, placed, side_of
from campaigns.previews.paint import Color, Gradient, Paint
from campaigns.previews.pixels import resample
from campaigns.previews.spec import Picture, Spec
from campaigns.previews.standard import WHITE, standard_layout
from campaigns.previews.text import Block, Line, clean, fill, right_to_left
from campaigns.previews.typefaces import UNITS, weight_of

EDITION: Final = 1
"""Counts up when the same input comes to look different, so that nobody keeps an old picture."""
POLICY: Final = "default-src 'none'; img-src data:; sandbox"
"""The policy to answer with: a drawing holds no script and needs nothing from elsewhere, so it may do nothing."""
MOST_PICTURES: Final = 24
MOST_WORK: Final = 24.0
"""How often all of a drawing may cover its canvas, each kind of paint weighed by what it costs to rasterize."""
MOST_LETTERS: Final = 8000
_FIELDS: Final = ("headline", "body", "cta", "brand")
_INK: Final = Color(17, 24, 39)
_GREY: Final = Color(100, 116, 139)
_BUTTON: Final = Color(37, 99, 235)
_SHAPE: Final = Color(59, 130, 246)


def render(spec: Spec, *, raster: int = 0) -> str:
    """Return the preview as SVG text, the same for the same input.

    With `raster` it is meant for that many pixels each pixel of the placement: pictures come resampled, and foreign
    scripts as boxes.
    """
    layout = read_layout(spec.layout)
    if not layout.elements:
        layout = standard_layout(spec, layout.background)
    return _Drawing(spec, layout, raster).document()


class _Drawing:
    def __init__(self, spec: Spec, layout: Layout, raster: int) -> None:
        self.spec, self.layout, self.raster = spec, layout, raster
        self.defs: list[str] = []
        self.parts: list[str] = []
        self.shown: dict[str, str] = {}
        self.pictures = 0
        self.work = 0.0
        self.letters = 0

    def document(self) -> str:
        place = self.spec.canvas
        name = " · ".join(filter(None, (clean(self.spec.headline).replace("\n", " "), place.size)))
        ground = self._paint(self.layout.background or WHITE, 0, 0, place.width, place.height)
        self.parts.append(f'<rect width="{place.width}" height="{place.height}" {ground}/>')
        for element in self.layout.elements:
            self._element(element)
        defs = f"<defs>{''.join(self.defs)}</defs>" if self.defs else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{place.width}" height="{place.height}"'
            f' viewBox="0 0 {place.width} {place.height}" role="img"><title>{escape(name)}</title>'
            f"{defs}{''.join(self.parts)}</svg>"
        )

    def _element(self, element: Element) -> None:
        if not element.width or not element.height or not element.style.opacity:
            return
        said = ""
        if element.type in ("text", "button"):
            words = self._words(element.content)[: MOST_LETTERS - self.letters]
            self.letters += len(words)
            said = f" aria-label={quoteattr(words.replace(chr(10), ' '))}" if words else ""
            inside = [*self._box(element), *self._text(element, words)]
        elif element.type in PICTURES:
            inside = self._picture(element)
        else:
            inside = [*self._box(element)]
        self.parts.append(f"<g data-element={quoteattr(clean(element.id))}{said}>{''.join(inside)}</g>")

    def _affords(self, box: Box, weight: float) -> bool:
        """Whether there is work left to paint a box; what lies outside of the canvas costs nothing."""
        canvas = self.spec.canvas
        width = min(box[0] + box[2], canvas.width) - max(box[0], 0)
        height = min(box[1] + box[3], canvas.height) - max(box[1], 0)
        self.work += weight * max(width, 0) * max(height, 0) / (canvas.width * canvas.height)
        return self.work <= MOST_WORK

    def _words(self, content: str) -> str:
        name = content[1:-1]
        filled = getattr(self.spec, name) if content == f"{{{name}}}" and name in _FIELDS else content
        return clean(filled)

    def _box(self, element: Element, paint: Paint | None = None) -> Iterator[str]:
        style = element.style
        usual = {"button": _BUTTON, "shape": _SHAPE}.get(element.type)
        paint = paint or style.background or (None if style.border_width and element.type == "shape" else usual)
        if not paint and not style.border_width:
            return
        edge = min(style.border_width, element.width / 2, element.height / 2) if style.border_color else 0.0
        weight = 2 if isinstance(paint, Gradient) else 1
        if not self._affords((element.x, element.y, element.width, element.height), weight):
            return
        x, y = element.x + edge / 2, element.y + edge / 2
        width, height = element.width - edge, element.height - edge
        corner = max(style.corner(element.width, element.height) - edge / 2, 0)
        inside = self._paint(paint.faded(style.opacity), x, y, width, height) if paint else 'fill="none"'
        round_ = f' rx="{n(corner)}"' if corner else ""
        line = ""
        if edge and style.border_color:
            drawn = style.border_color.faded(style.opacity)
            line = f' stroke="{drawn.hex}" stroke-width="{n(edge)}"'
            line += f' stroke-opacity="{n(drawn.alpha)}"' if drawn.alpha < 1 else ""
        yield f'<rect x="{n(x)}" y="{n(y)}" width="{n(width)}" height="{n(height)}"{round_} {inside}{line}/>'

    def _text(self, element: Element, words: str) -> Iterator[str]:
        style = element.style
        button = element.type == "button"
        size = style.font_size or (min(element.height * 0.4, 16) if button else 16)
        weight = weight_of(style.weight or (600 if button else 400))
        inset = min(6.0, element.width * 0.06) if button else 0.0
        width = max(element.width - 2 * inset, 1)
        block = fill(
            words, weight=weight, size=size, width=width, height=element.height, line_height=style.line_height or 1.25,
            most=1 if button and element.height < size * 2.4 else 60,
        )  # fmt: skip
        align = style.align or ("center" if button else "left")
        ink = (style.color or (WHITE if button else _INK)).faded(style.opacity)
        top = element.y + (element.height - block.height) / 2
        if not self._affords((element.x, top, element.width, block.height), 1):
            return
        for index, line in enumerate(block.lines):
            spare = width - line.width
            x = element.x + inset + {"left": 0.0, "center": spare / 2, "right": spare}[side_of(align, line.text)]
            yield from self._line(line, block, x, top + block.baseline(index), ink, weight)

    def _line(self, line: Line, block: Block, x: float, y: float, ink: Color, weight: int) -> Iterator[str]:
        if line.foreign and right_to_left(line.text) and not self.raster:
            yield foreign_text(line.text, x + line.width / 2, y, line.width, block.size, ink, weight)
            return
        scale = block.size / UNITS
        path: list[str] = []
        for at, word in line.words:
            for glyph in word.glyphs:
                path.append(f"M{n(at / scale + glyph.x)} {n(glyph.y)}{glyph.path}")
            for piece in word.foreign:
                left, width = at / scale + piece.x, piece.width
                if self.raster:
                    path.extend(empty_boxes(left, width, len(piece.text)))
                else:
                    middle = x + (left + width / 2) * scale
                    yield foreign_text(piece.text, middle, y, width * scale, block.size, ink, weight)
        if path:
            move = f"translate({n(x)} {n(y)}) scale({scale:.6f} {-scale:.6f})"
            yield f'<path transform="{move}" {fill_of(ink)} d="{"".join(path)}"/>'

    def _picture(self, element: Element) -> list[str]:
        picture = self.spec.pictures.get(element.content)
        style = element.style
        corner = style.corner(element.width, element.height)
        box = (element.x, element.y, element.width, element.height)
        self.pictures += 1
        drawn = ""
        if picture and self.pictures <= MOST_PICTURES and self._affords(box, 6 if corner else 2):
            place = placed(picture, style.fit or ("cover" if element.type == "image" else "contain"), *box)
            drawn = self._resampled(picture, box, place) if self.raster else self._used(element.content, picture, place)
            over = not self.raster and (place[2] > element.width + 0.01 or place[3] > element.height + 0.01)
            clip = f' clip-path="url(#{self._clip(box, corner)})"' if drawn and (corner or over) else ""
            drawn = f"<g{clip}{_faded(style.opacity)}>{drawn}</g>" if drawn else ""
        if not drawn:
            return self._tile(element)
        ground = [*self._box(element)] if style.background else []
        edge = Element("", "shape", *box, style=style) if style.border_width and not style.background else None
        return [*ground, drawn, *(self._box(edge) if edge else ())]

    def _used(self, slot: str, picture: Picture, place: Box) -> str:
        """Use the document's one copy of a picture."""
        x, y, width, height = place
        move = f"translate({n(x)} {n(y)}) scale({width / picture.width:.6f} {height / picture.height:.6f})"
        return f'<use href="#{self._embedded(slot, picture)}" transform="{move}"/>'

    def _resampled(self, picture: Picture, box: Box, place: Box) -> str:
        """Embed the visible part of a picture in just the pixels that it takes; "" where nothing can be shown."""
        scale, canvas = self.raster, self.spec.canvas
        left, top = max(box[0], place[0], 0), max(box[1], place[1], 0)
        right = min(box[0] + box[2], place[0] + place[2], canvas.width)
        bottom = min(box[1] + box[3], place[1] + place[3], canvas.height)
        if right <= left or bottom <= top:
            return "<g/>"  # it lies outside, which is no reason for a tile
        pixels = floor(left * scale), floor(top * scale), ceil(right * scale), ceil(bottom * scale)
        size = pixels[2] - pixels[0], pixels[3] - pixels[1]
        across, down = picture.width / place[2], picture.height / place[3]
        left, top, right, bottom = (pixel / scale for pixel in pixels)
        part = (
            (left - place[0]) * across,
            (top - place[1]) * down,
            (right - place[0]) * across,
            (bottom - place[1]) * down,
        )
        shown = resample(picture, part, size)
        if not shown:
            return ""
        sides = f'x="{n(left)}" y="{n(top)}" width="{n(right - left)}" height="{n(bottom - top)}"'
        return f'<image {sides} preserveAspectRatio="none" image-rendering="optimizeSpeed" href="{shown.address}"/>'

    def _tile(self, element: Element) -> list[str]:
        """Draw what stands where a picture is still missing: quiet shapes and the sign of a picture."""
        canvas, style = self.spec.canvas, element.style
        x, y = max(element.x, 0), max(element.y, 0)
        width = min(element.x + element.width, canvas.width) - x
        height = min(element.y + element.height, canvas.height) - y
        if width <= 0 or height <= 0 or not self._affords((x, y, width, height), 6):
            return []
        ink = style.color or _GREY
        ground = style.background or ink.over(WHITE, 0.12)
        base = ground if isinstance(ground, Color) else ground.stops[0][1]
        soft = Gradient(155.0, ((0.0, base.over(WHITE, 0.75) if base.light else base), (1.0, ink.over(base, 0.14))))
        clip = self._clip((x, y, width, height), style.corner(width, height))
        short = min(width, height)
        sign = min(short * 0.34, 220)
        left, top = x + (width - sign) / 2, y + (height - sign * 0.76) / 2
        part = sign / 100
        stroke = f'fill="none" stroke="{ink.hex}" stroke-width="6" stroke-linejoin="round" stroke-linecap="round"'
        circles = (
            f'<circle cx="{n(x + width * 0.86)}" cy="{n(y + height * 0.1)}" r="{n(short * 0.46)}"'
            f' fill="{ink.hex}" fill-opacity="0.07"/>'
            f'<circle cx="{n(x + width * 0.08)}" cy="{n(y + height * 0.98)}" r="{n(short * 0.6)}"'
            f' fill="{ink.hex}" fill-opacity="0.06"/>'
        )
        return [
            f'<g clip-path="url(#{clip})"{_faded(style.opacity)}>',
            f'<rect x="{n(x)}" y="{n(y)}" width="{n(width)}" height="{n(height)}"'
            f" {self._paint(soft, x, y, width, height)}/>{circles}",
            f'<g transform="translate({n(left)} {n(top)}) scale({part:.5f})" opacity="0.75" {stroke}>'
            f'<rect x="3" y="3" width="94" height="70" rx="11"/><circle cx="30" cy="26" r="8"/>'
            f'<path d="M6 64 34 42 52 57 70 36 94 58"/></g></g>',
        ]

    def _embedded(self, slot: str, picture: Picture) -> str:
        """Return the id of a picture's one copy in the document."""
        if slot not in self.shown:
            name = f"p{len(self.shown)}"
            self.shown[slot] = name
            self.defs.append(
                f'<image id="{name}" width="{picture.width}" height="{picture.height}"'
                f' preserveAspectRatio="none" href="{picture.address}"/>'
            )
        return self.shown[slot]

    def _clip(self, box: Box, corner: float) -> str:
        name = f"c{len(self.defs)}"
        x, y, width, height = (n(part) for part in box)
        round_ = f' rx="{n(corner)}"' if corner else ""
        self.defs.append(
            f'<clipPath id="{name}"><rect x="{x}" y="{y}" width="{width}" height="{height}"{round_}/></clipPath>'
        )
        return name

    def _paint(self, paint: Paint, x: float, y: float, width: float, height: float) -> str:
        if isinstance(paint, Color):
            return fill_of(paint)
        name = f"g{len(self.defs)}"
        x1, y1, x2, y2 = (n(part) for part in paint.line(x, y, width, height))
        stops = "".join(
            f'<stop offset="{n(at)}" stop-color="{shade.hex}"'
            + (f' stop-opacity="{n(shade.alpha)}"/>' if shade.alpha < 1 else "/>")
            for at, shade in paint.stops
        )
        self.defs.append(
            f'<linearGradient id="{name}" gradientUnits="userSpaceOnUse" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}">'
            f"{stops}</linearGradient>"
        )
        return f'fill="url(#{name})"'


def _faded(opacity: float) -> str:
    return f' opacity="{n(opacity)}"' if opacity < 1 else ""
