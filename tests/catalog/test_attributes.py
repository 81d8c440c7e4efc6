"""What a catalog asks of its products: schemas that can be, and values that fit them."""

from typing import Any

import pytest

from catalog.attributes import check_schema, misfits, whole
from kernel.errors import Invalid

SCHEMA = {
    "version": 1,
    "attributes": [
        {"key": "colour", "label": "Colour", "type": "choice", "required": True, "options": ["red", "blue"]},
        {"key": "text", "label": "Text", "type": "text"},
        {"key": "number", "label": "Number", "type": "number"},
        {"key": "boolean", "label": "Yes or no", "type": "boolean"},
        {"key": "date", "label": "Date", "type": "date"},
        {"key": "url", "label": "Link", "type": "url"},
        {"key": "money", "label": "Deposit", "type": "money"},
    ],
}


def one(**attribute: Any) -> dict[str, Any]:
    """A schema of one attribute."""
    return {"version": 1, "attributes": [{"key": "key", "label": "Key", "type": "text"} | attribute]}


def test_a_schema_is_stored_whole() -> None:
    check_schema(SCHEMA)

    assert whole(one(label=" Key ")) == {
        "version": 1,
        "attributes": [{"key": "key", "label": "Key", "type": "text", "required": False}],
    }


@pytest.mark.parametrize(
    ("schema", "errors"),
    [
        (None, [("/attributes", "wrong_format")]),
        ({"attributes": []}, [("/attributes", "wrong_format")]),
        ({"version": 2, "attributes": []}, [("/attributes", "wrong_format")]),
        ({"version": 1, "attributes": [], "more": 1}, [("/attributes", "wrong_format")]),
        ({"version": 1, "attributes": {}}, [("/attributes/attributes", "wrong_format")]),
        ({"version": 1, "attributes": ["x"]}, [("/attributes/attributes/0", "wrong_format")]),
        (one(key="Colour"), [("/attributes/attributes/0/key", "wrong_format")]),
        (one(label=""), [("/attributes/attributes/0/label", "wrong_format")]),
        (one(type="colour"), [("/attributes/attributes/0/type", "unknown_value")]),
        (one(type=["text"]), [("/attributes/attributes/0/type", "unknown_value")]),
        (one(required="yes"), [("/attributes/attributes/0/required", "wrong_format")]),
        (one(unit="kg"), [("/attributes/attributes/0/unit", "unknown_field")]),
        (one(options=["a"]), [("/attributes/attributes/0/options", "unknown_field")]),
        (one(type="choice"), [("/attributes/attributes/0/options", "wrong_format")]),
        (one(type="choice", options=["a", "a"]), [("/attributes/attributes/0/options", "wrong_format")]),
        (
            {"version": 1, "attributes": [*one()["attributes"], *one()["attributes"]]},
            [("/attributes/attributes/1/key", "repeated")],
        ),
    ],
)
def test_a_schema_that_can_not_be_is_told_exactly(schema: Any, errors: list[tuple[str, str]]) -> None:
    with pytest.raises(Invalid) as refusal:
        check_schema(schema)

    assert [(error.pointer, error.code) for error in refusal.value.errors] == errors


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"colour": "red"}, []),
        ({"colour": "red", "unknown": {"kept": [1]}}, []),
        ({}, [("/attributes/colour", "required")]),
        ({"colour": ""}, [("/attributes/colour", "required")]),
        ({"colour": "green"}, [("/attributes/colour", "unknown_value")]),
        ({"colour": ["red"]}, [("/attributes/colour", "unknown_value")]),
        ({"colour": "red", "text": 1}, [("/attributes/text", "wrong_format")]),
        ({"colour": "red", "number": 1.5}, []),
        ({"colour": "red", "number": True}, [("/attributes/number", "wrong_format")]),
        ({"colour": "red", "number": "1"}, [("/attributes/number", "wrong_format")]),
        ({"colour": "red", "boolean": False}, []),
        ({"colour": "red", "boolean": "no"}, [("/attributes/boolean", "wrong_format")]),
        ({"colour": "red", "date": "2026-02-28"}, []),
        ({"colour": "red", "date": "2026-02-30"}, [("/attributes/date", "wrong_format")]),
        ({"colour": "red", "date": "20260228"}, [("/attributes/date", "wrong_format")]),
        ({"colour": "red", "url": "https://shop.example/x"}, []),
        ({"colour": "red", "url": "javascript:alert(1)"}, [("/attributes/url", "wrong_format")]),
        ({"colour": "red", "money": {"amount_micros": 1, "currency": "EUR"}}, []),
        ({"colour": "red", "money": {"amount_micros": -1, "currency": "EUR"}}, [("/attributes/money", "wrong_format")]),
        ({"colour": "red", "money": {"amount_micros": 1, "currency": "eur"}}, [("/attributes/money", "wrong_format")]),
        ({"colour": "red", "money": 1}, [("/attributes/money", "wrong_format")]),
    ],
)
def test_values_fit_or_are_told_where_they_do_not(values: dict[str, Any], errors: list[tuple[str, str]]) -> None:
    assert [(error.pointer, error.code) for error in misfits(SCHEMA, values)] == errors
