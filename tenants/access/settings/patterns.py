"""Texts with placeholders such as {year}: for names and for the parameters of links."""

import re
from collections.abc import Collection, Mapping

from django.utils.translation import gettext as _
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

IN_NAMES = ("year", "month", "quarter", "objective", "team", "name")
IN_LINKS = ("campaign", "creative", "placement", "channel")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_SHAPES = {"year": r"\d{4}", "month": r"\d{2}", "quarter": "Q[1-4]"}


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
    """Whether `name` is one that `pattern` describes; every name is, where there is no pattern."""
    if not pattern:
        return True
    parts = _PLACEHOLDER.split(pattern)
    # Every second part is a placeholder's name.
    shape = "".join(_SHAPES.get(part, ".+") if index % 2 else re.escape(part) for index, part in enumerate(parts))
    return re.fullmatch(shape, name, re.IGNORECASE) is not None
