"""How an endpoint is declared: strict about its parameters, complete about its answers."""

from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from ninja import Router as NinjaRouter
from ninja.operation import Operation
from ninja.utils import contribute_operation_callback

from kernel.http import idempotency, rehearsal
from kernel.http.document import EXAMPLE
from kernel.http.problem import MEDIA_TYPE
from kernel.http.strict import check_query

PERMISSION = "x-permission"
MORE_PERMISSIONS = "x-more-permissions"
DRY_RUN = "x-dry-run"
KEY_REQUIRED = "x-idempotency-key-required"
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
PROBLEM_REF = "#/components/schemas/Problem"
_MEANINGS = {
    400: "The request can't be read: broken JSON, header, query string or cursor.",
    401: "No valid token and no signed-in person.",
    403: "You see it but may not do this; `permission` and `granted_by` say what is missing.",
    404: "There is no such thing, or you may not see it.",
    409: "The present state does not allow this; `code` says why.",
    412: "Somebody changed it since you read it; the ETag header is the current one.",
    413: "The body is larger than 1 MiB.",
    415: "The body is not application/json.",
    422: "Some of the input is wrong; `errors` says where and why.",
    428: "If-Match is missing; the ETag header is the current one.",
    500: "Our fault; `request_id` finds it in the log.",
    503: "A part of the service is away; Retry-After says when to try again.",
}
_ETAG = {"ETag": {"description": "The version of this representation.", "schema": {"type": "string"}}}
_LOCATION = {"Location": {"description": "The address of the new object.", "schema": {"type": "string"}}}
_DRY_RUN = {
    "in": "query",
    "name": rehearsal.PARAMETER,
    "required": False,
    "description": "true: answer as if it were done, and change nothing.",
    "schema": {"type": "string", "enum": ["true", "false"], "default": "false"},
}
_RETRY = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}


class Router(NinjaRouter):
    """A router whose operations refuse query parameters that they don't name.

    Every write takes `?dry_run=true`, every POST an Idempotency-Key; operations need to do nothing for either.
    """

    def add_api_operation(self, path: str, methods: list[str], view_func: Callable[..., Any], **options: Any) -> None:
        options["openapi_extra"] = _with_conventions(options.get("openapi_extra") or {}, methods)
        contribute_operation_callback(view_func, _write_once_or_rehearse)
        contribute_operation_callback(view_func, _refuse_unknown_parameters)
        contribute_operation_callback(view_func, _ask_at_the_door)
        options["summary"] = options.get("summary") or view_func.__name__.replace("_", " ").capitalize()
        options["operation_id"] = options.get("operation_id") or view_func.__name__
        super().add_api_operation(path, methods, view_func, **options)


def declares(
    permission: str,
    *more: int,
    body: bool = False,
    if_match: bool = False,
    if_none_match: bool = False,
    success: int = 200,
    location: bool = False,
    may_ask: Sequence[str] = (),
    dry_run: bool = True,
    key_required: bool = False,
    example: Any = None,
) -> dict[str, Any]:
    """Return the part of an operation's OpenAPI that follows from our conventions; `more` are further statuses.

    `permission` is what callers need at least ("member": a place in the organization); settings.API_PERMISSION_CHECK
    is asked before anything else happens. `may_ask` are further ones that some uses of the operation need.
    `dry_run=False` is for writes that reach beyond the database (files); `key_required` for POSTs that must not be
    repeated by accident: they take no call without an Idempotency-Key. `example` is the answer's, where the one made
    from its schema would not do.
    """
    statuses = {400, 401, 403, 422, 500, 503, *more}
    statuses |= {413, 415} if body else set()
    statuses |= {404, 412, 428} if if_match else set()
    responses: dict[int, Any] = {status: _problem(status, if_match=if_match) for status in sorted(statuses)}
    responses[success] = {"headers": _ETAG | (_LOCATION if location else {})}
    if if_none_match:
        responses[304] = {"description": "You have the current representation.", "headers": _ETAG}
    parameters = []
    if if_match:
        parameters.append(_header("If-Match", "The ETag that you read.", required=True))
    if if_none_match:
        parameters.append(_header("If-None-Match", "An ETag you have; 304 if it is current.", required=False))
    asked: dict[str, Any] = {PERMISSION: permission} | ({MORE_PERMISSIONS: list(may_ask)} if may_ask else {})
    asked |= {} if dry_run else {DRY_RUN: False}
    asked |= {KEY_REQUIRED: True} if key_required else {}
    asked |= {} if example is None else {EXAMPLE: example}
    return {**asked, "responses": responses, "parameters": parameters}


