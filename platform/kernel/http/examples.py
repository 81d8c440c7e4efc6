"""Examples made from schemas: valid by construction, and in the words of the schemas' own examples."""

from collections.abc import Mapping
from typing import Any

_BY_FORMAT = {
    "uuid": "0199d5f0-c6f2-7b6c-9f3a-2b1c0d4e5f60",
    "date-time": "2030-03-01T08:00:00Z",
    "date": "2030-03-01",
    "time": "08:00:00",
    "email": "ana@example.com",
    "uri": "https://example.com/",
    "binary": "",
}
_DEEPEST = 8


class Examples:
    """Makes examples of the schemas in one document; `words` are known values by field name."""

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        self.schemas = schemas
        self.words: dict[str, Any] = {}
        for schema in schemas.values():
            for example in schema.get("examples", ()):
                if isinstance(example, dict):
                    self.words = example | self.words

    def of(self, schema: Mapping[str, Any], *, name: str = "", depth: int = 0) -> Any:
        """Return a value that `schema` allows."""
        schema = self.resolved(schema)
        if schema.get("examples"):
            return schema["examples"][0]
        if "example" in schema:
            return schema["example"]
        for word in ("const", "default"):
            if schema.get(word) is not None:
                return schema[word]
        if "enum" in schema:
            return self._known(name, schema) or schema["enum"][0]
        options = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
        if options:
            chosen = next((option for option in options if option.get("type") != "null"), options[0])
            # What may be null is null, unless an example says what else it might be.
            is_open = any(option.get("type") == "null" for option in options)
            return None if is_open and name not in self.words else self.of(chosen, name=name, depth=depth)
        return self._by_type(schema, name, depth)

    def resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what a reference leads to."""
        while "$ref" in schema:
            schema = self.schemas[schema["$ref"].rsplit("/", 1)[-1]]
        return schema

    def _by_type(self, schema: Mapping[str, Any], name: str, depth: int) -> Any:
        match schema.get("type"):
            case "object":
                return self._object(schema, name, depth)
            case "array":
                least = schema.get("minItems", 1 if depth < 2 else 0)
                return [self.of(schema["items"], name=name, depth=depth + 1)] * least if "items" in schema else []
            case "string":
                return self._known(name, schema) or _text(schema, name)
            case "integer" | "number":
                known = self._known(name, schema)
                return known if known is not None else _number(schema)
            case "boolean":
                return False
        return None

    def _object(self, schema: Mapping[str, Any], name: str, depth: int) -> dict[str, Any]:
        if schema.get("additionalProperties") is True and isinstance(self.words.get(name), dict):
            return dict(self.words[name])
        fields = schema.get("properties", {})
        wanted = fields if depth < _DEEPEST else {name: fields[name] for name in schema.get("required", ())}
        required = schema.get("required", ())
        # What only a question asks for (`expand`, `count`) and what only a failure has is left out.
        return {
            name: self.of(field, name=name, depth=depth + 1)
            for name, field in wanted.items()
            if name in required or field.get("default", 1) is not None
        }

    def _known(self, name: str, schema: Mapping[str, Any]) -> Any:
        """The value of a field of that name in another schema's example, where it fits here."""
        value = self.words.get(name)
        if "enum" in schema:
            return value if value in schema["enum"] else None
        kinds: dict[str, tuple[type, ...]] = {"string": (str,), "integer": (int,), "number": (int, float)}
        fits = kinds.get(str(schema.get("type")))
        if fits is None or not isinstance(value, fits) or isinstance(value, bool) or "format" in schema:
            return None
        if isinstance(value, str):
            return value if not {"pattern", "contentMediaType"} & schema.keys() else None
        return value if schema.get("minimum", value) <= value <= schema.get("maximum", value) else None


def _text(schema: Mapping[str, Any], name: str) -> str:
    if "format" in schema:
        return str(_BY_FORMAT.get(schema["format"], schema["format"]))
    text = name.replace("_", " ") or "text"
    text += "x" * max(0, schema.get("minLength", 0) - len(text))
    return str(text[: schema.get("maxLength", 1000)])


def _number(schema: Mapping[str, Any]) -> int:
    least = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1 if "exclusiveMinimum" in schema else 1)
    return int(min(max(1, least), schema.get("maximum", least + 1)))
