"""A token at the door: whose account must be on, and when its last use is noted."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.http import HttpResponse
from pytest_django.fixtures import Settings

from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope, scope
from tenants import records
from tenants.access.models import ServiceToken
from tenants.doors import token_use
from tenants.models import User
from tests.api.caller import code_of
from tests.api.world import World, make_world
from tests.cache.away import dead_redis_url
from tests.tenants import remove_organization


@pytest.fixture
def world() -> Iterator[World]:
    """An organization with an owner."""
    made = make_world(roles=("owner",))
    yield made
    remove_organization(made.row)


def last_use(world: World) -> Any:
    with scope(world.organization, actor=SYSTEM, source="system"):
        return ServiceToken.objects.get().last_used_at


def call(world: World, method: str = "GET", path: str = "/campaigns", body: Any = None) -> HttpResponse:
    return world.callers["owner"](method, path, body)


def switch(user_id: Any, *, on: bool) -> None:
    with public_scope(actor=SYSTEM, source="system"):
        records.account_changing(user_id)
        User.objects.filter(pk=user_id).update(is_active=on)


def test_a_token_of_a_switched_off_account_is_refused_at_the_next_request(world: World) -> None:
    owner = world.actors["owner"].user_id
    assert call(world).status_code == 200

    switch(owner, on=False)
    refused = call(world, "POST", body={"name": "Sneaked in"})
    switch(owner, on=True)

    assert (refused.status_code, code_of(refused)) == (401, "invalid_token")
    assert call(world).json()["items"] == []  # type: ignore[attr-defined]


def test_a_use_is_noted_once_a_minute(world: World) -> None:
    assert last_use(world) is None
    call(world)
    first = last_use(world)
    call(world)

    assert first is not None
    assert last_use(world) == first


def test_a_refused_request_is_a_use_too(world: World) -> None:
    assert call(world, "POST", body={"nonsense": 1}).status_code == 422

    assert last_use(world) is not None


def test_a_use_is_noted_without_redis(world: World, settings: Settings) -> None:
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": dead_redis_url()}}

    assert call(world).status_code == 200
    assert last_use(world) is not None


def test_a_locked_token_neither_fails_nor_delays_what_was_done(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_use, "LOCK_TIMEOUT", "20ms")
    table = f'"{world.organization.schema_name}"."{ServiceToken._meta.db_table}"'
    with transaction.atomic(using="owner"), caplog.at_level(logging.WARNING, "tenants.doors.token_use"):
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {table} FOR UPDATE")
        made = call(world, "POST", body={"name": "Kept"})

    assert made.status_code == 201
    assert [item["name"] for item in call(world).json()["items"]] == ["Kept"]  # type: ignore[attr-defined]
    assert last_use(world) is None
    assert any("was not noted" in line for line in caplog.messages)
    assert not connection.in_atomic_block
