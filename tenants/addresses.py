"""Our hosts and their URLs, built from settings and stored domains, never from what a request claims."""

from django.conf import settings
from django.http import HttpRequest

OPERATOR_HOST = f"ops.{settings.BASE_DOMAIN}"


def asked_host(request: HttpRequest) -> str:
    """Return the host a request asks, without port, in lower case; raise DisallowedHost where none of ours can be."""
    return request.get_host().rsplit(":", 1)[0].lower()


def origin(host: str) -> str:
    """Return scheme, host and port as browsers reach it."""
    scheme = "https" if settings.SECURE_SSL_REDIRECT else "http"
    standard = {"http": 80, "https": 443}[scheme]
    return f"{scheme}://{host}" + ("" if standard == settings.PORT else f":{settings.PORT}")


def base_url(path: str = "/") -> str:
    """Return a URL on the sign-in host."""
    return origin(settings.BASE_DOMAIN) + path


def operator_url(path: str = "/") -> str:
    """Return a URL on the operators' host."""
    return origin(OPERATOR_HOST) + path
