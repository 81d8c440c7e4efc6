"""The order of a campaign's creatives."""

from uuid import UUID

from campaigns.commands.creatives import change_creative
from campaigns.models import Creative
from kernel.errors import NotFound
from kernel.tenancy.context import Actor
from tenants.access.models import LIVE
from tenants.access.owned import check_version


def move_creative(*, actor: Actor, creative_id: UUID, version: int, by: int) -> Creative:
    """Move the creative that is at `version` by so many places; at the end it stays.

    Those that it passes get another position too, each as a change of its own.
    """
    creative = Creative.objects.filter(pk=creative_id).first()
    if creative is None:
        raise NotFound()
    check_version(creative, version)
    rows = list(Creative.objects.filter(LIVE, campaign_id=creative.campaign_id).order_by("position", "id"))
    here = next((index for index, row in enumerate(rows) if row.pk == creative_id), 0)
    rows.insert(max(0, min(len(rows) - 1, here + by)), rows.pop(here))
    for index, row in enumerate(rows):
        if row.position != index:
            change_creative(actor=actor, creative_id=row.pk, version=row.row_version, changes={"position": index})
    creative.refresh_from_db()
    return creative
