"""What the schema library reports, in stable codes and JSON pointers of our own.

A pointer that starts with "/" points into the body; "?name" is a query parameter, "If-Match" and the like a header.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kernel.errors import FieldError

MOST_ERRORS = 50
LONGEST_POINTER = 300
_CODES = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "too_long": "too_long",
    "too_short": "too_short",
    "greater_than_equal": "out_of_range",
    "less_than_equal": "out_of_range",
    "greater_than": "out_of_range",
    "less_than": "out_of_range",
    "literal_error": "unknown_value",
    "enum": "unknown_value",
    "string_pattern_mismatch": "wrong_format",
}


def field_errors(found: Iterable[Mapping[str, Any]]) -> list[FieldError]:
    """Return the schema library's errors as field errors, at most fifty."""
    errors = [FieldError(_pointer(error["loc"]), _code(error["type"]), error["msg"]) for error in found]
    return errors[:MOST_ERRORS]


def pointer(parts: Iterable[str | int]) -> str:
    """Return the JSON pointer (RFC 6901) of the path `parts`, shortened where somebody sends endless names."""
    escaped = "".join("/" + _safe(str(part)).replace("~", "~0").replace("/", "~1") for part in parts)
    return escaped[:LONGEST_POINTER]


def _pointer(loc: Sequence[str | int]) -> str:
    source, *path = loc
    if source == "body":
        return pointer(path[1:])  # the first part is the name of the endpoint's argument
    name = _safe(str(path[-1])) if path else ""
    return f"?{name}"[:LONGEST_POINTER] if source == "query" else name


def _code(kind: str) -> str:
    if kind in _CODES:
        return _CODES[kind]
    if kind.endswith("_type"):
        return "wrong_type"
    if kind.endswith("_parsing"):
        return "wrong_format"
    return kind


def _safe(text: str) -> str:
    return text.encode(errors="backslashreplace").decode()
