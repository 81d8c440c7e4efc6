"""Pages of a list, as the pager shows them."""

from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

from django.http import HttpRequest

from kernel.http.cursor import DEFAULT_PAGE
from tenants.doors.request import DoorRequest


@dataclass(frozen=True, slots=True)
class PageLinks:
    """What console/parts/pager.html needs; an empty url is no button."""

    summary: str = ""
    previous_url: str = ""
    next_url: str = ""


def rows_wanted(request: HttpRequest) -> int:
    """Return how many rows of a table the person wants on a page; their preferences cost no statement."""
    person = cast(DoorRequest, request).person
    return person.preferences.list_size if person else DEFAULT_PAGE


def links(request: HttpRequest, next_cursor: str, *, parameter: str = "cursor", summary: str = "") -> PageLinks:
    """Return the links of a keyset page: back to the first page, on to the next one, filters kept."""
    kept = {key: value for key, value in request.GET.items() if key != parameter and value}

    def url(**more: str) -> str:
        return f"{request.path}?{urlencode(kept | more)}" if kept or more else request.path

    return PageLinks(
        summary,
        url() if request.GET.get(parameter) else "",
        url(**{parameter: next_cursor}) if next_cursor else "",
    )
