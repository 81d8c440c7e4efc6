"""Files to upload, made here: good ones, and such as do harm."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

SECRET = b"taken-at-home"


def picture(kind: str = "PNG", size: tuple[int, int] = (640, 400), colour: str = "teal", **options: Any) -> bytes:
    """A picture of one colour with a red corner, so that turning it shows."""
    image = Image.new("RGB", size, colour)
    image.paste((220, 30, 30), (0, 0, max(1, size[0] // 4), max(1, size[1] // 4)))
    content = BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


def photograph(orientation: int = 6) -> bytes:
    """A JPEG as phones write it: lying, with the place it was taken at."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = orientation, SECRET.decode()
    return picture("JPEG", (600, 400), exif=exif, quality=90)


def film(frames: int = 3, size: tuple[int, int] = (64, 48)) -> bytes:
    """A moving GIF."""
    images = [Image.new("RGB", size, (number * 40 % 256, 0, 0)) for number in range(frames)]
    content = BytesIO()
    images[0].save(content, "GIF", save_all=True, append_images=images[1:], duration=[50] * frames, loop=0)
    return content.getvalue()


def huge_png(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few bytes that claims thousands of millions of pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(b"\0" * 64))
        + _chunk(b"IEND", b"")
    )


def many_frames(count: int, size: tuple[int, int]) -> bytes:
    """A GIF that repeats one small frame, each claiming to be `size`."""
    content = picture("GIF", size)
    end = content.rindex(b"\x3b")
    start = content.index(b"\x2c", 13 + 3 * 2 ** ((content[10] & 7) + 1))
    return content[:end] + content[start:end] * (count - 1) + b"\x3b"


def growing_frames(count: int, size: int) -> bytes:
    """A GIF that says it is tiny and whose later frames are `size` wide and high."""
    tiny, large = picture("GIF", (8, 8)), picture("GIF", (size, size))
    start = large.index(b"\x2c", 13 + 3 * 2 ** ((large[10] & 7) + 1))
    frame = large[start : large.rindex(b"\x3b")]
    palette = large[13 : 13 + 3 * 2 ** ((large[10] & 7) + 1)]
    local = frame[:9] + bytes([0x80 | (large[10] & 7)]) + palette + frame[10:]
    return tiny[: tiny.rindex(b"\x3b")] + local * count + b"\x3b"


def mp4(width: int = 320, height: int = 180, seconds: int = 3, padding: int = 0, brand: bytes = b"isom") -> bytes:
    """A film's boxes without its pictures."""
    times = struct.pack(">IIIII", 0, 0, 0, 1000, seconds * 1000) + b"\0" * 80
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    track = struct.pack(">IIIIII", 0, 0, 0, 1, 0, seconds * 1000) + b"\0" * 16 + matrix
    track += struct.pack(">II", width << 16, height << 16)
    index = _box(b"mvhd", times) + _box(b"trak", _box(b"tkhd", track))
    return _box(b"ftyp", brand + b"\0\0\2\0isommp41") + _box(b"mdat", b"\0" * padding) + _box(b"moov", index)


def webm(width: int = 320, height: int = 180, seconds: float = 2.0) -> bytes:
    """A film's elements without its pictures."""
    info = _element(
        0x1549A966,
        _element(0x2AD7B1, struct.pack(">I", 1_000_000)) + _element(0x4489, struct.pack(">d", seconds * 1000)),
    )
    video = _element(0xE0, _element(0xB0, struct.pack(">H", width)) + _element(0xBA, struct.pack(">H", height)))
    tracks = _element(0x1654AE6B, _element(0xAE, video))
    return _element(0x1A45DFA3, _element(0x4282, b"webm")) + _element(0x18538067, info + tracks)


def drawing(
    inside: str = '<rect width="100" height="50" fill="teal"/>', attributes: str = "", before: str = ""
) -> bytes:
    """An SVG with something in it."""
    space = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f'{before}<svg {space} viewBox="0 0 100 50" {attributes}>{inside}</svg>'.encode()


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + name + body


def _element(name: int, body: bytes) -> bytes:
    return name.to_bytes((name.bit_length() + 7) // 8) + struct.pack(">Q", len(body) | 1 << 56) + body
