"""Single marks of a drawing: numbers, fills, text of foreign scripts, and where a picture lies in its box."""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from campaigns.previews.paint import Color
from campaigns.previews.spec import Picture
from campaigns.previews.text import right_to_left

type Box = tuple[float, float, float, float]


def n(value: float) -> str:
    """Return a coordinate as text with at most two decimals."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def fill_of(color: Color) -> str:
    """Return the attributes that fill with a colour."""
    return f'fill="{color.hex}"' + (f' fill-opacity="{n(color.alpha)}"' if color.alpha < 1 else "")


def side_of(align: str, text: str) -> str:
    """Return the side that an alignment means: a line starts on the right in scripts that run from there."""
    return "right" if align == "left" and right_to_left(text) else align


def foreign_text(text: str, middle: float, y: float, width: float, size: float, ink: Color, weight: int) -> str:
    """Return a text element in the room that was measured for it, for the browser's own fonts."""
    turned = ' direction="rtl"' if right_to_left(text) else ""
    return (
        f'<text x="{n(middle)}" y="{n(y)}" text-anchor="middle" font-family="sans-serif" font-size="{n(size)}"'
        f' font-weight="{weight}" textLength="{n(max(width, 1))}" lengthAdjust="spacingAndGlyphs"{turned}'
        f" {fill_of(ink)}>{escape(text)}</text>"
    )


def empty_boxes(left: float, width: float, count: int) -> Iterator[str]:
    """Yield one box a character as a path: a frame of two rectangles that run in opposite directions."""
    step = width / count
    if step < 200:
        return
    wide, line = step * 0.8, 110
    for index in range(count):
        x = left + index * step + step * 0.1
        inside = f"m{line} {line}h{n(wide - 2 * line)}v{1400 - 2 * line}h{n(2 * line - wide)}z"
        yield f"M{n(x)} 0v1400h{n(wide)}v-1400z{inside}"


def placed(
    picture: Picture, fit: str, x: float, y: float, width: float, height: float
) -> tuple[float, float, float, float]:
    """Return where the whole picture lies so that its box shows what object-fit says."""
    if fit == "fill":
        return x, y, width, height
    across, down = width / picture.width, height / picture.height
    scale = max(across, down) if fit == "cover" else 1.0 if fit == "none" else min(across, down)
    if fit == "scale-down":
        scale = min(scale, 1.0)
    shown_width, shown_height = picture.width * scale, picture.height * scale
    return x + (width - shown_width) / 2, y + (height - shown_height) / 2, shown_width, shown_height
