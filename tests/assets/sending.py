"""Uploads through the API."""

import json
from typing import Any

from django.http import HttpResponse

from kernel.http.chunks import MEDIA_TYPE
from tests.api.caller import Caller


def body(answer: HttpResponse) -> Any:
    """The JSON of an answer."""
    return json.loads(answer.content)


def announce(caller: Caller, size: int, file_name: str = "bottle.png", **values: Any) -> str:
    """Start an upload; return its id."""
    answer = caller("POST", "/uploads", {"file_name": file_name, "size": size} | values)
    assert answer.status_code == 201, answer.content
    return str(body(answer)["id"])


def send(caller: Caller, upload: str, content: bytes, offset: int = 0) -> HttpResponse:
    """Send one chunk."""
    headers = {"Upload-Offset": str(offset)}
    return caller("PATCH", f"/uploads/{upload}", raw=content, content_type=MEDIA_TYPE, **headers)


def complete(caller: Caller, upload: str, **values: Any) -> HttpResponse:
    """Complete an upload."""
    return caller("POST", f"/uploads/{upload}/complete", values)


def upload(caller: Caller, content: bytes, file_name: str = "bottle.png", **values: Any) -> dict[str, Any]:
    """Send a file in one chunk and complete it; return what came of it."""
    started = {name: values.pop(name) for name in ("asset_id", "name") if name in values}
    sent = announce(caller, len(content), file_name, **started)
    taken = send(caller, sent, content)
    assert taken.status_code == 200, taken.content
    answer = complete(caller, sent, **values)
    assert answer.status_code in (200, 201), answer.content
    found: dict[str, Any] = body(answer)
    return found
