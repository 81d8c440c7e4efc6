"""Limits per address and per account on what anybody may ask; they hold without Redis too."""

from allauth.core import ratelimit
from allauth.core.internal import ratelimit as ratelimit_internals
from allauth.core.internal.ratelimit import RateLimitUsage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def within(request: HttpRequest, action: str, key: str | None = None) -> bool:
    """Count one try of `action` (a name in ACCOUNT_RATE_LIMITS); False when there were too many."""
    return bool(ratelimit.consume(request, action=action, key=key))


def too_many(request: HttpRequest) -> HttpResponse:
    """Tell that there were too many tries."""
    return render(request, "console/errors/429.html", {"request_id": getattr(request, "request_id", "")}, status=429)


def attempt(request: HttpRequest, action: str, key: str) -> RateLimitUsage | None:
    """Count one try that may turn out right, None when there were too many; `.rollback()` takes a right one back.

    Unlike clearing the count, that gives nobody new tries for having been right once.
    """
    return ratelimit_internals.consume(request, app="allauth.account", action=action, key=key)
