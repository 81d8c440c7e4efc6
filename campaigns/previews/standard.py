"""The standard arrangement of each placement, for a creative that has no layout of its own.

Three shapes: `stack` (picture above words), `side` (words beside the picture) and `strip` (one row: picture, words,
button). The words take the largest size at which they fit, so short and long texts both look arranged by hand.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final
from zlib import crc32

from campaigns.placements import Placement
from campaigns.previews.layout import Element, Layout
from campaigns.previews.paint import Color, Gradient, Paint
from campaigns.previews.spec import Spec
from campaigns.previews.styles import Style
from campaigns.previews.text import Block, balanced, clean, fill, fit

WHITE: Final = Color(255, 255, 255)
INK: Final = Color(17, 24, 39)
PICTURE: Final = "picture"
_ON_LIGHT: Final = ("#4338ca", "#0f766e", "#be123c", "#b45309", "#0369a1", "#7e22ce", "#047857", "#c2410c")
_ON_DARK: Final = ("#a5b4fc", "#5eead4", "#fda4af", "#fcd34d", "#7dd3fc", "#d8b4fe", "#6ee7b7", "#fdba74")

type Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Scheme:
    """The colours of an arrangement; the accent follows from the brand, so that a brand looks like itself."""

    background: Paint
    ink: Color
    muted: Color
    accent: Color
    on_accent: Color
    tile: Color


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Where things stand in one placement; sizes of words from the largest to the smallest that is tried."""

    shape: str
    picture: Box
    words: Box
    headline: tuple[float, float]
    lines: int
    body: float
    body_lines: int
    label: float
    button: float
    button_text: float
    gap: float
    wide_button: bool = False


ARRANGEMENTS: Final = {
    "square": Arrangement("stack", (0, 0, 1080, 572), (72, 618, 936, 404), (96, 46), 2, 33, 2, 28, 84, 32, 20),
    "landscape": Arrangement("side", (648, 0, 552, 628), (64, 56, 528, 516), (72, 34), 4, 26, 4, 22, 68, 25, 20),
    "portrait": Arrangement("stack", (0, 0, 1080, 800), (72, 850, 936, 440), (108, 50), 2, 37, 3, 31, 88, 34, 22),
    "stories": Arrangement("stack", (0, 0, 1080, 1040), (84, 1100, 912, 476), (112, 54), 3, 38, 3, 34, 100, 38, 26),
    "medium_rectangle": Arrangement("stack", (0, 0, 300, 122), (16, 131, 268, 109), (22, 14), 2, 12.5, 2, 0, 29, 13, 5),
    "leaderboard": Arrangement("strip", (0, 0, 132, 90), (150, 8, 408, 74), (26, 15), 2, 13.5, 2, 11, 38, 14.5, 3),
    "mobile_banner": Arrangement("strip", (0, 0, 54, 50), (64, 4, 158, 42), (15, 11), 2, 11, 1, 0, 28, 11.5, 1),
    "skyscraper": Arrangement(
        "stack", (0, 0, 160, 232), (14, 248, 132, 338), (30, 15), 5, 13.5, 6, 11.5, 38, 14, 10, wide_button=True
    ),
    "ctv_hd": Arrangement("side", (1032, 0, 888, 1080), (120, 120, 820, 840), (124, 60), 4, 42, 4, 36, 104, 40, 32),
    "large_mobile_banner": Arrangement(
        "stack", (0, 0, 320, 208), (20, 222, 280, 162), (30, 17), 2, 14, 2, 12, 40, 15, 8
    ),
}


def scheme_of(brand: str, background: Paint | None) -> Scheme:
    """Return the colours for a brand on a background; without one it is white."""
    ground = background or WHITE
    index = crc32(brand.casefold().encode()) % len(_ON_LIGHT)
    base = ground if isinstance(ground, Color) else ground.stops[0][1]
    ink = INK if ground.light else WHITE
    accent = _hex((_ON_LIGHT if ground.light else _ON_DARK)[index])
    return Scheme(
        background=ground,
        ink=ink,
        muted=ink.over(base, 0.68 if ground.light else 0.76),
        accent=accent,
        on_accent=INK if accent.light else WHITE,
        tile=accent.over(base, 0.14 if ground.light else 0.2),
    )


