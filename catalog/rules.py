"""What a product must be like, whoever writes it."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _

from catalog.models import Product
from kernel.errors import FieldError, Invalid
from kernel.http.strict import is_small

EDITABLE = frozenset(
    {
        "catalog_id",
        "name",
        "sku",
        "external_id",
        "group_key",
        "brand",
        "category",
        "description",
        "url",
        "status",
        "price_micros",
        "currency",
        "attributes",
        "label_ids",
        "data",
    }
)
LONGEST: Mapping[str, int] = MappingProxyType(
    {
        "name": 255,
        "sku": 80,
        "external_id": 200,
        "group_key": 120,
        "brand": 120,
        "category": 120,
        "description": 20_000,
        "url": 2000,
    }
)
DOCUMENTS = ("attributes", "data")
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_URL = re.compile(r"https?://[^\s<>\"]+", re.ASCII | re.IGNORECASE)


def check_product(values: Mapping[str, Any]) -> None:
    """Raise Invalid with everything that is wrong with `values`, a product's fields as they would be stored."""
    errors = [
        FieldError(f"/{name}", "unknown_field", _("There is no such field.")) for name in values if name not in EDITABLE
    ]
    if not str(values.get("name", "")).strip():
        errors.append(FieldError("/name", "required", _("Give it a name.")))
    if values.get("url") and not _URL.fullmatch(values["url"]):
        errors.append(FieldError("/url", "wrong_format", _("Give an address that starts with http:// or https://.")))
    if values.get("status", "draft") not in Product.Status.values:
        errors.append(FieldError("/status", "unknown_value", _("There is no such status.")))
    for name, most in LONGEST.items():
        if len(values.get(name) or "") > most:
            message = _("This may have %(most)d characters.") % {"most": most}
            errors.append(FieldError(f"/{name}", "too_long", message))
    errors += check_money(values, "price_micros")
    if errors:
        raise Invalid(errors=errors)


def check_documents(values: Mapping[str, Any]) -> None:
    """Raise Invalid for attributes or data in `values` that are larger than a document may be, as they are stored."""
    message = _("This is larger than 256 KiB.")
    found = [name for name in DOCUMENTS if name in values and not is_small(values[name])]
    if found:
        raise Invalid(errors=[FieldError(f"/{name}", "too_large", message) for name in found])


def check_money(values: Mapping[str, Any], amount: str) -> list[FieldError]:
    """Return what is wrong with the amount in the field `amount` and its `currency`."""
    errors = []
    found, currency = values.get(amount), values.get("currency", "")
    if found is not None and found < 0:
        errors.append(FieldError(f"/{amount}", "out_of_range", _("An amount can't be negative.")))
    errors += check_currency(values)
    if found is not None and not currency:
        errors.append(FieldError("/currency", "required", _("An amount needs a currency.")))
    return errors


def check_currency(values: Mapping[str, Any]) -> list[FieldError]:
    """Return what is wrong with the field `currency`."""
    currency = values.get("currency", "")
    if not currency or _CURRENCY.fullmatch(currency):
        return []
    return [FieldError("/currency", "wrong_format", _("Give the currency's three letters, such as EUR."))]
