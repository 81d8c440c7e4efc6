"""What is taken, what is refused, and what is left of what is taken. No database."""

import time
from io import BytesIO

import pytest
from PIL import Image
from pytest_django.fixtures import Settings

from catalog.assets.content import Prepared, prepare
from catalog.assets.rules import name_of, plain_file_name
from kernel.errors import DomainError, Invalid, TooLarge
from kernel.files import films
from kernel.files.sniff import WEBM
from tests.assets import samples


def prepared(content: bytes) -> Prepared:
    """What is kept of the bytes."""
    return prepare(BytesIO(content))


def code_of(content: bytes) -> str:
    """The code of the refusal."""
    with pytest.raises(DomainError) as caught:
        prepared(content)
    return caught.value.code


@pytest.mark.parametrize(
    ("content", "mime", "size"),
    [
        (samples.picture("PNG"), "image/png", (640, 400)),
        (samples.picture("JPEG"), "image/jpeg", (640, 400)),
        (samples.picture("WEBP"), "image/webp", (640, 400)),
        (samples.picture("GIF"), "image/gif", (640, 400)),
        (samples.picture("AVIF", (64, 40)), "image/webp", (64, 40)),
        (samples.drawing(), "image/svg+xml", (100, 50)),
        (samples.mp4(), "video/mp4", (320, 180)),
        (samples.mp4(brand=b"qt  "), "video/quicktime", (320, 180)),
        (samples.webm(), "video/webm", (320, 180)),
        (b"%PDF-1.7\n%\xe2\xe3", "application/pdf", (None, None)),
        (b"\0\1\0\0\0\4\0\x40\0\2\0\0cmap" + b"\0" * 20, "font/ttf", (None, None)),
        (b"OTTO\0\4" + b"\0" * 20, "font/otf", (None, None)),
        (b"wOF2OTTO" + b"\0" * 20, "font/woff2", (None, None)),
        ("Terms: ä 1 < 2\n".encode(), "text/plain", (None, None)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_bytes_say_what_a_file_is(content: bytes, mime: str, size: tuple[int | None, int | None]) -> None:
    found = prepared(content)

    assert (found.type.mime, (found.width, found.height)) == (mime, size)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<!DOCTYPE html><script>alert(1)</script>", "html_not_accepted"),
        (b"  <div onclick='x'>", "html_not_accepted"),
        (b"MZ\x90\0\3\0\0\0", "unknown_type"),
        (b"PK\3\4\x14\0\0\0", "unknown_type"),
        (b"\x7fELF\2\1\1", "unknown_type"),
        (b"\xff\xfeT\0", "unknown_type"),
        (b"\0\0\0\x20ftypheic" + b"\0" * 20, "unknown_type"),
        (b"<?xml version='1.0'?><invoice/>", "unknown_type"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "picture_unreadable"),
        (samples.picture("JPEG")[:900], "picture_unreadable"),
        (samples.picture("GIF")[:300] + b"\xff" * 40, "picture_unreadable"),
        (samples.mp4()[:60], "video_unreadable"),
        (samples.mp4(width=0), "video_unreadable"),
        (b"\x1aE\xdf\xa3\x87\x42\x82\x84webm" + b"\xff" * 30, "video_unreadable"),
        (b"text and then \0 more", "unknown_type"),
    ],
)
def test_what_is_no_asset_is_refused_with_its_reason(content: bytes, code: str) -> None:
    assert code_of(content) == code


def test_a_text_that_turns_binary_late_is_refused() -> None:
    assert code_of(b"a" * 5000 + b"\xff\xfe") == "unknown_type"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (samples.huge_png(), "picture_pixels"),
        (samples.huge_png(9000, 9000), "picture_pixels"),
        (samples.many_frames(1001, (8, 8)), "picture_frames"),
        (samples.many_frames(900, (300, 300)), "picture_pixels"),
        (samples.growing_frames(40, 1100), "picture_pixels"),
    ],
    ids=["3.6 thousand million pixels", "81 million", "1001 frames", "900 frames of 90,000", "frames that grow"],
)
def test_bombs_are_refused_before_they_are_decoded(content: bytes, code: str) -> None:
    assert len(content) < 2_000_000

    started = time.process_time()
    assert code_of(content) == code
    assert time.process_time() - started < 5


def test_files_beyond_the_limit_of_their_kind_are_too_large(settings: Settings) -> None:
    settings.MAX_ASSET_BYTES = settings.MAX_ASSET_BYTES | {"image": 1000}
    settings.MAX_SVG_BYTES = 100

    for content, maximum in ((samples.picture(), 1000), (samples.drawing(), 100)):
        with pytest.raises(TooLarge) as caught:
            prepared(content)
        assert caught.value.extra == {"maximum": maximum}


