"""Pages of a list, as the pager shows them."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class PageLinks:
    """What console/parts/pager.html needs; an empty url is no button."""

    summary: str = ""
    previous_url: str = ""
    next_url: str = ""


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
