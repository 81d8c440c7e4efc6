"""Ninja with our conventions: problem documents, strict input, one JSON, a reference page under a strict CSP."""

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path, re_path
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.operation import Operation

from kernel.errors import NotAllowed, NotFound, Unauthenticated
from kernel.http import chunks
from kernel.http.codes import CODES
from kernel.http.document import ROWS, complete
from kernel.http.operations import MORE_PERMISSIONS, PERMISSION, problem_schema
from kernel.http.output import JsonRenderer, respond
from kernel.http.problem import WrongContentType, answer
from kernel.http.strict import StrictParser
from kernel.tenancy.context import Actor, current

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class BearerToken:
    """Ninja's question who asks. The doors have answered it already: `request.actor`.

    A person signed in on the organization's host may use the API too; their writes need the CSRF header.
    """

    openapi_security_schema = {"type": "http", "scheme": "bearer", "bearerFormat": "cb_live_<id>_<secret>_<crc>"}

    def __call__(self, request: HttpRequest) -> Actor:
        actor: Actor | None = getattr(request, "actor", None)
        scope = current()
        if actor is None or scope is None or scope.organization is None:
            raise Unauthenticated(_("Send a token: Authorization: Bearer cb_live_..."))
        if actor.kind != "token" and request.method not in SAFE_METHODS:
            _check_csrf(request)
        return actor


class Api(NinjaAPI):
    """One version of the API under `prefix`; `document()` is its OpenAPI and `urlpatterns` its addresses."""

    def __init__(self, *, prefix: str, title: str, version: str, description: str) -> None:
        self.prefix = prefix
        self._document: dict[str, Any] | None = None
        super().__init__(
            title=title,
            version=version,
            description=description,
            docs_url=None,
            openapi_url=None,
            urls_namespace="api",
            auth=BearerToken(),
            renderer=JsonRenderer(),
            parser=StrictParser(),
        )

    def set_default_exception_handlers(self) -> None:
        """One handler for everything, in place of Ninja's own four."""
        self.add_exception_handler(Exception, answer)  # type: ignore[arg-type]

    def document(self) -> Mapping[str, Any]:
        """Return the OpenAPI document; it is built once."""
        if self._document is None:
            document: dict[str, Any] = dict(self.get_openapi_schema(path_prefix=self.prefix))
            document["components"]["schemas"]["Problem"] = problem_schema()
            document["servers"] = [{"url": "/"}]
            complete(document)
            self._document = document
        return self._document

    def operations(self) -> Iterator[Operation]:
        """Return every operation of every router."""
        for _prefix, router in self._routers:
            for view in router.path_operations.values():
                yield from view.operations

    @cached_property
    def urlpatterns(self) -> list[URLPattern | URLResolver]:
        """The addresses below `prefix`; whatever else is asked there is a 404 problem, never a page."""
        return [
            path("openapi.json", self._openapi_view),
            path("docs", self._docs_view),
            path("", self.urls),
            re_path(r"", _nothing_here),
        ]

    def _openapi_view(self, request: HttpRequest) -> HttpResponse:
        return respond(request, self.document())

    def _docs_view(self, request: HttpRequest) -> HttpResponse:
        document = self.document()
        context = {"document": document, "groups": _groups(document), "codes": CODES}
        return render(request, "http/reference.html", context)


def _nothing_here(request: HttpRequest) -> HttpResponse:
    return answer(request, NotFound())


class _CsrfCheck(CsrfViewMiddleware):
    """Refuses without Django's failure page, which is for people."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(reason, status=403)


def _check_csrf(request: HttpRequest) -> None:
    """Django's own check. It reads form bodies for the token, so none may come this far."""
    if request.content_type not in ("", "application/json", chunks.MEDIA_TYPE, *chunks.FILES):
        raise WrongContentType(_("Send the body as application/json in UTF-8."))
    check = _CsrfCheck(lambda _request: HttpResponse())
    request.csrf_processing_done = False  # type: ignore[attr-defined]
    check.process_request(request)
    if check.process_view(request, _nothing_here, (), {}) is not None:
        raise NotAllowed(_("Send the X-CSRFToken header, or use a token."), code="csrf_failed")


def _groups(document: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the operations by tag, in the document's order, with references to schemas resolved by name."""
    groups: dict[str, list[dict[str, Any]]] = {}
    schemas = document["components"]["schemas"]
    for address, methods in document["paths"].items():
        for method, operation in methods.items():
            tag = operation.get("tags", ["general"])[0]
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            entry = {
                "method": method.upper(),
                "address": address,
                "operation": operation,
                "permission": operation[PERMISSION],
                "more": operation.get(MORE_PERMISSIONS, []),
                "fields": _fields(body, schemas),
                "rows": [(action, _fields(row, schemas)) for action, row in operation.get(ROWS, {}).items()],
                "answers": sorted(operation["responses"].items()),
                "examples": _examples(operation),
            }
            groups.setdefault(tag, []).append(entry)
    return groups


def _examples(operation: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is sent, and what comes back, as texts with their headings."""
    sent = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    found = [(_("Sent"), sent["example"])] if "example" in sent else []
    for status, told in operation["responses"].items():
        content = told.get("content", {}).get("application/json", {})
        if int(status) < 300 and "example" in content:
            found.append((_("Answered"), content["example"]))
    return [(heading, json.dumps(example, indent=2, ensure_ascii=False)) for heading, example in found]


def _fields(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = schemas[schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema
    required = found.get("required", [])
    return [
        {"name": name, "kind": _kind(field), "required": name in required, "about": field.get("description", "")}
        for name, field in found.get("properties", {}).items()
    ]


def _kind(field: Mapping[str, Any]) -> str:
    if "enum" in field:
        return " | ".join(str(value) for value in field["enum"])
    if "anyOf" in field:
        return " | ".join(_kind(option) for option in field["anyOf"])
    return str(field.get("format") or field.get("const") or field.get("type", ""))


def actor_of(request: HttpRequest) -> Actor:
    """Return who asks; only for operations that BearerToken has let through."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    return actor
