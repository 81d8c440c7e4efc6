"""Which column of a file is which field of a product: guessed from the headings, or as it was said last time."""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.attributes import attributes_of
from catalog.models import Catalog, ProductFile
from kernel.errors import FieldError, Invalid

FIELDS: Final[Mapping[str, Promise]] = MappingProxyType(
    {
        "sku": gettext_lazy("SKU"),
        "external_id": gettext_lazy("External id"),
        "name": gettext_lazy("Name"),
        "group_key": gettext_lazy("Group of variants"),
        "brand": gettext_lazy("Brand"),
        "category": gettext_lazy("Category"),
        "description": gettext_lazy("Description"),
        "url": gettext_lazy("Web address"),
        "status": gettext_lazy("State"),
        "price": gettext_lazy("Price"),
        "currency": gettext_lazy("Currency"),
        "labels": gettext_lazy("Labels"),
    }
)
PREFIX: Final = "attributes."
# As feeds and shops call them.
_ALSO_CALLED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "id": "external_id",
        "product_id": "external_id",
        "offer_id": "external_id",
        "item_id": "external_id",
        "title": "name",
        "product_name": "name",
        "link": "url",
        "product_url": "url",
        "web_address": "url",
        "item_group_id": "group_key",
        "group": "group_key",
        "product_type": "category",
        "state": "status",
        "label": "labels",
        "tags": "labels",
        "article_number": "sku",
        "mpn": "sku",
    }
)
_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
type Columns = Mapping[str, str]


def targets(catalog: Catalog) -> Sequence[tuple[str, str]]:
    """Return what a column can be, as (target, label): our fields, then the catalog's attributes."""
    own = [(name, str(label)) for name, label in FIELDS.items()]
    return own + [(f"{PREFIX}{found['key']}", found["label"]) for found in attributes_of(catalog.attributes)]


def guess(catalog: Catalog, columns: Sequence[str]) -> dict[str, str]:
    """Return a target for each column, "" for none: as the catalog's last imports had it, else by its heading."""
    remembered = _remembered(catalog)
    known = dict(targets(catalog))
    by_label = {_slug(label): target for target, label in reversed(known.items())}
    found = dict.fromkeys(columns, "")
    # What is called exactly so goes before what is only usually called so.
    for ways in (lambda column: remembered.get(column, ""), _exact(known, by_label), _usual):
        for column in columns:
            target = "" if found[column] else ways(column)
            if target and target not in found.values():
                found[column] = target
    return found


def check_mapping(mapping: Columns, columns: Sequence[str], catalog: Catalog, match: str) -> None:
    """Raise Invalid with everything that is wrong with `mapping` for a file with these columns."""
    errors, used = [], set[str]()
    known = dict(targets(catalog))
    for column, target in mapping.items():
        where = "/mapping/" + column.replace("~", "~0").replace("/", "~1")
        if column not in columns:
            errors.append(FieldError(where, "unknown_field", _("The file has no such column.")))
        elif target and target not in known and not _is_attribute(target):
            errors.append(FieldError(where, "unknown_value", _("Products have no such field.")))
        elif target in used:
            errors.append(FieldError(where, "repeated", _("Another column is this field already.")))
        if target:
            used.add(target)
    if match not in used:
        message = _("Say which column is the %(field)s: rows are matched by it.") % {"field": FIELDS[match]}
        errors.append(FieldError("/mapping", "match_missing", message))
    if errors:
        raise Invalid(errors=errors)


def _exact(known: Mapping[str, str], by_label: Mapping[str, str]) -> Callable[[str], str]:
    def target(column: str) -> str:
        slug = _slug(column)
        if column in known or _is_attribute(column):
            return column
        return slug if slug in FIELDS else by_label.get(slug, "")

    return target


def _usual(column: str) -> str:
    slug = _slug(column.removeprefix("g:"))
    return slug if slug in FIELDS else _ALSO_CALLED.get(slug, "")


def _is_attribute(target: str) -> bool:
    return target.startswith(PREFIX) and _KEY.fullmatch(target.removeprefix(PREFIX)) is not None


def _remembered(catalog: Catalog) -> dict[str, str]:
    """What the last imports that were run said of each column; later ones win."""
    runs = ProductFile.objects.filter(
        catalog=catalog, direction=ProductFile.Direction.IMPORT, state=ProductFile.State.DONE
    )
    found: dict[str, Any] = {}
    for mapping in reversed(runs.order_by("-pk").values_list("mapping", flat=True)[:5]):
        found |= mapping
    return found


def _slug(heading: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", heading.strip().lower()).strip("_")
