"""Errors as application/problem+json (RFC 9457). The only place that turns an exception into an HTTP answer."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.utils.translation import gettext as _
from ninja.errors import HttpError, ValidationError

from kernel.errors import (
    Conflict,
    DomainError,
    Invalid,
    NotAllowed,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from kernel.http.output import dump
from kernel.http.request_id import request_id_of
from kernel.http.validation import field_errors

API_PREFIX = "/api/"
MEDIA_TYPE = "application/problem+json"
logger = logging.getLogger("kernel.http")


class Malformed(DomainError):
    """The request can't be read: not JSON, not UTF-8, a broken header or cursor."""

    status = 400
    code = "malformed_request"
    title = "The request can't be read."


class MethodNotAllowed(DomainError):
    """The address exists but not with this method; the Allow header names those that do."""

    status = 405
    code = "method_not_allowed"
    title = "This address does not take that method."


class WrongContentType(DomainError):
    """The body is sent as something else than JSON."""

    status = 415
    code = "wrong_content_type"
    title = "Send the body as application/json."


class Broken(DomainError):
    """Our fault; the request id finds it in the log."""

    status = 500
    code = "internal_error"
    title = "Something went wrong on our side."


def members(error: DomainError) -> dict[str, Any]:
    """Return what a problem document says of `error`, also of one row among many."""
    document: dict[str, Any] = {
        "type": f"/api/v1/docs#problem-{error.code}",
        "title": str(error.title),
        "status": error.status,
        "detail": error.detail or str(error.title),
        "code": error.code,
        "errors": [{"pointer": e.pointer, "code": e.code, "message": str(e.message)} for e in error.errors],
    }
    for name, value in error.extra.items():
        document.setdefault(name, value)
    return document


def problem(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Return `error` as a problem document with the request's id; its etag and retry_after become headers too."""
    document = members(error) | {"request_id": request_id_of(request)}
    response = HttpResponse(dump(document), status=error.status, content_type=MEDIA_TYPE)
    response["Cache-Control"] = "no-store"
    if "etag" in error.extra:
        response["ETag"] = error.extra["etag"]
    if "retry_after" in error.extra:
        response["Retry-After"] = str(error.extra["retry_after"])
    if getattr(request, "is_rehearsal", False):
        response["Dry-Run"] = "true"
    if error.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="api"'
    return response


def answer(request: HttpRequest, error: Exception) -> HttpResponse:
    """Return any exception as a problem document; what nobody expected is logged and told as a 500."""
    found = as_domain_error(error)
    if found.status >= 500:
        logger.error("request failed", exc_info=error, extra={"request_id": request_id_of(request)})
    return problem(request, found)


def as_domain_error(error: Exception) -> DomainError:
    """Return `error` in the words of the product; Broken for everything unknown."""
    match error:
        case DomainError():
            return error
        case HttpError(__cause__=DomainError() as cause):
            return cause
        case HttpError():
            return of_status(error.status_code, str(error))
        case ValidationError():
            return Invalid(errors=field_errors(error.errors))
        case RequestDataTooBig():
            return TooLarge(_("The body is larger than we accept."))
        case Http404():
            return NotFound()
        case PermissionDenied():
            return NotAllowed()
        case UnreadablePostError() | SuspiciousOperation():
            return Malformed()
        case IntegrityError():
            return _as_integrity(error)
        case OperationalError() | InterfaceError():
            return Unavailable(_("The database is away or too busy; try again shortly."), retry_after=5)
    return Broken()


def of_status(status: int, detail: str = "") -> DomainError:
    """Return the domain error that stands for an HTTP status."""
    known: dict[int, type[DomainError]] = {
        kind.status: kind
        for kind in (
            Malformed,
            Unauthenticated,
            NotAllowed,
            NotFound,
            MethodNotAllowed,
            Conflict,
            PreconditionFailed,
            TooLarge,
            WrongContentType,
            Invalid,
            PreconditionRequired,
            Unavailable,
        )
    }
    fallback = Broken if status >= 500 else Malformed
    return known.get(status, fallback)(detail)


class ProblemMiddleware:
    """Turn errors that Django itself answers under /api/ (no such address, method, host, CSRF) into problems."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        ours = response.headers.get("Content-Type", "").startswith(MEDIA_TYPE)
        if response.status_code < HTTPStatus.BAD_REQUEST or ours or not request.path_info.startswith(API_PREFIX):
            return response
        replaced = problem(request, of_status(response.status_code))
        if "Allow" in response.headers:
            allowed = response.headers["Allow"]
            replaced["Allow"] = allowed.replace("GET", "GET, HEAD") if "HEAD" not in allowed else allowed
        return replaced


def _as_integrity(error: IntegrityError) -> DomainError:
    """By SQLSTATE, which every engine reports alike; commands check first, so this is the lost race."""
    state = getattr(error.__cause__, "sqlstate", "")
    if state == "23505":
        return Conflict(_("Something with the same identity is there already."), code="already_exists")
    if state == "23503":
        return Conflict(_("Something this refers to is gone, or something still refers to it."), code="reference")
    if state in ("23514", "23502"):
        return Invalid(_("The values don't fit together."))
    return Broken()
