"""What `expand` puts beside the ids of a campaign."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from catalog.models import Label, Product
from kernel.http.lists import Expansion
from kernel.tenancy.context import Actor
from tenants.access.models import Membership, Team
from tenants.access.resolver import visible


def _people(*, actor: Actor, ids: Collection[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
    rows = Membership.objects.filter(user_id__in=ids).values_list("user_id", "name")
    return {pk: {"id": pk, "name": name} for pk, name in rows}


def _teams(*, actor: Actor, ids: Collection[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
    return {pk: {"id": pk, "name": name} for pk, name in Team.objects.filter(pk__in=ids).values_list("pk", "name")}


def _products(*, actor: Actor, ids: Collection[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
    rows = visible(actor, "catalog:view", Product).filter(pk__in=ids).values_list("pk", "name", "sku")
    return {pk: {"id": pk, "name": name, "sku": sku} for pk, name, sku in rows}


def _labels(*, actor: Actor, ids: Collection[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
    rows = Label.objects.filter(pk__in=ids).values_list("pk", "name", "colour")
    return {pk: {"id": pk, "name": name, "colour": colour} for pk, name, colour in rows}


EXPANSIONS: Mapping[str, Expansion] = {
    "owner": Expansion("owner_id", _people),
    "team": Expansion("team_id", _teams),
    "product": Expansion("product_id", _products),
    "labels": Expansion("label_ids", _labels),
}
