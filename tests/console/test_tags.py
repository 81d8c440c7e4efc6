"""The words and figures that the console's template tags write."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django import forms
from django.template import Context, Template

from console.status import look_of
from console.templatetags.console import NOTHING, initials, is_near, money, seconds


class Invitation(forms.Form):
    email = forms.EmailField(label="E-mail", help_text="Work address.")


def rendered(source: str, **context: object) -> str:
    return Template("{% load console %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("micros", "currency", "words"),
    [
        (None, "", NOTHING),
        (0, "EUR", "0.00 EUR"),
        (12_000_000_000, "EUR", "12,000.00 EUR"),
        (4_500_500_000, "EUR", "4,500.50 EUR"),
        (1_234_500, "USD", "1.2345 USD"),
    ],
)
def test_money_is_written_whole(micros: int | None, currency: str, words: str) -> None:
    assert money(micros, currency) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ""),
        (0, "0.0 s"),
        (0.0002, "1 ms"),
        (0.04, "40 ms"),
        (1.24, "1.2 s"),
        (12.4, "12 s"),
        (60, "1 min 0 s"),
        (185.2, "3 min 5 s"),
    ],
)
def test_a_duration_reads_like_speech(value: float | None, words: str) -> None:
    assert seconds(value) == words


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Dana Okafor", "DO"), ("Ana Maria Ruiz", "AR"), ("mira@x.example", "MX"), ("", "?"), ("Åsa", "Å")],
)
def test_initials_stand_for_a_person(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize(
    ("used", "limit", "near"), [(8, 10, False), (9, 10, True), (3, 3, True), (9000, None, False), (0, 0, True)]
)
def test_a_limit_is_near_from_nine_tenths_on(used: int, limit: int | None, near: bool) -> None:
    assert is_near(used, limit) is near


def test_a_state_that_is_not_listed_still_shows_a_word() -> None:
    assert (look_of("half_done").shape, look_of("half_done").label) == ("idle", "Half done")


def test_a_status_is_a_shape_and_a_word() -> None:
    html = rendered('{% status "dead" %}')

    assert "status-bad" in html
    assert "Dead" in html


def test_a_label_from_outside_is_escaped() -> None:
    assert "&lt;b&gt;" in rendered("{% status state %}", state="<b>")


def test_a_moment_is_written_in_utc_for_browsers_without_script() -> None:
    moment = datetime(2026, 11, 22, 14, 5, tzinfo=timezone(timedelta(hours=2)))

    html = rendered("{% local_time moment %}", moment=moment)

    assert html == ('<local-time><time datetime="2026-11-22T12:05:00+00:00">22 Nov 2026, 12:05 UTC</time></local-time>')


def test_a_moment_that_never_came_is_a_dash() -> None:
    assert rendered("{% local_time moment %}", moment=None) == NOTHING


def test_a_relative_moment_asks_the_browser_to_count() -> None:
    html = rendered('{% local_time moment "relative" %}', moment=datetime(2026, 1, 1, tzinfo=UTC))

    assert html.startswith("<local-time relative>")


def test_a_field_describes_itself_by_its_hint() -> None:
    html = rendered("{% field form.email %}", form=Invitation())

    assert 'aria-describedby="id_email_note"' in html
    assert '<p class="field-note" id="id_email_note">Work address.</p>' in html
    assert "aria-invalid" not in html


def test_an_error_takes_the_place_of_the_hint() -> None:
    html = rendered("{% field form.email %}", form=Invitation({"email": "nobody"}))

    assert 'aria-invalid="true"' in html
    assert "Enter a valid email address." in html
    assert "Work address." not in html


def test_a_meter_without_a_limit_has_no_bar() -> None:
    html = rendered('{% meter "Products" 40 limit %}', limit=None)

    assert "<svg" not in html
    assert "∞" in html


def test_a_meter_never_draws_more_than_the_whole() -> None:
    assert 'width="100" height="6"/></svg>' in rendered('{% meter "Seats" 16 15 %}')
