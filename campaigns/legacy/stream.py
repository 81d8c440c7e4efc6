"""Reads a whole dump, row by row, in memory that does not grow with it.

Forms: `{"campaigns": [...]}`, what `JSON.stringify(localStorage)` prints (`{"campaigns": "[...]"}`), each value on its
own in either form, and a dump that is itself a JSON string.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from django.utils.translation import gettext as _

from campaigns.legacy.errors import BrokenJson, DumpError
from campaigns.legacy.pictures import may_hold_pictures
from campaigns.legacy.rows import RowProblem, pointer_part, quick_row, read_row
from campaigns.legacy.scan import Limits, skip_string, take_rows, take_value
from campaigns.legacy.source import BinaryFile, Chars, file_pieces, unescaped
from campaigns.legacy.vocabulary import Key, Shape, key_of

_PREFERENCE_CHARACTERS = 1 << 16


@dataclass(frozen=True, slots=True)
class Found:
    """One row: an element of a list, or the only value of its key."""

    key: Key
    path: str
    value: object
    may_hold_pictures: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that can't be read, or (`broken_json`) a key whose text breaks off there."""

    key: Key
    path: str
    code: str
    fact: str
    offset: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """A key we know nothing about. Its value may be a secret of another tool: it is never read."""

    key: Key


type Entry = Found | Refused | Unknown


def read_dump(file: BinaryFile, limits: Limits = Limits()) -> Iterator[Entry]:  # noqa: B008 (frozen)
    """Yield every row of the dump in its order.

    Raises DumpError, with the byte, where the file's own structure is broken; what was yielded before must then be
    thrown away. Where only the text inside one key breaks, that key yields one Refused("broken_json") and the reading
    goes on.
    """
    chars = Chars(file_pieces(file))
    yield from _dump(chars, limits, strings_left=2)
    if chars.skip_space():
        raise chars.broken(_("there is more after the end of the dump."))


def _dump(chars: Chars, limits: Limits, *, strings_left: int) -> Iterator[Entry]:
    first = chars.skip_space()
    if first == '"' and strings_left:
        chars.at += 1
        inner = Chars(unescaped(chars))
        yield from _dump(inner, limits, strings_left=strings_left - 1)
        if inner.skip_space():
            raise inner.broken(_("there is more after the end of the dump."))
        return
    if not first:
        raise DumpError(_("The file is empty."), code="empty", offset=0)
    if first != "{":
        raise DumpError(
            _("A dump is a JSON object of localStorage keys; this file starts with something else."),
            code="not_an_object" if first in '["-0123456789tfn' else "broken_json",
            offset=chars.mark().offset,
        )
    chars.at += 1
    yield from _members(chars, limits)


def _members(chars: Chars, limits: Limits) -> Iterator[Entry]:
    if chars.skip_space() == "}":
        chars.at += 1
        return
    seen: set[bytes] = set()
    while True:
        name = _name(chars, limits)
        digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        if digest in seen:
            raise DumpError(
                _("The key %(key)s is there twice.") % {"key": ascii(name)},
                code="duplicate_key",
                offset=chars.mark().offset,
            )
        if len(seen) >= limits.keys:
            raise DumpError(_("There are too many keys."), code="too_many_keys", offset=chars.mark().offset)
        seen.add(digest)
        yield from _value(chars, key_of(name), limits)
        follows = chars.skip_space()
        if follows not in (",", "}"):
            raise chars.broken(_("a comma or the closing brace is missing after a key."))
        chars.at += 1
        if follows == "}":
            return


def _name(chars: Chars, limits: Limits) -> str:
    if chars.skip_space() != '"':
        raise chars.broken(_("a key in double quotes is missing."))
    chars.at += 1
    name = ""
    for piece in unescaped(chars):
        name += piece.text
        if len(name) > limits.key_characters:
            raise chars.broken(_("a key is too long."))
    if chars.skip_space() != ":":
        raise chars.broken(_("a colon is missing after a key."))
    chars.at += 1
    return name


