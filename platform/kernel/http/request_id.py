"""One id per request: in the response, in every problem, in the log and in the audit trail."""

from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from kernel.ids import uuid7

HEADER = "X-Request-Id"


class RequestIdMiddleware:
    """Set `request.request_id` and answer with it. A caller's own id is not taken: the audit trail relies on ours."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid7().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        response[HEADER] = request_id
        return response


def request_id_of(request: HttpRequest) -> str:
    """Return the request's id, empty outside RequestIdMiddleware."""
    return str(getattr(request, "request_id", ""))
