"""What the people of a sample shop have made: catalog, pictures, campaigns with creatives, each by its owner.

A marketer sees what is their own, so whoever runs a campaign also keeps its product and its pictures.
"""

import io
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from campaigns.commands import change_campaign, create_campaign, create_creative, duplicate_campaign, set_status
from campaigns.models import Campaign
from campaigns.placements import PLACEMENTS
from catalog.assets.storing import store_file
from catalog.catalogs.commands import create_catalog
from catalog.commands import create_product
from catalog.labels.commands import create_label
from catalog.pictures import set_pictures
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import scope
from ops.demo.content import DemoCampaign, DemoShop
from ops.demo.drawings import picture
from ops.demo.people import member
from tenants.models import Organization

SHOWN = ("square", "stories", "medium_rectangle", "leaderboard")


def work_done(organization: Organization, shop: DemoShop) -> None:
    """Make everything once; an organization with campaigns is left as it is."""
    with scope(organization, actor=SYSTEM, source="system"):
        if Campaign.objects.exists():
            return
    people = {campaign.owner: member(organization, shop.email(campaign.owner)) for campaign in shop.campaigns}
    admin = member(organization, shop.admin.email)
    with scope(organization, actor=admin, source="console"):
        catalog = create_catalog(actor=admin, values={"name": shop.catalog, "attributes": _schema(shop)})
        labels = {
            name: create_label(actor=admin, values={"name": name, "colour": colour}).pk
            for name, colour in shop.labels.items()
        }
    products: dict[str, UUID] = {}
    pictures: dict[str, UUID] = {}
    sellers = {campaign.product: people[campaign.owner] for campaign in shop.campaigns}
    for values in shop.products:
        seller = sellers.get(values["sku"], admin)
        with scope(organization, actor=seller, source="console"):
            made = create_product(actor=seller, values={**values, "catalog_id": catalog.pk})
            asset = _drawn(seller, values)
            pictures[values["sku"]] = asset
            links = [{"asset_id": asset, "version_id": None, "alt": values["name"]}]
            products[values["sku"]] = set_pictures(
                actor=seller, product_id=made.pk, version=made.row_version, pictures=links
            ).pk
    for campaign in shop.campaigns:
        owner = people[campaign.owner]
        with scope(organization, actor=owner, source="console"):
            _campaign(owner, campaign, products[campaign.product], pictures[campaign.product], labels)
    first = shop.campaigns[0]
    with scope(organization, actor=people[first.owner], source="console"):
        row = Campaign.objects.get(name=first.name)
        duplicate_campaign(
            actor=people[first.owner], campaign_id=row.pk, name=f"Template: {first.name}", as_template=True
        )


def _schema(shop: DemoShop) -> dict[str, Any]:
    return {"version": 1, "attributes": list(shop.attributes)}


def _drawn(seller: Actor, values: dict[str, Any]) -> UUID:
    """A picture of the product with an earlier try as its first version."""
    if seller.user_id is None:
        raise ValueError("Pictures belong to people.")
    name = f"{values['name']}.png"
    content = io.BytesIO(picture(values["category"], values["name"]))
    stored = store_file(
        owner_id=seller.user_id, content=content, file_name=name, name=values["name"], alt=values["name"]
    )
    return stored.version.asset_id


def _campaign(owner: Actor, campaign: DemoCampaign, product: UUID, shown: UUID, labels: dict[str, UUID]) -> None:
    made = create_campaign(actor=owner, values=_values(campaign, product, labels))
    headline, body, cta = campaign.words
    for code in SHOWN:
        if not set(PLACEMENTS[code].channels) & set(campaign.channels):
            continue
        create_creative(
            actor=owner,
            campaign_id=made.pk,
            values={
                "name": f"{campaign.name}, {str(PLACEMENTS[code].label).lower()}",
                "placement": code,
                "headline": headline,
                "body": body,
                "cta": cta,
                "final_url": "https://shop.example.com/" + campaign.product.lower(),
                "assets": [{"asset_id": shown, "version_id": None, "slot": "picture"}],
                "product_ids": [product],
            },
        )
    for status in campaign.path:
        made = set_status(actor=owner, campaign_id=made.pk, version=made.row_version, status=status)
        if status == "ended":
            # Not before: what runs can't be moved into the past.
            made = change_campaign(actor=owner, campaign_id=made.pk, version=made.row_version, changes=_past(campaign))


def _values(campaign: DemoCampaign, product: UUID, labels: dict[str, UUID]) -> dict[str, Any]:
    starts = _day(campaign.starts_in)
    return {
        "name": campaign.name,
        "objective": campaign.objective,
        "product_id": product,
        "channels": list(campaign.channels),
        "label_ids": [labels[name] for name in campaign.labels],
        "budget_kind": "daily",
        "budget_micros": campaign.budget // campaign.days * 1_000_000,
        "spend_cap_micros": campaign.budget * 1_000_000,
        "currency": "EUR",
        "starts_at": starts,
        # One that is over started while its end was still ahead.
        "ends_at": None if "ended" in campaign.path else starts + timedelta(days=campaign.days),
        "utm": {"source": campaign.channels[0], "medium": "paid", "campaign": "{campaign}", "content": "{creative}"},
        "targeting": {"version": 1, "countries": ["DE", "AT"], "age_min": 22, "age_max": 60, "interests": ["outdoor"]},
        "data": {"channels": {"meta": {"version": 1, "bid_strategy": "automatic"}}},
    }


def _past(campaign: DemoCampaign) -> dict[str, Any]:
    return {"ends_at": _day(campaign.starts_in + campaign.days)}


def _day(days: int) -> datetime:
    return timezone.now().replace(hour=7, minute=0, second=0, microsecond=0) + timedelta(days=days)
