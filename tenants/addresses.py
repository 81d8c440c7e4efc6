"""URLs of our hosts, built from settings and stored domains, never from what a request claims."""

from django.conf import settings


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
    return origin(f"ops.{settings.BASE_DOMAIN}") + path
