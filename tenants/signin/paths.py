"""Where a person may be sent, and which paths run before anybody is known."""

from urllib.parse import urlencode

from django.utils.http import url_has_allowed_host_and_scheme

from tenants.addresses import base_url, origin

PUBLIC_PHASE = ("/sign-in/", "/sign-out/", "/session/", "/settings/security/", "/settings/organization/", "/files/")
"""Paths on tenants' and operators' hosts that run outside every scope: those that need accounts and sessions, which no
organization's role may touch, and files, which stream and need no database."""

SECOND_FACTOR = "/second-factor/"
"""Where the sign-in host asks for a code after the password."""

LONGEST = 2000


def local_path(text: str) -> str:
    """Return `text` if it is a path on the same host, else "/". Nobody is sent to a host by a parameter."""
    if not text.startswith("/") or len(text) > LONGEST or not text.isprintable():
        return "/"
    return text if url_has_allowed_host_and_scheme(text, allowed_hosts=None) else "/"


def continue_url(host: str, state_hash: str, next_path: str) -> str:
    """Return the address on the sign-in host that hands a person over to `host`."""
    return base_url("/continue/?" + urlencode({"host": host, "state": state_hash, "next": next_path}))


def session_url(host: str, code: str, next_path: str) -> str:
    """Return the address on `host` that turns a code into a session."""
    return origin(host) + f"/session/{code}/?" + urlencode({"next": next_path})
