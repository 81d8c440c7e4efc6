"""Two versions of an asset, side by side."""

from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageChops

from catalog.models import AssetVersion
from kernel.storage import asset_files

NOTICEABLE = 16
"""How far apart two brightnesses, of 255, must be for an eye to see it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`bytes` is how much larger the second is; `changed` the share of its picture that differs, in percent.

    `picture` shows where, as a data URL; both are None unless both versions are pictures of one shape.
    """

    first: AssetVersion
    second: AssetVersion
    bytes: int
    same_size: bool
    same_content: bool
    changed: float | None
    picture: str | None


def compare(first: AssetVersion, second: AssetVersion) -> Comparison:
    """Return what sets the second version apart from the first; pictures are compared by their previews."""
    same = first.sha256 == second.sha256
    size = (first.width, first.height) == (second.width, second.height)
    both = "preview" in first.renditions and "preview" in second.renditions
    changed, picture = _difference(first, second) if both else (None, None)
    return Comparison(first, second, second.size - first.size, size, same, changed, picture)


def _difference(first: AssetVersion, second: AssetVersion) -> tuple[float | None, str | None]:
    before, after = _preview(first), _preview(second)
    if abs(before.width * after.height - after.width * before.height) > max(before.width * after.height, 1) // 50:
        return None, None
    if before.size != after.size:
        before = before.resize(after.size)
    difference = ImageChops.difference(before, after).convert("RGB")
    bands = difference.split()
    strongest = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
    mask = strongest.point(lambda value: 255 if value >= NOTICEABLE else 0)
    changed = mask.histogram()[255] * 100 / (mask.width * mask.height)
    # What stayed is pale, what changed is red.
    pale = Image.blend(after.convert("L").convert("RGB"), Image.new("RGB", after.size, "white"), 0.7)
    pale.paste((214, 40, 40), mask=mask)
    content = BytesIO()
    pale.save(content, "WEBP", quality=70, method=2)
    return round(changed, 2), "data:image/webp;base64," + b64encode(content.getvalue()).decode()


def _preview(version: AssetVersion) -> Image.Image:
    found = version.renditions["preview"]
    content = b"".join(asset_files().stream(found["key"], 0, found["size"]))
    with Image.open(BytesIO(content), formats=["WEBP"]) as image:
        clear = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(clear, image.convert("RGBA")).convert("RGB")
