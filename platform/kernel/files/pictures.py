"""Raster pictures: counted before they are decoded, then encoded anew, upright, without what their camera wrote in."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageFile, ImageOps

from kernel.errors import Invalid
from kernel.files.refusals import refused
from kernel.files.sniff import AVIF, GIF, JPEG, PNG, WEBP, Type

SIZES = {"thumb": 320, "preview": 1200}
"""The renditions: no side is longer than this, none is larger than the picture."""
MOST_FRAMES = 1000
MOST_COLOURS = ("1", "L", "P")

_FORMATS = {PNG: ("PNG",), JPEG: ("JPEG", "MPO"), GIF: ("GIF",), WEBP: ("WEBP",), AVIF: ("AVIF",)}
# Encoding AVIF takes minutes where others take seconds.
_ENCODED_AS = {AVIF: WEBP}
_NOTHING_ELSE = {"exif": b"", "icc_profile": b"", "xmp": b""}
_ORIENTATION = 0x0112
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Rendition:
    """A picture made of another one, as WebP."""

    content: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept; a moving one has still renditions of its first frame."""

    content: bytes
    type: Type
    width: int
    height: int
    renditions: dict[str, Rendition]


def encode(file: IO[bytes], found: Type) -> Picture:
    """Return the picture encoded anew with its renditions; the same file always gives the same bytes.

    Takes a while and some memory, so a process does one at a time. Raises Invalid for what is damaged, or has too many
    pixels (those of all frames together) or frames; both are counted before anything is decoded.
    """
    try:
        with _one_at_a_time, Image.open(file, formats=_FORMATS[found]) as image:
            _count(image)
            return (
                _moving(image, found)
                if getattr(image, "n_frames", 1) > 1 and found is not JPEG
                else _still(image, found)
            )
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except (OSError, SyntaxError, ValueError, ArithmeticError, LookupError, TypeError, MemoryError) as error:
        # What Pillow raises for files that are damaged or made to do damage.
        raise refused("picture_unreadable", _("This picture is damaged.")) from error


def pixels(content: bytes) -> int:
    """Return how many pixels a picture claims to have, without decoding it. Raises Invalid for what is none."""
    try:
        with Image.open(BytesIO(content), formats=["PNG", "JPEG", "GIF", "WEBP"]) as image:
            return image.width * image.height
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except (OSError, SyntaxError, ValueError, ArithmeticError, LookupError, TypeError) as error:
        raise refused("picture_unreadable", _("This picture is damaged.")) from error


def renditions(image: Image.Image) -> dict[str, Rendition]:
    """Return the renditions of an upright picture in RGB or RGBA."""
    made = {}
    for name, side in SIZES.items():
        small = image.copy() if max(image.size) <= side else ImageOps.contain(image, (side, side))
        content = BytesIO()
        small.save(content, "WEBP", quality=82, method=4, **_NOTHING_ELSE)
        made[name] = Rendition(content.getvalue(), small.width, small.height)
    return made


def _count(image: Image.Image) -> None:
    """Refuse before anything is decoded. Frames are counted one by one: a small file may hold millions."""
    room = settings.MAX_ASSET_PIXELS
    if image.width * image.height > room:
        raise _too_many_pixels()
    if not isinstance(image, ImageFile.ImageFile) or not getattr(image, "is_animated", False):
        return
    frames: int = getattr(image, "n_frames", 1)
    if frames > MOST_FRAMES:
        raise refused("picture_frames", _("A moving picture may have %(count)d frames.") % {"count": MOST_FRAMES})
    if frames * image.width * image.height > room:
        raise _too_many_pixels()


def _still(image: Image.Image, found: Type) -> Picture:
    turned = image.getexif().get(_ORIENTATION, 1) != 1
    kept = _in_srgb(ImageOps.exif_transpose(image) if turned else image)
    target, content = _ENCODED_AS.get(found, found), BytesIO()
    if target is JPEG:
        same = kept is image and getattr(image, "format", "") == "JPEG" and image.mode in ("L", "RGB")
        # Its own tables, so that encoding it again takes nothing away.
        options: dict[str, Any] = {"quality": "keep"} if same else {"quality": 92, "subsampling": "keep" if same else 0}
        plain = kept if kept.mode in ("L", "RGB") else kept.convert("RGB")
        plain.save(content, "JPEG", optimize=True, comment=b"", **options, **_NOTHING_ELSE)
    elif target is PNG:
        _bare(kept).save(content, "PNG", **_NOTHING_ELSE)
    elif target is GIF:
        _bare(kept).save(content, "GIF", comment=b"")
    else:
        _displayable(kept).save(content, "WEBP", quality=90, method=4, **_NOTHING_ELSE)
    return Picture(content.getvalue(), target, kept.width, kept.height, renditions(_displayable(kept)))


def _moving(image: Image.Image, found: Type) -> Picture:
    """Frame by frame, so that only one is in memory besides what the encoder holds."""
    target, content = _ENCODED_AS.get(found, found), BytesIO()
    durations: list[int] = []
    total = 0
    for number in range(image.n_frames):  # type: ignore[attr-defined]
        # A frame may be larger than the picture said it is; it is decoded with the next step only.
        image.seek(number)
        total += image.width * image.height
        if total > settings.MAX_ASSET_PIXELS:
            raise _too_many_pixels()
        durations.append(int(image.info.get("duration") or 100))
    image.seek(0)
    first = image.convert("RGBA")
    options: dict[str, Any] = {"duration": durations, "loop": int(image.info.get("loop", 0)), "save_all": True}
    if target is GIF:
        options |= {"disposal": 2, "comment": b""}
    elif target is WEBP:
        options |= {"quality": 85, "method": 3, **_NOTHING_ELSE}
    first.save(content, target.extension, append_images=_frames(image), **options)
    return Picture(content.getvalue(), target, first.width, first.height, renditions(first))


def _frames(image: Image.Image) -> Iterator[Image.Image]:
    for number in range(1, image.n_frames):  # type: ignore[attr-defined]
        image.seek(number)
        yield image.convert("RGBA")


def _in_srgb(image: Image.Image) -> Image.Image:
    """Browsers show a picture without a profile as sRGB, so that is what its colours must mean."""
    profile = image.info.get("icc_profile")
    if not profile:
        return image.convert("RGB") if image.mode in ("CMYK", "YCbCr", "LAB", "HSV") else image
    mode = "RGBA" if image.has_transparency_data else "RGB"
    source = image.convert(mode) if image.mode in MOST_COLOURS else image
    try:
        given = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(source, given, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError):  # a broken profile: the numbers are the best there is
        converted = None
    return converted if converted is not None else image.convert(mode)


def _bare(image: Image.Image) -> Image.Image:
    """The picture with nothing attached but which of its colours is transparent."""
    bare = image.copy()
    bare.info = {name: value for name, value in image.info.items() if name in ("transparency", "background")}
    return bare


def _displayable(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # Sixteen bits of grey: converting would cut off what is above 255, which is nearly all of it.
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    mode = "RGBA" if image.has_transparency_data else "RGB"
    return image if image.mode == mode else image.convert(mode)


def _too_many_pixels() -> Invalid:
    millions = settings.MAX_ASSET_PIXELS // 1_000_000
    message = _("A picture may have %(count)d million pixels, all frames together.") % {"count": millions}
    return refused("picture_pixels", message)
