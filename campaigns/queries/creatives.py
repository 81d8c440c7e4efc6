"""What can be asked about creatives."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from campaigns.models import Campaign, Creative, CreativeAsset, CreativeProduct
from kernel.errors import NotFound
from kernel.tenancy.context import Actor
from tenants.access.models import LIVE
from tenants.access.resolver import find, visible


@dataclass(frozen=True, slots=True)
class Links:
    """What a creative is made of, each in its order: ({asset_id, version_id, slot}, ...) and ids of products."""

    assets: list[dict[str, Any]] = field(default_factory=list)
    product_ids: list[UUID] = field(default_factory=list)


def creatives_of(*, actor: Actor, campaign_id: UUID, trashed: bool = False) -> list[Creative]:
    """Return the campaign's creatives in their order, all of them; NotFound when `actor` may not see the campaign."""
    campaign = find(actor, "campaign:view", Campaign, campaign_id)
    wanted = ~LIVE if trashed else LIVE
    return list(Creative.objects.filter(wanted, campaign=campaign).order_by("position", "id"))


def creative_detail(*, actor: Actor, creative_id: UUID) -> Creative:
    """Return the creative with its campaign, trashed or not; NotFound when `actor` may not see the campaign."""
    creative = Creative.objects.filter(pk=creative_id).select_related("campaign").first()
    if creative is None:
        raise NotFound()
    if not visible(actor, "campaign:view", Campaign).filter(pk=creative.campaign_id).exists():
        raise NotFound()
    return creative


def links_of(creatives: Collection[Creative]) -> Mapping[UUID, Links]:
    """Return what each creative is made of, by its id; two statements whatever their number."""
    ids = [creative.pk for creative in creatives]
    found: dict[UUID, Links] = defaultdict(Links)
    for shown in CreativeAsset.objects.filter(creative_id__in=ids).order_by("creative_id", "position", "id"):
        link = {"asset_id": shown.asset_id, "version_id": shown.version_id, "slot": shown.slot}
        found[shown.creative_id].assets.append(link)
    for told in CreativeProduct.objects.filter(creative_id__in=ids).order_by("creative_id", "position", "id"):
        found[told.creative_id].product_ids.append(told.product_id)
    return found
