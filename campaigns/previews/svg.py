"""A creative as SVG: one document that needs nothing from elsewhere and holds no script.

Words are outlines, so they look the same on every device and in the PNG. A script that our fonts lack is left to the
browser's own fonts in the room that was measured for it; as PNG it shows as empty boxes.
"""

from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from campaigns.previews.layout import PICTURES, Element, Layout, read_layout
from campaigns.previews.paint import Color, Gradient, Paint
from campaigns.previews.spec import Picture, Spec
from campaigns.previews.standard import WHITE, standard_layout
from campaigns.previews.text import Block, Line, clean, fill, right_to_left
from campaigns.previews.typefaces import UNITS, weight_of

MOST_PICTURES: Final = 24
_FIELDS: Final = ("headline", "body", "cta", "brand")
_INK: Final = Color(17, 24, 39)
_GREY: Final = Color(100, 116, 139)
_BUTTON: Final = Color(37, 99, 235)
_SHAPE: Final = Color(59, 130, 246)


def render(spec: Spec, *, boxes: bool = False) -> str:
    """Return the preview as SVG text, the same for the same input; `boxes` draws boxes instead of foreign scripts."""
    layout = read_layout(spec.layout)
    if not layout.elements:
        layout = standard_layout(spec, layout.background)
    return _Drawing(spec, layout, boxes=boxes).document()


