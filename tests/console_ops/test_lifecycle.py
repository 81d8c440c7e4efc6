"""Suspending, resuming, and another plan."""

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope
from tenants.commands.invitations import invite_first_admin
from tenants.commands.lifecycle import change_plan
from tenants.models import Organization, User
from tests.api.world import World, make_world
from tests.console_ops import desk
from tests.identity.world import house, join, person
from tests.jobs.handlers import QUEUE
from tests.jobs.work import ask
from tests.tenants import remove_organization


@pytest.fixture
def world(committed: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """An organization with an address, an owner and their token."""
    made = make_world(plan="team", roles=("owner",))
    house(made.row)
    yield made
    remove_organization(made.row)


def now(world: World) -> Organization:
    found: Organization = Organization.objects.get(pk=world.row.pk)
    return found


def test_a_suspension_says_first_what_it_reaches(client: Client, organization: Organization) -> None:
    join(organization, person())
    join(organization, person())
    with public_scope(actor=SYSTEM, source="system"):
        invite_first_admin(organization=organization, email="new@example.com", name="", invited_by="Olga")
    ask(organization, "test.look")

    page = client.get(f"/tenants/{organization.slug}/suspend/").content.decode()

    for effect in ("2 people", "1 open invitation<", "1 waiting job<"):
        assert effect in page
    assert Organization.objects.get(pk=organization.pk).status == "active"


def test_suspended_and_resumed_count_from_the_next_request_on(client: Client, world: World) -> None:
    owner = desk.signed_in(User.objects.get(email=world.actors["owner"].email), f"{world.row.slug}.localhost")
    call = world.callers["owner"]
    assert (owner.get("/livez").status_code, call("get", "/campaigns").status_code) == (200, 200)

    answer = client.post(f"/tenants/{world.row.slug}/suspend/", {"reason": "The bill is not paid."})
    assert (answer.status_code, answer["Location"]) == (302, f"/tenants/{world.row.slug}/")
    assert (owner.get("/").status_code, call("get", "/campaigns").status_code) == (403, 403)
    page = client.get(answer["Location"]).content.decode()
    assert "is suspended." in page
    assert "The bill is not paid." in page
    assert f"/tenants/{world.row.slug}/resume/" in page

    assert client.post(f"/tenants/{world.row.slug}/resume/").status_code == 302
    assert (owner.get("/livez").status_code, call("get", "/campaigns").status_code) == (200, 200)
    assert (now(world).status, now(world).status_reason) == ("active", "")


def test_jobs_wait_while_an_organization_is_suspended(client: Client, world: World) -> None:
    job_id = ask(world.row, "test.look")
    client.post(f"/tenants/{world.row.slug}/suspend/", {"reason": "Unpaid"})
    assert desk.picked(QUEUE) == []
    assert "1 waiting job" in client.get(f"/tenants/{world.row.slug}/resume/").content.decode()

    client.post(f"/tenants/{world.row.slug}/resume/")
    assert desk.picked(QUEUE) == [job_id]


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301, "a\x00b"])
def test_a_suspension_needs_a_reason(client: Client, world: World, reason: str) -> None:
    answer = client.post(f"/tenants/{world.row.slug}/suspend/", {"reason": reason})

    assert answer.status_code == 422
    assert "1 field needs attention" in answer.content.decode()
    assert now(world).status == "active"
    assert now(world).row_version == 1


def test_an_organization_that_is_being_set_up_cannot_be_suspended(client: Client) -> None:
    data = desk.filled_in()
    client.post("/tenants/new/", data)

    assert client.post(f"/tenants/{data['slug']}/suspend/", {"reason": "No"}).status_code == 409
    assert client.post(f"/tenants/{data['slug']}/resume/").status_code == 409
    assert Organization.objects.get(slug=data["slug"]).status == "provisioning"


def test_a_plan_shows_its_limits_before_it_is_taken(client: Client, world: World) -> None:
    for _ in range(3):
        join(world.row, person())
    address = f"/tenants/{world.row.slug}/plan/"

    whole = client.get(address).content.decode()
    part = client.get(address, {"plan": "free"}, headers={"hx-request": "true"}).content.decode()
    unlimited = client.get(address, {"plan": "enterprise"}, headers={"hx-request": "true"}).content.decode()

    assert 'value="team" checked' in whole
    assert "This is the present plan" in whole
    assert "<html" not in part
    assert "15 → 3" in part
    assert "4 in use: nothing is removed, but nothing can be added until it fits" in part
    assert "15 → ∞" in unlimited
    assert "nothing can be added" not in unlimited
    assert now(world).plan_id == "team"


def test_a_plan_is_changed_at_once(client: Client, world: World) -> None:
    address = f"/tenants/{world.row.slug}/plan/"

    answer = client.post(address, {"plan": "free", "version": "1"})

    assert answer.status_code == 302
    assert (now(world).plan_id, now(world).row_version) == ("free", 2)
    assert "Free" in client.get(f"/tenants/{world.row.slug}/").content.decode()


def test_a_plan_that_somebody_else_changed_meanwhile_is_not_overwritten(client: Client, world: World) -> None:
    address = f"/tenants/{world.row.slug}/plan/"
    with public_scope(actor=SYSTEM, source="operator"):
        change_plan(actor=SYSTEM, organization_id=world.row.pk, version=1, plan="scale")

    refused = client.post(address, {"plan": "free", "version": "1"})

    page = refused.content.decode()
    assert refused.status_code == 409
    assert "meanwhile; look again." in page
    assert 'name="version" value="2"' in page
    assert 'value="free" checked' in page
    assert "50 → 3" in page
    assert now(world).plan_id == "scale"
    assert client.post(address, {"plan": "free", "version": "2"}).status_code == 302


@pytest.mark.parametrize(
    "sent", [{}, {"plan": "gold", "version": "1"}, {"plan": "free"}, {"plan": "free", "version": "x"}]
)
def test_a_plan_that_is_none_is_refused(client: Client, world: World, sent: dict[str, str]) -> None:
    assert client.post(f"/tenants/{world.row.slug}/plan/", sent).status_code == 422
    assert (now(world).plan_id, now(world).row_version) == ("team", 1)


def test_every_step_of_its_life_stands_in_the_audit(client: Client, operator: User, world: World) -> None:
    client.post(f"/tenants/{world.row.slug}/suspend/", {"reason": "Unpaid"})
    client.post(f"/tenants/{world.row.slug}/resume/")
    client.post(f"/tenants/{world.row.slug}/plan/", {"plan": "scale", "version": "3"})

    page = client.get(f"/tenants/{world.row.slug}/", {"tab": "audit"}).content.decode()

    assert page.count(f"<b>{operator.name}</b> changed") == 3


def test_what_is_done_already_is_not_offered(client: Client, world: World) -> None:
    address = f"/tenants/{world.row.slug}/"
    assert client.get(f"{address}resume/")["Location"] == address

    client.post(f"{address}suspend/", {"reason": "Unpaid"})

    assert client.get(f"{address}suspend/")["Location"] == address
    assert "Unpaid" in client.get(f"{address}resume/").content.decode()
    assert (now(world).status, now(world).row_version) == ("suspended", 2)
