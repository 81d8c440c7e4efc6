"""Copies of campaigns: to start from a template, to try a variant, to run it again."""

from uuid import UUID

from django.utils.translation import gettext as _

from campaigns.commands.revisions import first_revision
from campaigns.effective import refresh_loaded
from campaigns.models import Campaign, Creative, CreativeAsset, CreativeProduct
from campaigns.queries import live_campaigns
from campaigns.rules import check_campaign
from campaigns.tree import CAMPAIGN_FIELDS, CREATIVE_FIELDS
from catalog.models import Asset, Product
from kernel.ids import uuid7
from kernel.tenancy.context import Actor
from tenants.access.limits import reserve
from tenants.access.models import LIVE
from tenants.access.owned import check_not_trashed, create_owned
from tenants.access.ownership import check_team
from tenants.access.resolver import find, require, visible


def duplicate_campaign(
    *,
    actor: Actor,
    campaign_id: UUID,
    name: str = "",
    as_template: bool = False,
    team_id: UUID | None = None,
    new_id: UUID | None = None,
) -> Campaign:
    """Copy a campaign with its creatives and their links; the copy is a draft that `actor` owns and runs nowhere.

    Its dates are left out of a template and kept otherwise. It starts a history of its own. Assets and products that
    `actor` can't see are left out.
    """
    original = find(actor, "campaign:view", Campaign, campaign_id)
    check_not_trashed(original)
    require(actor, "campaign:create")
    check_team(actor, "campaign:create", team_id)
    if not as_template:
        reserve("campaigns", live_campaigns)
    values = {field: getattr(original, field) for field in CAMPAIGN_FIELDS}
    values |= {"label_ids": original.label_ids, "is_template": as_template, "team_id": team_id}
    values["name"] = name.strip() or (_("%(name)s (copy)") % {"name": original.name})[:255]
    if as_template:
        values |= {"starts_at": None, "ends_at": None}
    # What an import kept as it was is copied as it is.
    check_campaign({field: value for field, value in values.items() if field != "team_id"}, sent={})
    copy = create_owned(Campaign, actor=actor, row_id=new_id, values=values)
    _copy_creatives(actor, original, copy)
    refresh_loaded([copy])
    first_revision(actor, copy)
    return copy


def _copy_creatives(actor: Actor, original: Campaign, copy: Campaign) -> None:
    """The copy is `actor`'s own and lasts, so it links only what they see."""
    creatives = list(Creative.objects.filter(LIVE, campaign=original))
    ids = {creative.pk: uuid7() for creative in creatives}
    assets = CreativeAsset.objects.filter(creative_id__in=ids)
    products = CreativeProduct.objects.filter(creative_id__in=ids)
    assets = assets.filter(asset__in=visible(actor, "asset:view", Asset))
    products = products.filter(product__in=visible(actor, "catalog:view", Product))
    Creative.objects.bulk_create(
        Creative(id=ids[creative.pk], campaign=copy, **{field: getattr(creative, field) for field in CREATIVE_FIELDS})
        for creative in creatives
    )
    CreativeAsset.objects.bulk_create(
        CreativeAsset(
            creative_id=ids[link.creative_id],
            asset_id=link.asset_id,
            version_id=link.version_id,
            slot=link.slot,
            position=link.position,
        )
        for link in assets
    )
    CreativeProduct.objects.bulk_create(
        CreativeProduct(creative_id=ids[link.creative_id], product_id=link.product_id, position=link.position)
        for link in products
    )
