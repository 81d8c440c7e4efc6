"""Colours, gradients and styles as people write them."""

import pytest
from PIL import ImageColor

from campaigns.previews.paint import Color, Gradient, color, number, paint
from campaigns.previews.styles import read_style


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#abc", Color(170, 187, 204)),
        ("#11223380", Color(17, 34, 51, 0.502)),
        (" RGB(10, 20, 30) ", Color(10, 20, 30)),
        ("rgba(0, 0, 0, .5)", Color(0, 0, 0, 0.5)),
        ("rgb(100% 0% 0% / 25%)", Color(255, 0, 0, 0.25)),
        ("hsl(120, 100%, 25%)", Color(0, 128, 0)),
        ("rebeccapurple", Color(102, 51, 153)),
        ("transparent", Color(0, 0, 0, 0.0)),
    ],
)
def test_a_colour_is_read_in_every_notation(text: str, expected: Color) -> None:
    assert color(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "url(#x)", "red; fill: blue", "#12345", "rgb(1,2)", "expression(1)", "a" * 500, "rgb(1e9,0,0)", None, 7, []],
)
def test_anything_else_is_no_colour(text: object) -> None:
    assert color(text) is None
    assert paint(text) is None


def test_a_name_stays_a_colour_however_often_it_is_asked() -> None:
    # Pillow keeps what it has parsed in the same table.
    ImageColor.getrgb("teal")

    assert color("teal") == color("teal") == Color(0, 128, 128)


def test_a_linear_gradient_keeps_its_angle_and_stops() -> None:
    assert paint("linear-gradient(135deg, #667eea 0%, rgba(118, 75, 162, 0.5) 80%)") == Gradient(
        135.0, ((0.0, Color(102, 126, 234)), (0.8, Color(118, 75, 162, 0.5)))
    )
    assert paint("linear-gradient(rgba(0, 0, 0, .2), red)") == Gradient(
        180.0, ((0.0, Color(0, 0, 0, 0.2)), (1.0, Color(255, 0, 0)))
    )
    to_right = paint("linear-gradient(to right, red, lime, blue)")
    assert isinstance(to_right, Gradient)
    assert (to_right.angle, [at for at, _ in to_right.stops]) == (90.0, [0.0, 0.5, 1.0])
    assert to_right.line(10, 20, 100, 40) == pytest.approx((10, 40, 110, 40))


def test_a_round_gradient_gives_its_first_colour() -> None:
    assert paint("radial-gradient(circle at center, #fff, #000)") == Color(255, 255, 255)
    assert paint("conic-gradient(red, blue)") == Color(255, 0, 0)


def test_a_length_is_a_number_with_or_without_its_unit() -> None:
    found = [number(value) for value in (12, "24px", " -1.5 ", "3em", True, float("nan"), "", None)]
    assert found == [12.0, 24.0, -1.5, None, None, None, None, None]


def test_styles_are_read_and_wrong_ones_named() -> None:
    style = read_style(
        {
            "color": "#333333",
            "backgroundColor": "rgba(255,255,255,0.9)",
            "fontSize": "1.5rem",
            "fontWeight": "600",
            "textAlign": "center",
            "lineHeight": 1.3,
            "opacity": "0.8",
            "borderRadius": "50%",
            "border": "2px solid rgba(0, 0, 0, 0.1)",
            "objectFit": "cover",
            "letterSpacing": "-0.25px",
            "boxShadow": "0 0 1px red",
        }
    )
    assert style.wrong == ()
    assert (style.font_size, style.weight, style.align, style.line_height) == (24.0, 600, "center", 1.3)
    assert (style.opacity, style.border_width, style.border_color) == (0.8, 2.0, Color(0, 0, 0, 0.1))
    assert style.background == Color(255, 255, 255, 0.9)
    assert style.corner(40, 20) == 10
    assert read_style({"fontSize": "huge", "opacity": 3, "border": "none", "color": ""}).wrong == (
        "fontSize",
        "opacity",
    )
