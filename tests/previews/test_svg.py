"""A creative as SVG: what is drawn, where, in which order, and nothing else."""

import re
from io import BytesIO
from xml.etree.ElementTree import tostring

import pytest
from PIL import Image

from campaigns.placements import PLACEMENTS
from campaigns.previews.spec import Spec, read_picture
from campaigns.previews.svg import render
from tests.previews.pictures import SVG, WORDS, drawn, laid, parts, plain


@pytest.mark.parametrize("code", PLACEMENTS)
@pytest.mark.parametrize("pictured", [True, False])
def test_the_standard_arrangement_shows_every_part_inside_each_placement(code: str, pictured: bool) -> None:
    pictures = {"main": plain(400, 300)} if pictured else {}
    root = drawn(Spec(code, **WORDS, pictures=pictures))
    place = PLACEMENTS[code]
    assert root.get("viewBox") == f"0 0 {place.width} {place.height}"
    assert root.findtext(f"{SVG}title") == f"{WORDS['headline']} · {place.size}"
    shown = {part.get("data-element"): part for part in parts(root)}
    assert {"picture", "headline", "cta"} <= set(shown)
    assert shown["headline"].get("aria-label") == WORDS["headline"]
    assert (shown["picture"].find(f".//{SVG}use") is not None) == pictured
    for name, part in shown.items():
        for path in part.iter(f"{SVG}path"):
            if name == "picture":
                continue
            x, y = (float(value) for value in re.findall(r"-?[\d.]+", path.get("transform", ""))[:2])
            assert place.safe.left <= x < place.width - place.safe.right
            assert place.safe.top < y < place.height - place.safe.bottom


def test_short_and_long_words_take_different_sizes_and_long_ones_end_in_an_ellipsis() -> None:
    def scale(words: str) -> float:
        (headline,) = (
            part for part in parts(drawn(Spec("square", headline=words))) if part.get("data-element") == "headline"
        )
        path = headline.find(f"{SVG}path")
        assert path is not None
        return float(path.get("transform", "").split("scale(")[1].split()[0])

    assert scale("Sale") > scale("Berries picked this morning, in stores by tonight") > scale("berries " * 40)


def test_without_words_the_picture_fills_the_whole() -> None:
    root = drawn(Spec("landscape", pictures={"main": plain(1200, 628)}))
    (part,) = parts(root)
    use = part.find(f".//{SVG}use")
    assert use is not None
    assert use.get("transform") == "translate(0 0) scale(1.000000 1.000000)"


def test_dark_backgrounds_get_light_words() -> None:
    def ink(background: str) -> str | None:
        layout = {"version": 1, "background": background, "elements": []}
        root = drawn(Spec("square", **WORDS, layout=layout))
        (headline,) = (part for part in parts(root) if part.get("data-element") == "headline")
        return next(headline.iter(f"{SVG}path")).get("fill")

    assert (ink("#ffffff"), ink("#111827")) == ("#111827", "#ffffff")
    assert ink("linear-gradient(90deg, #312e81, #111827)") == "#ffffff"


def test_elements_are_drawn_from_the_lowest_to_the_highest() -> None:
    root = drawn(Spec("square", layout=laid({"id": "a", "z": 3}, {"id": "b", "z": 1}, {"id": "c", "z": 3})))
    assert [part.get("data-element") for part in parts(root)] == ["b", "a", "c"]


def test_styles_become_attributes() -> None:
    button = {
        "type": "button", "content": "{cta}", "x": 10, "y": 20, "width": 120, "height": 40,
        "styles": {"background": "linear-gradient(90deg, red, blue)", "borderRadius": "8px", "opacity": 0.5,
                   "border": "2px solid #00ff00", "color": "white", "fontSize": "14px"},
    }  # fmt: skip
    root = drawn(Spec("medium_rectangle", cta="Buy", layout=laid(button)))
    (part,) = parts(root)
    box = part.find(f"{SVG}rect")
    assert box is not None
    assert part.attrib == {"data-element": "e0", "aria-label": "Buy"}
    assert box.attrib == {
        "x": "11", "y": "21", "width": "118", "height": "38", "rx": "7", "fill": "url(#g0)",
        "stroke": "#00ff00", "stroke-width": "2", "stroke-opacity": "0.5",
    }  # fmt: skip
    gradient = root.find(f".//{SVG}linearGradient")
    assert gradient is not None
    assert [(stop.get("stop-color"), stop.get("stop-opacity")) for stop in gradient] == [
        ("#ff0000", "0.5"),
        ("#0000ff", "0.5"),
    ]


