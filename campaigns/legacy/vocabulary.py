"""The words of the former application: its localStorage keys, and the values its fields could hold."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a row is; ids are unique per kind and source."""

    PRODUCT = "product"
    CAMPAIGN = "campaign"
    SAVED = "saved"
    COMPLETED = "completed"
    DRAFT = "draft"
    MINIMAL = "minimal"
    RECOVERY = "recovery"
    BACKGROUND = "background"
    QUEUED = "queued"
    PREFERENCE = "preference"
    UNKNOWN = "unknown"


class Shape(StrEnum):
    """How the value of a key is to be read."""

    LIST = "list"
    ROW = "row"
    TEXT = "text"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Key:
    """A localStorage key and what we know about it; `flow` is the flow id that the name itself carries."""

    name: str
    kind: Kind
    shape: Shape
    flow: str = ""


LISTS: Final = {
    "products": Kind.PRODUCT,
    "campaigns": Kind.CAMPAIGN,
    "saved_campaigns": Kind.SAVED,
    "backgrounds": Kind.BACKGROUND,
    "offline_queue": Kind.QUEUED,
}
FLOW_PREFIXES: Final = {
    "campaign_draft_": Kind.DRAFT,
    "campaign_minimal_": Kind.MINIMAL,
    "campaign_recovery_": Kind.RECOVERY,
    "campaign_campaign_": Kind.COMPLETED,
}
FLOW_KINDS: Final = frozenset(FLOW_PREFIXES.values())
PREFERENCES: Final = frozenset(
    {"darkMode", "designControls-activeTab", "user_preferences", "ui_state", "draft_autosave"}
)
# What the browser still needs whatever was imported: unsent writes, unsaved work, the person's own settings.
ESSENTIAL: Final = PREFERENCES | {"offline_queue"}


def key_of(name: str) -> Key:
    """Return what is known about a localStorage key; names that can't be stored come back escaped and unknown."""
    clean = name.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
    if clean != name:
        return Key(clean, Kind.UNKNOWN, Shape.UNKNOWN)
    if name in LISTS:
        return Key(name, LISTS[name], Shape.LIST)
    if name in PREFERENCES:
        return Key(name, Kind.PREFERENCE, Shape.TEXT)
    for prefix, kind in FLOW_PREFIXES.items():
        if name.startswith(prefix) and len(name) > len(prefix):
            start = len("campaign_") if kind is Kind.COMPLETED else len(prefix)
            return Key(name, kind, Shape.ROW, flow=name[start:])
    return Key(name, Kind.UNKNOWN, Shape.UNKNOWN)


PRODUCT_STATUSES: Final = {"Draft": "draft", "Active": "active", "Archived": "archived"}
CAMPAIGN_STATUSES: Final = {"Draft": "draft"}
# A completed flow was only ever saved by the builder; nothing was running anywhere, so it comes in as a draft.
FLOW_STATUSES: Final = {"draft": "draft", "active": "active", "completed": "draft"}
OUR_PRODUCT_STATUSES: Final = frozenset({"draft", "active", "archived"})
OUR_CAMPAIGN_STATUSES: Final = frozenset({"draft", "active", "paused", "ended", "archived"})
STATUS_SYNONYMS: Final = {
    "draft": "draft",
    "active": "active",
    "live": "active",
    "published": "active",
    "running": "active",
    "paused": "paused",
    "completed": "ended",
    "ended": "ended",
    "finished": "ended",
    "archived": "archived",
}
CATEGORIES: Final = frozenset(
    {
        "dairy_alternatives",
        "beverages",
        "snacks",
        "pantry_staples",
        "fresh_produce",
        "frozen_foods",
        "health_wellness",
        "fashion",
        "electronics",
        "home",
        "health",
        "food",
        "sports",
        "toys",
        "automotive",
        "books",
        "travel",
        "finance",
        "other",
    }
)
OBJECTIVES: Final = frozenset({"awareness", "traffic", "engagement", "conversions", "app_installs"})
FORMATS: Final = frozenset(
    {
        "square",
        "landscape",
        "portrait",
        "stories",
        "medium_rectangle",
        "leaderboard",
        "mobile_banner",
        "skyscraper",
        "ctv_hd",
    }
)
PLACEHOLDER_NAMES: Final = frozenset({"Unnamed Campaign"})
NO_NAME: Final = frozenset({"", "n/a"})
NOT_SET: Final = frozenset({"", "not set"})
LOST_PICTURES: Final = frozenset({"[IMAGE_DATA_PLACEHOLDER]", "[BLOB_URL_PLACEHOLDER]"})
STEPS: Final = ("product", "audience", "platforms", "creative", "publish")
