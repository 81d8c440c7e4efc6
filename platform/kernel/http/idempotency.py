"""Idempotency-Key: however often a POST is sent, and however many at once, it has one effect and one answer.

The key is written first, in the transaction of the effect, so both are there or neither. Whoever sends it again while
the first is under way waits at the unique index, for two seconds at most. Only successes are kept: an answer of 400 or
more rolls the key back with everything else, and the request may be sent again.

An answer that made an object is given again only to whoever still sees the object: the doors ask who may call at all,
the object itself is asked here.
"""

import copy
import re
from collections.abc import Callable
from hashlib import blake2b
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import resolve
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel import secrets
from kernel.errors import Conflict, FieldError, Invalid
from kernel.ids import uuid7
from kernel.records.models import IdempotencyKey
from kernel.records.pruning import KEPT, prune_later
from kernel.tenancy.context import Actor, current_scope

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
LONGEST_WAIT = "2s"
_KEPT_HEADERS = ("Content-Type", "ETag", "Location", "Cache-Control", "Vary")
_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)
_CLAIM = """
INSERT INTO records_idempotencykey (id, principal_id, key, fingerprint) VALUES (%s, %s, %s, %s)
ON CONFLICT (principal_id, key) DO NOTHING RETURNING id
"""


def once(request: HttpRequest, act: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer with `act()`, or with what it answered when the same caller sent the same key before.

    Raises Invalid for a key that came with another request, Conflict while the first request with it is under way or
    when its answer can't be given any more.
    """
    key = key_of(request)
    if key is None:
        return act()
    principal = _principal(current_scope().actor)
    fingerprint = _fingerprint(request)
    claimed = _claim(principal, key, fingerprint)
    if claimed is None:
        return _again(request, principal, key, fingerprint)
    response = act()
    if response.status_code < 400:
        headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        body = secrets.encrypt(response.content.decode())
        IdempotencyKey.objects.filter(pk=claimed).update(status=response.status_code, headers=headers, body=body)
        prune_later()
    return response


def key_of(request: HttpRequest, *, required: bool = False) -> str | None:
    """Return the caller's key. Raises Invalid for one that is none, and for a missing one where it is `required`."""
    key = request.headers.get(HEADER)
    if key is None:
        if required:
            message = _("Send a key of your own, a UUID say, so that a retry can't do it twice.")
            raise Invalid(errors=[FieldError(HEADER, "required", message)])
        return None
    if not _KEY.fullmatch(key):
        raise Invalid(errors=[FieldError(HEADER, "wrong_format", _("Send 1 to 255 visible ASCII characters."))])
    return key


def _principal(actor: Actor) -> UUID:
    found = actor.token_id or actor.user_id
    if found is None:
        raise TypeError("Only people and tokens call the API.")
    return found


def _fingerprint(request: HttpRequest) -> str:
    query = request.META.get("QUERY_STRING", "")
    headers = (request.headers.get(name, "") for name in ("If-Match", "Content-Type", "Content-Length"))
    told = "\0".join((str(request.method), request.path_info, query, *headers)).encode()
    # A file is read once, by the operation: for it the length must do.
    body = request.body if request.content_type in ("", "application/json") else b""
    return blake2b(told + b"\0" + body, digest_size=32).hexdigest()


def _claim(principal: UUID, key: str, fingerprint: str) -> UUID | None:
    """Write the key and return its row; None when it stands there already, which waits for who is writing it."""
    usual = settings.TENANT_TIMEOUTS["request"]["lock_timeout"]
    # What is too old to be answered with makes room, though the job has not removed it yet.
    expired = IdempotencyKey.objects.filter(principal_id=principal, key=key, created_at__lt=timezone.now() - KEPT)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = %s", [LONGEST_WAIT])
            expired.delete()
            cursor.execute(_CLAIM, [uuid7(), principal, key, fingerprint])
            row = cursor.fetchone()
            cursor.execute("SET LOCAL lock_timeout = %s", [usual])
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "55P03":
            raise
        raise _in_flight() from error
    return row[0] if row else None


def _in_flight() -> Conflict:
    message = _("The first request with this key is still under way; ask again shortly.")
    return Conflict(message, code="idempotency_in_flight", retry_after=1)


def _again(request: HttpRequest, principal: UUID, key: str, fingerprint: str) -> HttpResponse:
    first = IdempotencyKey.objects.filter(principal_id=principal, key=key).first()
    if first is None:
        raise _in_flight()  # it was removed for its age this very moment
    if first.fingerprint != fingerprint:
        message = _("This key came with another request before; use a new one.")
        raise Invalid(message, code="idempotency_key_reused", errors=[FieldError(HEADER, "reused", message)])
    if "Location" in first.headers and not _is_seen(request, first.headers["Location"]):
        message = _("This was done, but you don't see what it made any more.")
        raise Conflict(message, code="idempotency_answer_lost")
    try:
        body = secrets.decrypt(first.body)
    except secrets.Unreadable as error:
        message = _("This was done, but its answer can't be read any more.")
        raise Conflict(message, code="idempotency_answer_lost") from error
    response = HttpResponse(body.encode(), status=first.status, headers=first.headers)
    response[REPLAYED] = "true"
    return response


def _is_seen(request: HttpRequest, address: str) -> bool:
    """Whether a GET of `address` finds something; who may not ask it at all (403) got the first answer all the same."""
    asked = copy.copy(request)
    for name in ("GET", "headers"):
        asked.__dict__.pop(name, None)  # both are worked out once, of what is replaced here
    kept = {name: value for name, value in request.META.items() if not name.startswith("HTTP_IF_")}
    asked.META = kept | {"REQUEST_METHOD": "GET", "QUERY_STRING": ""}
    asked.method, asked.path, asked.path_info = "GET", address, address
    asked.GET = QueryDict()
    found = resolve(address, getattr(request, "urlconf", None))
    answer: HttpResponse = found.func(asked, *found.args, **found.kwargs)
    return answer.status_code != 404
