"""A creative as PNG: the SVG of the same input, rasterized without fonts or files of the system."""

from typing import Final

import resvg_py

from campaigns.previews.spec import Spec
from campaigns.previews.svg import render

SCALES: Final = (1, 2)


def render_png(spec: Spec, scale: int = 1) -> bytes:
    """Return the preview as PNG in the size of its placement, or twice that; the same bytes for the same input."""
    if scale not in SCALES:
        raise ValueError(f"There is no scale {scale}.")
    place = spec.canvas
    return resvg_py.svg_to_bytes(
        svg_string=render(spec, raster=scale),
        skip_system_fonts=True,
        width=place.width * scale,
        height=place.height * scale,
    )
