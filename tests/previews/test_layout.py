"""The layout document: what is refused, by which pointer, and what is kept."""

import pytest

from campaigns.previews.layout import Layout, check_layout, read_layout
from campaigns.previews.paint import Color
from kernel.errors import Invalid
from tests.previews.pictures import laid


def faults(value: object) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        check_layout(value)
    return [(error.pointer, error.code) for error in refused.value.errors]


def test_an_empty_layout_and_one_with_unknown_keys_are_right() -> None:
    check_layout({})
    layout = laid({"content": "Hi", "locked": False, "styles": {"fontFamily": "Inter"}}, background="#ffffff")
    check_layout(layout | {"editor": {"zoom": 2}})
    assert read_layout({}) == Layout()
    assert read_layout(layout).background == Color(255, 255, 255)


def test_each_wrong_part_is_named_by_its_pointer() -> None:
    assert faults([]) == [("/layout", "wrong_format")]
    assert faults({"elements": []}) == [("/layout/version", "unknown_value")]
    assert faults({"version": True}) == [("/layout/version", "unknown_value")]
    assert faults({"version": 1, "background": "nice", "elements": {}}) == [
        ("/layout/background", "wrong_format"),
        ("/layout/elements", "wrong_format"),
    ]
    layout = laid(
        {"id": "a", "x": "1"},
        {"id": "a", "styles": {"fontSize": "huge", "color": "no"}},
        {"id": "a"},
        {"id": "", "type": "script", "content": 4},
        {"width": -1, "height": 1e300, "z": 0.5},
    )
    layout["elements"].append(None)
    assert faults(layout) == [
        ("/layout/elements/0/x", "wrong_format"),
        ("/layout/elements/1/styles/color", "wrong_format"),
        ("/layout/elements/1/styles/fontSize", "wrong_format"),
        ("/layout/elements/2/id", "repeated"),
        ("/layout/elements/3/id", "wrong_format"),
        ("/layout/elements/3/type", "unknown_value"),
        ("/layout/elements/3/content", "wrong_format"),
        ("/layout/elements/4/width", "out_of_range"),
        ("/layout/elements/4/height", "out_of_range"),
        ("/layout/elements/5", "wrong_format"),
    ]


def test_too_many_elements_and_too_many_bytes_are_refused() -> None:
    assert faults(laid(*[{} for _ in range(101)])) == [("/layout/elements", "too_large")]
    assert faults(laid({"note": "x" * 70_000})) == [("/layout", "too_large")]
    assert faults(laid({"note": "\ud800"})) == [("/layout", "wrong_format")]


def test_wrong_parts_of_a_stored_layout_are_left_out_and_the_rest_is_ordered() -> None:
    layout = laid({"id": "top", "z": 5}, {"id": "bad", "x": None}, {"id": "low", "z": -2}, {"id": "mid", "z": 0})
    assert [element.id for element in read_layout(layout).elements] == ["low", "mid", "top"]
    assert read_layout("nonsense") == Layout()
