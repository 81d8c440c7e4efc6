"""Which pictures a row holds, what they are called, and which of them are backgrounds of another one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from campaigns.legacy.fields import name_of
from campaigns.legacy.media.reading import SeenRow
from campaigns.legacy.pictures import referenced
from campaigns.legacy.vocabulary import Kind
from campaigns.previews.legacy_canvas import source_of

LONGEST_NAME: Final = 240
LONGEST_ALT: Final = 300
LONGEST_NOTE: Final = 500
_EXTENSIONS: Final = {"image/jpeg": "jpg", "image/svg+xml": "svg"}


@dataclass(frozen=True, slots=True)
class WantedPicture:
    """A picture whose bytes the row holds. `parent` is the digest of one that it was made to lie behind."""

    sha256: str
    address: str
    name: str
    file_name: str
    alt: str
    parent: str = ""
    note: str = ""
    is_active: bool = False


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture of a product in its place; `active` is the digest of the background that is shown instead of it."""

    source: str
    alt: str
    active: str

    @property
    def sha256(self) -> str:
        """Return the digest where the dump has the bytes, "" for an address."""
        return referenced(self.source)


@dataclass(frozen=True, slots=True)
class Background:
    """A picture that was generated to lie behind another one."""

    source: str
    parent: str
    note: str
    is_active: bool


def wanted_pictures(row: SeenRow) -> list[WantedPicture]:
    """Return every picture that the row holds and that may be stored, backgrounds behind what they are for."""
    called = _called(row)
    behind = {found.source: found for found in backgrounds(row)}
    wanted: list[WantedPicture] = []
    for address, picture in row.pictures.found.items():
        if picture.state != "held":
            continue
        beside = _beside(row.value, picture.path)
        background = next((found for source, found in behind.items() if referenced(source) == picture.sha256), None)
        file_name = _text(beside.get("fileName")) or _text(beside.get("name"))
        if not file_name or "." not in file_name:
            subtype = _EXTENSIONS.get(picture.mime, picture.mime.rpartition("/")[2])
            file_name = f"{file_name or picture.sha256[:12]}.{subtype}"
        first = not any(not found.parent for found in wanted)
        name = called or file_name
        wanted.append(
            WantedPicture(
                sha256=picture.sha256,
                address=address,
                name=(name if first else f"{name} ({len(wanted) + 1})")[: LONGEST_NAME + 8],
                file_name=file_name[:LONGEST_NAME],
                alt=_text(beside.get("altText"))[:LONGEST_ALT],
                parent=background.parent if background else "",
                note=background.note if background else "",
                is_active=background.is_active if background else False,
            )
        )
    return sorted(wanted, key=lambda found: bool(found.parent))


def shown_pictures(row: SeenRow) -> list[ShownPicture]:
    """Return the pictures of a product, the primary one first, each once."""
    images = _mappings(_data(row.payload).get("images"))
    shown: dict[str, ShownPicture] = {}
    for image in sorted(images, key=lambda image: image.get("isPrimary") is not True):
        source = source_of(image)
        if source:
            active = next((found for found in _behind(image) if found.is_active), None)
            shown.setdefault(
                source,
                ShownPicture(
                    source, _text(image.get("altText"))[:LONGEST_ALT], referenced(active.source) if active else ""
                ),
            )
    return list(shown.values())


def backgrounds(row: SeenRow) -> list[Background]:
    """Return the generated backgrounds that the row names, of a product's pictures or in a row of its own."""
    if row.kind is Kind.BACKGROUND and isinstance(row.value, dict):
        return [Background(source_of(row.value), "", _text(row.value.get("prompt"))[:LONGEST_NOTE], is_active=False)]
    if row.kind is Kind.PRODUCT:
        return [found for image in _mappings(_data(row.payload).get("images")) for found in _behind(image)]
    return []


def _behind(image: Mapping[str, object]) -> list[Background]:
    parent = referenced(source_of(image))
    return [
        Background(
            source_of(version), parent, _text(version.get("prompt"))[:LONGEST_NOTE], version.get("isActive") is True
        )
        for version in _mappings(image.get("backgroundVersions"))
    ]


def _called(row: SeenRow) -> str:
    """Pictures are named after the product where the row tells one, else after the row."""
    value = row.value if isinstance(row.value, dict) else {}
    part = _mapping(value.get("adData")) or _mapping(value.get("data")) or value
    product = _mapping(part.get("product"))
    own = () if row.kind is Kind.PRODUCT else (product.get("name"), part.get("title"))
    name, _which = name_of(*own, value.get("name"), value.get("prompt"), part.get("campaignName"))
    return name[:LONGEST_NAME]


def _beside(value: object, path: str) -> Mapping[str, object]:
    """Return the innermost record around a place in the row."""
    found: Mapping[str, object] = {}
    for part in path.split("/")[1:]:
        if isinstance(value, dict):
            found, value = value, value.get(part.replace("~1", "/").replace("~0", "~"))
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            break
    return found


def _data(payload: object) -> Mapping[str, object]:
    return _mapping(_mapping(payload).get("data"))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _mappings(value: object) -> Iterator[Mapping[str, object]]:
    return (part for part in value if isinstance(part, dict)) if isinstance(value, list) else iter(())


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
