"""Liveness and readiness for supervisors and balancers, who may ask by any name or by the bare address."""

from collections.abc import Callable

from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponse, JsonResponse


class HealthMiddleware:
    """Answer GET /livez and /readyz before anything looks at the host; they say nothing about organizations."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        check = CHECKS.get(request.path_info) if request.method in ("GET", "HEAD") else None
        return self.get_response(request) if check is None else check()


def livez() -> JsonResponse:
    """200 as long as the process answers; touches nothing."""
    return JsonResponse({"status": "live"})


def readyz() -> JsonResponse:
    """200 when the database answers, else 503."""
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ready"})


CHECKS: dict[str, Callable[[], JsonResponse]] = {"/livez": livez, "/readyz": readyz}
