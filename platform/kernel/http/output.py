"""Answers as bytes: one way to write JSON, so that equal content has equal bytes and one ETag."""

import json
from datetime import UTC, datetime
from typing import Any

import orjson
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from ninja.renderers import BaseRenderer

from kernel.http import etag

MEDIA_TYPE = "application/json"


def dump(payload: Any) -> bytes:
    """Return `payload` as JSON: times as UTC with Z, UUIDs as text.

    Numbers beyond 64 bits, which stored documents may hold, are written in full.
    """
    try:
        return orjson.dumps(payload, default=_plain, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError:
        return json.dumps(payload, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":")).encode()


def instant(moment: datetime | None) -> str | None:
    """Return `moment` as ISO 8601 in UTC with Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None


def respond(
    request: HttpRequest,
    payload: Any,
    *,
    status: int = 200,
    version: int | None = None,
    location: str = "",
) -> HttpResponse:
    """Answer with `payload` and its ETag; a GET whose If-None-Match names it gets 304 without a body."""
    body = dump(payload)
    tag = etag.of(body, version)
    if request.method == "GET" and etag.is_known(request, tag):
        response = HttpResponse(status=304)
        del response.headers["Content-Type"]
    else:
        response = HttpResponse(body, status=status, content_type=MEDIA_TYPE)
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Authorization, Cookie"
    if location:
        response["Location"] = location
    return response


class JsonRenderer(BaseRenderer):
    """Ninja's own answers in the same JSON."""

    media_type = MEDIA_TYPE

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return dump(data)


def _plain(value: Any) -> Any:
    return str(value)
