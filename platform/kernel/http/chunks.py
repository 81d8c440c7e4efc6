"""Bodies that are bytes of a file: read here, and only here, beyond the limit that JSON bodies have."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _

from kernel.errors import FieldError, Invalid, PreconditionRequired, TooLarge
from kernel.http.problem import Malformed, WrongContentType

MEDIA_TYPE = "application/offset+octet-stream"
FILES = ("text/csv", "application/x-ndjson")
OFFSET = "Upload-Offset"
MOST_DIGITS = 15


def read_chunk(request: HttpRequest) -> bytes:
    """Return the body as it came, whole or not at all: a connection that breaks on the way leaves nothing.

    Raises WrongContentType, TooLarge beyond MAX_CHUNK_BYTES, and Malformed for a body that is cut off.
    """
    if request.content_type != MEDIA_TYPE:
        raise WrongContentType(_("Send the bytes as %(type)s.") % {"type": MEDIA_TYPE})
    return _read(request, settings.MAX_CHUNK_BYTES)


def read_file(request: HttpRequest, *, most: int) -> bytes:
    """Return the body, a file of one of FILES, as it came; raises as read_chunk() does, TooLarge beyond `most`."""
    if request.content_type not in FILES:
        raise WrongContentType(_("Send the file as %(types)s.") % {"types": ", ".join(FILES)})
    return _read(request, most)


def _read(request: HttpRequest, most: int) -> bytes:
    length = request.META.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdigit()):
        raise Malformed(_("Say with Content-Length how many bytes you send."), code="length_required")
    if int(length) > most:
        raise TooLarge(_("Send less at once."), maximum=most)
    try:
        found: bytes = request.read(int(length))
    except UnreadablePostError:
        found = b""
    if len(found) < int(length):
        raise Malformed(_("The body was cut off; nothing of it was kept."), code="cut_off")
    return found


def offset_of(request: HttpRequest) -> int:
    """Return where the chunk begins. Raises PreconditionRequired where the header is missing."""
    text = request.headers.get(OFFSET, "").strip()
    if not text:
        raise PreconditionRequired(_("Send Upload-Offset: where in the file these bytes begin."))
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        message = _("Send a whole number from 0.")
        raise Invalid(errors=[FieldError(OFFSET, "wrong_format", message)])
    return int(text)


def declares_chunk(declared: dict[str, Any]) -> dict[str, Any]:
    """Add to an operation's declaration that it takes such a body, and the header that says where it begins."""
    body = {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}, "required": True}
    header = {
        "in": "header",
        "name": OFFSET,
        "required": True,
        "description": "Where in the file the bytes begin: `received` of the upload.",
        "schema": {"type": "string", "pattern": r"^\d{1,15}$"},
    }
    return declared | {"requestBody": body, "parameters": [*declared.get("parameters", ()), header]}


def declares_file(declared: dict[str, Any], *, examples: dict[str, str]) -> dict[str, Any]:
    """Add to an operation's declaration that it takes a file of one of FILES; `examples` are a small one of each."""
    text = {"type": "string", "minLength": 1}
    content = {name: {"schema": text, "example": examples[name]} for name in FILES}
    return declared | {"requestBody": {"content": content, "required": True}}


def declares_answer(declared: dict[str, Any], *types: str, example: str) -> dict[str, Any]:
    """Say of an operation's declaration that it answers with a file of one of `types`, not with JSON."""
    content = {name: {"schema": {"type": "string"}, "example": example} for name in types}
    known = declared["responses"][200]
    return declared | {"responses": declared["responses"] | {200: known | {"content": content}}}
