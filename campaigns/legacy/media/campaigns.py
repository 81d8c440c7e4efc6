"""Campaigns get the creatives that their rows hold, and what was saved from the flow becomes a template."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from campaigns.clock import follow
from campaigns.commands.revisions import revising
from campaigns.effective import refresh_loaded
from campaigns.legacy.media.ads import Ad, ads_of
from campaigns.legacy.media.places import Place
from campaigns.legacy.media.storing import Stored
from campaigns.legacy.vocabulary import Kind
from campaigns.models import Campaign, CampaignRevision, Creative, CreativeAsset, CreativeProduct
from kernel.ids import uuid7
from kernel.tenancy.context import Actor

IMPORTED: Final = 1
"""The version at which an import leaves a campaign."""


@dataclass(slots=True)
class _New:
    """What is to be inserted."""

    creatives: list[Creative] = field(default_factory=list)
    assets: list[CreativeAsset] = field(default_factory=list)
    products: list[CreativeProduct] = field(default_factory=list)
    templates: list[Campaign] = field(default_factory=list)
    touched: list[Campaign] = field(default_factory=list)


def bring_campaigns(places: Sequence[Place], stored: Mapping[str, Stored], actor: Actor) -> Counter[str]:
    """Make the creatives of campaigns that were not dealt with yet; return how many rows of what were made."""
    if not places:
        return Counter()
    ids = sorted(place.object_id for place in places)
    locked = Campaign.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    campaigns = {campaign.pk: campaign for campaign in locked}
    there = _creatives_of(ids)
    new = _New()
    for place in places:
        campaign = campaigns.get(place.object_id)
        if campaign is None or campaign.trashed_at is not None:
            place.result.find("removed" if campaign is None else "in_trash")
        elif place.brought_version is not None:
            _look(place, campaign, *there.get(campaign.pk, (0, 0)))
        else:
            _take(place, campaign, stored, new)
    with _history(new.touched, actor):
        _insert(new)
        refresh_loaded(new.touched)
    for campaign in new.touched:
        follow(campaign)
    return Counter(
        creatives=len(new.creatives),
        creative_assets=len(new.assets),
        creative_products=len(new.products),
        templates=len(new.templates),
    )


def _creatives_of(ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """Return, by campaign, how many imported creatives there are, and how many of them people have changed."""
    changed = Count("pk", filter=Q(row_version__gt=1) | Q(trashed_at__isnull=False))
    imported = Creative.objects.filter(campaign__in=ids, legacy_source__isnull=False)
    counted = imported.values("campaign_id").annotate(all=Count("pk"), changed=changed).order_by()
    return {row["campaign_id"]: (row["all"], row["changed"]) for row in counted}


def _look(place: Place, campaign: Campaign, creatives: int, changed: int) -> None:
    ads = ads_of(place.row.payload)
    place.result.figures["creatives"] = creatives
    place.result.figures["templates"] = int(place.row.kind is Kind.SAVED and campaign.is_template)
    _tell_stripped(place, ads.stripped)
    for ad in ads.found:
        _tell_addresses(place, ad)
    if campaign.row_version != place.brought_version or changed or creatives != len(ads.found):
        place.result.find("kept")


def _take(place: Place, campaign: Campaign, stored: Mapping[str, Stored], new: _New) -> None:
    ads = ads_of(place.row.payload)
    place.result.figures["creatives"] = len(ads.found)
    place.left_at = campaign.row_version
    if place.row.kind is Kind.SAVED:
        _make_template(place, campaign, new)
    _tell_stripped(place, ads.stripped)
    for position, ad in enumerate(ads.found):
        _tell_addresses(place, ad)
        creative = _creative(place, campaign, ad, position)
        new.creatives.append(creative)
        shown = [(ref.slot, stored[ref.sha256]) for ref in ad.creative.pictures if ref.sha256 in stored]
        new.assets += [
            CreativeAsset(creative=creative, asset_id=at.asset_id, version_id=at.pinned, slot=slot, position=place_in)
            for place_in, (slot, at) in enumerate(shown)
        ]
        if campaign.product_id:
            new.products.append(CreativeProduct(creative=creative, product_id=campaign.product_id))
    new.touched.append(campaign)


def _make_template(place: Place, campaign: Campaign, new: _New) -> None:
    """What people have worked on since the import stays the campaign that it is to them."""
    if campaign.row_version != IMPORTED:
        place.result.find("kept")
        return
    if campaign.status != Campaign.Status.DRAFT:
        # The builder could not launch anything; what it called active is as much a plan as the rest.
        kept = campaign.data.get("legacy")
        said = {"status": campaign.status}
        campaign.data = campaign.data | {"legacy": said | kept if isinstance(kept, dict) else said}
        campaign.status = Campaign.Status.DRAFT
    campaign.is_template, campaign.row_version = True, campaign.row_version + 1
    place.left_at = campaign.row_version
    place.result.figures["templates"] = 1
    new.templates.append(campaign)


def _creative(place: Place, campaign: Campaign, ad: Ad, position: int) -> Creative:
    made = ad.creative
    addresses = {ref.slot: ref.source for ref in made.pictures if ref.source.startswith(("http:", "https:"))}
    return Creative(
        id=uuid7(),
        campaign=campaign,
        name=ad.name,
        placement=made.placement,
        status=Creative.Status.ACTIVE if ad.is_active else Creative.Status.PAUSED,
        headline=made.headline,
        body=made.body,
        cta=made.cta,
        final_url=made.final_url,
        layout=made.layout,
        position=position,
        data={"legacy": {**ad.data, **({"pictures": addresses} if addresses else {})}},
        legacy_source=place.source,
        legacy_id=f"{place.legacy_id}:{ad.key}",
        created_at=campaign.created_at,
        updated_at=campaign.updated_at,
    )


def _insert(new: _New) -> None:
    Campaign.objects.bulk_update(new.templates, ["is_template", "status", "data", "row_version"])
    Creative.objects.bulk_create(new.creatives)
    CreativeAsset.objects.bulk_create(new.assets)
    CreativeProduct.objects.bulk_create(new.products)


@contextmanager
def _history(campaigns: Sequence[Campaign], actor: Actor) -> Iterator[None]:
    """Campaigns that people have changed since the import have a history, to which this is one more step."""
    told = CampaignRevision.objects.filter(campaign__in=campaigns).values_list("campaign_id", flat=True).distinct()
    known = set(told)
    with ExitStack() as stack:
        for campaign in campaigns:
            if campaign.pk in known:
                stack.enter_context(revising(actor, campaign, _("Creatives of the import")))
        yield


def _tell_stripped(place: Place, formats: Sequence[str]) -> None:
    for name in formats:
        place.result.find("creatives_stripped", fact=name)


def _tell_addresses(place: Place, ad: Ad) -> None:
    for ref in ad.creative.pictures:
        if ref.source.startswith(("http:", "https:")):
            place.result.find("picture_address", fact=ref.source)
