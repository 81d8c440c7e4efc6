"""What people may do to assets; their files come in through catalog.assets.uploads."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from catalog import dependents
from catalog.assets.queries import version_of
from catalog.assets.rights import plan_warnings
from catalog.assets.uses import check_unused
from catalog.labels.choice import check_labels
from catalog.models import Asset, AssetVersion
from kernel.errors import FieldError, Invalid
from kernel.tenancy.context import Actor
from tenants.access.owned import check_not_trashed, check_version, trash_owned, write_version
from tenants.access.ownership import transfer
from tenants.access.resolver import find

EDITABLE = ("name", "alt", "status", "rights_until", "label_ids", "data")


def change_asset(*, actor: Actor, asset_id: UUID, version: int, changes: Mapping[str, Any]) -> Asset:
    """Change fields of the asset that is at `version`; changes that change nothing write nothing."""
    asset = find(actor, "asset:upload", Asset, asset_id)
    check_version(asset, version)
    check_not_trashed(asset)
    wanted = dict(changes)
    if not wanted.keys() <= set(EDITABLE):
        raise TypeError(f"An asset has no such fields to be changed: {sorted(wanted.keys() - set(EDITABLE))}.")
    if wanted.get("name", asset.name) == "":
        raise Invalid(errors=[FieldError("/name", "too_short", _("Give it a name."))])
    if "label_ids" in wanted:
        wanted["label_ids"] = check_labels(wanted["label_ids"], kept=asset.label_ids)
    different = {name: value for name, value in wanted.items() if getattr(asset, name) != value}
    if not different:
        return asset
    if "rights_until" in different:
        different["rights_warned"] = None
    changed = write_version(asset, version, different)
    if "rights_until" in different:
        plan_warnings(changed)
    return _changed(changed)


def set_current_version(*, actor: Actor, asset_id: UUID, version: int, n: int) -> Asset:
    """Show version `n` from now on wherever the asset is followed; also the way back to an old one.

    The version that is current already writes nothing.
    """
    asset = find(actor, "asset:upload", Asset, asset_id)
    check_version(asset, version)
    check_not_trashed(asset)
    wanted: AssetVersion = version_of(asset, n)
    if asset.current_id == wanted.pk:
        return asset
    changed = write_version(asset, version, {"current_id": wanted.pk})
    changed.current = wanted
    return _changed(changed)


def trash_asset(*, actor: Actor, asset_id: UUID, version: int) -> Asset:
    """Put the asset into the trash; its files stay. Raises Conflict, naming what uses it: then it can be archived."""
    asset = find(actor, "asset:delete", Asset, asset_id)
    check_version(asset, version)
    if asset.trashed_at is None:
        check_unused(actor, asset)
    return _changed(trash_owned(asset, version))


def restore_asset(*, actor: Actor, asset_id: UUID, version: int) -> Asset:
    """Take the asset out of the trash; one that is not there stays as it is. Its files count all along."""
    asset = find(actor, "asset:delete", Asset, asset_id)
    check_version(asset, version)
    if asset.trashed_at is None:
        return asset
    restored = write_version(asset, version, {"trashed_at": None})
    plan_warnings(restored)
    return _changed(restored)


def transfer_asset(*, actor: Actor, asset_id: UUID, version: int, owner_id: UUID, team_id: UUID | None) -> Asset:
    """Give the asset to another owner and team; see tenants.access.ownership.transfer."""
    return transfer(actor=actor, model=Asset, object_id=asset_id, version=version, owner_id=owner_id, team_id=team_id)


def _changed(asset: Asset) -> Asset:
    dependents.changed(Asset, [asset.pk])
    return asset
