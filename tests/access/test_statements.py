"""What deciding costs: one statement for access, at most one for the objects, however many there are."""

from collections.abc import Callable
from functools import partial

from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign, CampaignUserGrant
from kernel.tenancy.context import Actor, Scope
from tenants.access.context import access_of, accesses, forget
from tenants.access.models import Membership, Team, TeamMembership
from tenants.access.resolver import actions_of_many, can, can_many, permissions_of, require_some
from tenants.models import User
from tests.access.conftest import person, token_of


def costs(ask: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        ask()
    return len(captured)


def shared_campaigns(actor: Actor, number: int) -> list[Campaign]:
    """Campaigns of somebody else, every other one shared with the person; they are in two teams, leading one."""
    owner = person("owner")
    for role in (TeamMembership.Role.LEAD, TeamMembership.Role.MEMBER):
        TeamMembership.objects.create(user_id=actor.user_id or "", team=Team.objects.create(name=role), role=role)
    rows = [Campaign.objects.create(name=f"C {place}", owner_id=owner.user_id or "") for place in range(number)]
    for row in rows[::2]:
        CampaignUserGrant.objects.assign_perm("access_editor", User(pk=actor.user_id), row)
    forget()
    return rows


def test_the_access_of_a_request_is_one_statement(marketer: Actor) -> None:
    shared_campaigns(marketer, 1)
    program = token_of(marketer, "campaign:view", "campaign:edit")

    for actor in (marketer, program):
        forget()
        assert costs(partial(access_of, actor)) == 1
        assert costs(partial(access_of, actor)) == 0
        assert costs(partial(permissions_of, actor)) == 0
        assert costs(partial(require_some, actor, "campaign:view")) == 0


def test_one_question_about_a_loaded_object_costs_at_most_one_statement(marketer: Actor, admin: Actor) -> None:
    shared, closed = shared_campaigns(marketer, 2)
    own = Campaign.objects.create(name="Own", owner_id=marketer.user_id or "")
    for actor in (marketer, admin):
        access_of(actor)

    assert [costs(partial(can, marketer, "campaign:edit", row)) for row in (shared, closed, own)] == [1, 1, 0]
    assert costs(lambda: can(admin, "campaign:edit", closed)) == 0
    assert costs(lambda: can(marketer, "campaign:create")) == 0


def test_fifty_objects_cost_at_most_one_statement(marketer: Actor, admin: Actor) -> None:
    rows = shared_campaigns(marketer, 50)
    for actor in (marketer, admin):
        access_of(actor)

    assert costs(lambda: can_many(marketer, "campaign:edit", rows)) == 1
    assert costs(lambda: can_many(admin, "campaign:edit", rows)) == 0
    assert can_many(marketer, "campaign:edit", rows) == set(rows[::2])
    every = ["campaign:view", "campaign:edit", "campaign:delete", "campaign:share"]
    assert costs(lambda: actions_of_many(marketer, every, rows)) == 1


def test_everybodys_access_is_one_statement(tenant: Scope) -> None:
    for role in ("owner", "admin", "marketer", "viewer"):
        person(role)

    assert costs(lambda: accesses()) == 1
    assert len(accesses()) == Membership.objects.filter(status="active").count() == 4
