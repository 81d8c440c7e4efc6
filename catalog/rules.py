"""What a product must be like, whoever writes it."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from catalog.models import Product
from kernel.errors import FieldError, Invalid

EDITABLE = frozenset(
    {"name", "sku", "brand", "category", "description", "url", "status", "price_micros", "currency", "data"}
)
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
    errors += check_money(values, "price_micros")
    if errors:
        raise Invalid(errors=errors)


def check_money(values: Mapping[str, Any], amount: str) -> list[FieldError]:
    """Return what is wrong with the amount in the field `amount` and its `currency`."""
    errors = []
    found, currency = values.get(amount), values.get("currency", "")
    if found is not None and found < 0:
        errors.append(FieldError(f"/{amount}", "out_of_range", _("An amount can't be negative.")))
    if currency and not _CURRENCY.fullmatch(currency):
        errors.append(FieldError("/currency", "wrong_format", _("Give the currency's three letters, such as EUR.")))
    if found is not None and not currency:
        errors.append(FieldError("/currency", "required", _("An amount needs a currency.")))
    return errors
