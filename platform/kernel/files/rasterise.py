"""Draw one SVG, read from standard input, as PNG: `rasterise.py width|height PIXELS SECONDS`. A process of its own."""

import resource
import sys

MEMORY = 1024 * 1024 * 1024


def main() -> None:
    """Draw within limits that the system enforces; the parent has checked what it draws."""
    side, pixels, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    import resvg_py

    drawing = sys.stdin.buffer.read().decode()
    width, height = (pixels, None) if side == "width" else (None, pixels)
    sys.stdout.buffer.write(bytes(resvg_py.svg_to_bytes(svg_string=drawing, width=width, height=height)))


if __name__ == "__main__":
    main()
