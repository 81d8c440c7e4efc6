"""When a token was last used: noted at most once a minute, apart from the request that used it."""

import logging

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.utils import timezone

from kernel.http.request_id import request_id_of
from kernel.tenancy.scope import scope
from tenants.access.models import ServiceToken
from tenants.doors.request import DoorRequest

EVERY_SECONDS = 60
LOCK_TIMEOUT = "100ms"

logger = logging.getLogger(__name__)


def is_use_due(request: DoorRequest) -> bool:
    """Whether nobody has noted a use of the request's token for a minute; of many who ask at once, one is told so.

    Asked before the request's scope opens: Django's cache stands on public tables.
    """
    return request.token is not None and bool(cache.add(f"token-used:{request.token.id}", 1, EVERY_SECONDS))


def note_use(request: DoorRequest) -> None:
    """Note that the request's token was used, after its scope has ended.

    Waits for nobody and never fails: what the request has done is committed and stays so.
    """
    organization, actor, token = request.organization, request.actor, request.token
    if organization is None or actor is None or token is None:
        return
    request_id = request_id_of(request)
    try:
        with scope(organization, actor=actor, source="api", request_id=request_id):
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            ServiceToken.objects.filter(pk=token.id).update(last_used_at=timezone.now())
    except DatabaseError as error:
        logger.warning("the use of a token was not noted: %s", error, extra={"request_id": request_id})
