"""Amounts as people write them."""

import pytest

from catalog.files.values import amount_text
from console.org.fields import MicrosField


@pytest.mark.parametrize(
    ("micros", "text"),
    [(0, "0.00"), (1, "0.000001"), (100_000, "0.10"), (1_234_500_000, "1234.50"), (2**53 - 1, "9007199254.740991")],
)
def test_stored_amounts_are_written_without_loss(micros: int, text: str) -> None:
    assert amount_text(micros) == text
    assert MicrosField().clean(text) == micros


def test_another_spelling_of_the_same_amount_is_no_change() -> None:
    field = MicrosField(required=False)

    assert not field.has_changed(1_500_000, "1.5")
    assert not field.has_changed(None, " ")
    assert field.has_changed(1_500_000, "1.51")
    assert field.has_changed(1_500_000, "")
    assert field.has_changed(1_500_000, "nonsense")
