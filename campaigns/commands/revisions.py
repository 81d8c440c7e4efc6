"""Keeping what a campaign said: every acknowledged change of its content leaves a revision behind."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from campaigns.clock import follow
from campaigns.commands.running import check_dates
from campaigns.effective import lock, put_off, refresh_loaded
from campaigns.models import Campaign, CampaignRevision, Creative, CreativeAsset, CreativeProduct
from campaigns.tree import CAMPAIGN_FIELDS, CREATIVE_FIELDS, Tree, content_hash, trees_of
from catalog.models import Asset, AssetVersion, Product
from kernel.errors import NotFound
from kernel.tenancy.context import Actor
from tenants.access.owned import check_not_trashed, check_version, write_version
from tenants.access.resolver import find, visible

_together: ContextVar[set[UUID] | None] = ContextVar("together", default=None)


@contextmanager
def locked(campaign_id: UUID) -> Iterator[None]:
    """Hold the campaign's row to the end of the transaction: its content is changed by one at a time."""
    list(Campaign.objects.select_for_update(no_key=True).filter(pk=campaign_id).values_list("pk"))
    yield


def first_revision(actor: Actor, campaign: Campaign) -> None:
    """Keep the content of a new campaign."""
    changed = _together.get()
    if changed is not None:
        changed.add(campaign.pk)
        return
    tree = trees_of([campaign])[campaign.pk]
    _keep(campaign, 1, tree, content_hash(tree), actor)


@contextmanager
def revising(actor: Actor, campaign: Campaign, note: str = "") -> Iterator[None]:
    """Keep a revision of what the block makes of the campaign, none where the content stays the same.

    The row must be locked. Where there is no revision yet (the campaign was imported), the content before the change
    is kept first, so that the change can be seen and taken back. Inside together() that is done for all at the end.
    """
    changed = _together.get()
    if changed is not None:
        if campaign.pk not in changed:
            _begin_histories([campaign.pk])
            changed.add(campaign.pk)
        yield
        return
    last = CampaignRevision.objects.filter(campaign=campaign).order_by("-n").values_list("n", "content_hash").first()
    if last is None:
        tree = trees_of([campaign])[campaign.pk]
        last = 1, content_hash(tree)
        _keep(campaign, *last[:1], tree, last[1], None)
    yield
    tree = trees_of([campaign])[campaign.pk]
    digest = content_hash(tree)
    if digest != last[1]:
        _keep(campaign, last[0] + 1, tree, digest, actor, note)


@contextmanager
def together(actor: Actor, campaign_ids: Collection[UUID]) -> Iterator[None]:
    """Keep the revisions of many changes, and work out what is effective, once for all at the end of the block.

    `campaign_ids` are those that the block may change; it may change others too.
    """
    known = set(campaign_ids)
    _begin_histories(known)
    changed = set(known)
    token = _together.set(changed)
    try:
        with put_off() as waiting:
            yield
    finally:
        _together.reset(token)
    settle(actor, changed | waiting)


def settle(actor: Actor, campaign_ids: Collection[UUID], note: str = "") -> None:
    """Keep a revision of each campaign whose content is not that of its last one, and work out what is effective."""
    campaigns = lock(campaign_ids)
    refresh_loaded(campaigns)
    last = _last_revisions(campaign_ids)
    made = []
    for pk, tree in trees_of(campaigns).items():
        n, digest = last.get(pk, (0, ""))
        if content_hash(tree) != digest:
            made.append(_revision(pk, n + 1, tree, content_hash(tree), actor, note))
    CampaignRevision.objects.bulk_create(made)


def _begin_histories(campaign_ids: Collection[UUID]) -> None:
    """Keep what campaigns without a revision (they were imported) say before they are changed."""
    without = set(campaign_ids) - _last_revisions(campaign_ids).keys()
    trees = trees_of(list(Campaign.objects.filter(pk__in=without))) if without else {}
    CampaignRevision.objects.bulk_create(_revision(pk, 1, tree, content_hash(tree), None) for pk, tree in trees.items())


def _last_revisions(campaign_ids: Collection[UUID]) -> dict[UUID, tuple[int, str]]:
    rows = CampaignRevision.objects.filter(campaign_id__in=campaign_ids).order_by("campaign_id", "-n")
    found = rows.distinct("campaign_id").values_list("campaign_id", "n", "content_hash")
    return {pk: (n, digest) for pk, n, digest in found}