def problem_schema() -> dict[str, Any]:
    """Return the schema of a problem document."""
    text = {"type": "string"}
    pointer = text | {"description": "/name is in the body, ?name a query parameter, otherwise a header."}
    error = {
        "type": "object",
        "required": ["pointer", "code", "message"],
        "properties": {"pointer": pointer, "code": text, "message": text},
    }
    properties: dict[str, Any] = dict.fromkeys(("type", "title", "detail", "code", "request_id"), text)
    properties |= {"status": {"type": "integer"}, "errors": {"type": "array", "items": error}}
    return {
        "type": "object",
        "title": "Problem",
        "description": "An error (RFC 9457). Further members carry facts for machines, such as a limit.",
        "required": sorted(properties),
        "properties": properties,
        "additionalProperties": True,
        "examples": [
            {
                "type": "/api/v1/docs#problem-not_found",
                "title": "Nothing was found here.",
                "status": 404,
                "detail": "Nothing was found here.",
                "code": "not_found",
                "errors": [],
                "request_id": "0199d5f0c6f27b6c9f3a2b1c0d4e5f60",
            }
        ],
    }


def _problem(status: int, *, if_match: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "description": _MEANINGS[status],
        "content": {MEDIA_TYPE: {"schema": {"$ref": PROBLEM_REF}}},
    }
    if if_match and status in (412, 428):
        found["headers"] = _ETAG
    if status == 503:
        found["headers"] = _RETRY
    return found


def _flag(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string", "const": "true"}}


def _header(name: str, description: str, *, required: bool) -> dict[str, Any]:
    return {
        "in": "header",
        "name": name,
        "required": required,
        "description": description,
        "schema": {"type": "string"},
    }


def _with_conventions(declared: dict[str, Any], methods: Sequence[str]) -> dict[str, Any]:
    """Add what every write, and every POST, takes and answers besides what it declares."""
    if not WRITES.intersection(methods):
        return declared
    responses = dict(declared.get("responses", {}))
    parameters = list(declared.get("parameters", []))
    headers: dict[str, Any] = {}
    if declared.get(DRY_RUN, True):
        parameters.append(_DRY_RUN)
        headers[rehearsal.HEADER] = _flag("This was a dry run; nothing was changed.")
    if "POST" in methods:
        about = "A key of yours, such as a UUID: the same request sent again gets the first answer, for a day."
        parameters.append(_header(idempotency.HEADER, about, required=declared.get(KEY_REQUIRED, False)))
        headers[idempotency.REPLAYED] = _flag("This is the answer that the same key got before.")
        conflict = _problem(409, if_match=False)
        responses[409] = conflict | {"headers": _RETRY}
    for status, found in responses.items():
        if status < 300:
            responses[status] = found | {"headers": found.get("headers", {}) | headers}
    return declared | {"responses": dict(sorted(responses.items())), "parameters": parameters}


def _ask_at_the_door(operation: Operation) -> None:
    """Ask whether the caller may come in at all; what they may do to which object, the commands ask."""
    permission = (operation.openapi_extra or {}).get(PERMISSION)
    if permission is None:
        raise TypeError(f"{operation.operation_id} declares no permission; see kernel.http.operations.declares.")
    view = operation.view_func

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **values: Any) -> HttpResponse:
        check = import_string(settings.API_PERMISSION_CHECK)
        check(request.auth, permission)  # type: ignore[attr-defined]
        answer: HttpResponse = view(request, *args, **values)
        return answer

    operation.view_func = guarded


def _refuse_unknown_parameters(operation: Operation) -> None:
    """Ninja drops what no parameter takes; a misspelt filter would then answer a question nobody asked."""
    names = {
        name
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in model.__ninja_flatten_map__
    }
    if takes_dry_run(operation):
        names.add(rehearsal.PARAMETER)
    view = operation.view_func

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **values: Any) -> HttpResponse:
        check_query(request, names)
        answer: HttpResponse = view(request, *args, **values)
        return answer

    operation.view_func = checked


def takes_dry_run(operation: Operation) -> bool:
    """Whether the operation is a write that can be rehearsed."""
    return bool(WRITES.intersection(operation.methods)) and (operation.openapi_extra or {}).get(DRY_RUN, True)


def _write_once_or_rehearse(operation: Operation) -> None:
    """Let a write be a dry run where that is asked for, and a POST be answered once per key otherwise."""
    if not WRITES.intersection(operation.methods):
        return
    view, rehearsable, posts = operation.view_func, takes_dry_run(operation), "POST" in operation.methods
    key_required = (operation.openapi_extra or {}).get(KEY_REQUIRED, False)

    @wraps(view)
    def written(request: HttpRequest, *args: Any, **values: Any) -> HttpResponse:
        act = partial(view, request, *args, **values)
        if posts:
            idempotency.key_of(request, required=key_required)
        if rehearsable and rehearsal.is_rehearsal(request):
            return rehearsal.rehearse(request, act)
        answer: HttpResponse = idempotency.once(request, act) if posts else act()
        return answer

    operation.view_func = written
