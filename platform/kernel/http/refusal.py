"""A refusal for whoever asked: a problem document under /api/, a plain page everywhere else."""

import logging

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from kernel.errors import DomainError
from kernel.http.problem import API_PREFIX, problem
from kernel.http.request_id import request_id_of

logger = logging.getLogger("kernel.http")


def refusal(request: HttpRequest, error: DomainError, *, cause: Exception | None = None) -> HttpResponse:
    """Answer with `error`. The page uses no session and no database: it may be shown when both are away.

    A template `refusals/<code>.html` takes the place of the plain page.
    """
    if cause is not None:
        logger.error("request refused", exc_info=cause, extra={"request_id": request_id_of(request)})
    if request.path_info.startswith(API_PREFIX):
        return problem(request, error)
    templates = [f"refusals/{error.code}.html", "http/refusal.html"]
    page = render_to_string(templates, {"error": error, "request_id": request_id_of(request)})
    response = HttpResponse(page, status=error.status)
    response["Cache-Control"] = "no-store"
    return response
