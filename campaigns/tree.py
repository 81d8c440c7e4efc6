"""The content of a campaign as one document: what a revision keeps, compares and gives back.

Content is what the campaign says and shows, when and for how much. Status, owner, team and labels are about the
campaign and no part of it. The digest is the SHA-256 of the document as JSON with sorted keys and no blanks, so the
same content always has the same digest.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from campaigns.models import Campaign, Creative, CreativeAsset, CreativeProduct
from kernel.http.output import instant
from tenants.access.models import LIVE

VERSION: Final = 1
CAMPAIGN_FIELDS: Final = (
    "name",
    "objective",
    "channels",
    "starts_at",
    "ends_at",
    "budget_kind",
    "budget_micros",
    "spend_cap_micros",
    "currency",
    "product_id",
    "utm",
    "targeting",
    "data",
)
CREATIVE_FIELDS: Final = (
    "name",
    "placement",
    "status",
    "headline",
    "body",
    "cta",
    "final_url",
    "layout",
    "position",
    "data",
)
Tree = dict[str, Any]


def trees_of(campaigns: Collection[Campaign]) -> Mapping[UUID, Tree]:
    """Return the content of each campaign by its id; three statements whatever their number."""
    creatives = list(Creative.objects.filter(LIVE, campaign_id__in=[campaign.pk for campaign in campaigns]))
    ids = [creative.pk for creative in creatives]
    assets: dict[UUID, list[Tree]] = defaultdict(list)
    for shown in CreativeAsset.objects.filter(creative_id__in=ids):
        version = str(shown.version_id) if shown.version_id else None
        assets[shown.creative_id].append({"slot": shown.slot, "asset_id": str(shown.asset_id), "version_id": version})
    products: dict[UUID, list[str]] = defaultdict(list)
    for told in CreativeProduct.objects.filter(creative_id__in=ids):
        products[told.creative_id].append(str(told.product_id))
    of: dict[UUID, list[Tree]] = defaultdict(list)
    for creative in sorted(creatives, key=lambda found: (found.position, found.pk)):
        links = {"assets": assets[creative.pk], "products": products[creative.pk]}
        of[creative.campaign_id].append({"id": str(creative.pk)} | _values(creative, CREATIVE_FIELDS) | links)
    return {
        campaign.pk: {
            "version": VERSION,
            "campaign": _values(campaign, CAMPAIGN_FIELDS),
            "creatives": of[campaign.pk],
        }
        for campaign in campaigns
    }


def content_hash(tree: Tree) -> str:
    """Return the digest of a tree, 64 hexadecimal digits."""
    text = json.dumps(tree, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def differences(before: Tree, after: Tree) -> list[dict[str, Any]]:
    """Return what differs between two trees: {"path", "before", "after"}, in the order of the document.

    A creative is told by its id wherever it stands; one that only one side has is one difference.
    """
    found = _fields("/campaign", before["campaign"], after["campaign"])
    old = {creative["id"]: creative for creative in before["creatives"]}
    new = {creative["id"]: creative for creative in after["creatives"]}
    for key in [*old, *(key for key in new if key not in old)]:
        where = f"/creatives/{key}"
        if key in old and key in new:
            found += _fields(where, old[key], new[key])
        else:
            found.append({"path": where, "before": old.get(key), "after": new.get(key)})
    return found


def _fields(where: str, before: Tree, after: Tree) -> list[dict[str, Any]]:
    names = [*before, *(name for name in after if name not in before)]
    return [
        {"path": f"{where}/{name}", "before": before.get(name), "after": after.get(name)}
        for name in names
        if before.get(name) != after.get(name)
    ]


def _values(row: Campaign | Creative, names: tuple[str, ...]) -> Tree:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return instant(value) if hasattr(value, "isoformat") else value
