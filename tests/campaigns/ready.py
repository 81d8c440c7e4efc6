"""A campaign that could be launched as it is, and the parts it is made of."""

import hashlib
from datetime import timedelta
from typing import Any

from django.utils import timezone

from campaigns.commands import create_campaign, create_creative
from campaigns.models import Campaign, Creative
from catalog.models import Asset, AssetVersion
from kernel.tenancy.context import Actor


def picture(actor: Actor, name: str = "Boots", **values: Any) -> Asset:
    """An asset with one version; its file is not needed here."""
    assert actor.user_id is not None
    asset = Asset.objects.create(owner_id=actor.user_id, name=name, kind="image", **values)
    asset.current = version_of(asset)
    asset.save()
    return asset


def version_of(asset: Asset, n: int = 1) -> AssetVersion:
    """A version of the asset."""
    digest = hashlib.sha256(f"{asset.pk}{n}".encode()).hexdigest()
    return AssetVersion.objects.create(
        asset=asset,
        n=n,
        sha256=digest,
        source_sha256=digest,
        size=100,
        stored_bytes=100,
        mime="image/png",
        file_name="boots.png",
        storage_key=f"{digest[:2]}/{digest}",
    )


def values(**more: Any) -> dict[str, Any]:
    """What a campaign needs before it can start."""
    now = timezone.now().replace(microsecond=0)
    return {
        "name": "Spring launch",
        "objective": "awareness",
        "channels": ["meta"],
        "starts_at": now + timedelta(days=1),
        "ends_at": now + timedelta(days=30),
        "budget_kind": "daily",
        "budget_micros": 5_000_000,
        "spend_cap_micros": 100_000_000,
        "currency": "EUR",
        "utm": {"source": "meta", "medium": "paid", "campaign": "{campaign}"},
        **more,
    }


def ready_campaign(actor: Actor, **more: Any) -> Campaign:
    """A campaign without blockers and warnings, with one creative."""
    campaign = create_campaign(actor=actor, values=values(**more))
    ready_creative(actor, campaign)
    return Campaign.objects.get(pk=campaign.pk)


def ready_creative(actor: Actor, campaign: Campaign, **more: Any) -> Creative:
    """A creative with everything that it needs."""
    assets = more.pop("assets", None) or [{"asset_id": picture(actor).pk, "version_id": None, "slot": "picture"}]
    fields = {
        "name": "Square",
        "placement": "square",
        "headline": "Light shoes",
        "final_url": "https://shop.example.test/shoes",
        "assets": assets,
        **more,
    }
    return create_creative(actor=actor, campaign_id=campaign.pk, values=fields)
