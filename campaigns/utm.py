"""UTM parameters: where a visit came from, as analytics tools read it from an address.

The names are those of Google Analytics (source, medium, campaign, term, content); a value may hold `{campaign}`,
`{creative}`, `{placement}` and `{channel}`, which stand for the names at hand.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.utils.text import slugify
from django.utils.translation import gettext as _

from kernel.errors import FieldError

PARTS: Final = ("source", "medium", "campaign", "term", "content")
STANDS_FOR: Final = ("campaign", "creative", "placement", "channel")
LONGEST: Final = 200


def check_utm(utm: Any) -> list[FieldError]:
    """Return what is wrong with a campaign's `utm` field."""
    if not isinstance(utm, Mapping):
        return [FieldError("/utm", "wrong_type", _("Send an object."))]
    errors = []
    for name, value in utm.items():
        where = f"/utm/{name}"
        if name not in PARTS:
            errors.append(FieldError(where, "unknown_field", _("There is no such field.")))
        elif not isinstance(value, str):
            errors.append(FieldError(where, "wrong_type", _("Send a text.")))
        elif len(value) > LONGEST:
            errors.append(FieldError(where, "too_long", _("At most %(count)d characters.") % {"count": LONGEST}))
    return errors


def filled(utm: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters that are given, with `{campaign}` and its like replaced by the slugs of `names`."""
    found = {}
    for part in PARTS:
        value = utm.get(part, "")
        for name in STANDS_FOR:
            value = value.replace("{" + name + "}", slugify(names.get(name, ""), allow_unicode=True))
        if value:
            found[part] = value
    return found


def tagged(url: str, utm: Mapping[str, str], names: Mapping[str, str]) -> str:
    """Return `url` with its UTM parameters set; those that it has already are replaced, everything else stays.

    What is no address (an import keeps what there was) is returned as it is.
    """
    parameters = {f"utm_{part}": value for part, value in filled(utm, names).items()}
    if not url or not parameters:
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in parameters]
    return urlunsplit(parts._replace(query=urlencode([*query, *parameters.items()])))


def identity(utm: Mapping[str, str], campaign: str) -> tuple[str, str, str] | None:
    """Return what tells a campaign's visits apart from others' (source, medium, campaign), None where it is open."""
    found = filled(utm, {"campaign": campaign})
    if not found.get("source") or not found.get("campaign"):
        return None
    return found["source"].casefold(), found.get("medium", "").casefold(), found["campaign"].casefold()
