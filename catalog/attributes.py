"""What a catalog asks of its products: a versioned list of attributes, and the check of a product against it.

A schema is `{"version": 1, "attributes": [{"key", "label", "type", "required", "options"}]}`. What a product holds
beyond it is kept as it is, and a change of the schema changes no product.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.errors import FieldError, Invalid
from kernel.http.strict import LARGEST_INTEGER

VERSION: Final = 1
MOST_ATTRIBUTES: Final = 100
MOST_OPTIONS: Final = 200
LONGEST_TEXT: Final = 2000
TYPES: Final[Mapping[str, Promise]] = MappingProxyType(
    {
        "text": gettext_lazy("Text"),
        "number": gettext_lazy("Number"),
        "boolean": gettext_lazy("Yes or no"),
        "date": gettext_lazy("Date"),
        "choice": gettext_lazy("One of a list"),
        "url": gettext_lazy("Web address"),
        "money": gettext_lazy("Amount of money"),
    }
)
_FIELDS: Final = frozenset({"key", "label", "type", "required", "options"})
_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_WEB: Final = re.compile(r"https?://[^\s<>\"]+", re.ASCII | re.IGNORECASE)
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
type Schema = Mapping[str, Any]
type Attribute = Mapping[str, Any]


def attributes_of(schema: Schema) -> Sequence[Attribute]:
    """Return the attributes that `schema` names, in its order."""
    found: Sequence[Attribute] = schema.get("attributes", [])
    return found


def whole(schema: Schema) -> dict[str, Any]:
    """Return `schema` as it is stored: every member is there, in one order."""
    return {
        "version": VERSION,
        "attributes": [
            {
                "key": attribute["key"],
                "label": attribute["label"].strip(),
                "type": attribute["type"],
                "required": attribute.get("required", False),
            }
            | ({"options": list(attribute["options"])} if attribute["type"] == "choice" else {})
            for attribute in attributes_of(schema)
        ],
    }


def check_schema(schema: Any) -> None:
    """Raise Invalid with everything that is wrong with `schema`; pointers begin at /attributes."""
    if not isinstance(schema, dict) or schema.get("version") != VERSION or set(schema) - {"version", "attributes"}:
        message = _('Send {"version": 1, "attributes": [...]}.')
        raise Invalid(errors=[FieldError("/attributes", "wrong_format", message)])
    attributes = schema.get("attributes", [])
    if not isinstance(attributes, list) or len(attributes) > MOST_ATTRIBUTES:
        message = _("Send a list of at most %(most)d attributes.") % {"most": MOST_ATTRIBUTES}
        raise Invalid(errors=[FieldError("/attributes/attributes", "wrong_format", message)])
    errors: list[FieldError] = []
    keys: set[Any] = set()
    for number, attribute in enumerate(attributes):
        errors += _wrong_with(attribute, f"/attributes/attributes/{number}", keys)
    if errors:
        raise Invalid(errors=errors)


def misfits(schema: Schema, values: Mapping[str, Any]) -> list[FieldError]:
    """Return what keeps `values`, a product's attributes, from fitting `schema`; values it does not know always fit."""
    errors = []
    for attribute in attributes_of(schema):
        pointer, value = f"/attributes/{attribute['key']}", values.get(attribute["key"])
        if value is None or value == "":
            if attribute.get("required"):
                message = _("%(label)s is required in this catalog.") % {"label": attribute["label"]}
                errors.append(FieldError(pointer, "required", message))
            continue
        problem = _CHECKS[attribute["type"]](attribute, value)
        if problem:
            code = "unknown_value" if attribute["type"] == "choice" else "wrong_format"
            errors.append(FieldError(pointer, code, problem))
    return errors


def _wrong_with(attribute: Any, where: str, keys: set[Any]) -> list[FieldError]:
    if not isinstance(attribute, dict):
        return [FieldError(where, "wrong_format", _("Send an attribute as an object."))]
    errors = [
        FieldError(f"{where}/{name}", "unknown_field", _("There is no such field."))
        for name in attribute
        if name not in _FIELDS
    ]
    key, label, kind = attribute.get("key"), attribute.get("label"), attribute.get("type")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        message = _("A key is up to 40 small letters, digits and underscores, and begins with a letter.")
        errors.append(FieldError(f"{where}/key", "wrong_format", message))
    elif key in keys:
        errors.append(FieldError(f"{where}/key", "repeated", _("Another attribute has this key.")))
    keys.add(str(key))
    if not isinstance(label, str) or not 1 <= len(label.strip()) <= 80:
        errors.append(FieldError(f"{where}/label", "wrong_format", _("Give it a name of up to 80 characters.")))
    if not isinstance(attribute.get("required", False), bool):
        errors.append(FieldError(f"{where}/required", "wrong_format", _("Send true or false.")))
    if not isinstance(kind, str) or kind not in TYPES:
        message = _("Types are: %(types)s.") % {"types": ", ".join(TYPES)}
        return [*errors, FieldError(f"{where}/type", "unknown_value", message)]
    return errors + _wrong_options(attribute, kind, where)


def _wrong_options(attribute: Attribute, kind: str, where: str) -> list[FieldError]:
    options = attribute.get("options")
    if kind != "choice":
        message = _("Only an attribute that is one of a list has options.")
        return [FieldError(f"{where}/options", "unknown_field", message)] if options else []
    texts = isinstance(options, list) and all(isinstance(one, str) and 1 <= len(one) <= 120 for one in options)
    if not texts or not options or len(options) > MOST_OPTIONS or len(set(options)) < len(options):
        message = _("Give 1 to %(most)d different texts of up to 120 characters.") % {"most": MOST_OPTIONS}
        return [FieldError(f"{where}/options", "wrong_format", message)]
    return []


def _text(attribute: Attribute, value: Any) -> str:
    if isinstance(value, str) and len(value) <= LONGEST_TEXT:
        return ""
    return _("Give a text of up to %(most)d characters.") % {"most": LONGEST_TEXT}


def _number(attribute: Attribute, value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return ""
    return _("Give a number.")


def _boolean(attribute: Attribute, value: Any) -> str:
    return "" if isinstance(value, bool) else _("Give true or false.")


def _date(attribute: Attribute, value: Any) -> str:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            date.fromisoformat(value)
        except ValueError:
            return _("There is no such day.")
        return ""
    return _("Give a day as 2030-01-31.")


def _choice(attribute: Attribute, value: Any) -> str:
    if value in attribute["options"]:
        return ""
    return _("Choose one of: %(options)s.") % {"options": ", ".join(attribute["options"])[:500]}


def _url(attribute: Attribute, value: Any) -> str:
    if isinstance(value, str) and len(value) <= LONGEST_TEXT and _WEB.fullmatch(value):
        return ""
    return _("Give an address that starts with http:// or https://.")


def _money(attribute: Attribute, value: Any) -> str:
    amount = value.get("amount_micros") if isinstance(value, dict) else None
    currency = value.get("currency") if isinstance(value, dict) else None
    whole_number = isinstance(amount, int) and not isinstance(amount, bool) and 0 <= amount <= LARGEST_INTEGER
    if whole_number and isinstance(currency, str) and _CURRENCY.fullmatch(currency):
        return ""
    return _('Give {"amount_micros": 19990000, "currency": "EUR"}.')


_CHECKS: Final[Mapping[str, Callable[[Attribute, Any], str]]] = MappingProxyType(
    {
        "text": _text,
        "number": _number,
        "boolean": _boolean,
        "date": _date,
        "choice": _choice,
        "url": _url,
        "money": _money,
    }
)