def test_a_photograph_stands_upright_and_tells_nothing_else() -> None:
    content = samples.photograph()
    assert samples.SECRET in content

    found = prepared(content)
    kept = found.content.read()

    assert samples.SECRET not in kept
    assert (found.width, found.height) == (400, 600)
    with Image.open(BytesIO(kept)) as image:
        assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (400, 600), {})
        # The red corner was at the upper left; turned by a quarter it is at the upper right.
        assert image.convert("RGB").getpixel((390, 10))[0] > 180  # type: ignore[index]
        assert image.convert("RGB").getpixel((10, 10))[0] < 80  # type: ignore[index]


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_nothing_that_was_written_beside_the_picture_is_kept(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = samples.SECRET.decode()
    options = (
        {"comment": samples.SECRET} if kind == "GIF" else {"exif": exif, "icc_profile": b"broken" + samples.SECRET}
    )
    content = samples.picture(kind, **options)
    assert samples.SECRET in content

    assert samples.SECRET not in prepared(content).content.read()


def test_renditions_are_webp_and_never_larger_than_the_picture() -> None:
    wide, small = prepared(samples.picture(size=(2400, 1200))), prepared(samples.picture(size=(100, 80)))

    assert {name: (made.width, made.height) for name, made in wide.renditions.items()} == {
        "thumb": (320, 160),
        "preview": (1200, 600),
    }
    assert {(made.width, made.height) for made in small.renditions.values()} == {(100, 80)}
    assert all(made.content[8:12] == b"WEBP" for made in wide.renditions.values())


def test_a_moving_picture_keeps_moving() -> None:
    with Image.open(prepared(samples.film(7)).content) as image:
        assert (image.n_frames, image.info["duration"], image.info["loop"]) == (7, 50, 0)  # type: ignore[attr-defined]


def test_the_same_file_gives_the_same_bytes_and_keeps_giving_them() -> None:
    for content in (samples.photograph(), samples.picture("PNG"), samples.film(), samples.drawing()):
        first, second = prepared(content), prepared(content)

        assert (first.sha256, first.source_sha256) == (second.sha256, second.source_sha256)
        # What was kept, sent again, is not changed by its kind of encoding into something of another size.
        again = prepared(first.content.read())
        assert (again.width, again.height) == (first.width, first.height)


def test_a_film_says_its_size_and_length_and_stays_as_it_is() -> None:
    content = samples.mp4(1920, 1080, seconds=12, padding=10_000)
    found = prepared(content)

    assert (found.width, found.height, found.duration_ms) == (1920, 1080, 12_000)
    assert found.content.read() == content
    assert prepared(samples.webm(640, 360, 2.5)).duration_ms == 2500


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\mia\\bottle.png", "bottle.png"),
        ("bottle\r\nSet-Cookie: x.png", "bottle Set-Cookie: x.png"),
        ("  ..  ", "file"),
        ("", "file"),
        ("/", "file"),
        ("pic\u202egnp.exe", "pic gnp.exe"),
        ("a" * 300 + ".png", "a" * 251 + ".png"),
        ("Flasche grün.png", "Flasche grün.png"),
    ],
)
def test_a_file_name_is_the_last_part_of_what_is_claimed(sent: str, kept: str) -> None:
    assert plain_file_name(sent) == kept


def test_an_asset_is_called_after_its_file() -> None:
    assert (name_of("green_bottle.final.png"), name_of(".png")) == ("green bottle.final", ".png")


def test_refusals_say_which_part_of_the_input_is_meant() -> None:
    with pytest.raises(Invalid) as caught:
        prepared(samples.huge_png())

    assert [(error.pointer, error.code) for error in caught.value.errors] == [("/file", "picture_pixels")]


class Counting(BytesIO):
    """A file that counts how often it is read."""

    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads += 1
        return super().read(size)


def test_elements_within_elements_are_counted_for_the_whole_film() -> None:
    content = b"\xae\xff" * 30_000
    file = Counting(content)

    with pytest.raises(Invalid) as refusal:
        films.measure(file, len(content), WEBM)

    assert refusal.value.code == "video_unreadable"
    assert file.reads <= films.MOST_BOXES


def test_sixteen_bits_of_grey_keep_their_shades() -> None:
    image = Image.new("I;16", (256, 64))
    for x in range(256):
        for y in range(64):
            image.putpixel((x, y), x * 257)
    content = BytesIO()
    image.save(content, "PNG")

    thumb = Image.open(BytesIO(prepare(content).renditions["thumb"].content)).convert("L")

    for x in (8, 64, 128, 192, 248):
        assert abs(int(thumb.getpixel((x, 32))) - x) < 8  # type: ignore[arg-type]
