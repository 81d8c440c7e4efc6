"""Files that the product itself brings: from an import, from the seed. Whoever calls has asked whether that may be."""

from typing import IO, Any
from uuid import UUID

from django.utils import timezone

from catalog import dependents
from catalog.assets import rules
from catalog.assets.content import prepare
from catalog.assets.queries import stored_bytes
from catalog.assets.uploads import Completed, add_version, same_content
from catalog.models import Asset
from kernel.ids import uuid7
from tenants.access.limits import reserve
from tenants.access.owned import write_version


def store_file(
    *,
    owner_id: UUID,
    content: IO[bytes],
    file_name: str,
    asset: Asset | None = None,
    make_current: bool = False,
    note: str = "",
    **values: Any,
) -> Completed:
    """Store a file as a new asset of `owner_id`, with `values` as its fields, or as the next version of `asset`.

    The content that `asset` has already makes no new version. Raises what prepare() raises, and LimitReached. Files are
    stored as the open transaction goes on, so store few of them in each.
    """
    prepared = prepare(content)
    if asset is not None:
        there = asset.versions.filter(same_content(prepared)).order_by("n").first()
        if there is not None:
            return Completed(there, created=False)
        version = add_version(asset, prepared, file_name=file_name, note=note, author=owner_id)
        write_version(asset, asset.row_version, {"current_id": version.pk} if make_current else {})
        dependents.changed(Asset, [asset.pk])
    else:
        now = timezone.now()
        named = {
            "name": rules.name_of(rules.plain_file_name(file_name)),
            "created_at": now,
            "updated_at": now,
            **values,
        }
        kind = prepared.type.kind
        asset = Asset.objects.create(**{"id": uuid7(), "owner_id": owner_id, "kind": kind, **named})
        version = add_version(asset, prepared, file_name=file_name, note=note, author=owner_id)
        Asset.objects.filter(pk=asset.pk).update(current=version)
        asset.current = version
    reserve("storage_mb", stored_bytes, adding=0, unit=rules.MEGABYTE)
    return Completed(version, created=True)
