"""The pictures of a product: assets in an order, each as one version or as whichever is current."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from catalog import dependents
from catalog.models import Asset, AssetVersion, Product, ProductPicture
from kernel.errors import FieldError, Invalid
from kernel.tenancy.context import Actor
from tenants.access.owned import check_not_trashed, check_version, write_version
from tenants.access.resolver import find, visible

MOST_PICTURES = 20


def set_pictures(*, actor: Actor, product_id: UUID, version: int, pictures: Sequence[Mapping[str, Any]]) -> Product:
    """Give the product that is at `version` these pictures in this order: `asset_id`, `version_id` or None, `alt`.

    Raises Invalid for an asset that is no picture, that `actor` can't see (unless the product has it already) or that
    comes twice, and for a version of another asset. The pictures it has already write nothing.
    """
    product = find(actor, "catalog:edit", Product, product_id)
    check_version(product, version)
    check_not_trashed(product)
    before = {picture.asset_id: picture for picture in product.pictures.all()}
    _check(actor, pictures, before)
    wanted = [
        ProductPicture(
            product=product,
            asset_id=picture["asset_id"],
            version_id=picture.get("version_id"),
            alt=picture.get("alt", ""),
            position=position,
        )
        for position, picture in enumerate(pictures)
    ]
    if [_facts(picture) for picture in before.values()] == [_facts(picture) for picture in wanted]:
        return product
    written = write_version(product, version, {})
    _write(before, wanted)
    dependents.changed(Product, [product.pk])
    return written


def _write(before: Mapping[UUID, ProductPicture], wanted: Sequence[ProductPicture]) -> None:
    """What stays is changed, not made anew, so that the log tells what happened."""
    gone = before.keys() - {picture.asset_id for picture in wanted}
    ProductPicture.objects.filter(pk__in=[before[asset_id].pk for asset_id in gone]).delete()
    changed = []
    for picture in wanted:
        there = before.get(picture.asset_id)
        if there is not None and _facts(there) != _facts(picture):
            there.version_id, there.alt, there.position = picture.version_id, picture.alt, picture.position
            changed.append(there)
    ProductPicture.objects.bulk_update(changed, ["version", "alt", "position"])
    ProductPicture.objects.bulk_create([picture for picture in wanted if picture.asset_id not in before])


def _check(actor: Actor, pictures: Sequence[Mapping[str, Any]], before: Mapping[UUID, ProductPicture]) -> None:
    if len(pictures) > MOST_PICTURES:
        message = _("A product may have %(most)d pictures.") % {"most": MOST_PICTURES}
        raise Invalid(errors=[FieldError("/pictures", "too_large", message)])
    new = [picture["asset_id"] for picture in pictures if picture["asset_id"] not in before]
    shown = visible(actor, "asset:view", Asset).filter(pk__in=new, kind=Asset.Kind.IMAGE, trashed_at=None)
    known = set(shown.values_list("pk", flat=True)) if new else set()
    pinned = [picture["version_id"] for picture in pictures if picture.get("version_id")]
    owners = dict(AssetVersion.objects.filter(pk__in=pinned).values_list("pk", "asset_id")) if pinned else {}
    errors, seen = [], set[UUID]()
    for place, picture in enumerate(pictures):
        asset_id, version_id = picture["asset_id"], picture.get("version_id")
        if asset_id in seen:
            message = _("This picture is there twice.")
            errors.append(FieldError(f"/pictures/{place}/asset_id", "repeated", message))
        elif asset_id not in before and asset_id not in known:
            message = _("There is no such picture.")
            errors.append(FieldError(f"/pictures/{place}/asset_id", "unknown_value", message))
        elif version_id and owners.get(version_id) != asset_id:
            message = _("The picture has no such version.")
            errors.append(FieldError(f"/pictures/{place}/version_id", "unknown_value", message))
        seen.add(asset_id)
    if errors:
        raise Invalid(errors=errors)


def _facts(picture: ProductPicture) -> tuple[UUID, UUID | None, str, int]:
    return picture.asset_id, picture.version_id, picture.alt, picture.position