def n(value: float) -> str:
    """Return a coordinate as text with at most two decimals."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


class _Drawing:
    def __init__(self, spec: Spec, layout: Layout, *, boxes: bool) -> None:
        self.spec, self.layout, self.boxes = spec, layout, boxes
        self.defs: list[str] = []
        self.parts: list[str] = []
        self.shown: dict[str, str] = {}
        self.pictures = 0

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
        faded = f' opacity="{n(element.style.opacity)}"' if element.style.opacity < 1 else ""
        said = ""
        if element.type in ("text", "button"):
            words = self._words(element.content)
            said = f" aria-label={quoteattr(words.replace(chr(10), ' '))}" if words else ""
            inside = [*self._box(element), *self._text(element, words)]
        elif element.type in PICTURES:
            inside = self._picture(element)
        else:
            inside = [*self._box(element)]
        self.parts.append(f"<g data-element={quoteattr(clean(element.id))}{said}{faded}>{''.join(inside)}</g>")

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
        x, y = element.x + edge / 2, element.y + edge / 2
        width, height = element.width - edge, element.height - edge
        corner = max(style.corner(element.width, element.height) - edge / 2, 0)
        inside = self._paint(paint, x, y, width, height) if paint else 'fill="none"'
        round_ = f' rx="{n(corner)}"' if corner else ""
        line = ""
        if edge and style.border_color:
            line = f' stroke="{style.border_color.hex}" stroke-width="{n(edge)}"'
            line += f' stroke-opacity="{n(style.border_color.alpha)}"' if style.border_color.alpha < 1 else ""
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
        ink = style.color or (WHITE if button else _INK)
        top = element.y + (element.height - block.height) / 2
        for index, line in enumerate(block.lines):
            spare = width - line.width
            x = element.x + inset + {"left": 0.0, "center": spare / 2, "right": spare}[_turned(align, line.text)]
            yield from self._line(line, block, x, top + block.baseline(index), ink, weight)

    def _line(self, line: Line, block: Block, x: float, y: float, ink: Color, weight: int) -> Iterator[str]:
        if line.foreign and right_to_left(line.text) and not self.boxes:
            yield _foreign(line.text, x + line.width / 2, y, line.width, block.size, ink, weight)
            return
        scale = block.size / UNITS
        path: list[str] = []
        for at, word in line.words:
            for glyph in word.glyphs:
                path.append(f"M{n(at / scale + glyph.x)} {n(glyph.y)}{glyph.path}")
            for piece in word.foreign:
                left, width = at / scale + piece.x, piece.width
                if self.boxes:
                    path.extend(_boxes(left, width, len(piece.text)))
                else:
                    middle = x + (left + width / 2) * scale
                    yield _foreign(piece.text, middle, y, width * scale, block.size, ink, weight)
        if path:
            move = f"translate({n(x)} {n(y)}) scale({scale:.6f} {-scale:.6f})"
            yield f'<path transform="{move}" {_fill(ink)} d="{"".join(path)}"/>'

    def _picture(self, element: Element) -> list[str]:
        picture = self.spec.pictures.get(element.content)
        style = element.style
        self.pictures += 1
        if not picture or self.pictures > MOST_PICTURES:
            return self._tile(element)
        corner = style.corner(element.width, element.height)
        box = (element.x, element.y, element.width, element.height)
        x, y, width, height = _placed(picture, style.fit or ("cover" if element.type == "image" else "contain"), *box)
        clip = ""
        if corner or width > element.width + 0.01 or height > element.height + 0.01:
            clip = f' clip-path="url(#{self._clip(box, corner)})"'
        move = f"translate({n(x)} {n(y)}) scale({width / picture.width:.6f} {height / picture.height:.6f})"
        drawn = f'<g{clip}><use href="#{self._embedded(element.content, picture)}" transform="{move}"/></g>'
        ground = [*self._box(element)] if style.background else []
        edge = Element("", "shape", *box, style=style) if style.border_width and not style.background else None
        return [*ground, drawn, *(self._box(edge) if edge else ())]

    def _tile(self, element: Element) -> list[str]:
        """Draw what stands where a picture is still missing: quiet shapes and the sign of a picture."""
        x, y, width, height = element.x, element.y, element.width, element.height
        style = element.style
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
            f'<g clip-path="url(#{clip})">',
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

    def _clip(self, box: tuple[float, float, float, float], corner: float) -> str:
        name = f"c{len(self.defs)}"
        x, y, width, height = (n(part) for part in box)
        round_ = f' rx="{n(corner)}"' if corner else ""
        self.defs.append(
            f'<clipPath id="{name}"><rect x="{x}" y="{y}" width="{width}" height="{height}"{round_}/></clipPath>'
        )
        return name

    def _paint(self, paint: Paint, x: float, y: float, width: float, height: float) -> str:
        if isinstance(paint, Color):
            return _fill(paint)
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


def _fill(color: Color) -> str:
    return f'fill="{color.hex}"' + (f' fill-opacity="{n(color.alpha)}"' if color.alpha < 1 else "")


def _turned(align: str, text: str) -> str:
    """Start of line is on the right in scripts that run from there."""
    return "right" if align == "left" and right_to_left(text) else align


def _foreign(text: str, middle: float, y: float, width: float, size: float, ink: Color, weight: int) -> str:
    turned = ' direction="rtl"' if right_to_left(text) else ""
    return (
        f'<text x="{n(middle)}" y="{n(y)}" text-anchor="middle" font-family="sans-serif" font-size="{n(size)}"'
        f' font-weight="{weight}" textLength="{n(max(width, 1))}" lengthAdjust="spacingAndGlyphs"{turned}'
        f" {_fill(ink)}>{escape(text)}</text>"
    )


def _boxes(left: float, width: float, count: int) -> Iterator[str]:
    """Outline one box a character, drawn as a frame of two rectangles that run in opposite directions."""
    step = width / count
    if step < 200:
        return
    wide, line = step * 0.8, 110
    for index in range(count):
        x = left + index * step + step * 0.1
        inside = f"m{line} {line}h{n(wide - 2 * line)}v{1400 - 2 * line}h{n(2 * line - wide)}z"
        yield f"M{n(x)} 0v1400h{n(wide)}v-1400z{inside}"


def _placed(
    picture: Picture, fit: str, x: float, y: float, width: float, height: float
) -> tuple[float, float, float, float]:
    """Return where the whole picture lies so that its box shows what object-fit says."""
    if fit == "fill":
        return x, y, width, height
    across, down = width / picture.width, height / picture.height
    scale = max(across, down) if fit == "cover" else 1.0 if fit == "none" else min(across, down)
    if fit == "scale-down":
        scale = min(scale, 1.0)
    shown_width, shown_height = picture.width * scale, picture.height * scale
    return x + (width - shown_width) / 2, y + (height - shown_height) / 2, shown_width, shown_height
