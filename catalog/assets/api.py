"""`/api/v1/assets`."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query

from catalog.assets import schemas
from catalog.assets.bulk import ASSETS
from catalog.assets.commands import change_asset, restore_asset, set_current_version, transfer_asset, trash_asset
from catalog.assets.compare import compare
from catalog.assets.queries import AssetFilters, asset_detail, asset_page, version_of, versions_of
from catalog.assets.uses import uses_of
from catalog.models import Asset
from kernel.http.api import actor_of
from kernel.http.etag import expected_version, of
from kernel.http.lists import listed, present
from kernel.http.operations import Router, declares
from kernel.http.output import dump, respond
from tenants.access.bulk.api import add_bulk
from tenants.access.ownership import verbs

router = Router(tags=["Assets"])


@router.get("", response=schemas.AssetList, openapi_extra=declares("asset:view", if_none_match=True))
def list_assets(request: HttpRequest, query: Query[schemas.AssetQuery]) -> HttpResponse:
    """Assets you may see with their current versions, newest change first; the list has no `data`."""
    actor = actor_of(request)
    filters = AssetFilters(
        kinds=query.kind,
        status=query.status,
        label_id=query.label_id,
        owner_id=query.owner_id,
        rights=query.rights,
        text=query.q,
        trashed=query.trashed == "true",
    )
    found = asset_page(
        actor=actor,
        filters=filters,
        sort=query.sort,
        cursor=query.cursor,
        limit=query.limit,
        count=query.count == "exact",
    )
    rows = present(
        [schemas.summary(row) for row in found.items],
        actor=actor,
        fields=query.fields,
        expand=query.expand,
        expansions=schemas.EXPANSIONS,
    )
    return respond(request, listed(found, rows))


add_bulk(
    router,
    ASSETS,
    example={
        "action": "change",
        "rows": [{"id": "0199d5f0-c6f2-7b6c-9f3a-2b1c0d4e5f60", "version": 3, "status": "archived"}],
    },
)


@router.get(
    "/{uuid:asset_id}", response=schemas.AssetOut, openapi_extra=declares("asset:view", 404, if_none_match=True)
)
def read_asset(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """One asset with all its versions, also one in the trash."""
    return _respond(request, asset_detail(actor=actor_of(request), asset_id=asset_id))


@router.patch(
    "/{uuid:asset_id}", response=schemas.AssetOut, openapi_extra=declares("asset:upload", 409, body=True, if_match=True)
)
def change_an_asset(request: HttpRequest, asset_id: UUID, body: schemas.AssetChange) -> HttpResponse:
    """Change the fields you send. 409 when it is in the trash."""
    with expected_version(request, lambda: _etag(request, asset_id)) as version:
        asset = change_asset(
            actor=actor_of(request), asset_id=asset_id, version=version, changes=body.model_dump(exclude_unset=True)
        )
    return _respond(request, asset)


@router.delete(
    "/{uuid:asset_id}", response=schemas.AssetOut, openapi_extra=declares("asset:delete", 409, if_match=True)
)
def trash_an_asset(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """Put the asset into the trash; the answer's ETag restores it. 409 while it is in use: archive it instead."""
    with expected_version(request, lambda: _etag(request, asset_id)) as version:
        asset = trash_asset(actor=actor_of(request), asset_id=asset_id, version=version)
    return _respond(request, asset)


@router.delete(
    "/{uuid:asset_id}/trash", response=schemas.AssetOut, openapi_extra=declares("asset:delete", if_match=True)
)
def restore_an_asset(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """Take the asset out of the trash."""
    with expected_version(request, lambda: _etag(request, asset_id)) as version:
        asset = restore_asset(actor=actor_of(request), asset_id=asset_id, version=version)
    return _respond(request, asset)


@router.put(
    "/{uuid:asset_id}/ownership",
    response=schemas.AssetOut,
    openapi_extra=declares("asset:transfer", body=True, if_match=True),
)
def transfer_an_asset(request: HttpRequest, asset_id: UUID, body: schemas.AssetOwnership) -> HttpResponse:
    """Give the asset to another owner and team. The answer is how you see it; the next call may find it gone."""
    with expected_version(request, lambda: _etag(request, asset_id)) as version:
        asset = transfer_asset(
            actor=actor_of(request),
            asset_id=asset_id,
            version=version,
            owner_id=body.owner_id,
            team_id=body.team_id,
        )
    return _respond(request, asset)


@router.put(
    "/{uuid:asset_id}/current",
    response=schemas.AssetOut,
    openapi_extra=declares("asset:upload", 409, body=True, if_match=True),
)
def set_the_current_version(request: HttpRequest, asset_id: UUID, body: schemas.CurrentVersion) -> HttpResponse:
    """Show this version wherever the asset is followed; an older one brings that back. `uses` says what changes."""
    with expected_version(request, lambda: _etag(request, asset_id)) as version:
        asset = set_current_version(actor=actor_of(request), asset_id=asset_id, version=version, n=body.version)
    return _respond(request, asset)


@router.get(
    "/{uuid:asset_id}/versions",
    response=schemas.VersionList,
    openapi_extra=declares("asset:view", 404, if_none_match=True),
)
def list_versions(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """All versions of an asset, newest first."""
    asset = asset_detail(actor=actor_of(request), asset_id=asset_id)
    return respond(request, {"items": [schemas.version_out(version) for version in versions_of(asset)]})


@router.get(
    "/{uuid:asset_id}/uses",
    response=schemas.AssetUsesOut,
    openapi_extra=declares("asset:view", 404, if_none_match=True),
)
def list_uses(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """Where the asset is used, and what follows its current version."""
    actor = actor_of(request)
    return respond(request, schemas.uses_out(uses_of(actor, asset_detail(actor=actor, asset_id=asset_id))))


@router.get(
    "/{uuid:asset_id}/comparison",
    response=schemas.ComparisonOut,
    openapi_extra=declares("asset:view", 404, if_none_match=True),
)
def compare_versions(request: HttpRequest, asset_id: UUID, query: Query[schemas.ComparisonQuery]) -> HttpResponse:
    """What sets one version apart from another, with a picture of it where both are pictures."""
    asset = asset_detail(actor=actor_of(request), asset_id=asset_id)
    found = compare(version_of(asset, query.first), version_of(asset, query.second))
    return respond(request, schemas.comparison_out(found))


def _respond(request: HttpRequest, asset: Asset) -> HttpResponse:
    return respond(request, _detail(request, asset), version=asset.row_version)


def _etag(request: HttpRequest, asset_id: UUID) -> str:
    asset = asset_detail(actor=actor_of(request), asset_id=asset_id)
    return of(dump(_detail(request, asset)), asset.row_version)


def _detail(request: HttpRequest, asset: Asset) -> dict[str, object]:
    return schemas.detail(asset, versions_of(asset), verbs(actor=actor_of(request), obj=asset))
