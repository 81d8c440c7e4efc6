"""A person signed in on the organization's host may use the API as well; their writes need the CSRF header."""

import json
from typing import Any

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client

from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope
from tenants.models import Domain, User
from tenants.signin.sessions import SessionStore
from tests.api.objects import digest
from tests.api.world import World


@pytest.fixture
def host(world: World) -> str:
    """The organization's own host."""
    name = f"{world.organization.slug}.localhost"
    Domain.objects.using("owner").get_or_create(domain=name, tenant_id=world.organization.id, is_primary=True)
    return name


@pytest.fixture
def signed_in(world: World, host: str) -> Client:
    """The owner's browser, signed in on that host."""
    user = User.objects.get(email=world.actors["owner"].email)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "tenants.authentication.Backend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["host"] = host
    with public_scope(actor=SYSTEM, source="system"):
        session.create()
    client = Client(enforce_csrf_checks=True, raise_request_exception=False, headers={"Host": host})
    client.cookies["__Host-session"] = session.session_key or ""
    return client


def call(client: Client, method: str, body: Any = None, **headers: str) -> Any:
    data = json.dumps(body) if body is not None else ""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.generic(method, "/api/v1/campaigns", data, content_type="application/json", headers=sent)


def test_a_session_reads(signed_in: Client) -> None:
    answer = call(signed_in, "GET")

    assert answer.status_code == 200


def test_a_session_writes_only_with_the_csrf_header(world: World, signed_in: Client) -> None:
    secret = "a" * 32
    before = digest(world)

    refused = call(signed_in, "POST", {"name": "x"})
    assert (refused.status_code, json.loads(refused.content)["code"]) == (403, "csrf_failed")
    assert digest(world) == before

    signed_in.cookies["__Host-csrf"] = secret
    allowed = call(signed_in, "POST", {"name": "x"}, X_CSRFToken=secret)
    assert allowed.status_code == 201


def test_a_form_of_another_site_is_refused(world: World, signed_in: Client) -> None:
    before = digest(world)

    answer = signed_in.post("/api/v1/campaigns", {"name": "x"})

    assert answer.status_code in (403, 415)
    assert answer["Content-Type"] == "application/problem+json"
    assert digest(world) == before
