"""Ads of the old builder in our shape."""

from campaigns.previews.layout import check_layout
from campaigns.previews.legacy import LegacyCreative, from_ad, from_canvas, from_variation
from campaigns.previews.legacy_canvas import PictureRef

HELD = "legacy-picture:sha256:" + "ab" * 32
OTHER = "legacy-picture:sha256:" + "cd" * 32


def text(name: str, content: str, y: float, **more: object) -> dict[str, object]:
    return {
        "id": name, "type": "text", "content": content, "position": {"x": 20, "y": y}, "zIndex": 2,
        "size": {"width": 260, "height": 40}, "styles": {"fontSize": "12px", "fontWeight": "600"}, "locked": False,
    } | more  # fmt: skip


def button(y: float = 200) -> dict[str, object]:
    return {
        "id": "cta-1", "type": "button", "content": "Buy Now", "position": {"x": 100, "y": y}, "zIndex": 3,
        "size": {"width": 100, "height": 40}, "styles": {"backgroundColor": "#007bff", "border": "none"},
    }  # fmt: skip


def product(content: object, **more: object) -> dict[str, object]:
    return {
        "id": "product-1", "type": "product", "content": content, "position": {"x": 60.28, "y": 50}, "zIndex": 4,
        "size": {"width": 120, "height": 120}, "styles": {"borderRadius": "8px"}, "interactive": True,
    } | more  # fmt: skip


def test_an_ad_from_before_the_canvas_gives_words_and_one_picture() -> None:
    found = from_ad(
        {
            "url": HELD, "imageUrl": HELD, "headline": "Made with real fruit", "description": "Try it.",
            "adSize": "320x400", "ctaType": "text", "ctaText": "Buy Now", "clickUrl": "https://shop.example.test/1",
        }
    )  # fmt: skip
    assert found == LegacyCreative(
        "Made with real fruit", "Try it.", "Buy Now", "https://shop.example.test/1", "large_mobile_banner", {},
        (PictureRef("main", HELD),),
    )  # fmt: skip
    assert found.pictures[0].sha256 == "ab" * 32


def test_an_ad_without_button_text_offers_where_to_buy() -> None:
    buy = {"enabled": True, "buyOnlineUrl": "#", "findInStoreUrl": "https://find.example.test/"}
    ad = {"title": "Pizza", "ctaType": "whereToBuy", "ctaText": None, "clickUrl": None, "whereToBuy": buy}
    found = from_ad(ad | {"imageUrl": "https://img.example.test/5.jpg"})
    assert (found.headline, found.cta, found.final_url) == ("Pizza", "Where to buy", "https://find.example.test/")
    assert [(ref.slot, ref.sha256) for ref in found.pictures] == [("main", "")]


def test_canvas_elements_keep_place_size_style_and_what_we_do_not_know() -> None:
    elements = [
        text("headline-1", "Pizza", 30),
        text("note", "New", 80, visible=False),
        button(),
        product(OTHER, styles={"borderRadius": "8px", "border": "nice"}),
        product(HELD, id="product-1"),
        {"type": "decorative", "content": "<svg/>"},
    ]
    canvas = {"meta": {"backgroundImage": f"url({OTHER})"}, "elements": elements}
    found = from_ad({"headline": "Pizza", "url": HELD, "adSize": "300x250", "canvasData": canvas})
    check_layout(found.layout)
    listed = {element["id"]: element for element in found.layout["elements"]}
    assert list(listed) == ["background", "headline-1", "cta-1", "product-1", "product-1-again-5"]
    assert listed["headline-1"] == {
        "id": "headline-1", "type": "text", "x": 20.0, "y": 30.0, "width": 260.0, "height": 40.0, "z": 2,
        "content": "{headline}", "locked": False,
        "styles": {"fontSize": "12px", "fontWeight": "600", "textAlign": "center"},
    }  # fmt: skip
    assert listed["cta-1"]["content"] == "{cta}"
    assert listed["product-1"]["content"] == "picture-2"
    assert (listed["product-1"]["styles"], listed["product-1"]["legacyStyles"]) == (
        {"borderRadius": "8px"},
        {"border": "nice"},
    )
    assert listed["product-1-again-5"]["content"] == "main"
    assert (listed["background"]["content"], listed["background"]["width"]) == ("picture-2", 300)
    assert found.pictures == (PictureRef("main", HELD), PictureRef("picture-2", OTHER))
    assert found.cta == "Buy Now"


def test_a_canvas_that_was_never_arranged_for_its_size_gets_the_standard_one() -> None:
    elements = [text("headline-1", "Pizza", 30), text("description-1", "Try it", 80), button(), product(HELD)]
    for size, kept in (("300x250", 4), ("320x400", 4), ("320x50", 0), ("1080x1920", 0)):
        found = from_ad({"adSize": size, "headline": "Pizza", "canvasData": {"elements": elements}})
        assert len(found.layout.get("elements", [])) == kept, size
        assert (found.headline, found.body, found.cta) == ("Pizza", "Try it", "Buy Now")


def test_other_sizes_are_scaled_to_the_nearest_placement() -> None:
    layout = from_canvas([text("a", "Hi", 100)], (600, 500))
    (element,) = layout["elements"]
    assert [element[side] for side in ("x", "y", "width", "height")] == [10, 50, 130, 20]


def test_a_variation_takes_its_words_from_the_canvas_first() -> None:
    canvas = {
        "meta": {"backgroundColor": "#ffffff"},
        "elements": [
            {"id": "background-1", "type": "background", "styles": {"background": "linear-gradient(red, blue)"}},
            text("headline-1", "Edited", 30, size={"width": 900, "height": 400}),
            product({"processedUrl": HELD, "originalUrl": "blob:x"}),
        ],
    }
    fields = {"headline": "Made up", "description": "Good food.", "cta": "Learn More", "productImage": HELD,
              "productUrl": "https://shop.example.test/p"}  # fmt: skip
    found = from_variation("SQUARE", {"canvasState": canvas, "elements": fields})
    assert (found.placement, found.headline, found.body, found.cta) == ("square", "Edited", "Good food.", "Learn More")
    assert found.final_url == "https://shop.example.test/p"
    assert found.layout["background"] == "linear-gradient(red, blue)"
    assert [element["content"] for element in found.layout["elements"]] == ["{headline}", "main"]
    assert found.pictures == (PictureRef("main", HELD),)


def test_a_variation_whose_canvas_has_no_words_gets_the_standard_arrangement() -> None:
    canvas = {"meta": {"backgroundColor": "#fafafa"}, "elements": [product(HELD)]}
    found = from_variation({"id": "stories"}, {"canvasState": canvas, "elements": {"headline": "Hello"}})
    assert found.layout == {"version": 1, "background": "#fafafa", "elements": []}
    assert found.placement == "stories"


def test_what_is_missing_or_of_a_wrong_kind_fails_nothing() -> None:
    empty = LegacyCreative("", "", "", "", "medium_rectangle", {}, ())
    assert from_ad({}) == empty
    assert from_ad({"canvasData": [], "elements": {"a": 1}, "headline": 3, "adSize": "big", "url": {}}) == empty
    assert from_variation(None, {"elements": [], "canvasState": None, "format": 3}) == empty
