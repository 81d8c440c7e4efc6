"""Links that were mailed: the token moves from the address into a cookie, then the page works without it."""

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt

from console.guards import View

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
SECONDS = 3600


def mailed_link(view: View) -> View:
    """A page whose address holds a secret: it answers every method alike, because refusals are logged with the path.

    It changes nothing but this browser's cookie, so it needs no token of a form either.
    """
    return csrf_exempt(view)


def keep_token(cookie: str, token: str, page: str) -> HttpResponse:
    """Go to `page` with the token in a cookie, so that it stays out of logs, history and referrers.

    Looks nothing up, so a link scanner changes nothing.
    """
    response = redirect(page)
    kept = token if TOKEN.fullmatch(token) else "unknown"
    response.set_cookie(cookie, kept, max_age=SECONDS, secure=True, httponly=True, samesite="Lax")
    response["Referrer-Policy"] = "no-referrer"
    return response


def kept_token(request: HttpRequest, cookie: str) -> str:
    """Return the token that keep_token() has put away; empty where there is none."""
    return request.COOKIES.get(cookie, "")


def forget_token(response: HttpResponse, cookie: str) -> HttpResponse:
    """Take the token away again: it was used, or it leads nowhere."""
    response.delete_cookie(cookie, samesite="Lax")
    return response
