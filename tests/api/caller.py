"""A client of the API that holds every answer against the OpenAPI document."""

import json
import re
from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpResponse
from django.test import Client

from config.api import api

PROBLEM_FIELDS = {"type", "title", "status", "detail", "code", "errors", "request_id"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls as the owner of `token` on `host`."""

    token: str
    host: str = "localhost"

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: bytes | None = None,
        content_type: str = "application/json",
        **headers: str,
    ) -> HttpResponse:
        """Send `body` as JSON, or `raw` as it is; `if_match=` and the like become headers."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        response: Any = Client(raise_request_exception=False).generic(
            method,
            f"/api/v1{path}",
            data,
            content_type=content_type if data else "application/json",
            headers={"Host": self.host, **sent},
        )
        check_answer(method, path, response)
        return cast("HttpResponse", response)


def check_answer(method: str, path: str, response: HttpResponse) -> None:
    """The status is declared, the type is right, and an error is a whole problem document."""
    assert response.status_code < 500, response.content
    assert re.fullmatch(r"[0-9a-f]{32}", response["X-Request-Id"])
    operation = _operation(method, path.partition("?")[0])
    if operation is not None:
        assert response.status_code in operation["responses"], (method, path, response.status_code, response.content)
    if response.status_code >= 400:
        assert response["Content-Type"] == "application/problem+json"
        document = json.loads(response.content)
        assert document.keys() >= PROBLEM_FIELDS
        assert document["status"] == response.status_code
        assert document["request_id"] == response["X-Request-Id"]
        assert document["type"] == f"/api/v1/docs#problem-{document['code']}"


def code_of(response: HttpResponse) -> str:
    """The problem's code."""
    return str(json.loads(response.content)["code"])


def pointers(response: HttpResponse) -> dict[str, str]:
    """The problem's errors: pointer to code."""
    return {error["pointer"]: error["code"] for error in json.loads(response.content)["errors"]}


def _operation(method: str, path: str) -> dict[str, Any] | None:
    for address, methods in api.document()["paths"].items():
        pattern = re.sub(r"\{[^}]+\}", "[0-9a-f-]{36}", address)
        if re.fullmatch(pattern, f"/api/v1{path}") and method.lower() in methods:
            found: dict[str, Any] = methods[method.lower()]
            return found
    return None
