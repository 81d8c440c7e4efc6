"""Whatever somebody types or stores: always a valid document without script and without foreign addresses."""

import re
from xml.etree.ElementTree import fromstring

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.placements import PLACEMENTS
from campaigns.previews.layout import check_layout, read_layout
from campaigns.previews.legacy import from_ad, from_variation
from campaigns.previews.spec import Spec
from campaigns.previews.svg import render
from tests.previews.pictures import plain

PICTURE = plain(8, 6)
ELEMENTS = {
    "svg", "title", "defs", "linearGradient", "stop", "clipPath", "rect", "g", "path", "text", "image", "use", "circle",
}  # fmt: skip
NASTY = ["</svg><script>x</script>", "{headline}", "]]>", "url(http://x.test/)", "javascript:1", "\u202e\x00", "&#0;"]
TEXTS = st.one_of(st.sampled_from(NASTY), st.text(max_size=60))
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS, st.sampled_from([0, 10, 90.5, 300]))
STYLES = st.dictionaries(
    st.sampled_from(
        ["color", "background", "fontSize", "borderRadius", "border", "opacity", "lineHeight", "textAlign"]
    ),
    st.one_of(SCALARS, st.sampled_from(["12px", "#fff", "linear-gradient(1deg,red,blue)", "1px solid red", "50%"])),
    max_size=4,
)
KEYS = {
    "id": TEXTS, "x": SCALARS, "y": SCALARS, "width": SCALARS, "height": SCALARS, "z": SCALARS, "content": TEXTS,
    "type": st.sampled_from(["text", "button", "image", "product", "shape", "script"]), "styles": STYLES,
}  # fmt: skip
LAYOUTS = st.fixed_dictionaries(
    {
        "version": st.just(1),
        "background": st.one_of(st.none(), TEXTS),
        "elements": st.lists(st.fixed_dictionaries(KEYS), max_size=4),
    }
)
CANVAS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "id": SCALARS, "type": st.sampled_from(["text", "button", "image", "background", "shape", "decorative"]),
            "position": st.dictionaries(st.sampled_from(["x", "y"]), SCALARS),
            "size": st.dictionaries(st.sampled_from(["width", "height"]), SCALARS),
            "zIndex": SCALARS, "styles": STYLES, "visible": st.booleans(), "name": SCALARS,
            "content": st.one_of(SCALARS, st.dictionaries(st.sampled_from(["url", "processedUrl"]), SCALARS)),
        },
    ),
    max_size=4,
)  # fmt: skip
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def prove_harmless(text: str) -> None:
    for element in fromstring(text).iter():
        assert element.tag.removeprefix("{http://www.w3.org/2000/svg}") in ELEMENTS
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on")
            assert name != "style"
            if "href" in name:
                assert re.fullmatch(r"#p\d+|data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+", value)
            if "url(" in value and name != "aria-label" and name != "data-element":
                assert re.fullmatch(r"url\(#[cg]\d+\)", value)


@FEW
@given(headline=TEXTS, body=st.text(max_size=300), cta=TEXTS, code=st.sampled_from(list(PLACEMENTS)))
def test_words_can_hold_anything(headline: str, body: str, cta: str, code: str) -> None:
    prove_harmless(render(Spec(code, headline, body, cta, headline, pictures={"main": PICTURE})))


@FEW
@given(layout=LAYOUTS, headline=TEXTS, raster=st.sampled_from([0, 1]))
def test_layouts_can_hold_anything(layout: dict[str, object], headline: str, raster: int) -> None:
    prove_harmless(
        render(Spec("square", headline, layout=layout, pictures={"": PICTURE, "10": PICTURE}), raster=raster)
    )


@FEW
@given(
    layout=st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3))
)
def test_what_is_no_layout_at_all_is_drawn_as_none(layout: object) -> None:
    assert read_layout(layout).elements == ()


@FEW
@given(elements=CANVAS, ad=st.dictionaries(st.sampled_from(["headline", "url", "adSize", "ctaText"]), SCALARS))
def test_canvases_of_the_old_builder_always_become_right_layouts(
    elements: list[dict[str, object]], ad: dict[str, object]
) -> None:
    found = from_ad(ad | {"canvasData": {"elements": elements, "meta": {"backgroundImage": "url(x)"}}})
    check_layout(found.layout)
    prove_harmless(render(Spec(found.placement, found.headline, layout=found.layout)))
    check_layout(from_variation("square", {"canvasState": {"elements": elements}, "elements": ad}).layout)