def standard_layout(spec: Spec, background: Paint | None = None) -> Layout:
    """Return the standard arrangement as a layout with the words filled in; pictures are named by their slot."""
    place = spec.canvas
    plan = ARRANGEMENTS[place.code]
    scheme = scheme_of(clean(spec.brand), background)
    words = {name: clean(getattr(spec, name)) for name in ("headline", "body", "cta", "brand")}
    if not any(words[name] for name in ("headline", "body", "cta")):
        whole = _picture(spec, (0, 0, place.width, place.height), scheme)
        return Layout(scheme.background, tuple(whole))
    elements = [*_picture(spec, plan.picture, scheme)]
    if plan.shape == "strip":
        elements += _strip(words, place, plan, scheme)
    else:
        elements += _column(words, plan, scheme, middle=plan.shape == "side")
    return Layout(scheme.background, tuple(replace(each, z=z) for z, each in enumerate(elements)))


def _picture(spec: Spec, box: Box, scheme: Scheme) -> Iterator[Element]:
    slot = next(iter(spec.pictures), "")
    shown = spec.pictures.get(slot)
    x, y, width, height = box
    if shown:
        shape = (shown.width / shown.height) / (width / height)
        whole = shown.see_through or not 0.5 <= shape <= 2
        if whole:
            soft = Gradient(160.0, ((0.0, scheme.tile.over(WHITE, 0.7)), (1.0, scheme.tile)))
            yield Element("backdrop", "shape", *box, style=Style(background=soft))
            edge = min(width, height) * 0.07
            x, y, width, height = x + edge, y + edge, width - 2 * edge, height - 2 * edge
        yield Element(
            PICTURE, "image", x, y, width, height, content=slot, style=Style(fit="contain" if whole else "cover")
        )
    else:
        yield Element(
            PICTURE, "image", x, y, width, height, content="", style=Style(color=scheme.accent, background=scheme.tile)
        )


def _column(words: dict[str, str], plan: Arrangement, scheme: Scheme, *, middle: bool) -> Iterator[Element]:
    x, y, width, height = plan.words
    button = _button(words["cta"], plan, scheme, width)
    left = height - (button.height + plan.gap if button else 0)
    label = _label(words["brand"], plan, width)
    left -= label.height + plan.gap * 0.5 if label else 0
    headline, body = _headline_and_body(words, plan, width, left, gap=plan.gap * 0.7)
    texts = [
        ("brand", label, scheme.accent, 600, plan.gap * 0.5),
        ("headline", headline, scheme.ink, 700, plan.gap * 0.7),
        ("body", body, scheme.muted, 400, plan.gap),
    ]
    shown = [(name, block, ink, weight, gap) for name, block, ink, weight, gap in texts if block]
    used = sum(block.height + gap for _, block, _, _, gap in shown)
    used = used + button.height if button else used - (shown[-1][4] if shown else 0)
    spare = max(height - used, 0)
    # Below a picture the button stands at the foot of the panel; beside one it follows the words.
    at = y + (spare / 2 if middle else 0 if button else spare / 3)
    for name, block, ink, weight, gap in shown:
        yield _text(name, block, words[name], x, at, width, ink, weight)
        at += block.height + gap
    if button:
        yield replace(button, x=x, y=at if middle else max(at, y + height - button.height))


