"""The products of a campaign: its main one, and those that its creatives advertise."""

from typing import Any

from campaigns import queries
from campaigns.models import Campaign
from catalog.models import Product
from kernel.tenancy.context import Actor
from tenants.access.resolver import visible


def products_context(actor: Actor, found: Campaign) -> dict[str, Any]:
    """Return the products of the creatives that the person may see, each with the creatives that advertise it."""
    creatives = queries.creatives_of(actor=actor, campaign_id=found.pk)
    links = queries.links_of(creatives)
    told: dict[Any, list[Any]] = {}
    for creative in creatives:
        for pk in links[creative.pk].product_ids:
            told.setdefault(pk, []).append(creative)
    wanted = set(told) | ({found.product_id} if found.product_id else set())
    seen = {row.pk: row for row in visible(actor, "catalog:view", Product).filter(pk__in=wanted)} if wanted else {}
    return {
        "main_product": seen.get(found.product_id) if found.product_id else None,
        "advertised": [{"product": seen[pk], "creatives": shown} for pk, shown in told.items() if pk in seen],
        "hidden_products": len(told) - sum(pk in seen for pk in told),
    }
