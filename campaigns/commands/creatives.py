"""Making and changing creatives. Whoever may edit a campaign may edit its creatives."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.clock import follow
from campaigns.commands.revisions import locked, revising
from campaigns.creative_rules import EDITABLE, LINKS, check_creative, check_links
from campaigns.effective import refresh_loaded
from campaigns.models import Campaign, Creative, CreativeAsset, CreativeProduct
from kernel.errors import Conflict, NotFound
from kernel.ids import uuid7
from kernel.tenancy.context import Actor
from tenants.access.owned import check_not_trashed, check_version, trash_owned, write_version
from tenants.access.resolver import find


def create_creative(
    *, actor: Actor, campaign_id: UUID, values: Mapping[str, Any], creative_id: UUID | None = None
) -> Creative:
    """Add a creative to the campaign, as its last one unless `values` say where (`position`).

    `values` may hold `assets` ([{asset_id, version_id or None, slot}]) and `product_ids`. Raises Conflict for a taken
    id or a campaign in the trash.
    """
    with locked(campaign_id):
        campaign = find(actor, "campaign:edit", Campaign, campaign_id)
        check_not_trashed(campaign)
        fields = {name: value for name, value in values.items() if name not in LINKS}
        check_creative(fields)
        check_links(actor, values)
        if fields.get("position") is None:
            fields["position"] = _last_position(campaign) + 1
        with revising(actor, campaign):
            creative = _insert(creative_id or uuid7(), campaign, fields)
            _set_links(creative, values)
            refresh_loaded([campaign])
    follow(campaign)
    return creative


def change_creative(*, actor: Actor, creative_id: UUID, version: int, changes: Mapping[str, Any]) -> Creative:
    """Change fields and links of the creative that is at `version`; links that are sent replace those there were."""
    with locked(campaign_of(creative_id)):
        creative, campaign = _find(actor, creative_id)
        check_version(creative, version)
        check_not_trashed(creative)
        check_not_trashed(campaign)
        fields = {name: value for name, value in changes.items() if name not in LINKS}
        check_creative({name: getattr(creative, name) for name in EDITABLE} | fields, sent=fields)
        check_links(actor, changes, has=_links_of(creative))
        different = {name: value for name, value in fields.items() if getattr(creative, name) != value}
        linked = _different_links(creative, changes)
        if not different and not linked:
            return creative
        with revising(actor, campaign):
            write_version(creative, version, different)
            _set_links(creative, linked)
            refresh_loaded([campaign])
    follow(campaign)
    return creative


def trash_creative(*, actor: Actor, creative_id: UUID, version: int) -> Creative:
    """Put the creative into the trash; its campaign goes on without it."""
    return _move(actor, creative_id, version, into_trash=True)


def restore_creative(*, actor: Actor, creative_id: UUID, version: int) -> Creative:
    """Take the creative out of the trash."""
    return _move(actor, creative_id, version, into_trash=False)


def _move(actor: Actor, creative_id: UUID, version: int, *, into_trash: bool) -> Creative:
    with locked(campaign_of(creative_id)):
        creative, campaign = _find(actor, creative_id)
        check_version(creative, version)
        check_not_trashed(campaign)
        if (creative.trashed_at is not None) == into_trash:
            return creative
        with revising(actor, campaign):
            if into_trash:
                trash_owned(creative, version)
            else:
                write_version(creative, version, {"trashed_at": None})
            refresh_loaded([campaign])
    follow(campaign)
    return creative


def campaign_of(creative_id: UUID) -> UUID:
    """Return the id of the creative's campaign; NotFound for no creative. Whether it may be seen is asked of that."""
    found = Creative.objects.filter(pk=creative_id).values_list("campaign_id", flat=True).first()
    if found is None:
        raise NotFound()
    return found


def _find(actor: Actor, creative_id: UUID) -> tuple[Creative, Campaign]:
    creative = Creative.objects.get(pk=creative_id)
    return creative, find(actor, "campaign:edit", Campaign, creative.campaign_id)


def _insert(creative_id: UUID, campaign: Campaign, fields: Mapping[str, Any]) -> Creative:
    now = timezone.now()
    try:
        creative = Creative.objects.create(id=creative_id, campaign=campaign, created_at=now, updated_at=now, **fields)
    except IntegrityError as error:
        if getattr(error.__cause__, "sqlstate", "") == "23505":
            raise Conflict(_("An object with this id is there already."), code="id_taken") from error
        raise
    creative.refresh_from_db(fields=["layout", "data"])
    return creative


def _last_position(campaign: Campaign) -> int:
    last: int | None = campaign.creatives.aggregate(last=Max("position"))["last"]
    return -1 if last is None else last


def _links_of(creative: Creative) -> dict[str, Any]:
    assets = CreativeAsset.objects.filter(creative=creative).order_by("position", "id")
    products = CreativeProduct.objects.filter(creative=creative).order_by("position", "id")
    return {
        "assets": list(assets.values("asset_id", "version_id", "slot")),
        "product_ids": list(products.values_list("product_id", flat=True)),
    }


def _different_links(creative: Creative, changes: Mapping[str, Any]) -> dict[str, Any]:
    sent = {name: changes[name] for name in LINKS if name in changes}
    there = _links_of(creative) if sent else {}
    return {name: value for name, value in sent.items() if value != there[name]}


def _set_links(creative: Creative, values: Mapping[str, Any]) -> None:
    if "assets" in values:
        CreativeAsset.objects.filter(creative=creative).delete()
        assets: Sequence[Mapping[str, Any]] = values["assets"]
        CreativeAsset.objects.bulk_create(
            CreativeAsset(creative=creative, position=position, **link) for position, link in enumerate(assets)
        )
    if "product_ids" in values:
        CreativeProduct.objects.filter(creative=creative).delete()
        CreativeProduct.objects.bulk_create(
            CreativeProduct(creative=creative, product_id=pk, position=position)
            for position, pk in enumerate(values["product_ids"])
        )
