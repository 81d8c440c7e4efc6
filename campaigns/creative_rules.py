"""What a creative must be like, whoever writes it."""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from campaigns.models import Creative
from campaigns.placements import PLACEMENTS
from campaigns.previews.layout import check_layout
from catalog.models import Asset, AssetVersion, Product
from kernel.errors import FieldError, Invalid
from kernel.tenancy.context import Actor
from tenants.access.models import LIVE
from tenants.access.resolver import visible

EDITABLE: Final = frozenset(
    {"name", "placement", "status", "headline", "body", "cta", "final_url", "layout", "position", "data"}
)
LINKS: Final = ("assets", "product_ids")
MOST_LINKS: Final = 50
_URL: Final = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_SLOT: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")


def check_creative(values: Mapping[str, Any], *, sent: Mapping[str, Any] | None = None) -> None:
    """Raise Invalid with everything that is wrong with `values`, a creative's fields as they would be stored.

    With `sent`, the documents among `values` are checked only where they are in it: what an import kept as it was
    must not refuse the change of something else.
    """
    errors = [
        FieldError(f"/{name}", "unknown_field", _("There is no such field.")) for name in values if name not in EDITABLE
    ]
    if not str(values.get("name", "")).strip():
        errors.append(FieldError("/name", "required", _("Give it a name.")))
    if values.get("placement") not in PLACEMENTS:
        message = _("One of: %(known)s.") % {"known": ", ".join(PLACEMENTS)}
        errors.append(FieldError("/placement", "unknown_value", message))
    if values.get("status", "active") not in Creative.Status.values:
        errors.append(FieldError("/status", "unknown_value", _("There is no such status.")))
    checked = values if sent is None else sent
    if checked.get("final_url") and not _is_address(checked["final_url"]):
        message = _("Give an address that starts with http:// or https://.")
        errors.append(FieldError("/final_url", "wrong_format", message))
    if checked.get("layout"):
        errors += _layout_errors(checked["layout"])
    if errors:
        raise Invalid(errors=errors)


def check_links(actor: Actor, values: Mapping[str, Any], *, has: Mapping[str, Any] | None = None) -> None:
    """Raise Invalid unless the assets and products that `values` name are there and `actor` may see them.

    What the creative `has` linked already may stay, seen or not.
    """
    there = has or {}
    errors = _asset_errors(actor, values.get("assets", []), there.get("assets", []))
    errors += _product_errors(actor, values.get("product_ids", []), there.get("product_ids", []))
    if errors:
        raise Invalid(errors=errors)


def _is_address(text: str) -> bool:
    if not _URL.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _layout_errors(layout: Any) -> list[FieldError]:
    try:
        check_layout(layout)
    except Invalid as refusal:
        return refusal.errors
    return []


def _asset_errors(actor: Actor, links: list[Mapping[str, Any]], has: list[Mapping[str, Any]]) -> list[FieldError]:
    errors = _too_many("/assets", links)
    kept = {link["asset_id"] for link in has}
    wanted = {link["asset_id"] for link in links} - kept
    seen = kept | _ids(visible(actor, "asset:view", Asset).filter(LIVE, pk__in=wanted)) if wanted else kept
    pinned = {link["version_id"] for link in links if link["version_id"]}
    versions = dict(AssetVersion.objects.filter(pk__in=pinned).values_list("pk", "asset_id")) if pinned else {}
    slots: set[str] = set()
    for index, link in enumerate(links):
        where = f"/assets/{index}"
        if link["asset_id"] not in seen:
            errors.append(FieldError(f"{where}/asset_id", "unknown_value", _("There is no such asset.")))
        elif link["version_id"] and versions.get(link["version_id"]) != link["asset_id"]:
            errors.append(FieldError(f"{where}/version_id", "unknown_value", _("The asset has no such version.")))
        if not _SLOT.fullmatch(link["slot"]):
            message = _("A slot is small letters, digits, - and _.")
            errors.append(FieldError(f"{where}/slot", "wrong_format", message))
        elif link["slot"] in slots:
            errors.append(FieldError(f"{where}/slot", "repeated", _("Each slot shows one asset.")))
        slots.add(link["slot"])
    return errors


def _product_errors(actor: Actor, ids: list[Any], has: list[Any]) -> list[FieldError]:
    errors = _too_many("/product_ids", ids)
    wanted = set(ids) - set(has)
    seen = set(has) | _ids(visible(actor, "catalog:view", Product).filter(LIVE, pk__in=wanted)) if wanted else set(has)
    for index, pk in enumerate(ids):
        if pk not in seen:
            errors.append(FieldError(f"/product_ids/{index}", "unknown_value", _("There is no such product.")))
        elif pk in ids[:index]:
            errors.append(FieldError(f"/product_ids/{index}", "repeated", _("Name each product once.")))
    return errors


def _ids(rows: Any) -> set[Any]:
    return set(rows.values_list("pk", flat=True))


def _too_many(where: str, found: list[Any]) -> list[FieldError]:
    if len(found) <= MOST_LINKS:
        return []
    return [FieldError(where, "too_long", _("At most %(count)d.") % {"count": MOST_LINKS})]
