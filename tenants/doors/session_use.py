"""When a session was last seen: noted at most every five minutes, apart from the request that used it."""

import hashlib
import logging

from django.core.cache import cache
from django.db import DatabaseError, connection, transaction

from kernel.http.request_id import request_id_of
from tenants.doors.request import DoorRequest
from tenants.signin.sessions import record

EVERY_SECONDS = 300
LOCK_TIMEOUT = "100ms"

logger = logging.getLogger(__name__)


def key_to_note(request: DoorRequest) -> str:
    """Return the key of the request's session if nobody has noted it for five minutes, else "".

    Of many who ask at once, one is told so. Asked before the request's scope opens: Django's cache stands on public
    tables.
    """
    if request.person is None or request.token is not None:
        return ""
    key = str(request.session.session_key)
    name = hashlib.sha256(key.encode()).hexdigest()
    return key if cache.add(f"session-seen:{name}", 1, EVERY_SECONDS) else ""


def note_session(request: DoorRequest, key: str) -> None:
    """Note that the session with this key was used, after the request's scope has ended, if it is still open.

    Waits for nobody and never fails: what the request has done is committed and stays so.
    """
    if request.session.session_key != key or "_auth_user_id" not in request.session:
        return
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            record(request)
    except DatabaseError as error:
        logger.warning("the use of a session was not noted: %s", error, extra={"request_id": request_id_of(request)})
