"""Texts with placeholders such as {year}: for names and for the parameters of links."""

import re
from collections.abc import Collection, Mapping, Sequence, Set

from django.utils.translation import gettext as _
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

IN_NAMES = ("year", "month", "quarter", "objective", "team", "name")
IN_LINKS = ("campaign", "creative", "placement", "channel")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_DIGIT = frozenset("0123456789")
_SHAPES = {"year": [_DIGIT] * 4, "month": [_DIGIT] * 2, "quarter": [frozenset("q"), frozenset("1234")]}


def only(known: Collection[str]) -> AfterValidator:
    """Return what refuses a text with a placeholder outside `known`, or with a brace that opens or closes none."""

    def check(text: str) -> str:
        unknown = [name for name in _PLACEHOLDER.findall(text) if name not in known]
        if unknown or set("{}") & set(_PLACEHOLDER.sub("", text)):
            message = _("Use these placeholders only: {known}.").replace(
                "{known}", ", ".join(f"{{{n}}}" for n in known)
            )
            raise PydanticCustomError("wrong_format", "{message}", {"message": message})
        return text

    return AfterValidator(check)


def filled(pattern: str, facts: Mapping[str, str]) -> str:
    """Return `pattern` with the placeholders in `facts` filled in; the others stay, for people to fill in."""
    return _PLACEHOLDER.sub(lambda found: facts.get(found[1], found[0]), pattern)


def fits(pattern: str, name: str) -> bool:
    """Whether `name` is one that `pattern` describes; every name is, where there is no pattern.

    A placeholder of unknown length stands for one character or more. Between those, everything has a length, so taking
    the first place where it fits is never wrong, and no name takes longer than its length times the pattern's.
    """
    if not pattern:
        return True
    if "\n" in name:
        return False
    (_none, first), *others = _runs(pattern)
    text = [character.casefold() for character in name]
    if not _stands(first, text, 0):
        return False
    at = len(first)
    if not others:
        return at == len(text)
    *middle, (gap, last) = others
    for before, run in middle:
        found = next((start for start in range(at + before, len(text)) if _stands(run, text, start)), None)
        if found is None:
            return False
        at = found + len(run)
    end = len(text) - len(last)
    return end >= at + gap and _stands(last, text, end)


def _runs(pattern: str) -> list[tuple[int, list[Set[str]]]]:
    """Return what stands between the placeholders of unknown length: how many of those are before it, and its places.

    A place holds the characters that may stand there.
    """
    runs: list[tuple[int, list[Set[str]]]] = [(0, [])]
    for index, part in enumerate(_PLACEHOLDER.split(pattern)):
        # Every second part is a placeholder's name.
        if index % 2 == 0:
            runs[-1][1].extend({character.casefold()} for character in part)
        elif part in _SHAPES:
            runs[-1][1].extend(_SHAPES[part])
        elif len(runs) > 1 and not runs[-1][1]:
            runs[-1] = (runs[-1][0] + 1, [])
        else:
            runs.append((1, []))
    return runs


def _stands(run: Sequence[Set[str]], text: Sequence[str], start: int) -> bool:
    return len(run) <= len(text) - start and all(
        there in places for there, places in zip(text[start : start + len(run)], run, strict=True)
    )
