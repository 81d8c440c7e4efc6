"""What a file is, by its first bytes. Its name and the type its sender claims say nothing."""

import codecs
from dataclasses import dataclass

HEAD = 4096
"""How many bytes tell what a file is."""


@dataclass(frozen=True, slots=True)
class Type:
    """What a file is; `extension` is the one it is given back with."""

    kind: str
    mime: str
    extension: str


PNG = Type("image", "image/png", "png")
JPEG = Type("image", "image/jpeg", "jpg")
GIF = Type("image", "image/gif", "gif")
WEBP = Type("image", "image/webp", "webp")
AVIF = Type("image", "image/avif", "avif")
SVG = Type("image", "image/svg+xml", "svg")
MP4 = Type("video", "video/mp4", "mp4")
MOV = Type("video", "video/quicktime", "mov")
WEBM = Type("video", "video/webm", "webm")
PDF = Type("document", "application/pdf", "pdf")
TTF = Type("font", "font/ttf", "ttf")
OTF = Type("font", "font/otf", "otf")
WOFF2 = Type("font", "font/woff2", "woff2")
TEXT = Type("text", "text/plain", "txt")
HTML = Type("html", "text/html", "html")
TYPES = {
    found.mime: found for found in (PNG, JPEG, GIF, WEBP, AVIF, SVG, MP4, MOV, WEBM, PDF, TTF, OTF, WOFF2, TEXT, HTML)
}
RASTERS = (PNG, JPEG, GIF, WEBP, AVIF)

_STARTS = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"%PDF-", PDF),
    (b"\x00\x01\x00\x00", TTF),
    (b"true", TTF),
    (b"OTTO", OTF),
    (b"wOF2", WOFF2),
)
_BRANDS = {
    b"avif": AVIF,
    b"avis": AVIF,
    b"qt  ": MOV,
    **dict.fromkeys((b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"dash", b"M4V "), MP4),
}
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\f\r")


def sniff(head: bytes) -> Type | None:
    """Return what begins with `head` (HEAD bytes, fewer for a smaller file); None for what we don't know."""
    for start, found in _STARTS:
        if head.startswith(start):
            return None if found is TTF and not _is_sfnt(head) else found
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12])
    if head[:4] == b"\x1aE\xdf\xa3":
        return WEBM if b"webm" in head[:64] else None
    return _sniff_text(head)


def _is_sfnt(head: bytes) -> bool:
    """Whether the table directory that a font begins with is one: up to 100 tables, each with a printable tag."""
    tables = int.from_bytes(head[4:6])
    return 0 < tables <= 100 and len(head) >= 16 and all(32 <= byte < 127 for byte in head[12:16])


def _sniff_text(head: bytes) -> Type | None:
    if not head or not _CONTROLS.isdisjoint(head):
        return None
    try:
        # The last character may be cut in two.
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head, final=len(head) < HEAD)
    except UnicodeDecodeError:
        return None
    start = text.lstrip().lower()
    if not start.startswith("<"):
        return TEXT
    if "<svg" in start or ":svg" in start:
        return SVG
    return None if start.startswith("<?xml") else HTML
