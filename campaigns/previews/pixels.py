"""Pictures made as small as a drawing shows them, before they are rasterized: far faster, and finer."""

from io import BytesIO

from PIL import Image

from campaigns.previews.spec import FORMATS, Picture

type Part = tuple[float, float, float, float]


def resample(picture: Picture, part: Part, size: tuple[int, int]) -> Picture | None:
    """Return `part` (left, top, right, bottom) of a picture at `size`; None where its bytes break off."""
    try:
        with Image.open(BytesIO(picture.content), formats=list(FORMATS)) as image:
            mode = "RGBA" if picture.see_through else "RGB"
            whole = image.convert(mode) if image.mode != mode else image
            shown = whole.resize(size, Image.Resampling.LANCZOS, box=_inside(part, *whole.size), reducing_gap=3.0)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    out = BytesIO()
    shown.save(out, "PNG", compress_level=1)
    return Picture(out.getvalue(), "image/png", *size, picture.see_through)


def _inside(part: Part, width: int, height: int) -> Part:
    """Keep a part within the picture, where rounding led out of it, and not empty."""
    left, top, right, bottom = part
    left, top = min(max(left, 0), width - 0.01), min(max(top, 0), height - 0.01)
    return left, top, min(max(right, left + 0.01), width), min(max(bottom, top + 0.01), height)
