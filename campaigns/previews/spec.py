"""What the renderer takes: the words of a creative, its layout, and its pictures by slot."""

import base64
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from typing import Any, Final

from PIL import Image, UnidentifiedImageError

from campaigns.placements import PLACEMENTS, Placement

MOST_PICTURE_BYTES: Final = 6 * 1024 * 1024
MOST_PIXELS: Final = 16_000_000
FORMATS: Final = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}


@dataclass(frozen=True)
class Picture:
    """A raster picture that may be drawn: known format, bounded in bytes and pixels. Made by `read_picture`."""

    content: bytes
    mime: str
    width: int
    height: int
    see_through: bool = False

    @cached_property
    def address(self) -> str:
        """Return it as a data: address, so that a drawing needs nothing from elsewhere."""
        return f"data:{self.mime};base64,{base64.b64encode(self.content).decode('ascii')}"


def read_picture(content: bytes) -> Picture | None:
    """Return the bytes as a picture, judged by their header; None where they are none that we draw."""
    if not 0 < len(content) <= MOST_PICTURE_BYTES:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit below is lower
            with Image.open(BytesIO(content), formats=list(FORMATS)) as image:
                width, height = image.size
                see_through = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
                mime = FORMATS.get(str(image.format), "")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        return None
    if not mime or not 0 < width * height <= MOST_PIXELS:
        return None
    return Picture(content, mime, width, height, see_through)


@dataclass(frozen=True, slots=True)
class Spec:
    """One preview. `pictures` are in the order of their places: the first is the one of the standard arrangement."""

    placement: str
    headline: str = ""
    body: str = ""
    cta: str = ""
    brand: str = ""
    layout: Mapping[str, Any] = field(default_factory=dict)
    pictures: Mapping[str, Picture] = field(default_factory=dict)

    @property
    def canvas(self) -> Placement:
        """Return the placement; one that is not known any more is drawn as a square."""
        return PLACEMENTS.get(self.placement, PLACEMENTS["square"])
