"""Pages that refresh a part of themselves while something runs, and transfer it only when it has changed."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render

from console.guards import is_fragment
from kernel.http import etag


def live_page(request: HttpRequest, template: str, context: dict[str, Any], shown: Any) -> HttpResponse:
    """Return the whole page; what `shown` holds decides whether its part has changed when it asks again."""
    return render(request, template, context | {"poll_headers": _poll_headers(_tag(shown))})


def live_part(request: HttpRequest, template: str, context: dict[str, Any], shown: Any) -> HttpResponse:
    """Return the part `progress` of the page, or 304 to a browser that shows the same; opened alone, the page."""
    if not is_fragment(request):
        return live_page(request, template, context, shown)
    tag = _tag(shown)
    if etag.is_known(request, tag):
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = render(request, f"{template}#progress", context | {"poll_headers": _poll_headers(tag)})
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-store"
    return response


def _tag(shown: Any) -> str:
    return etag.of(repr(shown).encode())


def _poll_headers(tag: str) -> str:
    return json.dumps({"If-None-Match": tag})