def test_words_stand_where_their_alignment_says() -> None:
    def left(align: str) -> float:
        element = {"content": "Hello", "width": 300, "styles": {"textAlign": align, "fontSize": 20}}
        (part,) = parts(drawn(Spec("square", layout=laid(element))))
        path = part.find(f"{SVG}path")
        assert path is not None
        return float(path.get("transform", "(").split("(")[1].split()[0])

    width = 300 - left("right")
    assert left("left") == 0
    assert left("center") == pytest.approx((300 - width) / 2, abs=0.02)


def test_a_picture_fits_its_box_as_told_and_is_embedded_once() -> None:
    base = {"type": "image", "content": "main", "width": 100, "height": 100}
    layout = laid(
        base | {"styles": {"objectFit": "cover", "borderRadius": "10px"}},
        base | {"styles": {"objectFit": "contain"}, "x": 200},
    )
    root = drawn(Spec("square", layout=layout, pictures={"main": plain(200, 100)}))
    cover, contain = parts(root)
    assert [use.get("transform") for part in (cover, contain) for use in part.iter(f"{SVG}use")] == [
        "translate(-50 0) scale(1.000000 1.000000)",
        "translate(200 25) scale(0.500000 0.500000)",
    ]
    images = list(root.iter(f"{SVG}image"))
    assert len(images) == 1
    assert images[0].get("href", "").startswith("data:image/png;base64,")
    clip = root.find(f".//{SVG}clipPath/{SVG}rect")
    assert clip is not None
    assert (clip.get("x"), clip.get("width"), clip.get("rx")) == ("0", "100", "10")


def test_a_missing_picture_leaves_a_tile_with_the_sign_of_one() -> None:
    root = drawn(Spec("square", layout=laid({"type": "product", "content": "gone", "width": 300, "height": 300})))
    (part,) = parts(root)
    assert root.find(f".//{SVG}image") is None
    assert len(list(part.iter(f"{SVG}circle"))) == 3


def test_text_that_looks_like_markup_stays_text() -> None:
    text = render(Spec("square", headline='</title><script>alert("1")</script>', cta='"><a href="javascript:1">'))
    assert "<script" not in text
    assert "<a " not in text
    assert "&lt;script&gt;" in text


def test_scripts_without_a_font_are_left_to_the_browser_in_measured_room() -> None:
    root = drawn(Spec("square", layout=laid({"content": "שלום עולם", "width": 500, "styles": {"fontSize": 20}})))
    (text,) = root.iter(f"{SVG}text")
    assert (text.text, text.get("direction"), text.get("text-anchor")) == ("שלום עולם", "rtl", "middle")
    assert float(text.get("textLength", "0")) == pytest.approx(104.8, abs=1.5)
    assert float(text.get("x", "0")) == pytest.approx(500 - 52.4, abs=1)


def test_pictures_are_judged_by_their_bytes() -> None:
    assert read_picture(b"<svg xmlns='http://www.w3.org/2000/svg'/>") is None
    assert read_picture(b"") is None
    wide = BytesIO()
    Image.new("1", (5000, 3300)).save(wide, "PNG")
    assert read_picture(wide.getvalue()) is None
    assert plain(3, 2, (0, 0, 0, 0)).see_through
    assert plain(3, 2, kind="JPEG").mime == "image/jpeg"


def test_much_text_and_many_pictures_stay_bounded() -> None:
    words = [{"content": "{body}", "width": 1080, "height": 1080, "styles": {"fontSize": 8}} for _ in range(100)]
    assert len(render(Spec("square", body="word " * 400, layout=laid(*words)))) < 3_000_000
    shown = [{"type": "image", "content": "main"} for _ in range(100)]
    root = drawn(Spec("square", layout=laid(*shown), pictures={"main": plain(10, 10)}))
    assert len(list(root.iter(f"{SVG}use"))) == 24
    assert len(tostring(root)) < 300_000
