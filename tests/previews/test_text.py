"""Words into lines."""

import pytest

from campaigns.previews.text import clean, fill, fit, right_to_left


def lines(text: str, **options: float) -> list[str]:
    settings = {"weight": 400, "size": 20.0, "width": 200.0, "height": 400.0} | options
    return [line.text for line in fill(clean(text), **settings).lines]  # type: ignore[arg-type]


def test_words_wrap_at_the_width_and_keep_their_own_line_ends() -> None:
    assert lines("Fresh berries in every single bite") == ["Fresh berries in", "every single bite"]
    assert lines("One\ntwo  three") == ["One", "two three"]


def test_what_finds_no_room_ends_in_an_ellipsis() -> None:
    assert lines("Fresh berries in every single bite", height=26) == ["Fresh berries in…"]
    block = fill("Extraordinarily", weight=400, size=20, width=60, height=25)
    assert (block.cut, block.lines[0].text) == (True, "Extr…")
    assert block.width <= 60


def test_a_word_without_spaces_is_broken_where_it_must_be() -> None:
    found = lines("x" * 1000, width=100, height=75)
    assert len(found) == 3
    assert found[0] == found[1] != ""
    assert found[2].endswith("x…")


def test_letters_of_every_european_script_and_emoji_are_outlined() -> None:
    block = fill(clean("Łódź Ελλάς Привет 🌞❤️"), weight=700, size=20, width=900, height=30)
    (line,) = block.lines
    assert not line.foreign
    assert len(line.words) == 4


def test_scripts_that_the_fonts_lack_get_room_of_their_own() -> None:
    (line,) = fill("日本 ok", weight=400, size=10, width=900, height=30).lines
    assert [piece.text for _, word in line.words for piece in word.foreign] == ["日本"]
    assert line.width == pytest.approx(20 + 2.8 + 11.8, abs=1)
    assert right_to_left("שלום world")
    assert not right_to_left("12 world שלום")


def test_characters_that_show_nothing_are_dropped() -> None:
    assert clean("  a\u0000b\x1b[0m\u202e c\td\ufeff\ud800 \r\n e ") == "ab[0m c d \n e"


def test_words_take_the_largest_size_that_fits() -> None:
    options = {"weight": 700, "sizes": (60.0, 40.0, 20.0), "width": 300.0, "line_height": 1.2, "most": 2}
    assert fit("Sale", height=100, **options).size == 60  # type: ignore[arg-type]
    assert fit("Berries in every bite", height=100, **options).size == 40  # type: ignore[arg-type]
    assert fit("Incomprehensibilities", height=100, **options).size == 20  # type: ignore[arg-type]
    assert fit("word " * 90, height=100, **options).cut  # type: ignore[arg-type]
