"""Products get their pictures, the primary one first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import Count, F

from campaigns.legacy.media.pictures import ShownPicture, shown_pictures
from campaigns.legacy.media.places import Place
from campaigns.legacy.media.storing import Stored
from catalog import dependents
from catalog.models import Product, ProductPicture
from catalog.pictures import MOST_PICTURES


def bring_products(places: Sequence[Place], stored: Mapping[str, Stored]) -> Counter[str]:
    """Link pictures to products that were not dealt with yet; return how many links were made."""
    if not places:
        return Counter()
    ids = sorted(place.object_id for place in places)
    locked = Product.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    products = {product.pk: product for product in locked.only("id", "row_version", "trashed_at")}
    linked = dict(
        ProductPicture.objects.filter(product__in=ids).values_list("product").annotate(Count("pk")).order_by()
    )
    new: list[ProductPicture] = []
    changed: list[UUID] = []
    for place in places:
        product, there = products.get(place.object_id), linked.get(place.object_id, 0)
        if product is None or product.trashed_at is not None:
            place.result.find("removed" if product is None else "in_trash")
        elif place.brought_version is not None:
            place.result.figures["product_pictures"] = there
            if product.row_version != place.brought_version:
                place.result.find("kept")
        elif there:
            place.result.figures["product_pictures"] = there
            place.result.find("kept")
            place.left_at = product.row_version
        else:
            found = _pictures(place, stored)
            place.result.figures["product_pictures"] = len(found)
            place.left_at = product.row_version + bool(found)
            new += found
            changed += [product.pk] if found else []
        _tell_addresses(place)
    ProductPicture.objects.bulk_create(new)
    # The product is another one for whoever holds an older version, but nobody changed it just now.
    Product.objects.filter(pk__in=changed).update(row_version=F("row_version") + 1)
    dependents.changed(Product, changed)
    return Counter({"product_pictures": len(new)})


def _pictures(place: Place, stored: Mapping[str, Stored]) -> list[ProductPicture]:
    found: dict[UUID, ProductPicture] = {}
    for shown in shown_pictures(place.row):
        at = _shown_at(shown, stored)
        if at is not None and at.asset_id not in found and len(found) < MOST_PICTURES:
            found[at.asset_id] = ProductPicture(
                product_id=place.object_id,
                asset_id=at.asset_id,
                version_id=at.pinned,
                alt=shown.alt,
                position=len(found),
            )
    return list(found.values())


def _shown_at(shown: ShownPicture, stored: Mapping[str, Stored]) -> Stored | None:
    """A background that was chosen is shown in the picture's place; it is a version of the same asset."""
    at, active = stored.get(shown.sha256), stored.get(shown.active)
    return active if at is not None and active is not None and active.asset_id == at.asset_id else at


def _tell_addresses(place: Place) -> None:
    for shown in shown_pictures(place.row):
        if shown.source.startswith(("http:", "https:")):
            place.result.find("picture_address", fact=shown.source)
