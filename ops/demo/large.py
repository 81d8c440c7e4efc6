"""The same shop ten years on: thousands of products and campaigns, to see how screens and lists bear it."""

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.utils import timezone

from campaigns.effective import refresh
from campaigns.models import Campaign, Creative, CreativeAsset, CreativeProduct
from catalog.models import Asset, Label, Product, ProductPicture
from kernel.ids import uuid7
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tenants.access.models import LIVE
from tenants.models import Organization

PRODUCTS, CAMPAIGNS, CHUNK = 2_000, 10_000, 1_000
_LINES = ("Fjell", "Ridgeline", "Loam", "Ember", "Tarn", "Cairn", "Vidde", "Skare", "Moraine", "Lupin")
_KINDS = {
    "packs": ("day pack", "trekking pack", "travel pack"),
    "tents": ("tent", "bivy", "shelter"),
    "footwear": ("trail shoe", "boot", "sandal"),
    "jackets": ("down jacket", "rain shell", "fleece"),
    "drinkware": ("bottle", "mug", "flask"),
    "lights": ("head torch", "lantern", "lamp"),
}
_OCCASIONS = ("Spring", "Summer", "Autumn", "Winter", "Back to the hills", "Weekend", "Long evenings", "First snow")
_AIMS = ("launch", "clearance", "newsletter push", "second wave", "retargeting", "store opening", "test")
_MARKETS = ("DE", "AT", "CH", "NL", "DK", "SE")
_STATUSES = ("draft",) * 3 + ("active",) * 2 + ("paused",) + ("ended",) * 3 + ("archived",) + ("scheduled",)


def grown(organization: Organization) -> None:
    """Add PRODUCTS products and CAMPAIGNS campaigns with one creative each, the same on every new database."""
    dice = random.Random(45)  # noqa: S311  made-up data
    for made in _chunked(_products(organization, dice)):
        with scope(organization, actor=SYSTEM, source="system"):
            Product.objects.bulk_create(product for product, _asset in made)
            ProductPicture.objects.bulk_create(
                ProductPicture(product=product, asset_id=asset, position=0, alt=product.name) for product, asset in made
            )
    for rows in _chunked(_campaigns(organization, dice)):
        with scope(organization, actor=SYSTEM, source="system"):
            Campaign.objects.bulk_create(campaign for campaign, _creative, _asset in rows)
            Creative.objects.bulk_create(creative for _campaign, creative, _asset in rows)
            CreativeAsset.objects.bulk_create(
                CreativeAsset(creative=creative, asset_id=asset, slot="picture") for _campaign, creative, asset in rows
            )
            CreativeProduct.objects.bulk_create(
                CreativeProduct(creative=creative, product_id=campaign.product_id)  # type: ignore[misc]
                for campaign, creative, _asset in rows
            )
            refresh([campaign.pk for campaign, _creative, _asset in rows])


def _products(organization: Organization, dice: random.Random) -> Iterator[tuple[Product, Any]]:
    with scope(organization, actor=SYSTEM, source="system"):
        shown = list(
            ProductPicture.objects.values_list(
                "product__category", "asset_id", "product__owner_id", "product__catalog_id"
            )
        )
    for number in range(PRODUCTS):
        category, asset, owner, catalog = dice.choice(shown)
        line, kind = dice.choice(_LINES), dice.choice(_KINDS[category])
        yield (
            Product(
                id=uuid7(),
                owner_id=owner,
                catalog_id=catalog,
                name=f"{line} {kind} {dice.choice('ABCEGKLMNPRSTX')}{number:04}",
                sku=f"NW-L-{number:05}",
                brand=line,
                category=category,
                price_micros=dice.randrange(990, 49_990, 100) * 10_000,
                currency="EUR",
                status=dice.choice(("active", "active", "active", "draft", "archived")),
            ),
            asset,
        )


def _campaigns(organization: Organization, dice: random.Random) -> Iterator[tuple[Campaign, Creative, Any]]:
    with scope(organization, actor=SYSTEM, source="system"):
        products = list(Product.objects.filter(LIVE).values_list("pk", "name", "owner_id", "team_id"))
        assets = list(Asset.objects.filter(LIVE).values_list("pk", flat=True))
        labels = list(Label.objects.values_list("pk", flat=True))
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    for number in range(CAMPAIGNS):
        product, name, owner, team = dice.choice(products)
        status = dice.choice(_STATUSES)
        starts = now + timedelta(days=_offset(status, dice), hours=dice.randrange(24))
        days = dice.randrange(7, 60)
        if status in ("ended", "archived"):
            days = min(days, (now - starts).days)
        elif status in ("active", "paused"):
            days += (now - starts).days
        budget = dice.randrange(500, 30_000, 250) * 1_000_000
        occasion, aim, market = dice.choice(_OCCASIONS), dice.choice(_AIMS), dice.choice(_MARKETS)
        campaign = Campaign(
            id=uuid7(),
            owner_id=owner,
            team_id=team,
            name=f"{occasion} {aim}: {name} {market}",
            status=status,
            objective=dice.choice(Campaign.Objective.values),
            channels=dice.sample(("meta", "display", "ctv", "tiktok"), dice.randrange(1, 4)),
            label_ids=dice.sample(labels, dice.randrange(0, 3)),
            starts_at=starts,
            ends_at=starts + timedelta(days=max(days, 1)),
            budget_kind="lifetime",
            budget_micros=budget,
            currency="EUR",
            product_id=product,
            utm={"source": "meta", "medium": "paid", "campaign": f"{market.lower()}-{number}"},
            targeting={"version": 1, "countries": [market]},
        )
        creative = Creative(
            id=uuid7(),
            campaign=campaign,
            name=f"{occasion} square",
            placement="square",
            headline=f"{occasion}: {name}",
            body=f"Made for {occasion.lower()} days.",
            cta="See it",
            final_url="https://shop.example.com/",
        )
        yield campaign, creative, dice.choice(assets)


def _offset(status: str, dice: random.Random) -> int:
    """Days from now at which a campaign in this status starts."""
    if status in ("ended", "archived"):
        return -dice.randrange(70, 1500)
    if status in ("active", "paused"):
        return -dice.randrange(1, 40)
    return dice.randrange(1, 200)


def _chunked[T](rows: Iterator[T]) -> Iterator[list[T]]:
    chunk: list[T] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