def restore_revision(*, actor: Actor, campaign_id: UUID, version: int, n: int) -> Campaign:
    """Give the campaign that is at `version` the content of revision `n`, as a new change.

    Creatives that came later go to the trash, those that went come back. Assets and products that are gone, or that
    `actor` can't see and the creative does not show now, are left out.
    """
    with locked(campaign_id):
        campaign = find(actor, "campaign:edit", Campaign, campaign_id)
        check_version(campaign, version)
        check_not_trashed(campaign)
        revision = CampaignRevision.objects.filter(campaign=campaign, n=n).first()
        if revision is None:
            raise NotFound()
        values = _campaign_values(revision.tree["campaign"])
        check_dates(actor, campaign, values)
        note = _("Revision %(n)d restored") % {"n": n}
        with revising(actor, campaign, note):
            write_version(campaign, version, values)
            _restore_creatives(actor, campaign, revision.tree["creatives"])
            refresh_loaded([campaign])
    follow(campaign)
    return campaign


def _keep(campaign: Campaign, n: int, tree: Tree, digest: str, actor: Actor | None, note: str = "") -> None:
    _revision(campaign.pk, n, tree, digest, actor, note).save(force_insert=True)


def _revision(
    campaign_id: UUID, n: int, tree: Tree, digest: str, actor: Actor | None, note: str = ""
) -> CampaignRevision:
    return CampaignRevision(
        campaign_id=campaign_id,
        n=n,
        tree=tree,
        content_hash=digest,
        note=note,
        author_id=actor.user_id if actor else None,
        author_name=actor.name if actor else "",
    )


def _campaign_values(fields: Tree) -> dict[str, Any]:
    values: dict[str, Any] = {name: fields[name] for name in CAMPAIGN_FIELDS if name in fields}
    for name in ("starts_at", "ends_at"):
        values[name] = datetime.fromisoformat(values[name]) if values.get(name) else None
    product = UUID(values["product_id"]) if values.get("product_id") else None
    values["product_id"] = product if product and Product.objects.filter(pk=product).exists() else None
    return values


def _restore_creatives(actor: Actor, campaign: Campaign, creatives: list[Tree]) -> None:
    there = {creative.pk: creative for creative in Creative.objects.filter(campaign=campaign)}
    wanted = {UUID(creative["id"]): creative for creative in creatives}
    for pk, creative in there.items():
        if pk not in wanted and creative.trashed_at is None:
            write_version(creative, creative.row_version, {"trashed_at": campaign.updated_at})
    for pk, fields in wanted.items():
        values: dict[str, Any] = {name: fields[name] for name in CREATIVE_FIELDS if name in fields}
        if pk in there:
            _change(there[pk], values)
        else:
            Creative.objects.create(id=pk, campaign=campaign, **values)
        _link(actor, pk, fields)


def _change(creative: Creative, values: dict[str, Any]) -> None:
    different = {name: value for name, value in values.items() if getattr(creative, name) != value}
    if creative.trashed_at is not None:
        different["trashed_at"] = None
    if different:
        write_version(creative, creative.row_version, different)


def _link(actor: Actor, creative_id: UUID, fields: Tree) -> None:
    """Set the links of the tree, as far as whoever sets them could; what the creative shows now may stay."""
    shown = CreativeAsset.objects.filter(creative_id=creative_id)
    told = CreativeProduct.objects.filter(creative_id=creative_id)
    assets = set(shown.values_list("asset_id", flat=True))
    wanted = [link["asset_id"] for link in fields["assets"]]
    assets |= set(visible(actor, "asset:view", Asset).filter(pk__in=wanted).values_list("pk", flat=True))
    products = set(told.values_list("product_id", flat=True))
    seen = visible(actor, "catalog:view", Product).filter(pk__in=fields["products"])
    products |= set(seen.values_list("pk", flat=True))
    pinned = [link["version_id"] for link in fields["assets"] if link["version_id"]]
    versions = set(AssetVersion.objects.filter(pk__in=pinned).values_list("pk", flat=True))
    shown.delete()
    CreativeAsset.objects.bulk_create(
        CreativeAsset(
            creative_id=creative_id,
            asset_id=UUID(link["asset_id"]),
            version_id=UUID(link["version_id"]) if link["version_id"] else None,
            slot=link["slot"],
            position=position,
        )
        for position, link in enumerate(fields["assets"])
        if UUID(link["asset_id"]) in assets and (not link["version_id"] or UUID(link["version_id"]) in versions)
    )
    told.delete()
    CreativeProduct.objects.bulk_create(
        CreativeProduct(creative_id=creative_id, product_id=UUID(pk), position=position)
        for position, pk in enumerate(fields["products"])
        if UUID(pk) in products
    )
