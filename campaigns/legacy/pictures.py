"""Pictures inside rows: `data:` addresses are replaced by a reference to their bytes' digest and listed.

The bytes stay in the uploaded dump, from which the run that follows an import takes them. `blob:` addresses and the
builder's own placeholders stand for pictures that no dump can bring back.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote_to_bytes

from campaigns.legacy.rows import pointer_part
from campaigns.legacy.vocabulary import LOST_PICTURES

REFERENCE: Final = "legacy-picture:"
_ADDRESS: Final = re.compile(r"data:([\w.+-]+/[\w.+-]+)?((?:;[\w.+-]+(?:=[^;,]*)?)*),", re.ASCII)
_INSIDE: Final = re.compile(r"data:image/[^\s\"')]+", re.ASCII)
_BLOB: Final = re.compile(r"blob:\S+\Z")
_MAGIC: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png", b"IEND"),
    (b"\xff\xd8\xff", "image/jpeg", b"\xff\xd9"),
    (b"GIF87a", "image/gif", b"\x3b"),
    (b"GIF89a", "image/gif", b"\x3b"),
)


_REFERENCED: Final = re.compile(rf"{REFERENCE}sha256:([0-9a-f]{{64}})", re.ASCII)


@dataclass(slots=True)
class Picture:
    """One distinct picture of a row. `state`: held (in the dump), refused (a type we don't take), undecodable, lost."""

    state: str
    path: str
    sha256: str = ""
    mime: str = ""
    size: int = 0
    count: int = 1

    def as_json(self) -> dict[str, object]:
        """Return it for storage beside the row."""
        facts = {"state": self.state, "path": self.path, "count": self.count}
        return facts | ({"was": self.mime} if self.state == "lost" else self.about())

    def about(self) -> dict[str, object]:
        """Return the facts about the bytes."""
        return {"sha256": self.sha256, "mime": self.mime, "bytes": self.size}


@dataclass(slots=True)
class Pictures:
    """The pictures of one row, each once; `missed` is True where one is lost and nothing stands in for it."""

    found: dict[str, Picture] = field(default_factory=dict)
    missed: bool = False

    @property
    def held(self) -> int:
        """How often the row holds picture bytes."""
        return sum(picture.count for picture in self.found.values() if picture.state != "lost")

    def has(self, state: str) -> bool:
        """Whether some picture is in `state`."""
        return any(picture.state == state for picture in self.found.values())


def may_hold_pictures(text: str, start: int = 0, end: int | None = None) -> bool:
    """Whether it is worth to look: a cheap test on the text of a row."""
    return any(text.find(sign, start, end) >= 0 for sign in ("data:", "blob:", "PLACEHOLDER]"))


def take_pictures(value: object) -> tuple[object, Pictures]:
    """Return `value` with every picture replaced by its reference, and the list of them."""
    pictures = Pictures()
    return _walk(value, "", pictures, spare=False), pictures


def picture_bytes(address: str) -> bytes:
    """Return the bytes that a `data:` address holds. Raises ValueError for one that is broken."""
    match = _ADDRESS.match(address)
    if match is None:
        raise ValueError("This is no data: address.")
    return _bytes(address[match.end() :], encoded=";base64" in match[2].lower())


def referenced(value: object) -> str:
    """Return the digest that a reference to a picture names, "" for anything else."""
    match = _REFERENCED.fullmatch(value) if isinstance(value, str) else None
    return match[1] if match else ""


def _walk(value: object, path: str, pictures: Pictures, *, spare: bool) -> object:
    if isinstance(value, str):
        return _text(value, path, pictures, spare=spare) if len(value) > 4 else value
    if isinstance(value, list):
        return [_walk(part, f"{path}/{index}", pictures, spare=False) for index, part in enumerate(value)]
    if isinstance(value, dict):
        # The flow keeps a dead address of the upload beside the picture made from it: that one is not a loss.
        spare = any(_is_address(value.get(name)) for name in ("processedUrl", "thumbnailUrl"))
        return {
            name: _walk(part, f"{path}/{pointer_part(name)}", pictures, spare=spare and name == "originalUrl")
            for name, part in value.items()
        }
    return value


def _is_address(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("data:", "http:", "https:"))


def _text(text: str, path: str, pictures: Pictures, *, spare: bool) -> str:
    if text.startswith("data:") and (match := _ADDRESS.match(text)):
        return _reference(text, match, path, pictures)
    if text in LOST_PICTURES or _BLOB.match(text):
        _count(pictures, text, Picture("lost", path, mime="blob" if text.startswith("blob:") else "placeholder"))
        pictures.missed = pictures.missed or not spare
        return text
    if "data:image/" in text:  # a style such as url(data:image/png;base64,...)
        return _INSIDE.sub(lambda inside: _embedded(inside[0], path, pictures), text)
    return text


def _embedded(address: str, path: str, pictures: Pictures) -> str:
    match = _ADDRESS.match(address)
    return _reference(address, match, path, pictures) if match else address


def _reference(address: str, match: re.Match[str], path: str, pictures: Pictures) -> str:
    known = pictures.found.get(address)
    if known:
        known.count += 1
    else:
        known = _count(pictures, address, _picture(address, match, path))
    return f"{REFERENCE}sha256:{known.sha256}"


def _count(pictures: Pictures, text: str, picture: Picture) -> Picture:
    if text in pictures.found:
        pictures.found[text].count += 1
    else:
        pictures.found[text] = picture
    return pictures.found[text]


def _picture(address: str, match: re.Match[str], path: str) -> Picture:
    declared = (match[1] or "text/plain").lower()
    body = address[match.end() :]
    try:
        content = _bytes(body, encoded=";base64" in match[2].lower())
    except (binascii.Error, ValueError):
        content = None
    if content is not None and (declared == "image/svg+xml" or not declared.startswith("image/")):
        return Picture("refused", path, hashlib.sha256(content).hexdigest(), declared, len(content))
    mime = _sniff(content) if content else ""
    if not content or not mime:
        raw = address.encode()
        return Picture("undecodable", path, hashlib.sha256(raw).hexdigest(), declared, len(raw))
    return Picture("held", path, hashlib.sha256(content).hexdigest(), mime, len(content))


def _bytes(body: str, *, encoded: bool) -> bytes:
    if not encoded:
        return unquote_to_bytes(body)
    if "%" in body:
        body = unquote_to_bytes(body).decode("ascii")
    return base64.b64decode(body + "=" * (-len(body) % 4), validate=True)


def _sniff(content: bytes) -> str:
    """Return the type that the bytes show, "" where they are no picture we know or break off before its end."""
    for magic, mime, end in _MAGIC:
        if content.startswith(magic):
            return mime if end in content else ""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        whole = int.from_bytes(content[4:8], "little") + 8 <= len(content) + 1
        return "image/webp" if whole else ""
    if content[4:12] in (b"ftypavif", b"ftypavis"):
        return "image/avif"
    return ""
