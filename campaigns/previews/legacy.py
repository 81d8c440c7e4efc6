"""Advertisements of the old builder in our shape: words, placement, layout version 1, and the pictures they need.

Three shapes come in: an ad from before the canvas (words and one picture), an ad of the canvas (`canvasData`), and a
variation of the five-step flow (`canvasState`). Nothing here fails: parts that make no sense are left out.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from campaigns.placements import PLACEMENTS, Placement, nearest
from campaigns.previews.legacy_canvas import (
    Canvas,
    PictureRef,
    Slots,
    drawn_words,
    layout_of,
    mapping,
    source_of,
)
from campaigns.previews.paint import number

WHERE_TO_BUY: Final = "Where to buy"
"""The old builder drew this button itself and stored no words for it."""
FIRST_SIZE: Final = (300.0, 250.0)
_SIZE: Final = re.compile(r"\s*(\d{1,5})\s*[xX]\s*(\d{1,5})\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class LegacyCreative:
    """An advertisement as ours: what a creative stores, and its pictures in the order of their slots."""

    headline: str
    body: str
    cta: str
    final_url: str
    placement: str
    layout: dict[str, Any]
    pictures: tuple[PictureRef, ...]


def from_ad(ad: Mapping[str, Any]) -> LegacyCreative:
    """Return the `adData` of a campaign of the first builder, with a canvas or from before it."""
    canvas = mapping(ad.get("canvasData"))
    meta = mapping(canvas.get("meta"))
    elements = canvas.get("elements") or ad.get("elements") or []
    drawn = drawn_words(elements)
    buy = mapping(ad.get("whereToBuy"))
    offers = ad.get("ctaType") == "whereToBuy" or buy.get("enabled") is True
    words = {
        "headline": _first(ad.get("headline"), ad.get("title"), drawn.get("headline")),
        "body": _first(ad.get("description"), drawn.get("body")),
        "cta": _first(ad.get("ctaText"), drawn.get("cta"), WHERE_TO_BUY if offers else ""),
    }
    slots = Slots()
    slots.take(ad.get("url") if source_of(ad.get("url")) else ad.get("imageUrl"))
    size = _size(ad.get("adSize")) or _size(meta.get("adSize")) or FIRST_SIZE
    place = nearest(*size)
    behind = meta.get("backgroundImage") or ad.get("backgroundImage")
    layout = layout_of(Canvas(elements, size, meta.get("backgroundColor"), behind), place, words, slots)
    links = (ad.get("clickUrl"), buy.get("buyOnlineUrl"), buy.get("findInStoreUrl"), ad.get("sourceUrl"))
    return _creative(words, links, place, layout, slots)


def from_variation(format_: object, variation: Mapping[str, Any]) -> LegacyCreative:
    """Return one variation of a format of the five-step flow. `format_` is its id or the record of the format."""
    canvas = mapping(variation.get("canvasState"))
    meta = mapping(canvas.get("meta"))
    fields = mapping(variation.get("elements"))
    elements = canvas.get("elements") or []
    drawn = drawn_words(elements)
    words = {
        "headline": _first(drawn.get("headline"), fields.get("headline")),
        "body": _first(drawn.get("body"), fields.get("description")),
        "cta": _first(drawn.get("cta"), fields.get("cta")),
    }
    slots = Slots()
    slots.take(fields.get("productImage"))
    known = _place(format_, variation.get("format"), meta.get("format"))
    size = (float(known.width), float(known.height)) if known else _size(meta.get("adSize")) or FIRST_SIZE
    place = known or nearest(*size)
    color = _first(meta.get("backgroundColor"), fields.get("backgroundColor"))
    layout = layout_of(Canvas(elements, size, color, meta.get("backgroundImage")), place, words, slots)
    return _creative(words, (fields.get("productUrl"),), place, layout, slots)


def from_canvas(elements: object, size: tuple[float, float]) -> dict[str, Any]:
    """Return canvas elements laid out for `size` as a layout of the nearest placement; {} where none is of use."""
    return layout_of(Canvas(elements, size), nearest(*size), {}, Slots())


def _creative(
    words: Mapping[str, str], links: tuple[object, ...], place: Placement, layout: dict[str, Any], slots: Slots
) -> LegacyCreative:
    addresses = (link.strip() for link in links if isinstance(link, str))
    link = next((address for address in addresses if address.startswith(("http:", "https:"))), "")
    return LegacyCreative(
        headline=words["headline"][:255],
        body=words["body"],
        cta=words["cta"][:80],
        final_url=link[:2000],
        placement=place.code,
        layout=layout,
        pictures=slots.refs(),
    )


def _place(*formats: object) -> Placement | None:
    """Return the placement that the first telling one of several formats names or measures."""
    for found in formats:
        record = mapping(found)
        name = record.get("id") if record else found
        if isinstance(name, str) and name.lower() in PLACEMENTS:
            return PLACEMENTS[name.lower()]
        width, height = number(record.get("width")) or 0, number(record.get("height")) or 0
        if width > 0 and height > 0:
            return nearest(width, height)
    return None


def _size(text: object) -> tuple[float, float] | None:
    match = _SIZE.fullmatch(text) if isinstance(text, str) and len(text) < 40 else None
    sides = (float(match[1]), float(match[2])) if match else (0.0, 0.0)
    return sides if min(sides) > 0 else None


def _first(*values: object) -> str:
    return next((value.strip() for value in values if isinstance(value, str) and value.strip()), "")
