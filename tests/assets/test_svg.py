"""Drawings: what could run or reach out is refused, the rest is written anew and drawn."""

from base64 import b64encode
from io import BytesIO

import pytest
from PIL import Image

from catalog.assets.content import prepare
from kernel.errors import Invalid
from kernel.files import svg
from tests.assets import samples

INSIDE_PICTURE = "data:image/png;base64," + b64encode(samples.picture(size=(20, 20))).decode()
BOMB_INSIDE = "data:image/png;base64," + b64encode(samples.huge_png()).decode()
ENTITIES = '<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>'
FILES = '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///secret.txt">]>'
TEN = "".join(f'<g id="l{level}">' + f'<use href="#l{level - 1}"/>' * 10 + "</g>" for level in range(1, 11))


def refusal(content: bytes) -> str:
    """The code of the refusal."""
    with pytest.raises(Invalid) as caught:
        svg.clean(content)
    return caught.value.code


@pytest.mark.parametrize(
    "content",
    [
        samples.drawing("<script>alert(1)</script>"),
        samples.drawing('<script href="https://evil.example/x.js"/>'),
        samples.drawing('<x:script xmlns:x="http://www.w3.org/2000/svg">alert(1)</x:script>'),
        samples.drawing('<metadata><script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script></metadata>'),
        samples.drawing(attributes='onload="alert(1)"'),
        samples.drawing('<rect width="1" height="1" OnClick="alert(1)"/>'),
        samples.drawing('<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>'),
        samples.drawing('<image href="https://evil.example/pixel.png" width="1" height="1"/>'),
        samples.drawing('<image xlink:href="file:///secret.txt" width="1" height="1"/>'),
        samples.drawing('<image href="data:image/svg+xml;base64,PHN2Zy8+" width="1" height="1"/>'),
        samples.drawing('<use href="other.svg#x"/>'),
        samples.drawing('<use href="javascript:alert(1)"/>'),
        samples.drawing('<rect style="fill:url(https://evil.example/#x)" width="1" height="1"/>'),
        samples.drawing('<rect fill="url( \'//evil.example/x\' )" width="1" height="1"/>'),
        samples.drawing("<style>@import 'https://evil.example/x.css';</style>"),
        samples.drawing("<style>@font-face{font-family:x;src:local(y)}</style>"),
        samples.drawing(r"<style>rect{fill:\75rl(https://evil.example)}</style>"),
        samples.drawing("<style>rect{background:url(//evil.example)}</style>"),
        samples.drawing("<style>a{}<title/>@import url(http://evil.example)</style>"),
        samples.drawing("<style>a{}<foo/>@import url(http://evil.example)</style>"),
        samples.drawing("<rect style=\"fill:image-set('http://evil.example/x' 1x)\"/>"),
        samples.drawing('<set attributeName="href" to="javascript:alert(1)"/>'),
        samples.drawing('<a href="#x"><animate attributeName="href" values="javascript:alert(1)"/></a>'),
        samples.drawing("&c;", before=ENTITIES),
        samples.drawing("&x;", before=FILES),
    ],
)
def test_what_could_run_or_reach_out_is_refused(content: bytes) -> None:
    assert refusal(content) == "svg_unsafe"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'", "svg_unreadable"),
        (b"<svg viewBox='0 0 1 1'/>", "svg_unreadable"),
        (b"<html xmlns='http://www.w3.org/1999/xhtml'><svg/></html>", "svg_unreadable"),
        (samples.drawing("<g>" * 200 + "</g>" * 200), "svg_too_much"),
        (samples.drawing("<path/>" * 20_001), "svg_too_much"),
        (samples.drawing(f'<rect id="l0"/>{TEN}<use href="#l10"/>'), "svg_too_much"),
        (samples.drawing('<g id="a"><use href="#a"/></g>'), "svg_too_much"),
        (samples.drawing('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>'), "svg_too_much"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "svg_no_size"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' width='1e9' height='1'/>", "svg_too_much"),
        (samples.drawing(f'<image href="{BOMB_INSIDE}" width="9" height="9"/>'), "picture_pixels"),
        (samples.drawing('<image href="data:image/png;base64,AAAA" width="9" height="9"/>'), "picture_unreadable"),
    ],
)
def test_what_is_broken_or_too_much_is_refused(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_what_programs_note_for_themselves_is_dropped_and_the_drawing_stays() -> None:
    public = '<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd">'
    found = svg.clean(
        samples.drawing(
            "<!-- made at home --><metadata>secret</metadata>"
            '<sodipodi:namedview xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD" pagecolor="#fff"/>'
            '<style>.a{fill:teal}</style><defs><linearGradient id="g"><stop offset="0"/></linearGradient></defs>'
            f'<rect class="a" width="10" height="5"/>tail<image href="{INSIDE_PICTURE}" width="5" height="5"/>'
            '<path fill="url(#g)" d="M0 0h9v9z"/><a href="https://shop.example"><text x="1">Buy</text></a>',
            before=public,
        )
    )

    text = found.content.decode()
    assert (found.width, found.height) == (100, 50)
    for gone in ("made at home", "secret", "sodipodi", "shop.example", "DOCTYPE"):
        assert gone not in text
    for kept in (".a{fill:teal}", 'class="a"', "url(#g)", INSIDE_PICTURE, "Buy"):
        assert kept in text
    assert svg.clean(found.content).content == found.content


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('viewBox="0 0 300 150"', (300, 150)),
        ('width="40mm" height="2cm"', (151, 76)),
        ('width="100%" viewBox="0 0 30 60"', (30, 60)),
        ('width="90" viewBox="0 0 30 60"', (90, 180)),
    ],
)
def test_its_size_follows_what_it_says(attributes: str, size: tuple[int, int]) -> None:
    content = f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}><path/></svg>'.encode()

    found = svg.clean(content)

    assert (found.width, found.height) == size


def test_its_renditions_show_it() -> None:
    found = prepare(BytesIO(samples.drawing()))

    with Image.open(BytesIO(found.renditions["preview"].content)) as image:
        assert image.size == (1200, 600)
        assert image.convert("RGB").getpixel((600, 300)) == pytest.approx((0, 128, 128), abs=4)


def test_a_drawing_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(svg, "SECONDS", -5)

    with pytest.raises(Invalid) as caught:
        svg.draw(svg.clean(samples.drawing()), 100)

    assert caught.value.code == "svg_too_much"


def test_what_is_dropped_counts_as_well() -> None:
    assert refusal(samples.drawing("<g/>" + "<foo/>x" * (svg.MOST_ELEMENTS + 1))) == "svg_too_much"


@pytest.mark.parametrize(
    "size", ['width="{0}" height="{0}"', 'viewBox="0 0 {0} {0}"', 'viewBox="0 0 {0} 1" height="9"']
)
def test_numbers_beyond_measure_are_refused(size: str) -> None:
    content = f'<svg xmlns="http://www.w3.org/2000/svg" {size.format("9" * 400)}/>'.encode()
    assert refusal(content) == "svg_too_much"