def _strip(words: dict[str, str], place: Placement, plan: Arrangement, scheme: Scheme) -> Iterator[Element]:
    x, y, _, height = plan.words
    edge = (place.height - plan.button) / 2 if place.height > 60 else 8
    button = _button(words["cta"], plan, scheme, place.width * 0.3)
    end = place.width - edge
    if button:
        button = replace(button, x=end - button.width, y=(place.height - button.height) / 2)
        end = button.x - edge * 0.6
    width = end - x
    headline, body = _headline_and_body(words, plan, width, height, gap=plan.gap)
    left = height - sum(block.height + plan.gap for block in (headline, body) if block)
    label = _label(words["brand"], plan, width) if left >= plan.label * 1.25 else None
    texts = [
        ("brand", label, scheme.accent, 600),
        ("headline", headline, scheme.ink, 700),
        ("body", body, scheme.muted, 400),
    ]
    shown = [(name, block, ink, weight) for name, block, ink, weight in texts if block]
    at = y + (height - sum(block.height + plan.gap for _, block, _, _ in shown) + plan.gap) / 2
    for name, block, ink, weight in shown:
        yield _text(name, block, words[name], x, at, width, ink, weight)
        at += block.height + plan.gap
    if button:
        yield button


def _headline_and_body(
    words: dict[str, str], plan: Arrangement, width: float, height: float, *, gap: float
) -> tuple[Block | None, Block | None]:
    """Return both at sizes that go together: a headline gives up to a quarter of its size to show the whole body."""
    headline = _headline(words["headline"], plan, width, height, _sizes(plan))
    if not headline or not words["body"]:
        return headline, _body(words["body"], plan, width, height)
    sizes = [size for size in _sizes(plan) if headline.size * 0.74 <= size <= headline.size]
    for share in (1.0, 0.9):
        for size in sizes:
            smaller = _headline(words["headline"], plan, width, height, (size,))
            if smaller and (not smaller.cut or headline.cut):
                body = _body(words["body"], plan, width, height - smaller.height - gap, share)
                if body and not body.cut:
                    return smaller, body
    if height - headline.height - gap < plan.body * 1.4 and plan.shape != "strip":
        headline = _headline(words["headline"], plan, width, height - plan.body * 1.4 - gap, _sizes(plan)) or headline
    return headline, _body(words["body"], plan, width, height - headline.height - gap)


def _sizes(plan: Arrangement) -> tuple[float, ...]:
    largest, smallest = plan.headline
    return tuple(largest + (smallest - largest) * step / 8 for step in range(9))


def _label(text: str, plan: Arrangement, width: float) -> Block | None:
    if not text or not plan.label:
        return None
    return fill(text, weight=600, size=plan.label, width=width, height=plan.label * 2, line_height=1.25, most=1)


def _headline(text: str, plan: Arrangement, width: float, height: float, sizes: tuple[float, ...]) -> Block | None:
    if not text:
        return None
    room = max(height, sizes[-1])
    return fit(text, weight=700, sizes=sizes, width=width, height=room, line_height=1.14, most=plan.lines)


def _body(text: str, plan: Arrangement, width: float, height: float, share: float = 1.0) -> Block | None:
    size = plan.body * share
    if not text or height < size * 1.1:
        return None
    return fill(text, weight=400, size=size, width=width, height=height, line_height=1.38, most=plan.body_lines)


def _button(text: str, plan: Arrangement, scheme: Scheme, widest: float) -> Element | None:
    if not text:
        return None
    pad = plan.button * 0.42
    sizes = (plan.button_text, plan.button_text * 0.9, plan.button_text * 0.8)
    block = fit(text, weight=600, sizes=sizes, width=widest - 2 * pad, height=plan.button, line_height=1.2, most=1)
    width = widest if plan.wide_button else min(block.width + 2 * pad + 1, widest)
    style = Style(
        color=scheme.on_accent, background=scheme.accent, font_size=block.size, weight=600, align="center",
        radius=plan.button * 0.26, line_height=1.2,
    )  # fmt: skip
    return Element("cta", "button", 0, 0, width, plan.button, content=text, style=style)


def _text(name: str, block: Block, text: str, x: float, y: float, width: float, ink: Color, weight: int) -> Element:
    ratio = block.line_height / block.size
    width = balanced(text, block, weight=weight, width=width)
    style = Style(color=ink, font_size=block.size, weight=weight, align="left", line_height=ratio)
    return Element(name, "text", x, y, width, block.height, content=text, style=style)


def _hex(text: str) -> Color:
    return Color(*(int(text[at : at + 2], 16) for at in (1, 3, 5)))
