"""Cells of a row -> fields of a product, and back."""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from catalog.attributes import Attribute, attributes_of
from catalog.files.mapping import PREFIX, Columns
from catalog.files.reading import Cells
from catalog.models import Catalog, Label, Product
from kernel.errors import FieldError, Invalid
from kernel.http.strict import LARGEST_INTEGER

_MILLION: Final = 1_000_000
_LONGEST_AMOUNT: Final = 40
_AMOUNT: Final = re.compile(r"([A-Z]{3})?([\d.,\s']+)([A-Z]{3})?", re.ASCII)
_THOUSANDS: Final = re.compile(r"\d{1,3}(,\d{3})+", re.ASCII)
_NUMBER: Final = re.compile(r"-?\d+([.,]\d+)?", re.ASCII)
_TRUE, _FALSE = frozenset({"true", "yes", "1", "x"}), frozenset({"false", "no", "0"})
_TEXTS: Final = frozenset(
    {"sku", "external_id", "name", "group_key", "brand", "category", "description", "url", "status", "currency"}
)


class Labels:
    """The organization's labels by name, read once for a whole file."""

    def __init__(self) -> None:
        rows = Label.objects.filter(archived_at=None).values_list("pk", "name")
        self._ids = {name.casefold(): pk for pk, name in rows}

    def ids(self, names: Iterable[str]) -> list[UUID]:
        """Return the labels of these names. Raises Invalid for one that is not there."""
        found = []
        for name in names:
            if name.casefold() not in self._ids:
                message = _("There is no label “%(name)s”.") % {"name": name[:60]}
                raise Invalid(errors=[FieldError("/labels", "unknown_value", message)])
            found.append(self._ids[name.casefold()])
        return found


def fields_of(cells: Cells, mapping: Columns, catalog: Catalog, labels: Labels) -> dict[str, Any]:
    """Return what the row says of a product, by our names; what it does not say is left out, also of `attributes`.

    An empty cell of a mapped column empties the field. Raises Invalid, with our field as the pointer.
    """
    found: dict[str, Any] = {}
    attributes: dict[str, Any] = {}
    types = {attribute["key"]: attribute for attribute in attributes_of(catalog.attributes)}
    for column, target in mapping.items():
        if not target or column not in cells:
            continue
        cell = cells[column]
        if target in _TEXTS:
            found[target] = _text(target, cell)
        elif target == "price":
            found |= _price(cell)
        elif target == "labels":
            found["label_ids"] = labels.ids(_names(cell))
        elif target.startswith(PREFIX):
            key = target.removeprefix(PREFIX)
            attributes[key] = _attribute(types.get(key), cell, f"/{target.replace('.', '/')}")
    if "currency" in found:
        found["currency"] = found["currency"].upper()
    if "status" in found:
        found["status"] = found["status"].lower()
        if not found["status"]:
            del found["status"]
    return found | ({"attributes": attributes} if attributes else {})


def merged(product: Product, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return `fields` as changes of `product`: attributes that the row does not name stay, emptied ones go."""
    found = dict(fields)
    if "attributes" in found:
        both = product.attributes | found["attributes"]
        found["attributes"] = {key: value for key, value in both.items() if value not in (None, "")}
    return found


def amount_of(text: str) -> tuple[int, str]:
    """Return the millionths and the currency ("" for none) of an amount such as 19.99, 19,99 EUR or USD 1,299.00.

    Raises ValueError for what is no amount, or could be two (1,299).
    """
    text = text.strip()
    match = _AMOUNT.fullmatch(text) if len(text) <= _LONGEST_AMOUNT else None
    if match is None or (match[1] and match[3]):
        raise ValueError(text)
    digits = re.sub(r"[\s']", "", match[2])
    if "." in digits and "," in digits:
        thousands = "," if digits.rindex(".") > digits.rindex(",") else "."
        digits = digits.replace(thousands, "")
    elif _THOUSANDS.fullmatch(digits):
        raise ValueError(text)
    try:
        exact = Decimal(digits.replace(",", ".")) * _MILLION
    except InvalidOperation:
        raise ValueError(text) from None
    if exact != int(exact) or not 0 <= exact <= LARGEST_INTEGER:
        raise ValueError(text)
    return int(exact), match[1] or match[3] or ""


def amount_text(micros: int) -> str:
    """Return an amount with two places, more only where it has more."""
    whole, rest = divmod(micros, _MILLION)
    return f"{whole}.{f'{rest:06d}'.rstrip('0').ljust(2, '0')}"


def attribute_text(value: Any) -> str:
    """Return an attribute's value as a cell, so that reading it again gives the same value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return f"{amount_text(value['amount_micros'])} {value['currency']}" if "amount_micros" in value else str(value)
    return "" if value is None else str(value)


def _text(target: str, cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, dict | list | bool):
        raise Invalid(errors=[FieldError(f"/{target}", "wrong_format", _("Give a text."))])
    return str(cell).strip()


def _price(cell: Any) -> dict[str, Any]:
    text = "" if cell is None else str(cell).strip()
    if not text:
        return {"price_micros": None}
    try:
        micros, currency = amount_of(text)
    except ValueError:
        message = _("“%(text)s” is no amount; write it like 1234.50.") % {"text": text[:40]}
        raise Invalid(errors=[FieldError("/price", "wrong_format", message)]) from None
    return {"price_micros": micros} | ({"currency": currency} if currency else {})


def _names(cell: Any) -> list[str]:
    parts = cell if isinstance(cell, list) else re.split(r"[;,]", "" if cell is None else str(cell))
    return [str(part).strip() for part in parts if str(part).strip()]


def _attribute(attribute: Attribute | None, cell: Any, pointer: str) -> Any:
    if not isinstance(cell, str):
        return cell
    if attribute is None or not cell:
        return cell
    try:
        return _READ.get(attribute["type"], str)(cell)
    except ValueError:
        message = _("“%(text)s” can't be read.") % {"text": cell[:40]}
        raise Invalid(errors=[FieldError(pointer, "wrong_format", message)]) from None


def _number(text: str) -> int | float:
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    number = float(text.replace(",", "."))
    return int(number) if number.is_integer() and abs(number) <= LARGEST_INTEGER else number


def _boolean(text: str) -> bool:
    if text.lower() not in _TRUE | _FALSE:
        raise ValueError(text)
    return text.lower() in _TRUE


def _money(text: str) -> dict[str, Any]:
    micros, currency = amount_of(text)
    return {"amount_micros": micros, "currency": currency}


_READ: Final[Mapping[str, Callable[[str], Any]]] = {"number": _number, "boolean": _boolean, "money": _money}