def _value(chars: Chars, key: Key, limits: Limits) -> Iterator[Entry]:
    first = chars.skip_space()
    if key.shape is Shape.UNKNOWN:
        yield Unknown(key)
        if first == '"':
            chars.at += 1
            skip_string(chars)
        else:
            take_value(chars, Limits(row_characters=0))
    elif first == '"':
        chars.at += 1
        yield from _inner(Chars(unescaped(chars)), key, limits)
    else:
        yield from _rows(chars, key, limits)


def _inner(chars: Chars, key: Key, limits: Limits) -> Iterator[Entry]:
    """Read a value that is JSON text inside a string; what is wrong in there ends at that string's end."""
    try:
        first = chars.skip_space() if key.shape is not Shape.TEXT else ""
        if key.shape is Shape.TEXT:
            yield _bare_text(chars, key)
        elif first != "[" and (first != "{" or key.shape is Shape.LIST):
            code = "not_a_list" if key.shape is Shape.LIST else "not_object"
            yield Refused(key, f"/{pointer_part(key.name)}", code, "", chars.mark().offset)
            _drain(chars)
        else:
            yield from _rows(chars, key, limits)
            if chars.skip_space():
                raise chars.broken(_("there is more after the end of the value."))
    except BrokenJson as error:
        if error.layer is not chars:
            raise
        yield Refused(key, f"/{pointer_part(key.name)}", "broken_json", str(error), error.offset)
        _drain(chars)


def _drain(chars: Chars) -> None:
    """Read on to the end, so that the text around this one goes on behind it."""
    chars.at = len(chars.text)
    while chars.fill():
        chars.at = len(chars.text)


def _rows(chars: Chars, key: Key, limits: Limits) -> Iterator[Entry]:
    path = f"/{pointer_part(key.name)}"
    if key.shape is not Shape.LIST:
        yield _row(chars, key, path, limits)
    elif chars.skip_space() == "[":
        chars.at += 1
        number = count()
        yield from take_rows(chars, lambda: _row(chars, key, f"{path}/{next(number)}", limits))
    else:
        refused = Refused(key, path, "not_a_list", "", chars.mark().offset)
        take_value(chars, Limits(row_characters=0))
        yield refused


def _row(chars: Chars, key: Key, path: str, limits: Limits) -> Entry:
    if chars.skip_space() == "{":
        at = chars.at
        quick = quick_row(chars.text, at, most=limits.row_characters, depth=limits.depth)
        if quick:
            value, chars.at = quick
            return Found(key, path, value, may_hold_pictures(chars.text, at, chars.at))
    taken = take_value(chars, limits)
    if taken.text is None:
        return Refused(key, path, taken.problem, "", taken.mark.offset)
    try:
        return Found(key, path, read_row(taken.text), may_hold_pictures(taken.text))
    except RowProblem as problem:
        return Refused(key, path + problem.path, problem.code, problem.fact, taken.mark.offset)


def _bare_text(chars: Chars, key: Key) -> Entry:
    """Preferences are bare text (`dark`), not JSON: the string itself is the value."""
    path = f"/{pointer_part(key.name)}"
    parts: list[str] = []
    size = 0
    while chars.fill():
        parts.append(chars.text[chars.at :] if size <= _PREFERENCE_CHARACTERS else "")
        size += len(parts[-1])
        chars.at = len(chars.text)
    text = "".join(parts)
    if size > _PREFERENCE_CHARACTERS:
        return Refused(key, path, "row_too_large", "", chars.mark().offset)
    try:
        text.encode()
    except UnicodeEncodeError:
        return Refused(key, path, "lone_surrogate", "", chars.mark().offset)
    if "\0" in text:
        return Refused(key, path, "nul_character", "", chars.mark().offset)
    return Found(key, path, text, may_hold_pictures=False)
