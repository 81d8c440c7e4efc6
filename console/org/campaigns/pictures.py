"""Where the pictures of creatives and assets are."""

from dataclasses import dataclass
from typing import Any

from campaigns.models import Creative
from campaigns.placements import PLACEMENTS, Placement
from catalog.assets.links import path_of
from catalog.models import AssetVersion


@dataclass(frozen=True, slots=True)
class Preview:
    """A creative with its rendered picture, in the size of its placement."""

    creative: Creative
    url: str
    small: str
    png: str
    placement: Placement

    @property
    def shape(self) -> str:
        """Return how it stands in a grid: wide, tall or square."""
        ratio = self.placement.width / self.placement.height
        return "wide" if ratio > 1.4 else "tall" if ratio < 0.72 else "square"


def preview_of(creative: Creative) -> Preview:
    """Return the creative's rendered preview; its address changes with the creative."""
    base = f"/api/v1/creatives/{creative.pk}/preview"
    mark = f"v={creative.row_version}"
    placement = PLACEMENTS.get(creative.placement, PLACEMENTS["square"])
    return Preview(creative, f"{base}.svg?{mark}", f"{base}.svg?pictures=small&{mark}", f"{base}.png?{mark}", placement)


def thumb_of(version: AssetVersion | None) -> str:
    """Return the address of a small picture of an asset's version; empty where it has none."""
    return path_of(version, "thumb") if version is not None else ""


def with_previews(campaigns: list[Any], firsts: Any) -> None:
    """Set `preview` on campaigns: that of their first creative, None without one."""
    for campaign in campaigns:
        first = firsts.get(campaign.pk)
        campaign.preview = preview_of(first) if first else None
