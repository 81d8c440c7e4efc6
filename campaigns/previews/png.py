"""A creative as PNG: the SVG of the same input, rasterized without fonts or files of the system."""

import threading
from typing import Final

import resvg_py

from campaigns.previews.spec import Spec
from campaigns.previews.svg import render

SCALES: Final = (1, 2)
_one_at_a_time = threading.Lock()


def render_png(spec: Spec, scale: int = 1) -> bytes:
    """Return the preview as PNG in the size of its placement, or twice that; the same bytes for the same input.

    Takes a second and some memory for the largest ones, so a process does one at a time.
    """
    if scale not in SCALES:
        raise ValueError(f"There is no scale {scale}.")
    place = spec.canvas
    with _one_at_a_time:
        return resvg_py.svg_to_bytes(
            svg_string=render(spec, raster=scale),
            skip_system_fonts=True,
            width=place.width * scale,
            height=place.height * scale,
        )
