"""What can be done to many assets at once, and taken back within half an hour."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from catalog import dependents
from catalog.assets.commands import change_asset, restore_asset, trash_asset
from catalog.assets.rights import plan_warnings
from catalog.assets.schemas import AssetChangeRow, AssetLabelsRow
from catalog.assets.uses import check_unused
from catalog.labels.choice import check_labels, relabelled
from catalog.models import Asset
from kernel.tenancy.context import Actor
from tenants.access.bulk.actions import Action, BulkResource, VersionRow, changes_of, register
from tenants.access.resolver import find


def _change(actor: Actor, row: Any) -> Asset:
    return change_asset(actor=actor, asset_id=row.id, version=row.version, changes=changes_of(row))


def _label(actor: Actor, row: Any) -> Asset:
    asset = find(actor, "asset:upload", Asset, row.id)
    labels = relabelled(asset.label_ids, add=row.add, remove=row.remove)
    return change_asset(actor=actor, asset_id=row.id, version=row.version, changes={"label_ids": labels})


def _trash(actor: Actor, row: Any) -> Asset:
    return trash_asset(actor=actor, asset_id=row.id, version=row.version)


def _restore(actor: Actor, row: Any) -> Asset:
    return restore_asset(actor=actor, asset_id=row.id, version=row.version)


def _check_back(actor: Actor, asset: Asset, before: Mapping[str, Any] | None) -> None:
    """Nothing that is in use goes to the trash, and no archived label comes back."""
    if before is None:
        return
    check_labels([UUID(label_id) for label_id in before["row"]["label_ids"]], kept=asset.label_ids)
    if before["row"]["trashed_at"] is not None and asset.trashed_at is None:
        check_unused(actor, asset)


def _restored(actor: Actor, assets: Collection[Asset], _removed: Collection[Asset]) -> None:
    """What stands on assets follows an undo as it follows any change."""
    for asset in assets:
        plan_warnings(asset)
    dependents.changed(Asset, [asset.pk for asset in assets])


ASSETS = register(
    BulkResource(
        name="assets",
        model=Asset,
        check_back=_check_back,
        restored=_restored,
        actions={
            "change": Action(AssetChangeRow, _change, permission="asset:upload"),
            "label": Action(AssetLabelsRow, _label, permission="asset:upload"),
            "trash": Action(VersionRow, _trash, permission="asset:delete"),
            "restore": Action(VersionRow, _restore, permission="asset:delete"),
        },
    )
)
