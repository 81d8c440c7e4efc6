"""Refusals as pages: the middleware that turns domain errors into them, and Django's own handlers."""

from collections.abc import Callable
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from kernel.errors import DomainError, NotFound
from tenants.doors.request import DoorRequest

PAGES = {400, 403, 404, 409, 429, 500, 503}


class ErrorPageMiddleware:
    """Answer a DomainError that a console view raised with the page of its status; the transaction rolls back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page, or None for errors that are not ours to explain."""
        if isinstance(exception, Http404):
            exception = NotFound()
        return error_page(request, exception) if isinstance(exception, DomainError) else None


def error_page(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Return the page that explains `error`, with the error's own status."""
    name = error.status if error.status in PAGES else 409 if error.status in (412, 428) else 400
    context = {
        "detail": error.detail,
        "permission": error.extra.get("permission", ""),
        "granters": error.extra.get("granted_by", []),
        "request_id": cast(DoorRequest, request).request_id,
    }
    return render(request, f"console/errors/{name}.html", context, status=error.status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404."""
    return error_page(request, NotFound())


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400."""
    return error_page(request, DomainError())


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: needs nothing but the template."""
    return render(request, "console/errors/500.html", {"request_id": getattr(request, "request_id", "")}, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page of a failed CSRF check; says what to do, not why it failed."""
    return render(request, "console/errors/403.html", {"request_id": getattr(request, "request_id", "")}, status=403)
