"""What a campaign said before: its revisions, what each changed, and the way back."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from campaigns import queries
from campaigns.models import Campaign
from catalog.models import Asset, Product
from console.guards import actor_of
from console.org.campaigns.words import FIELDS
from console.parameters import text
from console.templatetags.console import money
from kernel.tenancy.context import Actor
from tenants.access.resolver import visible

SHOWN = 20


def revisions_context(request: HttpRequest, found: Campaign) -> dict[str, Any]:
    """Return the campaign's last revisions, and the one that the address asks for with what it changed."""
    actor, asked = actor_of(request), text(request, "n")
    page = queries.revision_page(
        actor=actor, campaign_id=found.pk, cursor=text(request, "revisions") or None, limit=SHOWN
    )
    context: dict[str, Any] = {"revisions": page.items, "more_revisions": page.next, "shown": None, "lines": []}
    if asked.isascii() and asked.isdigit() and len(asked) < 9:
        detail = queries.revision_detail(actor=actor, campaign_id=found.pk, n=int(asked))
        context |= {"shown": detail.revision, "against": detail.against, "lines": _lines(actor, detail)}
    context["newest"] = page.items[0].n if page.items and not text(request, "revisions") else None
    return context


def _lines(actor: Actor, detail: Any) -> list[dict[str, str]]:
    names = {creative["id"]: creative["name"] for creative in detail.revision.tree["creatives"]}
    currency = str(detail.revision.tree["campaign"].get("currency", ""))
    titles = _titles(actor, detail.changes)
    lines = []
    for change in detail.changes:
        kind, _slash, rest = change["path"].strip("/").partition("/")
        if kind == "campaign":
            lines.append(_line(str(FIELDS.get(rest, rest)), change, rest, currency, titles))
            continue
        pk, _slash, field = rest.partition("/")
        if field:
            label = f"{names.get(pk, '')}: {FIELDS.get(field, field)}"
            lines.append(_line(label, change, field, currency, titles))
        else:
            sides = {side: (change[side] or {}).get("name", "") for side in ("before", "after")}
            lines.append({"label": _("Creative")} | sides)
    return lines


def _line(label: str, change: dict[str, Any], field: str, currency: str, titles: dict[str, str]) -> dict[str, str]:
    return {
        "label": label,
        "before": _words(field, change["before"], currency, titles),
        "after": _words(field, change["after"], currency, titles),
    }


def _words(field: str, value: Any, currency: str, titles: dict[str, str]) -> str:
    if value in (None, "", [], {}):
        return ""
    if field.endswith("_micros"):
        return money(value, currency)
    if field == "product_id":
        return titles.get(str(value), _("A product you can't see"))
    if field == "products":
        return ", ".join(titles.get(str(pk), _("A product you can't see")) for pk in value)
    if field == "assets":
        return ", ".join(titles.get(link["asset_id"], _("An asset you can't see")) for link in value)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1)


def _titles(actor: Actor, changes: list[dict[str, Any]]) -> dict[str, str]:
    """The names of the products and assets that the changes mention, as far as the person sees them."""
    products, assets = set[UUID](), set[UUID]()
    for change in changes:
        field = change["path"].rpartition("/")[2]
        for value in (change["before"], change["after"]):
            if field == "product_id" and value:
                products.add(UUID(value))
            elif field == "products":
                products |= {UUID(pk) for pk in value or ()}
            elif field == "assets":
                assets |= {UUID(link["asset_id"]) for link in value or ()}
    rows: list[Any] = []
    if products:
        rows += visible(actor, "catalog:view", Product).filter(pk__in=products)
    if assets:
        rows += visible(actor, "asset:view", Asset).filter(pk__in=assets)
    return {str(row.pk): row.name for row in rows}
