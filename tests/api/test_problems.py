"""What nobody expected is a problem too: told plainly, logged with its id, and rolled back."""

import json
import logging
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest
from django.test import Client
from ninja.errors import HttpError

from campaigns import commands
from campaigns.commands import create_campaign
from kernel.errors import DomainError, FieldError, Invalid, NotAllowed
from kernel.http.output import dump, instant
from kernel.http.problem import as_domain_error, problem
from tests.api.caller import Caller, code_of
from tests.api.objects import digest
from tests.api.world import World


def test_a_failure_after_a_write_leaves_nothing_and_says_nothing_of_its_cause(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def create_then_fail(**wanted: Any) -> None:
        create_campaign(**wanted)
        raise ZeroDivisionError("the secret cause")

    monkeypatch.setattr(commands, "create_campaign", create_then_fail)
    before = digest(world)
    token = world.callers["owner"].token

    with caplog.at_level(logging.ERROR, "kernel.http"):
        answer = Client(raise_request_exception=False).post(
            "/api/v1/campaigns",
            {"name": "x"},
            content_type="application/json",
            headers={"Host": "localhost", "Authorization": f"Bearer {token}"},
        )

    assert answer.status_code == 500
    document = json.loads(answer.content)
    assert (document["code"], document["request_id"]) == ("internal_error", answer["X-Request-Id"])
    assert b"secret" not in answer.content
    assert digest(world) == before
    assert any(getattr(line, "request_id", "") == document["request_id"] and line.exc_info for line in caplog.records)


class _Unique(Exception):
    sqlstate = "23505"


class _Check(Exception):
    sqlstate = "23514"


class _Reference(Exception):
    sqlstate = "23503"


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotAllowed(code="x"), 403, "x"),
        (Http404(), 404, "not_found"),
        (PermissionDenied(), 403, "not_allowed"),
        (RequestDataTooBig(), 413, "too_large"),
        (SuspiciousOperation(), 400, "malformed_request"),
        (HttpError(400, "Cannot parse request body"), 400, "malformed_request"),
        (HttpError(418, "teapot"), 400, "malformed_request"),
        (caused(HttpError(400, "x"), Invalid()), 422, "invalid"),
        (caused(IntegrityError(), _Unique()), 409, "already_exists"),
        (caused(IntegrityError(), _Reference()), 409, "reference"),
        (caused(IntegrityError(), _Check()), 422, "invalid"),
        (IntegrityError(), 500, "internal_error"),
        (OperationalError(), 503, "unavailable"),
        (InterfaceError(), 503, "unavailable"),
        (ValueError(), 500, "internal_error"),
    ],
)
def test_every_exception_has_its_words(error: Exception, status: int, code: str) -> None:
    found = as_domain_error(error)

    assert (found.status, found.code) == (status, code)


def test_extra_facts_are_members_but_never_replace_the_standard_ones() -> None:
    error = DomainError("No.", errors=[FieldError("/a", "b", "c")], status=200, limit=5, etag='"1"', retry_after=7)

    answer = problem(HttpRequest(), error)

    document = json.loads(answer.content)
    assert (document["status"], document["limit"], answer.status_code) == (400, 5, 400)
    assert document["errors"] == [{"pointer": "/a", "code": "b", "message": "c"}]
    assert (answer["ETag"], answer["Retry-After"]) == ('"1"', "7")


def test_a_callers_request_id_is_not_taken(world: World) -> None:
    answer = world.callers["owner"]("GET", "/me", X_Request_Id="mine")

    assert answer["X-Request-Id"] != "mine"


def test_an_unknown_host_is_a_problem_under_api(world: World) -> None:
    answer = Caller("", host="nobody.localhost")("GET", "/anything")

    assert (answer.status_code, code_of(answer)) == (404, "not_found")


def test_fifty_levels_are_fine(world: World) -> None:
    raw = '{"name": "x", "data": ' + '{"a":' * 49 + "1" + "}" * 49 + "}"

    assert world.callers["owner"]("POST", "/campaigns", raw=raw.encode()).status_code == 201


def test_stored_numbers_beyond_64_bits_are_written_in_full() -> None:
    assert dump({"a": 10**30, "b": "ü"}) == b'{"a":1000000000000000000000000000000,"b":"\xc3\xbc"}'
    assert instant(None) is None
