"""The sizes that a creative can have. Codes are stored with creatives and stay for good."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Safe:
    """Pixels at each edge that the channel's own controls may cover: no words there."""

    top: int = 0
    right: int = 0
    bottom: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class Placement:
    """One size of advertisement, and the channels that take it."""

    code: str
    label: str | Promise
    width: int
    height: int
    channels: tuple[str, ...]
    safe: Safe = Safe()

    @property
    def size(self) -> str:
        """Return the size as people write it, such as 300x250."""
        return f"{self.width}x{self.height}"


PLACEMENTS: Final = {
    placement.code: placement
    for placement in (
        Placement("square", _("Square"), 1080, 1080, ("meta", "tiktok")),
        Placement("landscape", _("Landscape"), 1200, 628, ("meta", "display")),
        Placement("portrait", _("Portrait"), 1080, 1350, ("meta",)),
        Placement("stories", _("Story"), 1080, 1920, ("meta", "tiktok"), Safe(top=250, right=64, bottom=340, left=64)),
        Placement("medium_rectangle", _("Medium rectangle"), 300, 250, ("display",)),
        Placement("leaderboard", _("Leaderboard"), 728, 90, ("display",)),
        Placement("mobile_banner", _("Mobile banner"), 320, 50, ("display",)),
        Placement("skyscraper", _("Wide skyscraper"), 160, 600, ("display",)),
        Placement("ctv_hd", _("Connected TV"), 1920, 1080, ("ctv",), Safe(top=54, right=96, bottom=54, left=96)),
        Placement("large_mobile_banner", _("Large mobile banner"), 320, 400, ("display",)),
    )
}


def nearest(width: float, height: float) -> Placement:
    """Return the placement of this size, else the one closest in shape and then in area."""

    def distance(placement: Placement) -> tuple[bool, float, float]:
        exact = (placement.width, placement.height) == (width, height)
        shape = abs(placement.width / placement.height - width / height) / (width / height)
        return not exact, round(shape, 1), abs(placement.width * placement.height - width * height)

    return min(PLACEMENTS.values(), key=distance)
