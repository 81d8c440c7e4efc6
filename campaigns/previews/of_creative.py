"""Previews of stored creatives: what they are made of, in a constant number of statements, and their files."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import orjson
from django.utils.text import get_valid_filename

from campaigns.models import Campaign, Creative, CreativeAsset, CreativeProduct
from campaigns.previews.spec import FORMATS, MOST_PICTURE_BYTES, Picture, Spec, read_picture
from campaigns.previews.svg import EDITION
from catalog.models import Asset, AssetVersion
from kernel.storage import asset_files
from kernel.tenancy.context import Actor
from tenants.access.resolver import visible


@dataclass(frozen=True, slots=True)
class Material:
    """A creative, the versions that its slots show now, in their order, and the brand that it speaks for."""

    creative: Creative
    versions: Mapping[str, AssetVersion] = field(default_factory=dict)
    brand: str = ""

    def facts(self) -> bytes:
        """Return everything that the picture follows from, as bytes to make an ETag of; reads no file."""
        creative = self.creative
        shown = [[slot, version.sha256] for slot, version in self.versions.items()]
        return orjson.dumps([EDITION, creative.pk, creative.row_version, self.brand, shown])

    def spec(self, *, small: bool = False) -> Spec:
        """Return what the renderer takes; reads the pictures. One whose file is gone counts as missing.

        `small` takes the pictures of thumbnails, for drawings that are shown no larger than those.
        """
        creative = self.creative
        part = "thumb" if small else "preview"
        read = {slot: _picture(version, part) for slot, version in self.versions.items()}
        return Spec(
            placement=creative.placement,
            headline=creative.headline,
            body=creative.body,
            cta=creative.cta,
            brand=self.brand,
            layout=creative.layout,
            pictures={slot: picture for slot, picture in read.items() if picture},
        )

    def file_name(self, ending: str) -> str:
        """Return the name of its file: the creative's own, with the size."""
        size = Spec(self.creative.placement).canvas.size
        return f"{get_valid_filename(f'{self.creative.name[:100]}-{size}')}.{ending}"


def material_of(creative: Creative) -> Material:
    """Return what one creative is made of."""
    return materials_of([creative])[creative.pk]


def materials_of(creatives: Collection[Creative]) -> Mapping[UUID, Material]:
    """Return what each creative is made of, by its id; three statements whatever their number.

    Whoever may see the campaign sees its pictures, so nothing is asked here.
    """
    ids = [creative.pk for creative in creatives]
    versions: dict[UUID, dict[str, AssetVersion]] = defaultdict(dict)
    links = CreativeAsset.objects.filter(creative_id__in=ids).select_related("version", "asset__current")
    for link in links.order_by("creative_id", "position", "id"):
        if version := link.version or link.asset.current:
            versions[link.creative_id][link.slot] = version
    brands = _brands(creatives)
    return {
        creative.pk: Material(creative, versions[creative.pk], brands.get(creative.pk, "")) for creative in creatives
    }


def unsaved_spec(
    *, actor: Actor, creative: Creative, words: Mapping[str, Any], asset_id: UUID | None = None, slot: str = ""
) -> Spec:
    """Return what the renderer takes for a creative with other `words` (also its placement) and one more picture.

    `creative` need not be stored. An asset that `actor` can't see is not shown; it takes the place of what is in its
    slot, and the first slot where none is named.
    """
    material = material_of(creative)
    versions = dict(material.versions)
    if asset_id is not None:
        found = visible(actor, "asset:view", Asset).filter(pk=asset_id).select_related("current").first()
        if found is not None and found.current is not None:
            versions[slot or next(iter(versions), "picture")] = found.current
    return replace(replace(material, versions=versions).spec(), **words)


def _brands(creatives: Collection[Creative]) -> Mapping[UUID, str]:
    """The brand of the first product that a creative advertises, else of its campaign's product."""
    ids = [creative.pk for creative in creatives]
    told = CreativeProduct.objects.filter(creative_id__in=ids).exclude(product__brand="")
    first: dict[UUID, str] = {}
    for creative_id, brand in told.order_by("position", "id").values_list("creative_id", "product__brand"):
        first.setdefault(creative_id, brand)
    campaigns = Campaign.objects.filter(pk__in={creative.campaign_id for creative in creatives})
    of_campaign = dict(campaigns.filter(product__isnull=False).values_list("pk", "product__brand"))
    return {creative.pk: first.get(creative.pk) or of_campaign.get(creative.campaign_id, "") for creative in creatives}


def _picture(version: AssetVersion, part: str) -> Picture | None:
    """Read the rendition made for such uses, else the file itself where it is a small enough picture."""
    found = version.renditions.get(part) or {
        "key": version.storage_key,
        "mime": version.mime,
        "size": version.size,
    }
    if found["mime"] not in FORMATS.values() or found["size"] > MOST_PICTURE_BYTES:
        return None
    try:
        return read_picture(b"".join(asset_files().stream(found["key"], 0, found["size"])))
    except FileNotFoundError:
        return None
