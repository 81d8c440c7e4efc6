"""A creative as PNG: size, colours where they belong, the same bytes each time."""

from io import BytesIO

import pytest
from PIL import Image

from campaigns.placements import PLACEMENTS
from campaigns.previews.png import render_png
from campaigns.previews.spec import Picture, Spec
from tests.previews.pictures import WORDS, laid, plain

RED = (220, 40, 40)


def pixels(spec: Spec, scale: int = 1) -> Image.Image:
    image = Image.open(BytesIO(render_png(spec, scale)))
    assert image.format == "PNG"
    return image.convert("RGB")


@pytest.mark.parametrize("code", ["medium_rectangle", "leaderboard", "mobile_banner", "skyscraper"])
def test_the_picture_has_the_size_of_its_placement_or_twice_that(code: str) -> None:
    spec = Spec(code, **WORDS)
    place = PLACEMENTS[code]
    assert pixels(spec).size == (place.width, place.height)
    assert pixels(spec, 2).size == (2 * place.width, 2 * place.height)


def test_other_scales_are_refused() -> None:
    with pytest.raises(ValueError, match="scale 3"):
        render_png(Spec("square"), 3)


def test_the_same_input_gives_the_same_bytes() -> None:
    spec = Spec("medium_rectangle", **WORDS, pictures={"main": plain(64, 48)})
    assert render_png(spec) == render_png(spec)


def test_pictures_boxes_and_words_land_where_the_layout_says() -> None:
    layout = laid(
        {
            "type": "image",
            "content": "main",
            "x": 0,
            "y": 0,
            "width": 150,
            "height": 250,
            "styles": {"borderRadius": 40},
        },
        {"type": "shape", "x": 200, "y": 100, "width": 50, "height": 50, "styles": {"background": "#00ff00"}},
        {"content": "████", "x": 160, "y": 0, "width": 140, "height": 60, "styles": {"fontSize": 40, "color": "#00f"}},
        background="#102030",
    )
    shown = pixels(Spec("medium_rectangle", layout=layout, pictures={"main": plain(300, 300, RED)}))
    probes = {(75, 125): RED, (1, 1): (16, 32, 48), (225, 125): (0, 255, 0), (290, 240): (16, 32, 48)}
    assert {place: shown.getpixel(place) for place in probes} == probes
    assert (0, 0, 255) in {shown.getpixel((x, 30)) for x in range(160, 300)}


def test_see_through_pictures_let_the_background_through() -> None:
    picture = plain(100, 100, (0, 0, 0, 0))
    layout = laid({"type": "image", "content": "main", "width": 300, "height": 250}, background="#123456")
    shown = pixels(Spec("medium_rectangle", layout=layout, pictures={"main": picture}))
    assert shown.getpixel((150, 125)) == (0x12, 0x34, 0x56)


def test_a_picture_whose_bytes_break_off_becomes_a_tile() -> None:
    whole = plain(400, 300)
    broken = Picture(whole.content[:60], whole.mime, whole.width, whole.height)
    shown = pixels(Spec("medium_rectangle", layout=laid({"type": "image", "content": "m", "width": 300, "height": 250}),
                        pictures={"m": broken}))  # fmt: skip
    assert len(shown.getcolors(100_000) or []) > 20


def test_a_layout_that_covers_itself_again_and_again_stays_bounded() -> None:
    box = {"x": -5000, "y": -5000, "width": 10_000, "height": 10_000}
    styles = {"background": "linear-gradient(red, blue)", "opacity": 0.5, "borderRadius": 300}
    kinds = ["image", "shape", "text", "product"]
    layers = [box | {"type": kinds[index % 4], "content": "main", "styles": styles} for index in range(100)]
    shown = pixels(Spec("medium_rectangle", layout=laid(*layers), pictures={"main": plain(40, 40)}), 2)
    assert shown.size == (600, 500)


def test_scripts_without_a_font_show_as_boxes() -> None:
    layout = laid({"content": "日本", "width": 300, "height": 250, "styles": {"fontSize": 100, "color": "#000"}})
    shown = pixels(Spec("medium_rectangle", layout=layout))
    assert (0, 0, 0) in {shown.getpixel((x, 125)) for x in range(200)}
