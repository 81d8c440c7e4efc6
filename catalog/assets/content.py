"""What is kept of a file: looked at, made safe, and stored once per organization under its own digest."""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from django.core.files.base import File
from django.utils.translation import gettext as _
from PIL import Image

from catalog.assets.rules import check_size, most_bytes
from kernel.files import films, pictures, svg
from kernel.files.pictures import Rendition
from kernel.files.refusals import refused
from kernel.files.sniff import HEAD, HTML, RASTERS, SVG, TEXT, Type, sniff
from kernel.storage import asset_files, tenant_folder
from kernel.tenancy.context import TenantLike, current_organization
from tenants.access.limits import lock_until_commit

FOLDER = "assets"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file as it will be kept. `content` is open; `source_sha256` is of what was sent."""

    content: IO[bytes]
    type: Type
    source_sha256: str
    sha256: str
    size: int
    width: int | None
    height: int | None
    duration_ms: int | None
    renditions: Mapping[str, Rendition]

    @property
    def stored_bytes(self) -> int:
        """What it takes in the storage."""
        return self.size + sum(len(rendition.content) for rendition in self.renditions.values())


def type_of(head: bytes) -> Type:
    """Return what a file is that begins with `head`. Raises Invalid for what we take not."""
    found = sniff(head[:HEAD])
    if found is None:
        message = _("This is no kind of file that can be an asset: pictures, films, fonts, PDF and text can.")
        raise refused("unknown_type", message)
    if found is HTML:
        raise refused("html_not_accepted", _("HTML is not accepted: what it would do can't be known for certain."))
    return found


def prepare(file: IO[bytes]) -> Prepared:
    """Return what is kept of an open file that can be sought.

    Pictures are encoded anew without metadata and get renditions, SVG is cleaned; the rest stays byte for byte. The
    same file always gives the same result. Raises Invalid, with a code for each reason, and TooLarge.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    found = type_of(file.read(HEAD))
    check_size(size, most_bytes(found), "/file")
    source = digest_of(file)
    if found in RASTERS:
        picture = pictures.encode(file, found)
        kept, found, width, height = picture.content, picture.type, picture.width, picture.height
        return _made(kept, found, source, width, height, picture.renditions)
    if found is SVG:
        drawing = svg.clean(_whole(file))
        drawn = svg.draw(drawing, max(pictures.SIZES.values()))
        with Image.open(io.BytesIO(drawn), formats=["PNG"]) as image:
            renditions = pictures.renditions(image.convert("RGBA"))
        return _made(drawing.content, found, source, drawing.width, drawing.height, renditions)
    if found is TEXT:
        _check_text(_whole(file))
    film = films.measure(file, size, found) if found.kind == "video" else films.Film(None, None, None)
    file.seek(0)
    return Prepared(file, found, source, source, size, film.width, film.height, film.duration_ms, {})


def keep(prepared: Prepared) -> dict[str, Any]:
    """Store the file and its renditions; return the fields that an AssetVersion has of them.

    All is on disk before this returns. Until the open transaction ends the sweep removes nothing that is kept here; a
    rollback leaves files that nobody refers to, which the sweep then finds.
    """
    organization = current_organization()
    lock_until_commit(files_lock(organization), shared=True)
    renditions = {
        name: {
            "key": _store(organization, io.BytesIO(rendition.content)),
            "mime": "image/webp",
            "width": rendition.width,
            "height": rendition.height,
            "size": len(rendition.content),
        }
        for name, rendition in prepared.renditions.items()
    }
    return {
        "sha256": prepared.sha256,
        "source_sha256": prepared.source_sha256,
        "size": prepared.size,
        "stored_bytes": prepared.stored_bytes,
        "mime": prepared.type.mime,
        "width": prepared.width,
        "height": prepared.height,
        "duration_ms": prepared.duration_ms,
        "storage_key": _store(organization, prepared.content, prepared.sha256),
        "renditions": renditions,
    }


def files_lock(organization: TenantLike) -> str:
    """Return the name of the lock that whoever stores files shares, and whoever removes some has alone."""
    return f"files:{organization.id}"


def key_of(organization: TenantLike, sha256: str) -> str:
    """Return where the file with this digest is."""
    return f"{tenant_folder(organization)}/{FOLDER}/{sha256[:2]}/{sha256}"


def digest_of(file: IO[bytes]) -> str:
    """Return the SHA-256 of an open file, which is back at its beginning afterwards."""
    file.seek(0)
    found = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    file.seek(0)
    return found


def _made(
    content: bytes, found: Type, source: str, width: int, height: int, renditions: Mapping[str, Rendition]
) -> Prepared:
    digest = hashlib.sha256(content).hexdigest()
    return Prepared(io.BytesIO(content), found, source, digest, len(content), width, height, None, renditions)


def _store(organization: TenantLike, content: IO[bytes], sha256: str = "") -> str:
    files = asset_files()
    key = key_of(organization, sha256 or digest_of(content))
    # A file that is there is whole: it got its name once it was.
    if not files.exists(key):
        content.seek(0)
        files.save(key, File(content))
    return key


def _whole(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def _check_text(content: bytes) -> None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refused("unknown_type", _("A text must be UTF-8.")) from None
    if "\x00" in text:
        raise refused("unknown_type", _("A text can't hold a NUL character."))
