"""Coming in and going out on an organization's or the operators' host."""

import re
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from console.guards import anybody
from console.org.start import start_path
from kernel.errors import Unauthenticated
from tenants.addresses import asked_host, base_url
from tenants.doors.request import DoorRequest
from tenants.models import User
from tenants.signin.commands import enter, leave, user_actor
from tenants.signin.handoff import new_state, state_hash_of
from tenants.signin.paths import continue_url, local_path

COOKIE = "__Host-state"
COOKIE_SECONDS = 600
STATE = re.compile(r"[A-Za-z0-9_-]{43}")


@anybody
@never_cache
@require_safe
def start(request: DoorRequest) -> HttpResponse:
    """Send the browser to the sign-in host; a random state stays here and binds the way back to this browser."""
    next_path = local_path(request.GET.get("next", "/"))
    if request.person is not None:
        return redirect(next_path)
    # Kept while it lasts, so that two tabs that sign in at once don't undo each other.
    kept = request.COOKIES.get(COOKIE, "")
    state = kept if STATE.fullmatch(kept) else new_state()
    response = redirect(continue_url(asked_host(request), state_hash_of(state), next_path))
    response.set_cookie(COOKIE, state, max_age=COOKIE_SECONDS, secure=True, httponly=True, samesite="Lax")
    return response


@anybody
@never_cache
@csrf_exempt
def session(request: DoorRequest, code: str) -> HttpResponse:
    """Turn the code into this host's session. The answer is always a redirect, so that no log line keeps the code.

    By other methods than GET and HEAD it opens nothing, and says so by a redirect too.
    """
    if request.method not in ("GET", "HEAD"):
        return redirect("signin:used")
    try:
        user = enter(
            request,
            organization=request.organization,
            code=code,
            host=asked_host(request),
            state=request.COOKIES.get(COOKIE, ""),
        )
    except Unauthenticated:
        response = redirect("signin:used")
    else:
        response = redirect(_landing(request, user))
        response.delete_cookie(COOKIE, samesite="Lax")
    response["Referrer-Policy"] = "no-referrer"
    return response


@anybody
@never_cache
@require_safe
def used(request: DoorRequest) -> HttpResponse:
    """Say that a link was used or has expired, and how to start again."""
    return render(request, "console/auth/link_used.html", {"again": reverse("signin:start")}, status=410)


@anybody
@never_cache
@require_POST
def out(request: DoorRequest) -> HttpResponse:
    """End this host's session, then the sign-in host's."""
    proof = leave(request, organization=request.organization, actor=request.actor)
    return redirect(base_url("/sign-out/?" + urlencode({"proof": proof})))


def _landing(request: DoorRequest, user: User) -> str:
    """Return the page that was asked for; where none was, the one the person wants to start on."""
    asked, tenant = local_path(request.GET.get("next", "/")), request.organization
    if asked != "/" or tenant is None:
        return asked
    return start_path(tenant, user_actor(user), request.request_id)
