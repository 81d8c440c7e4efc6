"""What can be done to many campaigns, and to many creatives, at once. Each row goes through the single command."""

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from pydantic import Field

from campaigns import commands
from campaigns.clock import follow_all
from campaigns.commands.revisions import settle, together
from campaigns.creative_rules import check_links
from campaigns.models import Campaign, CampaignRevision, Creative, CreativeAsset, CreativeProduct
from campaigns.preflight import refuse_if_blocked
from campaigns.queries import live_campaigns
from campaigns.rules import check_product_choice
from campaigns.schemas import (
    CampaignChange,
    CampaignCreate,
    CampaignOwnership,
    CampaignStatus,
    CreativeChange,
    CreativeCreate,
)
from campaigns.schemas.campaigns import Labels
from campaigns.transitions import UNDONE, step_between
from catalog.labels.choice import check_labels, relabelled
from kernel.http.strict import Id
from kernel.tenancy.context import Actor
from tenants.access.bulk.actions import Action, BulkResource, VersionRow, changes_of, register
from tenants.access.owned import check_not_trashed
from tenants.access.resolver import can_many, find, require, visible


class CampaignChangeRow(CampaignChange, VersionRow):
    """A campaign and the fields to change."""


class CampaignStatusRow(CampaignStatus, VersionRow):
    """A campaign and the status to lead it to."""


class CampaignLabelsRow(VersionRow):
    """A campaign, the labels it shall get and those it shall lose."""

    add: Labels = Field(default_factory=list)
    remove: Labels = Field(default_factory=list)


class CampaignOwnershipRow(CampaignOwnership, VersionRow):
    """A campaign, its new owner and its new team."""


class CreativeCreateRow(CreativeCreate):
    """A new creative and the campaign that it joins."""

    campaign_id: Id


class CreativeChangeRow(CreativeChange, VersionRow):
    """A creative and the fields and links to change."""


def _create(actor: Actor, row: CampaignCreate) -> Campaign:
    return commands.create_campaign(actor=actor, values=row.model_dump(exclude={"id"}), campaign_id=row.id)


def _change(actor: Actor, row: CampaignChangeRow) -> Campaign:
    return commands.change_campaign(actor=actor, campaign_id=row.id, version=row.version, changes=changes_of(row))


def _label(actor: Actor, row: CampaignLabelsRow) -> Campaign:
    campaign = find(actor, "campaign:edit", Campaign, row.id)
    labels = relabelled(campaign.label_ids, add=row.add, remove=row.remove)
    return commands.change_campaign(actor=actor, campaign_id=row.id, version=row.version, changes={"label_ids": labels})


def _lead(actor: Actor, row: CampaignStatusRow) -> Campaign:
    return commands.set_status(actor=actor, campaign_id=row.id, version=row.version, status=row.status)


def _transfer(actor: Actor, row: CampaignOwnershipRow) -> Campaign:
    return commands.transfer_campaign(
        actor=actor, campaign_id=row.id, version=row.version, owner_id=row.owner_id, team_id=row.team_id
    )


def _trash(actor: Actor, row: VersionRow) -> Campaign:
    return commands.trash_campaign(actor=actor, campaign_id=row.id, version=row.version)


def _restore(actor: Actor, row: VersionRow) -> Campaign:
    return commands.restore_campaign(actor=actor, campaign_id=row.id, version=row.version)


def _check_back(actor: Actor, campaign: Campaign, before: Mapping[str, Any] | None) -> None:
    """A status goes back along the table only, and nothing comes on air that could not be started now."""
    if before is None:
        return
    was = before["row"]
    check_labels([UUID(label_id) for label_id in was["label_ids"]], kept=campaign.label_ids)
    if was["product_id"] is not None and UUID(was["product_id"]) != campaign.product_id:
        check_product_choice(actor, {"product_id": UUID(was["product_id"])})
    if was["status"] != campaign.status:
        edge = campaign.status, was["status"]
        step = UNDONE[edge] if edge in UNDONE else step_between(*edge)
        require(actor, step.permission, campaign)
        if step.launches:
            refuse_if_blocked(campaign, to=step.after, reader=actor)


def _restored(actor: Actor, campaigns: Collection[Campaign], _removed: Collection[Campaign]) -> None:
    """An undo is a change of content like any other: it leaves revisions, and the clock is told."""
    settle(actor, {campaign.pk for campaign in campaigns}, note=_("Bulk change undone"))
    follow_all(campaigns)


