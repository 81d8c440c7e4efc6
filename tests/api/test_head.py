"""HEAD is answered like GET, without the body."""

from typing import Any, cast

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.api.caller import code_of
from tests.api.objects import digest, make
from tests.api.world import World


def ask(world: World, method: str, path: str, **headers: str) -> HttpResponse:
    sent = {"Host": "localhost", "Authorization": f"Bearer {world.callers['owner'].token}", **headers}
    response: Any = Client().generic(method, f"/api/v1{path}", headers=sent)
    return cast("HttpResponse", response)


@pytest.mark.parametrize("path", ["/me", "/campaigns", "/campaigns?limit=1", "/products", "/audit", "/openapi.json"])
def test_it_has_the_headers_of_get_and_no_body(world: World, path: str) -> None:
    make(world.callers["owner"], "campaigns", name="One")

    got, asked = ask(world, "GET", path), ask(world, "HEAD", path)

    assert (got.status_code, asked.status_code, asked.content) == (200, 200, b"")
    assert int(asked["Content-Length"]) == len(got.content)
    for name in ("Content-Type", "ETag", "Cache-Control"):
        assert asked.headers.get(name) == got.headers.get(name), name


def test_it_knows_what_the_caller_has(world: World) -> None:
    made, etag = make(world.callers["owner"], "campaigns", name="One")

    same = ask(world, "HEAD", f"/campaigns/{made['id']}", **{"If-None-Match": etag})

    assert (same.status_code, same.content, same["ETag"]) == (304, b"", etag)


def test_it_is_refused_like_get(world: World) -> None:
    before = digest(world)

    unknown, misspelt = ask(world, "HEAD", "/nothing"), ask(world, "HEAD", "/campaigns?nam=x")

    assert (unknown.status_code, misspelt.status_code) == (404, 422)
    assert unknown.content == misspelt.content == b""
    assert digest(world) == before


def test_an_address_without_get_has_no_head(world: World) -> None:
    answer = ask(world, "HEAD", "/campaigns/00000000-0000-7000-8000-000000000000/trash")

    assert answer.status_code == 405
    assert "HEAD" not in answer["Allow"]
    assert code_of(ask(world, "PATCH", "/campaigns")) == "method_not_allowed"
    assert ask(world, "PATCH", "/campaigns")["Allow"].count("HEAD") == 1
