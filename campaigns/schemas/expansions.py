"""What `expand` puts beside the ids of a campaign."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from catalog.models import Label, Product
from kernel.http.lists import Expansion
from kernel.tenancy.context import Actor
from tenants.access.expanding import OWNER, TEAM
from tenants.access.resolver import visible


def _products(*, actor: Actor, ids: Collection[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
    rows = visible(actor, "catalog:view", Product).filter(pk__in=ids).values_list("pk", "name", "sku")
    return {pk: {"id": pk, "name": name, "sku": sku} for pk, name, sku in rows}


def _labels(*, actor: Actor, ids: Collection[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
    rows = Label.objects.filter(pk__in=ids).values_list("pk", "name", "colour")
    return {pk: {"id": pk, "name": name, "colour": colour} for pk, name, colour in rows}


EXPANSIONS: Mapping[str, Expansion] = {
    "owner": OWNER,
    "team": TEAM,
    "product": Expansion("product_id", _products),
    "labels": Expansion("label_ids", _labels),
}
