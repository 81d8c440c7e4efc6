"""What a list's address says: text, tabs, and the links to its pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.functional import Promise

from console.paging import PageLinks, links

LONGEST = 300
LONGEST_CURSOR = 4000


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab; `count` None shows no number."""

    label: str | Promise
    url: str
    current: bool
    count: int | None = None


def text(request: HttpRequest, name: str) -> str:
    """Return a parameter without what no text may hold, at most LONGEST characters; empty where it is missing.

    A cursor holds the filter that it continues and is longer.
    """
    longest = LONGEST_CURSOR if name == "cursor" else LONGEST
    return request.GET.get(name, "").replace("\x00", "").strip()[:longest]


def tabs(
    request: HttpRequest, name: str, choices: Iterable[tuple[str, str | Promise, int | None]], *kept: str
) -> list[Tab]:
    """Return one tab per (value, label, count); each sets parameter `name` and keeps those named `kept`."""
    current = text(request, name)
    rest = {key: value for key in kept if (value := text(request, key))}

    def url(value: str) -> str:
        given = ({name: value} if value else {}) | rest
        return f"{request.path}?{urlencode(given)}" if given else request.path

    return [Tab(label, url(value), value == current, count) for value, label, count in choices]


def pages(request: HttpRequest, next_cursor: str | None) -> PageLinks | None:
    """Return the links of a keyset page; None where everything stands on one page."""
    found = links(request, next_cursor or "")
    return found if found.previous_url or found.next_url else None
