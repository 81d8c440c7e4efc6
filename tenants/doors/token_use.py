"""When a token was last used: written at most once a minute, in the request's own transaction."""

from django.core.cache import cache
from django.utils import timezone

from tenants.access.models import ServiceToken
from tenants.doors.request import DoorRequest

EVERY_SECONDS = 60


def note_use(request: DoorRequest) -> None:
    """Note that the request's token was used, unless that was done less than a minute ago."""
    if request.token is not None and cache.add(f"token-used:{request.token.id}", 1, EVERY_SECONDS):
        ServiceToken.objects.filter(pk=request.token.id).update(last_used_at=timezone.now())
