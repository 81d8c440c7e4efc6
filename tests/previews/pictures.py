"""Pictures and specs that several tests draw."""

from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element, fromstring

from PIL import Image

from campaigns.previews.spec import Picture, Spec, read_picture
from campaigns.previews.svg import render

SVG = "{http://www.w3.org/2000/svg}"
WORDS: dict[str, Any] = {
    "headline": "Oat milk that froths like the real thing",
    "body": "Barista-grade, unsweetened, and on the shelf near you.",
    "cta": "Find it nearby",
    "brand": "Meadow & Oat",
}


def plain(width: int, height: int, color: tuple[int, ...] = (220, 40, 40), kind: str = "PNG") -> Picture:
    """A picture of one colour."""
    content = BytesIO()
    Image.new("RGBA" if len(color) == 4 else "RGB", (width, height), color).save(content, kind)
    picture = read_picture(content.getvalue())
    assert picture
    return picture


def drawn(spec: Spec) -> Element:
    """The preview as a parsed document."""
    return fromstring(render(spec))


def parts(root: Element) -> list[Element]:
    """The groups of the elements, lowest first."""
    return [group for group in root if group.get("data-element") is not None]


def laid(*elements: dict[str, Any], background: str | None = None) -> dict[str, Any]:
    """A layout of these elements; each has a place and an id unless it says otherwise."""
    base = {"x": 0, "y": 0, "width": 100, "height": 50}
    listed = [{"id": f"e{index}", "type": "text"} | base | element for index, element in enumerate(elements)]
    return {"version": 1, "background": background, "elements": listed}