CAMPAIGNS = register(
    BulkResource(
        name="campaigns",
        model=Campaign,
        history=(CampaignRevision,),
        limit=("campaigns", live_campaigns),
        check_back=_check_back,
        restored=_restored,
        together=together,
        actions={
            "create": Action(CampaignCreate, _create, permission="campaign:create", undo="campaign:delete"),
            "change": Action(CampaignChangeRow, _change, permission="campaign:edit"),
            "label": Action(CampaignLabelsRow, _label, permission="campaign:edit"),
            "transition": Action(CampaignStatusRow, _lead, permission="campaign:edit", undo="campaign:publish"),
            "transfer": Action(CampaignOwnershipRow, _transfer, permission="campaign:transfer", hands_on=True),
            "trash": Action(VersionRow, _trash, permission="campaign:delete", undo="campaign:restore"),
            "restore": Action(VersionRow, _restore, permission="campaign:restore", undo="campaign:delete"),
        },
    )
)


def _create_creative(actor: Actor, row: CreativeCreateRow) -> Creative:
    values = row.model_dump(exclude={"id", "campaign_id"})
    return commands.create_creative(actor=actor, campaign_id=row.campaign_id, values=values, creative_id=row.id)


def _change_creative(actor: Actor, row: CreativeChangeRow) -> Creative:
    return commands.change_creative(actor=actor, creative_id=row.id, version=row.version, changes=changes_of(row))


def _trash_creative(actor: Actor, row: VersionRow) -> Creative:
    return commands.trash_creative(actor=actor, creative_id=row.id, version=row.version)


def _restore_creative(actor: Actor, row: VersionRow) -> Creative:
    return commands.restore_creative(actor=actor, creative_id=row.id, version=row.version)


def _seen(actor: Actor, action: str, model: type[Any]) -> QuerySet[Creative]:
    return Creative.objects.filter(campaign__in=visible(actor, action, Campaign))


def _allowed(actor: Actor, action: str, creatives: Collection[Creative]) -> Collection[Creative]:
    campaigns = Campaign.objects.filter(pk__in={creative.campaign_id for creative in creatives})
    allowed = {campaign.pk for campaign in can_many(actor, action, list(campaigns))}
    return [creative for creative in creatives if creative.campaign_id in allowed]


def _lock_campaigns(ids: Collection[UUID]) -> None:
    owners = Creative.objects.filter(pk__in=ids).values("campaign_id")
    list(Campaign.objects.filter(pk__in=owners).order_by("pk").select_for_update(no_key=True).values_list("pk"))


def _together_creatives(actor: Actor, ids: Collection[UUID]) -> AbstractContextManager[None]:
    return together(actor, Creative.objects.filter(pk__in=ids).values_list("campaign_id", flat=True))


def _check_back_creative(actor: Actor, creative: Creative, before: Mapping[str, Any] | None) -> None:
    check_not_trashed(creative.campaign)
    if before is None:
        return
    assets, products = (
        sorted(before["children"].get(model._meta.db_table, []), key=lambda link: link["position"])
        for model in (CreativeAsset, CreativeProduct)
    )
    shown = [
        {
            "asset_id": UUID(link["asset_id"]),
            "version_id": UUID(link["version_id"]) if link["version_id"] else None,
            "slot": link["slot"],
        }
        for link in assets
    ]
    has = {
        "assets": list(CreativeAsset.objects.filter(creative=creative).values("asset_id")),
        "product_ids": list(CreativeProduct.objects.filter(creative=creative).values_list("product_id", flat=True)),
    }
    check_links(actor, {"assets": shown, "product_ids": [UUID(link["product_id"]) for link in products]}, has=has)


def _restored_creatives(actor: Actor, back: Collection[Creative], removed: Collection[Creative]) -> None:
    """A campaign that lost a creative has changed as much as one that got it back."""
    ids = {creative.campaign_id for creative in (*back, *removed)}
    _restored(actor, list(Campaign.objects.filter(pk__in=ids).order_by("pk")), [])


CREATIVES = register(
    BulkResource(
        name="creatives",
        model=Creative,
        children=((CreativeAsset, "creative"), (CreativeProduct, "creative")),
        check_back=_check_back_creative,
        restored=_restored_creatives,
        together=_together_creatives,
        view="campaign:view",
        seen=_seen,
        allowed=_allowed,
        lock_first=_lock_campaigns,
        actions={
            "create": Action(CreativeCreateRow, _create_creative, permission="campaign:edit"),
            "change": Action(CreativeChangeRow, _change_creative, permission="campaign:edit"),
            "trash": Action(VersionRow, _trash_creative, permission="campaign:edit"),
            "restore": Action(VersionRow, _restore_creative, permission="campaign:edit"),
        },
    )
)
