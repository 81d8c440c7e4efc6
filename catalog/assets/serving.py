"""Files, given out to whoever has a signed address. Knows no database: the address says it all.

They come through us from a bucket too, not by a redirect to it: so the headers that keep a browser from running them
are always ours, an organization's files stay on its own host, and pages need to allow no other one.
"""

import re

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header, parse_etags
from django.views.decorators.http import require_safe

from catalog.assets.links import LASTS, STEP, Link, read_link
from kernel.errors import DomainError, NotFound
from kernel.http.refusal import refusal
from kernel.storage import asset_files
from tenants.doors.request import DoorRequest

# No script, no form, no plug-in, and an origin of its own, should a browser ever open it as a page.
POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; sandbox"
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)


@require_safe
def file(request: DoorRequest, signed: str) -> HttpResponseBase:
    """Answer with the file, or with the part of it that Range names."""
    try:
        return _answer(request, signed)
    except DomainError as error:
        # The plain page: it needs no session and no database either.
        return refusal(request, error)


def _answer(request: DoorRequest, signed: str) -> HttpResponseBase:
    if request.organization is None:
        raise NotFound()
    link = read_link(signed, request.organization)
    tag = f'"{link.sha256}"'
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if tag in known or "*" in known:
        return _dressed(HttpResponse(status=304), link, tag)
    start, length, status = _asked(request, link.size, tag)
    if status == 416:
        beyond = HttpResponse(status=416)
        beyond["Content-Range"] = f"bytes */{link.size}"
        return _dressed(beyond, link, tag)
    response = HttpResponse(status=status) if request.method == "HEAD" else _stream(link, start, length, status)
    response["Content-Length"] = str(length)
    if status == 206:
        response["Content-Range"] = f"bytes {start}-{start + length - 1}/{link.size}"
    return _dressed(response, link, tag)


def _stream(link: Link, start: int, length: int, status: int) -> HttpResponseBase:
    try:
        return StreamingHttpResponse(asset_files().stream(link.key, start, length), status=status)
    except FileNotFoundError:
        raise NotFound() from None


def _dressed[R: HttpResponseBase](response: R, link: Link, tag: str) -> R:
    response["Content-Type"] = "text/plain; charset=utf-8" if link.mime == "text/plain" else link.mime
    response["Content-Disposition"] = content_disposition_header(not link.inline, link.file_name) or "attachment"
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-site"
    response["Cache-Control"] = f"private, max-age={LASTS - STEP}, immutable"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = tag
    return response


def _asked(request: HttpRequest, size: int, tag: str) -> tuple[int, int, int]:
    """Start, length and status of what is asked for; a Range that we don't understand asks for everything."""
    found = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if found is None or not (found[1] or found[2]) or request.headers.get("If-Range", tag) != tag:
        return 0, size, 200
    if not found[1]:
        length = min(int(found[2]), size)
        return (size - length, length, 206) if length else (0, 0, 416)
    start = int(found[1])
    end = min(int(found[2]), size - 1) if found[2] else size - 1
    if start >= size or end < start:
        return 0, 0, 416
    return start, end - start + 1, 206
