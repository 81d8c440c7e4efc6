"""The canvas of the old builder as a layout: places, sizes, styles and the slots of its pictures."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from campaigns.placements import Placement
from campaigns.previews.layout import FARTHEST, LONGEST_ID, LONGEST_TEXT, MOST_BYTES, MOST_ELEMENTS, PICTURES, VERSION
from campaigns.previews.paint import number, paint
from campaigns.previews.styles import read_style

MAIN: Final = "main"
BACKGROUND: Final = "background"
_REFERENCE: Final = re.compile(r"legacy-picture:sha256:([0-9a-f]{64})", re.ASCII)
_URL: Final = re.compile(r"url\(\s*[\"']?([^\"')\s]{1,2000})[\"']?\s*\)", re.ASCII)
_KNOWN: Final = frozenset(("id", "type", "content", "position", "size", "zIndex", "styles", "visible"))
_OURS: Final = frozenset(("id", "type", "x", "y", "width", "height", "z", "content", "styles"))
_TYPES: Final = ("text", "button", "image", "product", "shape")
_SHAPES: Final = ("rectangle", "circle", "line")
_ADDRESSES: Final = ("processedUrl", "url", "imageUrl", "src", "thumbnailUrl", "originalUrl")
_HIGHEST: Final = 1_000_000
_LEAST_ROOM: Final = 0.1


@dataclass(frozen=True, slots=True)
class PictureRef:
    """A picture that an ad shows: the slot that its layout names, and what the dump has for it."""

    slot: str
    source: str

    @property
    def sha256(self) -> str:
        """Return the digest where the dump holds the bytes, "" for an address or a lost picture."""
        match = _REFERENCE.fullmatch(self.source)
        return match[1] if match else ""


@dataclass(slots=True)
class Slots:
    """Names pictures as they come up: the same source keeps its slot."""

    found: dict[str, str] = field(default_factory=dict)

    def take(self, content: object, wanted: str = MAIN) -> str:
        """Return the slot of a picture, "" where the content names none."""
        source = source_of(content)
        if source and source not in self.found:
            free = wanted not in self.found.values()
            self.found[source] = wanted if free else f"picture-{len(self.found) + 1}"
        return self.found.get(source, "")

    def refs(self) -> tuple[PictureRef, ...]:
        """Return the pictures, the main one first."""
        refs = [PictureRef(slot, source) for source, slot in self.found.items()]
        return tuple(sorted(refs, key=lambda ref: ref.slot != MAIN))


@dataclass(frozen=True, slots=True)
class Canvas:
    """A canvas as stored: its elements, the size they were laid out for, and what lies behind them."""

    elements: object
    size: tuple[float, float]
    color: object = None
    picture: object = None


def source_of(content: object) -> str:
    """Return the address or reference in the content of a picture; the flow stored whole records now and then."""
    if isinstance(content, Mapping):
        # Only texts one level down: records don't nest, and nothing that a dump holds may lead us deep.
        found = (content.get(name) for name in _ADDRESSES)
        return next((source for value in found if isinstance(value, str) and (source := source_of(value))), "")
    if not isinstance(content, str):
        return ""
    match = _URL.search(content[:4000])
    return (match[1] if match else content.strip())[:LONGEST_TEXT]


def layout_of(canvas: Canvas, place: Placement, words: Mapping[str, str], slots: Slots) -> dict[str, Any]:
    """Return the layout, {} where the standard arrangement is better; pictures are added to `slots`."""
    ground = canvas.color if paint(canvas.color) else None
    picture = canvas.picture
    kept: list[dict[str, Any]] = []
    scale = (place.width / canvas.size[0], place.height / canvas.size[1])
    for index, entry in enumerate(canvas.elements if isinstance(canvas.elements, list) else ()):
        if not isinstance(entry, dict) or entry.get("visible") is False:
            continue
        if entry.get("type") == "background":
            styles = mapping(entry.get("styles"))
            values = [styles.get(name) for name in ("background", "backgroundImage", "backgroundColor")]
            ground = next((value for value in values if paint(value)), ground)
            pictured = [value for value in values if isinstance(value, str) and _URL.search(value)]
            picture = next(iter(pictured), None) or entry.get("content") or picture
        elif element := _element(entry, index, scale, words, slots):
            kept.append(element)
    if slot := slots.take(picture, BACKGROUND):
        kept.insert(0, _behind(slot, place))
    if not _arranged(kept, place, words):
        kept = []
    return _bounded(ground, kept[:MOST_ELEMENTS])


def drawn_words(elements: object) -> dict[str, str]:
    """Return the words that a canvas shows, by the part that the old builder took them for."""
    found: dict[str, str] = {}
    for entry in elements if isinstance(elements, list) else ():
        content = entry.get("content") if isinstance(entry, dict) and entry.get("visible") is not False else None
        if not isinstance(content, str) or not content.strip():
            continue
        name = str(entry.get("id"))
        if entry.get("type") == "button":
            found.setdefault("cta", content)
        elif entry.get("type") == "text" and "headline" in name:
            found.setdefault("headline", content)
        elif entry.get("type") == "text" and "desc" in name:
            found.setdefault("body", content)
    return found


def mapping(value: object) -> Mapping[str, Any]:
    """Return an object of the dump, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def _element(
    entry: Mapping[str, Any], index: int, scale: tuple[float, float], words: Mapping[str, str], slots: Slots
) -> dict[str, Any] | None:
    kind, name, content = entry.get("type"), entry.get("id"), entry.get("content")
    box = _box(entry, scale)
    shape = entry.get("shapeType") or "rectangle"
    if kind not in _TYPES or box is None or (kind == "shape" and shape not in _SHAPES):
        return None
    if kind in PICTURES:
        content = slots.take(content)
    else:
        content = _bound(content if isinstance(content, str) else "", words)[:LONGEST_TEXT]
    styles = {key: value for key, value in mapping(entry.get("styles")).items() if isinstance(key, str)}
    wrong = {key: styles.pop(key) for key in read_style(styles).wrong}
    if kind == "text":
        styles.setdefault("textAlign", "center")
    if kind == "shape" and shape == "circle":
        styles["borderRadius"] = "50%"
    z = number(entry.get("zIndex")) or 0
    return {key: value for key, value in entry.items() if isinstance(key, str) and key not in _KNOWN} | {
        "id": name if isinstance(name, str) and 0 < len(name) <= LONGEST_ID else f"element-{index + 1}",
        "type": kind,
        **box,
        "z": int(min(max(z, -1000), _HIGHEST)),
        "content": content,
        "styles": styles,
        **({"legacyStyles": wrong} if wrong else {}),
    }


