"""Finds where one JSON value ends, without understanding it: so a broken row costs that row and not the file."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from campaigns.legacy.source import Chars, Mark

_MOST_BRACKETS = 10_000  # deeper than this is an attack on the reader, not a row

_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_OTHER = r'[^"\[\]{}]*+'
_FLAT = rf"{_OTHER}(?:{_STRING}{_OTHER})*+"
# Up to the next bracket that opens or closes a container which is not flat; group 1 says that a flat one was passed.
_TO_BRACKET = re.compile(rf"{_OTHER}(?:(?:{_STRING}|(\{{{_FLAT}\}}|\[{_FLAT}\])){_OTHER})*+", re.DOTALL)
_TO_QUOTE = re.compile(r'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_BARE = re.compile(r"[^\s,:\[\]{}\"]*+")
_CLOSER = {"{": "}", "[": "]"}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a dump one row may be. A row over a limit is rejected; the rows around it are not."""

    row_characters: int = 16 << 20  # three times what a browser lets one origin store
    depth: int = 40
    key_characters: int = 1024
    keys: int = 500_000


@dataclass(frozen=True, slots=True)
class Taken:
    """The text of one value; `text` is None and `problem` says why where a limit was passed."""

    text: str | None
    problem: str
    mark: Mark


def take_value(chars: Chars, limits: Limits) -> Taken:
    """Take the value that starts here and return its text. Memory: at most `limits.row_characters`."""
    first = chars.skip_space()
    keeper = _Keeper(chars, limits.row_characters)
    if first in _CLOSER:
        deepest = _take_container(chars, keeper)
        if deepest > limits.depth:
            keeper.refuse("too_deep")
    elif first == '"':
        chars.at += 1
        _take_string(chars, keeper)
    else:
        _take_bare(chars, keeper)
    return keeper.taken()


def take_rows[T](chars: Chars, take: Callable[[], T]) -> Iterator[T]:
    """Take the array whose opening bracket was just taken; `take` takes one element and says what it was."""
    if chars.skip_space() == "]":
        chars.at += 1
        return
    while True:
        yield take()
        follows = chars.skip_space()
        if follows not in (",", "]"):
            raise chars.broken(_("a comma or a closing bracket is missing in a list."))
        chars.at += 1
        if follows == "]":
            return
        if chars.skip_space() in ("]", ""):
            raise chars.broken(_("a list goes on after a comma with nothing."))


def skip_string(chars: Chars) -> None:
    """Pass over the string whose opening quote was just taken, keeping nothing of it."""
    _take_string(chars, None)


class _Keeper:
    """Collects the text from here on, piece by piece, up to a limit."""

    __slots__ = ("_begin", "_chars", "_limit", "_mark", "_parts", "_problem", "_size")

    def __init__(self, chars: Chars, limit: int) -> None:
        self._chars, self._limit, self._mark = chars, limit, chars.mark()
        self._begin = chars.at
        self._parts: list[str] = []
        self._size = 0
        self._problem = ""

    def keep(self) -> None:
        """Keep what was taken of the present piece."""
        if self._problem:
            return
        self._size += self._chars.at - self._begin
        if self._size > self._limit:
            self.refuse("row_too_large")
        else:
            self._parts.append(self._chars.text[self._begin : self._chars.at])
            self._begin = self._chars.at

    def new_piece(self) -> None:
        self._begin = 0

    def refuse(self, problem: str) -> None:
        self._problem, self._parts = self._problem or problem, []

    def taken(self) -> Taken:
        self.keep()
        return Taken(None if self._problem else "".join(self._parts), self._problem, self._mark)


def _next_piece(chars: Chars, keeper: _Keeper | None) -> None:
    chars.at = len(chars.text)
    if keeper:
        keeper.keep()
    if not chars.fill():
        raise chars.broken(_("the text ends in the middle of a value."))
    if keeper:
        keeper.new_piece()


def _take_container(chars: Chars, keeper: _Keeper) -> int:
    """Take an object or array; return how deep it is nested."""
    open_brackets = [_CLOSER[chars.text[chars.at]]]
    deepest = 1
    chars.at += 1
    while True:
        text = chars.text
        match = _TO_BRACKET.match(text, chars.at)
        if match:
            chars.at = match.end()
            deepest = max(deepest, len(open_brackets) + (match.lastindex or 0))
        if chars.at == len(text):
            _next_piece(chars, keeper)
            continue
        found = text[chars.at]
        if found in "}]" and open_brackets[-1] != found:
            raise chars.broken(_("a closing bracket does not match the opening one."))
        if len(open_brackets) >= _MOST_BRACKETS:
            raise chars.broken(_("the nesting has no end."))
        chars.at += 1
        if found == '"':
            _take_string(chars, keeper)
        elif found in _CLOSER:
            open_brackets.append(_CLOSER[found])
            deepest = max(deepest, len(open_brackets))
        else:
            open_brackets.pop()
            if not open_brackets:
                return deepest


def _take_string(chars: Chars, keeper: _Keeper | None) -> None:
    """Take the rest of a string whose opening quote was taken, over as many pieces as it spans."""
    while True:
        match = _TO_QUOTE.match(chars.text, chars.at)
        end = match.end() if match else chars.at
        if end < len(chars.text) and chars.text[end] == '"':
            chars.at = end + 1
            return
        escape_open = end < len(chars.text)  # the piece ends between a backslash and what it escapes
        _next_piece(chars, keeper)
        chars.at += escape_open


def _take_bare(chars: Chars, keeper: _Keeper) -> None:
    """Take a number or a word such as true or NaN; whether it is JSON is found out when the row is read."""
    begun = False
    while chars.fill():
        match = _BARE.match(chars.text, chars.at)
        end = match.end() if match else chars.at
        begun = begun or end > chars.at
        chars.at = end
        if end < len(chars.text):
            break
        keeper.keep()
        if not chars.fill():
            break
        keeper.new_piece()
    if not begun:
        raise chars.broken(_("a value is missing."))
