"""People's pictures: looked at, cut to a square, encoded anew, kept in the private storage by digest."""

import hashlib
import os
import tempfile
import threading
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import NewType
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from kernel.errors import FieldError, Invalid, TooLarge

FORMATS = ("PNG", "JPEG", "WEBP")
SIDE = 256
MOST_PIXELS = 12_500_000
"""What phones call 12 megapixels is a little more."""
FOLDER = "people"
URL = "/account/pictures/"


Encoded = NewType("Encoded", bytes)
"""A picture that encode() has made."""

_one_at_a_time = threading.Lock()


def encode(content: bytes) -> Encoded:
    """Return a picture as a square WebP without any metadata, whatever its file called itself.

    Takes a while and some memory, so a process decodes one at a time; call it outside every transaction. Raises
    TooLarge beyond MAX_PICTURE_BYTES, and Invalid for what is no picture or has too many pixels; those are counted
    before anything is decoded.
    """
    if len(content) > settings.MAX_PICTURE_BYTES:
        raise too_large()
    try:
        with _one_at_a_time, Image.open(BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise _too_many_pixels()
            square = _square(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except (OSError, SyntaxError, ValueError, ArithmeticError, LookupError, TypeError, MemoryError) as error:
        # What Pillow raises for files that are damaged or made to do damage.
        raise _refused("picture_unreadable", _("Choose a PNG, JPEG or WebP picture.")) from error
    encoded = BytesIO()
    square.save(encoded, "WEBP", quality=85, exif=b"", icc_profile=b"", xmp=b"")
    return Encoded(encoded.getvalue())


def store(user_id: UUID, content: Encoded) -> str:
    """Keep an encoded picture and return its key; the same bytes are kept once. On disk before this returns."""
    key = f"{FOLDER}/{user_id}/{hashlib.sha256(content).hexdigest()}.webp"
    path = _path(key)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix="upload-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return key


def read(key: str) -> bytes | None:
    """Return a stored picture; None where it is gone."""
    try:
        return _path(key).read_bytes()
    except FileNotFoundError:
        return None


def tidy(user_id: UUID, keep: str) -> int:
    """Remove every picture of the person but `keep`; return how many there were."""
    kept = _path(keep) if keep else None
    gone = [path for path in (_root() / FOLDER / str(user_id)).glob("*") if path != kept]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def url_of(key: str) -> str:
    """Return a picture's path, the same on each of our hosts; empty for none."""
    return URL + key.removeprefix(f"{FOLDER}/") if key else ""


def key_of(user_id: UUID, digest: str) -> str:
    """Return the key of the picture that url_of() leads to."""
    return f"{FOLDER}/{user_id}/{digest}.webp"


def too_large() -> TooLarge:
    """Return the refusal of a file beyond MAX_PICTURE_BYTES."""
    megabytes = settings.MAX_PICTURE_BYTES // (1024 * 1024)
    message = _("A picture may have %(megabytes)d MB.") % {"megabytes": megabytes}
    return TooLarge(message, errors=[FieldError("picture", "too_large", message)], maximum=settings.MAX_PICTURE_BYTES)


def _square(image: Image.Image) -> Image.Image:
    side = (SIDE, SIDE)
    # Smaller first: turning and converting copy the whole picture. A JPEG is even decoded no larger than needed.
    scale = SIDE * 2 / min(image.size)
    if scale < 1:
        image.thumbnail((ceil(image.width * scale), ceil(image.height * scale)))
    upright = ImageOps.exif_transpose(image)
    clear = upright.has_transparency_data
    return ImageOps.fit(upright.convert("RGBA" if clear else "RGB"), side, Image.Resampling.LANCZOS)


def _too_many_pixels() -> Invalid:
    return _refused(
        "picture_pixels",
        _("A picture may have %(count)d million pixels. Choose a smaller one.") % {"count": MOST_PIXELS // 1_000_000},
    )


def _refused(code: str, message: str) -> Invalid:
    return Invalid(message, errors=[FieldError("picture", code, message)])


def _root() -> Path:
    return Path(settings.PRIVATE_STORAGE_ROOT)


def _path(key: str) -> Path:
    return _root() / key