def _box(entry: Mapping[str, Any], scale: tuple[float, float]) -> dict[str, float] | None:
    position, size = mapping(entry.get("position")), mapping(entry.get("size"))
    found = {"x": position.get("x"), "y": position.get("y"), "width": size.get("width"), "height": size.get("height")}
    box: dict[str, float] = {}
    for (name, value), factor in zip(found.items(), scale * 2, strict=True):
        side = number(value)
        if side is None or abs(side * factor) > FARTHEST:
            return None
        box[name] = round(side * factor, 2)
    return box if min(box["width"], box["height"]) > 0 else None


def _behind(slot: str, place: Placement) -> dict[str, Any]:
    box = {"x": 0, "y": 0, "width": place.width, "height": place.height}
    return {"id": BACKGROUND, "type": "image", **box, "z": -_HIGHEST, "content": slot, "styles": {"objectFit": "cover"}}


def _bound(text: str, words: Mapping[str, str]) -> str:
    """A text that is one of the ad's own words stands for them, so that it follows when they change."""
    return next((f"{{{name}}}" for name, value in words.items() if value and text.strip() == value), text)


def _arranged(elements: list[dict[str, Any]], place: Placement, words: Mapping[str, str]) -> bool:
    """Whether somebody arranged this for its size: words are on the canvas, none outside, and they use its room.

    The old builder laid every ad out as for 300x250 whatever its size, so that tall ones have everything in a corner
    and flat ones have words below their edge; its flow kept canvases without words and showed those beside it.
    """
    told = [each for each in elements if each["type"] in ("text", "button") and each["content"]]
    if not told or not any(words.values()):
        return not any(words.values())
    inside = all(
        -each["width"] < each["x"] < place.width and -each["height"] < each["y"] < place.height for each in told
    )
    laid = [each for each in elements if each["id"] != BACKGROUND]
    across = max(each["x"] + each["width"] for each in laid) - min(each["x"] for each in laid)
    down = max(each["y"] + each["height"] for each in laid) - min(each["y"] for each in laid)
    return inside and across * down >= _LEAST_ROOM * place.width * place.height


def _bounded(ground: object, elements: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a layout with ids told apart and within its limit of bytes, giving up what we don't know first."""
    if not elements and ground is None:
        return {}
    seen: set[str] = set()
    for place, element in enumerate(elements, start=1):
        if element["id"] in seen:
            element["id"] = f"{element['id'][: LONGEST_ID - 12]}-again-{place}"
        seen.add(element["id"])
    slim = [{key: each[key] for key in each if key in _OURS} for each in elements]
    for kept in (elements, slim, []):
        layout = {"version": VERSION, "background": ground, "elements": kept}
        try:
            if len(orjson.dumps(layout)) <= MOST_BYTES:
                return layout
        except (orjson.JSONEncodeError, RecursionError):
            continue
    return {}
