"""Host, session, token and person cost no query once cached, access costs one; changes show at the next request."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope, scope
from tenants.access.members import suspend_member
from tenants.access.models import Membership, ServiceToken
from tenants.access.tokens import revoke_token
from tenants.commands.lifecycle import resume, suspend
from tests.api.caller import Caller
from tests.api.world import World, make_world
from tests.identity.world import house, join, person, signed_in
from tests.tenancy.statements import statements
from tests.tenancy.wire import verbs, watched
from tests.tenants import remove_organization


@pytest.fixture
def world() -> Iterator[World]:
    """An organization with an owner and a marketer."""
    made = make_world(roles=("owner", "marketer"))
    yield made
    remove_organization(made.row)


def queries_of(caller: Caller, path: str) -> int:
    caller("GET", path)
    with CaptureQueriesContext(connection) as queries:
        assert caller("GET", path).status_code == 200
    return len(statements(queries))


def test_a_request_knows_all_its_rights_from_one_statement(world: World) -> None:
    assert queries_of(world.callers["owner"], "/me") == 1


def test_a_list_costs_one_statement_for_access_and_one_of_its_own(world: World) -> None:
    assert queries_of(world.callers["owner"], "/campaigns") == 2
    assert queries_of(world.callers["marketer"], "/campaigns") == 2


def test_a_list_sends_access_and_page_between_begin_and_commit(world: World) -> None:
    caller = world.callers["owner"]
    caller("GET", "/campaigns")
    with watched() as wire:
        assert caller("GET", "/campaigns").status_code == 200
        assert verbs(wire) == ["BEGIN", "SELECT", "SELECT", "COMMIT"]


def test_a_session_costs_one_statement_for_access_once_cached(world: World) -> None:
    user = person()
    join(world.row, user, "owner")
    browser = signed_in(user)
    browser.open(f"{house(world.row)}/")
    assert browser.get(f"{house(world.row)}/api/v1/me").status_code == 200
    address = f"{house(world.row)}/api/v1/me"
    browser.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(address).status_code == 200
    [asked] = statements(queries)
    assert "FROM access_membership m" in asked


def test_a_revoked_token_is_refused_at_the_next_request(world: World) -> None:
    caller = world.callers["owner"]
    assert caller("GET", "/me").status_code == 200
    with scope(world.organization, actor=world.actors["owner"], source="console"):
        revoke_token(actor=world.actors["owner"], token_id=ServiceToken.objects.get(owner__role__slug="owner").pk)

    assert caller("GET", "/me").status_code == 401


def test_a_suspended_member_is_refused_at_the_next_request(world: World) -> None:
    caller = world.callers["marketer"]
    assert caller("GET", "/me").status_code == 200
    with scope(world.organization, actor=SYSTEM, source="system"):
        suspend_member(actor=SYSTEM, membership_id=Membership.objects.get(role__slug="marketer").pk)

    assert caller("GET", "/me").status_code == 401


def test_a_suspended_organization_is_shut_and_opened_at_the_next_request(world: World) -> None:
    caller = world.callers["owner"]
    assert caller("GET", "/me").status_code == 200
    with public_scope(actor=SYSTEM, source="operator"):
        suspend(actor=SYSTEM, organization_id=world.organization.id, reason="unpaid")

    refused = caller("GET", "/me")
    assert (refused.status_code, refused.json()["code"]) == (403, "organization_suspended")  # type: ignore[attr-defined]

    with public_scope(actor=SYSTEM, source="operator"):
        resume(actor=SYSTEM, organization_id=world.organization.id)
    assert caller("GET", "/me").status_code == 200


def test_a_token_is_refused_on_another_organizations_host(world: World) -> None:
    other = make_world(roles=("owner",))
    try:
        caller = Caller(world.callers["owner"].token, f"{other.organization.slug}.localhost")
        assert caller("GET", "/me").status_code == 401
    finally:
        remove_organization(other.row)


def test_a_refused_request_changes_nothing(world: World) -> None:
    marketer = world.callers["marketer"]
    made = marketer("POST", "/campaigns", {"name": "Mine"})
    before = marketer("GET", f"/campaigns/{made.json()['id']}").json()  # type: ignore[attr-defined]

    refused = marketer("PATCH", f"/campaigns/{before['id']}", {"status": "nonsense"}, if_match=made["ETag"])

    assert refused.status_code == 422
    assert marketer("GET", f"/campaigns/{before['id']}").json() == before  # type: ignore[attr-defined]


def test_signing_in_is_needed_for_the_api() -> None:
    assert Client().get("/api/v1/me", headers={"Host": "localhost"}).status_code == 401
