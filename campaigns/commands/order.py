"""The order of a campaign's creatives."""

from uuid import UUID

from django.db import transaction

from campaigns.commands.creatives import campaign_of, change_creative
from campaigns.commands.revisions import locked
from campaigns.models import Campaign, Creative
from kernel.tenancy.context import Actor
from tenants.access.models import LIVE
from tenants.access.owned import check_not_trashed, check_version
from tenants.access.resolver import find


def move_creative(*, actor: Actor, creative_id: UUID, version: int, by: int) -> Creative:
    """Move the creative that is at `version` by so many places; at the end it stays.

    Those that it passes get another position too, each as a change of its own.
    """
    campaign_id = campaign_of(creative_id)
    with transaction.atomic(), locked(campaign_id):
        find(actor, "campaign:edit", Campaign, campaign_id)
        creative = Creative.objects.get(pk=creative_id)
        check_version(creative, version)
        check_not_trashed(creative)
        rows = list(Creative.objects.filter(LIVE, campaign_id=campaign_id).order_by("position", "id"))
        here = rows.index(creative)
        rows.insert(max(0, min(len(rows) - 1, here + by)), rows.pop(here))
        for index, row in enumerate(rows):
            if row.position != index:
                change_creative(actor=actor, creative_id=row.pk, version=row.row_version, changes={"position": index})
    creative.refresh_from_db()
    return creative
