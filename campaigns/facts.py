"""What has to be known of a campaign to say whether it can run, read for many campaigns in a few statements."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.models import Campaign, Creative, CreativeAsset, CreativeProduct
from campaigns.utm import identity
from catalog.models import Asset, Product
from kernel.tenancy.context import Actor, current_organization
from tenants.access.models import LIVE
from tenants.access.resolver import visible

_HOLD = (
    """
    SELECT 1 FROM catalog_asset WHERE id IN (
        SELECT l.asset_id FROM campaigns_creativeasset l JOIN campaigns_creative c ON c.id = l.creative_id
        WHERE c.campaign_id = %s
    ) ORDER BY id FOR SHARE
    """,
    """
    SELECT 1 FROM catalog_product WHERE id IN (
        SELECT l.product_id FROM campaigns_creativeproduct l JOIN campaigns_creative c ON c.id = l.creative_id
        WHERE c.campaign_id = %s
    ) ORDER BY id FOR SHARE
    """,
)
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


def facts_of(campaigns: Collection[Campaign], *, reader: Actor | None = None) -> Mapping[UUID, Facts]:
    """Return the facts of each campaign by its id; four statements whatever their number.

    For a `reader` assets and products that they can't see have no name; that takes two statements more.
    """
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
    facts = {
        found.pk: Facts(found, _main(found, main), sorted(of[found.pk], key=_place), now, today) for found in campaigns
    }
    return facts if reader is None else _as_seen(reader, facts)


def _as_seen(reader: Actor, facts: Mapping[UUID, Facts]) -> Mapping[UUID, Facts]:
    creatives = [found for each in facts.values() for found in each.creatives]
    assets = {asset.id for found in creatives for asset in found.assets}
    products = {product.id for found in creatives for product in found.products}
    products |= {each.product.id for each in facts.values() if each.product}
    seen = set(visible(reader, "asset:view", Asset).filter(pk__in=assets).values_list("pk", flat=True))
    seen |= set(visible(reader, "catalog:view", Product).filter(pk__in=products).values_list("pk", flat=True))

    def asset(found: AssetFacts) -> AssetFacts:
        return found if found.id in seen else replace(found, name=_("an asset you can't see"))

    def product(found: ProductFacts) -> ProductFacts:
        return found if found.id in seen else replace(found, name=_("a product you can't see"))

    return {
        pk: replace(
            each,
            product=product(each.product) if each.product else None,
            creatives=[
                replace(
                    found,
                    assets=[asset(part) for part in found.assets],
                    products=[product(part) for part in found.products],
                )
                for found in each.creatives
            ],
        )
        for pk, each in facts.items()
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


def hold_shown(campaign_id: UUID) -> None:
    """Let nobody change what the campaign shows to the end of the transaction, and wait for who does just now.

    To be called before the campaign's own row is held: who changes an asset goes on to the campaigns that show it.
    """
    with connection.cursor() as cursor:
        for statement in _HOLD:
            cursor.execute(statement, [campaign_id])


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
