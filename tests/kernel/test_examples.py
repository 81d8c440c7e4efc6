"""Examples made from schemas are what the schemas allow."""

from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from kernel.http.examples import Examples

SCHEMAS: dict[str, Any] = {
    "Create": {"type": "object", "properties": {}, "examples": [{"name": "Spring", "budget": 5, "data": {"a": 1}}]},
    "Inner": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "format": "uuid"}}},
}


@pytest.mark.parametrize(
    ("schema", "example"),
    [
        ({"type": "string", "enum": ["a", "b"]}, "a"),
        ({"const": "x"}, "x"),
        ({"type": "integer", "minimum": 7}, 7),
        ({"type": "integer", "minimum": 0, "maximum": 0}, 0),
        ({"type": "integer", "exclusiveMinimum": 3}, 4),
        ({"type": "boolean"}, False),
        ({"anyOf": [{"type": "null"}, {"type": "string"}]}, None),
        ({"type": "string", "format": "date-time"}, "2030-03-01T08:00:00Z"),
        ({"type": "array", "items": {"type": "integer"}}, [1]),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [1, 1]),
        ({"type": "string", "examples": ["given"]}, "given"),
        ({"$ref": "#/components/schemas/Inner"}, {"id": "0199d5f0-c6f2-7b6c-9f3a-2b1c0d4e5f60"}),
    ],
)
def test_an_example_is_valid(schema: Any, example: Any) -> None:
    made = Examples(SCHEMAS).of(schema)

    assert made == example
    assert Draft202012Validator({"components": {"schemas": SCHEMAS}, **schema}).is_valid(made)


def test_fields_speak_the_words_of_other_examples_where_these_fit() -> None:
    text, number = {"type": "string"}, {"type": "integer", "maximum": 3}
    free = {"type": "object", "additionalProperties": True}
    schema = {"type": "object", "properties": {"name": text, "other": text, "budget": number, "data": free}}

    assert Examples(SCHEMAS).of(schema) == {"name": "Spring", "other": "other", "budget": 1, "data": {"a": 1}}


def test_what_only_a_question_brings_is_left_out() -> None:
    optional = {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None}
    schema = {"type": "object", "required": ["next"], "properties": {"next": optional, "total": optional}}

    assert Examples(SCHEMAS).of(schema) == {"next": None}


@pytest.mark.parametrize(("limits", "length"), [({"minLength": 40}, 40), ({"maxLength": 2}, 2)])
def test_texts_keep_their_limits(limits: dict[str, int], length: int) -> None:
    assert len(Examples({}).of({"type": "string", **limits}, name="title")) == length
