"""The advertisements in a campaign of the former application, in our shape; nothing is written here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from campaigns.legacy.fields import name_of
from campaigns.legacy.rows import write_json
from campaigns.placements import PLACEMENTS
from campaigns.previews.legacy import LegacyCreative, from_ad, from_variation

LONGEST_NAME: Final = 255
LONGEST_KEY: Final = 90


@dataclass(frozen=True, slots=True)
class Ad:
    """One creative to be made; `key` tells it from the others of its campaign, for good."""

    key: str
    name: str
    is_active: bool
    creative: LegacyCreative
    data: Mapping[str, Any]


@dataclass(slots=True)
class Ads:
    """What a campaign advertises with; `stripped` are formats that the browser had cut to save room."""

    found: list[Ad] = field(default_factory=list)
    stripped: list[str] = field(default_factory=list)


def ads_of(payload: object) -> Ads:
    """Return the advertisements of a campaign's row in our shape (as the import writes it)."""
    data = _mapping(_mapping(payload).get("data"))
    creative = _mapping(data.get("creative"))
    if not creative:
        return Ads()
    if data.get("builder") == "v1":
        name, _which = name_of(creative.get("creativeName"), creative.get("title"), _mapping(payload).get("name"))
        return Ads([Ad("ad", name[:LONGEST_NAME] or "Ad", True, _plain(from_ad(creative)), {"builder": "v1"})])
    ads = Ads()
    for format_id, entry in _mapping(creative.get("creatives")).items():
        _take_format(ads, format_id, _mapping(entry))
    return ads


def _take_format(ads: Ads, format_id: str, entry: Mapping[str, Any]) -> None:
    variations = entry.get("variations")
    if not isinstance(variations, list) or not variations:
        ads.stripped.append(format_id)
        return
    selected = entry.get("selectedVariation")
    if not isinstance(selected, int) or not 0 <= selected < len(variations):
        selected = 0
    for place, variation in enumerate(variations):
        if isinstance(variation, dict):
            style = variation.get("style")
            letter = style if isinstance(style, str) and 0 < len(style) <= 8 else chr(ord("A") + place % 26)
            creative = _plain(from_variation(format_id, variation))
            label = PLACEMENTS[creative.placement].label
            name, _which = name_of(variation.get("name"), f"{label} {letter}")
            ads.found.append(
                Ad(
                    _free(f"{format_id[: LONGEST_KEY - 20]}_{letter}", ads),
                    name[:LONGEST_NAME],
                    place == selected,
                    creative,
                    _kept(format_id, letter, variation),
                )
            )


def _free(key: str, ads: Ads) -> str:
    taken = {ad.key for ad in ads.found}
    return key if key not in taken else f"{key}_{len(taken) + 1}"


def _kept(format_id: str, letter: str, variation: Mapping[str, Any]) -> dict[str, Any]:
    """What else a variation says; its performance figures were invented and are left behind."""
    kept = {"builder": "v2", "format": format_id, "style": letter, "alternatives": variation.get("alternatives")}
    found: dict[str, Any] = json.loads(write_json({name: value for name, value in kept.items() if value}))
    return found


def _plain(creative: LegacyCreative) -> LegacyCreative:
    """Exact numbers of the dump become numbers that every reader of the layout knows."""
    layout = json.loads(write_json(creative.layout))
    return LegacyCreative(
        creative.headline,
        creative.body,
        creative.cta,
        creative.final_url,
        creative.placement,
        layout,
        creative.pictures,
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
