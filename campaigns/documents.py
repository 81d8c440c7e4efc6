"""The free parts of a campaign: what each channel is told, and whom it is for. Versioned; unknown keys are kept.

`data["channels"]` holds one document per channel, `targeting` is one. Only what is known is checked, so what another
system or a later version wrote survives an edit.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from kernel.errors import FieldError

VERSION: Final = 1
CHANNELS: Final = ("meta", "display", "ctv", "tiktok")
BIDS: Final = ("automatic", "manual_cpc", "target_cpa", "maximize_clicks")
GENDERS: Final = ("all", "female", "male")
MOST_ENTRIES: Final = 200
Check = Callable[[Any], str]


def _amount(value: Any) -> str:
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53
    return "" if fits else _("Send an amount in millionths, 0 or more.")


def _age(value: Any) -> str:
    fits = isinstance(value, int) and not isinstance(value, bool) and 13 <= value <= 99
    return "" if fits else _("Send an age from 13 to 99.")


def _texts(value: Any) -> str:
    if not isinstance(value, list) or any(not isinstance(part, str) or not part.strip() for part in value):
        return _("Send a list of texts.")
    return "" if len(value) <= MOST_ENTRIES else _("At most %(count)d entries.") % {"count": MOST_ENTRIES}


def _codes(value: Any) -> str:
    found = _texts(value)
    if not found and any(len(part) != 2 or not part.isascii() or not part.isupper() for part in value):
        return _("Send codes of two capital letters, such as DE.")
    return found


def _text(value: Any) -> str:
    return "" if isinstance(value, str) and len(value) <= 2000 else _("Send a text.")


def _one_of(*known: str) -> Check:
    return lambda value: "" if value in known else _("One of: %(known)s.") % {"known": ", ".join(known)}


_ANY_CHANNEL: Final[Mapping[str, Check]] = {
    "budget_micros": _amount,
    "bid_strategy": _one_of(*BIDS),
    "account": _text,
    "note": _text,
}
SCHEMAS: Final[Mapping[str, Mapping[str, Check]]] = {
    "meta": {**_ANY_CHANNEL, "page": _text, "positions": _texts},
    "display": {**_ANY_CHANNEL, "sites": _texts, "excluded_sites": _texts},
    "ctv": {**_ANY_CHANNEL, "networks": _texts},
    "tiktok": {**_ANY_CHANNEL, "identity": _text},
}
TARGETING: Final[Mapping[str, Check]] = {
    "countries": _codes,
    "regions": _texts,
    "cities": _texts,
    "languages": _texts,
    "age_min": _age,
    "age_max": _age,
    "gender": _one_of(*GENDERS),
    "interests": _texts,
    "audiences": _texts,
    "retailers": _texts,
}


def check_channels(channels: Any) -> list[FieldError]:
    """Return what is wrong with the list of a campaign's channels."""
    errors = [
        FieldError(f"/channels/{index}", "unknown_value", _one_of(*CHANNELS)(channel))
        for index, channel in enumerate(channels)
        if channel not in CHANNELS
    ]
    if len(set(channels)) != len(channels):
        errors.append(FieldError("/channels", "repeated", _("Name each channel once.")))
    return errors


def check_data(data: Mapping[str, Any]) -> list[FieldError]:
    """Return what is wrong with the parts of `data` that have a schema: one document per channel."""
    found = data.get("channels", {})
    if not isinstance(found, Mapping):
        return [FieldError("/data/channels", "wrong_type", _("Send an object with one entry per channel."))]
    errors = []
    for channel, document in found.items():
        if channel in SCHEMAS:
            errors += _check(document, SCHEMAS[channel], f"/data/channels/{channel}")
    return errors


def check_targeting(targeting: Any) -> list[FieldError]:
    """Return what is wrong with `targeting`."""
    errors = _check(targeting, TARGETING, "/targeting")
    if not errors and targeting.get("age_min", 0) > targeting.get("age_max", 99):
        errors.append(FieldError("/targeting/age_max", "out_of_range", _("It can't be below the lowest age.")))
    return errors


def _check(document: Any, schema: Mapping[str, Check], where: str) -> list[FieldError]:
    if not isinstance(document, Mapping):
        return [FieldError(where, "wrong_type", _("Send an object."))]
    if document.get("version", VERSION) != VERSION:
        return [FieldError(f"{where}/version", "unknown_value", _("This knows version %(v)d only.") % {"v": VERSION})]
    found = ((name, check(document[name])) for name, check in schema.items() if name in document)
    return [FieldError(f"{where}/{name}", "invalid", message) for name, message in found if message]
