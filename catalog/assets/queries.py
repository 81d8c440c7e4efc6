"""What can be asked about assets."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from catalog.assets.rules import WARNINGS, Rights
from catalog.models import Asset, AssetVersion
from kernel.errors import NotFound
from kernel.http.cursor import Page
from kernel.http.lists import containing
from kernel.tenancy.context import Actor
from tenants.access.lists import with_owner
from tenants.access.owned import owned_counts, owned_page
from tenants.access.resolver import require_some, visible

_STORED = """
SELECT (SELECT coalesce(sum(f.stored_bytes), 0)
          FROM (SELECT DISTINCT ON (sha256) stored_bytes FROM catalog_assetversion ORDER BY sha256) f)
     + (SELECT coalesce(sum(size), 0) FROM catalog_upload WHERE state = 'receiving')
"""


@dataclass(frozen=True, slots=True)
class AssetFilters:
    """Which assets; None means any. `text` are words of the name."""

    kinds: tuple[str, ...] = ()
    status: str | None = None
    label_id: UUID | None = None
    owner_id: UUID | None = None
    rights: Rights | None = None
    text: str = ""
    trashed: bool = False


def asset_page(
    *,
    actor: Actor,
    filters: AssetFilters,
    sort: str | None = None,
    cursor: str | None = None,
    limit: int | None = None,
    count: bool = False,
) -> Page[Asset]:
    """Return one page of the assets that `actor` may see, with their current versions; the trash is a list of its own.

    Two queries: the assets, and their versions.
    """
    require_some(actor, "asset:view")
    found = owned_page(
        Asset,
        actor=actor,
        action="asset:view",
        name="assets",
        filters={
            "kind__in": list(filters.kinds) or None,
            "status": filters.status,
            "label_ids__contains": [filters.label_id] if filters.label_id else None,
            "owner_id": filters.owner_id,
            "name": containing(filters.text, "name"),
            "rights": _rights(filters.rights, timezone.localdate()),
        },
        trashed=filters.trashed,
        sort=sort,
        cursor=cursor,
        limit=limit,
        count=count,
    )
    with_current(found.items)
    return found


def asset_detail(*, actor: Actor, asset_id: UUID) -> Asset:
    """Return the asset with its current version, trashed or not; NotFound when `actor` may not see it."""
    require_some(actor, "asset:view")
    asset = with_owner(visible(actor, "asset:view", Asset)).select_related("current").filter(pk=asset_id).first()
    if asset is None:
        raise NotFound()
    return asset


def versions_of(asset: Asset) -> list[AssetVersion]:
    """Return the versions of an asset that the caller has found, newest first."""
    return list(asset.versions.order_by("-n"))


def versions_shown(*, actor: Actor, ids: Collection[UUID]) -> Mapping[UUID, Sequence[AssetVersion]]:
    """Return the versions of those assets that `actor` may see, newest first; one statement besides access."""
    shown = visible(actor, "asset:view", Asset).filter(pk__in=ids)
    found: dict[UUID, list[AssetVersion]] = {asset_id: [] for asset_id in ids}
    for version in AssetVersion.objects.filter(asset__in=shown).order_by("-n") if ids else ():
        found[version.asset_id].append(version)
    return found


def version_of(asset: Asset, n: int) -> AssetVersion:
    """Return one version of an asset that the caller has found; raise NotFound where there is none."""
    version = asset.versions.filter(n=n).first()
    if version is None:
        raise NotFound()
    return version


def asset_counts(*, actor: Actor) -> dict[str, int]:
    """Return how many of the assets that `actor` may see are in each status, `all` and `trash` too; in one query."""
    require_some(actor, "asset:view")
    return owned_counts(Asset, Asset.Status.values, actor=actor, action="asset:view")


def assets_shown(*, actor: Actor, ids: Collection[UUID]) -> Mapping[UUID, Asset]:
    """Return those of `ids` that `actor` may see and that are not in the trash, with their current versions."""
    rows = visible(actor, "asset:view", Asset).filter(pk__in=ids, trashed_at=None).select_related("current")
    return {asset.pk: asset for asset in rows}


def with_current(assets: Iterable[Asset]) -> None:
    """Load the current versions of these assets in one query."""
    found = list(assets)
    ids = [asset.current_id for asset in found if asset.current_id]
    versions = AssetVersion.objects.in_bulk(ids) if ids else {}
    for asset in found:
        asset.current = versions.get(asset.current_id) if asset.current_id else None


def stored_bytes() -> int:
    """Return what the organization's files take: each content once, and uploads that are under way as announced."""
    with connection.cursor() as cursor:
        cursor.execute(_STORED)
        return int(cursor.fetchone()[0])


def _rights(state: Rights | None, today: date) -> Q | None:
    soon = today + timedelta(days=max(WARNINGS))
    if state == "ended":
        return Q(rights_until__lt=today)
    if state == "ending":
        return Q(rights_until__gte=today, rights_until__lte=soon)
    return Q(rights_until=None) | Q(rights_until__gt=soon) if state == "open" else None
