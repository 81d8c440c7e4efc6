"""The text of one row -> Python values, exactly: numbers keep every digit, and what Postgres can't hold is refused."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from json import JSONDecodeError
from typing import Any, Final, NoReturn

import orjson

_WIDEST_EXPONENT = 400
_WHOLE = 2**53
_EXACT: Final = re.compile(r'"\\u0000([^"\\]*)\\u0000"')


class RowProblem(Exception):
    """Why this row can't be read: a stable code, where inside the row, and the fact behind it."""

    def __init__(self, code: str, path: str = "", fact: str = "") -> None:
        super().__init__(code)
        self.code, self.path, self.fact = code, path, fact


def read_row(text: str) -> object:
    """Return the value of `text`; raise RowProblem for anything that is not storable JSON."""
    suspect = _is_suspect(text)
    try:
        value: object = (_LENIENT if suspect else _STRICT).decode(text)
    except JSONDecodeError as error:
        raise RowProblem("broken_row", fact=f"{error.msg} ({error.pos + 1})") from None
    except ValueError:  # int() refuses more than 4,300 digits
        raise RowProblem("bad_number") from None
    if suspect:
        for path, code in _unstorable(value, ""):
            raise RowProblem(code, path)
    return value


def quick_row(text: str, at: int, *, most: int, depth: int) -> tuple[object, int] | None:
    """Return the object that begins at `at` and where it ends; None for one that has to be looked at closely.

    Nearly every row is whole, plain and in one piece: it is read once instead of being cut out first.
    """
    try:
        value, end = _STRICT.raw_decode(text, at)
    except (ValueError, RowProblem, RecursionError):
        return None
    raw = text[at:end]
    if len(raw) > most or _is_suspect(raw):
        return None
    if raw.count("{") + raw.count("[") > depth and _is_deeper(value, depth):
        return None
    return value, end


def _is_deeper(value: object, most: int) -> bool:
    if most == 0:
        return True
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_is_deeper(part, most - 1) for part in parts if type(part) is dict or type(part) is list)


def write_json(value: object, *, sort_keys: bool = False) -> str:
    """Return `value` as JSON; exact numbers are written with the digits they came with."""
    try:
        text = orjson.dumps(value, _exact, orjson.OPT_SORT_KEYS if sort_keys else None).decode()
    except TypeError:  # whole numbers of more than 64 bits
        text = json.dumps(value, default=_exact, sort_keys=sort_keys, separators=(",", ":"))
    return _EXACT.sub(r"\1", text) if "\\u0000" in text else text


def _is_suspect(text: str) -> bool:
    """Whether the text of a row may hold a character that Postgres can't store; quick for all that do not."""
    return "\0" in text or "\\u" in text or (not text.isascii() and _character_problem(text) != "")


def _fraction(text: str) -> object:
    """A double where that loses nothing (all a browser can have written), else the exact number."""
    number = float(text)
    exact = Decimal(text)
    if (exact and abs(exact.adjusted()) > _WIDEST_EXPONENT) or len(text) > _WIDEST_EXPONENT:
        raise RowProblem("bad_number", fact=text[:40])
    if number.is_integer() and abs(number) < _WHOLE and exact == int(number):
        return int(number)
    if number in (float("inf"), float("-inf")):
        raise RowProblem("bad_number", fact=text[:40])
    return number if exact == Decimal(repr(number)) else exact


def _not_a_number(text: str) -> NoReturn:
    raise RowProblem("bad_number", fact=text)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise RowProblem("duplicate_key", fact=ascii(twice)[1:61])
    return found


def _unstorable(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        code = _character_problem(value)
        if code:
            yield path, code
    elif isinstance(value, dict):
        for name, part in value.items():
            code = _character_problem(name)
            if code:
                yield path, code
            else:
                yield from _unstorable(part, f"{path}/{pointer_part(name)}")
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _unstorable(part, f"{path}/{index}")


def pointer_part(name: str) -> str:
    """Escape one name for a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def _character_problem(text: str) -> str:
    if "\0" in text:
        return "nul_character"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "lone_surrogate"
    return ""


def _exact(value: object) -> str:
    # NUL can't occur in a row that was read, so the marker can't be mistaken for content.
    if isinstance(value, Decimal):
        return f"\0{value}\0"
    raise TypeError(f"{type(value).__name__} is not JSON.")


_HOOKS: Final[dict[str, Any]] = {
    "parse_float": _fraction,
    "parse_constant": _not_a_number,
    "object_pairs_hook": _object,
}
_STRICT: Final = json.JSONDecoder(**_HOOKS)
_LENIENT: Final = json.JSONDecoder(**_HOOKS, strict=False)
