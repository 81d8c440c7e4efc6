"""What has to be known of a campaign to say whether it can run, read for many campaigns in a few statements."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import timezone

from campaigns.models import Campaign, Creative, CreativeAsset, CreativeProduct
from campaigns.utm import identity
from catalog.models import Asset, Product
from kernel.tenancy.context import current_organization
from tenants.access.models import LIVE

RUNNING = ("scheduled", "active", "paused")


@dataclass(frozen=True, slots=True)
class AssetFacts:
    """A file that a creative shows. `there` means neither in the trash nor archived, and with a content."""

    id: UUID
    name: str
    slot: str
    there: bool
    rights_until: date | None


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """A product that is advertised. `there` means neither in the trash nor archived."""

    id: UUID
    name: str
    there: bool


@dataclass(frozen=True, slots=True)
class CreativeFacts:
    """A creative outside the trash, with what it is made of."""

    creative: Creative
    assets: Sequence[AssetFacts]
    products: Sequence[ProductFacts]


@dataclass(frozen=True, slots=True)
class Facts:
    """A campaign with everything around it, and the moment and day (the organization's) that are now."""

    campaign: Campaign
    product: ProductFacts | None
    creatives: Sequence[CreativeFacts]
    now: datetime
    today: date


def zone() -> ZoneInfo:
    """Return the time zone in which the organization counts its days."""
    return ZoneInfo(current_organization().time_zone)


def day_of(moment: datetime) -> date:
    """Return the organization's day at this moment."""
    return moment.astimezone(zone()).date()


def midnight_after(day: date) -> datetime:
    """Return the moment at which the organization's `day` is over."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone())


def facts_of(campaigns: Collection[Campaign]) -> Mapping[UUID, Facts]:
    """Return the facts of each campaign by its id; four statements whatever their number."""
    ids = [campaign.pk for campaign in campaigns]
    creatives = list(Creative.objects.filter(LIVE, campaign_id__in=ids))
    links = [creative.pk for creative in creatives]
    assets: dict[UUID, list[AssetFacts]] = {pk: [] for pk in links}
    for shown in CreativeAsset.objects.filter(creative_id__in=links).select_related("asset"):
        assets[shown.creative_id].append(_asset(shown.asset, shown.slot))
    products: dict[UUID, list[ProductFacts]] = {pk: [] for pk in links}
    for told in CreativeProduct.objects.filter(creative_id__in=links).select_related("product"):
        products[told.creative_id].append(_product(told.product))
    main = Product.objects.in_bulk([found.product_id for found in campaigns if found.product_id])
    of: dict[UUID, list[CreativeFacts]] = {pk: [] for pk in ids}
    for creative in creatives:
        of[creative.campaign_id].append(CreativeFacts(creative, assets[creative.pk], products[creative.pk]))
    now = timezone.now()
    today = day_of(now)
    return {
        found.pk: Facts(found, _main(found, main), sorted(of[found.pk], key=_place), now, today) for found in campaigns
    }


def namesake(campaign: Campaign) -> Campaign | None:
    """Return another campaign on its way or running whose visits could not be told apart by their UTM parameters."""
    mine = identity(campaign.utm, campaign.name)
    if mine is None:
        return None
    others = Campaign.objects.filter(LIVE, status__in=RUNNING).exclude(pk=campaign.pk).exclude(utm={})
    rows = others.order_by("id").only("id", "name", "utm")
    return next((other for other in rows if identity(other.utm, other.name) == mine), None)


def campaigns_showing(*, assets: Collection[UUID] = (), products: Collection[UUID] = ()) -> models.QuerySet[Campaign]:
    """Return the campaigns outside the trash that show one of these assets or advertise one of these products."""
    through = models.Q(creatives__asset_links__asset_id__in=list(assets)) | models.Q(
        creatives__product_links__product_id__in=list(products)
    )
    found = Campaign.objects.filter(through, creatives__trashed_at=None).values("pk")
    return Campaign.objects.filter(LIVE).filter(models.Q(pk__in=found) | models.Q(product_id__in=list(products)))


def _place(facts: CreativeFacts) -> tuple[int, UUID]:
    return facts.creative.position, facts.creative.pk


def _main(campaign: Campaign, products: Mapping[UUID, Product]) -> ProductFacts | None:
    found = products.get(campaign.product_id) if campaign.product_id else None
    return _product(found) if found else None


def _asset(asset: Asset, slot: str) -> AssetFacts:
    there = asset.trashed_at is None and asset.status == Asset.Status.ACTIVE and asset.current_id is not None
    return AssetFacts(asset.pk, asset.name, slot, there, asset.rights_until)


def _product(product: Product) -> ProductFacts:
    there = product.trashed_at is None and product.status != Product.Status.ARCHIVED
    return ProductFacts(product.pk, product.name, there)
