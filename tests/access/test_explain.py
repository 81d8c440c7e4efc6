"""Why somebody may or may not: the same answer as the guard's, with its reasons."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import Campaign, CampaignUserGrant
from kernel.errors import NotAllowed, NotFound
from kernel.ids import uuid7
from kernel.tenancy.context import Actor, Scope
from tenants.access.asking import actions_on, may_ask, object_asked, people_to_ask_about
from tenants.access.catalogue import level_for
from tenants.access.context import forget
from tenants.access.explain import Explanation, explain, who_can
from tenants.access.grants import share
from tenants.access.models import Membership, Role, ServiceToken, Team, TeamMembership
from tenants.access.resolver import can
from tests.access import worlds
from tests.access.conftest import person, token_of


def id_of(actor: Actor) -> UUID:
    assert actor.user_id is not None
    return actor.user_id


def campaign_of(actor: Actor, team: Team | None = None) -> Campaign:
    return Campaign.objects.create(name="Spring", owner_id=id_of(actor), team=team)


def asked(actor: Actor, about: Actor, row: Campaign, action: str = "campaign:edit") -> Explanation:
    return explain(actor=actor, person_id=id_of(about), action=action, obj=row)


def told(found: Explanation) -> list[tuple[str, bool]]:
    return [(way.kind, way.hit) for way in found.ways]


@pytest.mark.parametrize("seed", range(4))
def test_it_says_what_the_guard_does(tenant: Scope, owner: Actor, seed: int) -> None:
    world = worlds.build(seed, people=8, things=8, shares=24)
    boss = person("owner")
    for thing in world.things.values():
        row = worlds.row_of(thing)
        for action in actions_on(row):
            holders = {found.access.user_id for found in who_can(actor=boss, action=action, obj=row)}
            for user_id in world.people:
                if world.people[user_id].status == "holder":
                    continue
                expected = world.allows(user_id, action, thing)
                assert can(worlds.actor_of(user_id), action, row) == expected
                assert (user_id in holders) == expected
        for user_id in world.people:
            if world.people[user_id].status == "holder":
                continue
            for action in actions_on(row)[::3]:
                found = explain(actor=boss, person_id=user_id, action=action, obj=row)
                expected = world.allows(user_id, action, thing)
                assert found.allowed == expected
                assert found.allowed == (found.hits > 0)
                assert bool(found.nearest) != found.allowed
                unexpired = [way for way in found.ways if way.share is not None and not way.share.is_expired]
                best = world.shared_level(user_id, thing)
                if level_for(action) == "viewer" and found.ways[0].hit:
                    assert any(way.hit for way in unexpired) == (best is not None)


def test_the_ways_of_a_marketer(admin: Actor, marketer: Actor) -> None:
    team = Team.objects.create(name="Retail")
    row = campaign_of(admin, team)

    found = asked(admin, marketer, row)

    assert (found.allowed, found.hits) == (False, 0)
    assert told(found) == [
        ("membership", True), ("role", False), ("owner", False), ("team", False), ("share", False),
    ]  # fmt: skip
    assert [way.detail for way in found.ways] == [
        "Marketer is an active member.",
        "Change campaigns: those of their teams and their own, so it depends on owner and team.",
        "Marketer is not the owner (Admin is).",
        "It belongs to team Retail. Marketer is no member of it and leads no team above it.",
        "It is not shared with Marketer, nor with a team of theirs.",
    ]
    assert found.nearest == (
        "Add Marketer to team Retail.",
        "Share it with Marketer at the level Editor or higher.",
        "Make Marketer its owner.",
    )
    for advice in (lambda: TeamMembership.objects.create(team=team, user_id=id_of(marketer)), forget):
        advice()
    assert told(asked(admin, marketer, row))[3] == ("team", True)
    assert can(marketer, "campaign:edit", row)


def test_who_leads_a_team_reaches_those_below(admin: Actor, marketer: Actor) -> None:
    sales = Team.objects.create(name="Sales")
    retail = Team.objects.create(name="Retail", parent=sales)
    TeamMembership.objects.create(team=sales, user_id=id_of(marketer), role="lead")

    found = asked(admin, marketer, campaign_of(admin, retail))

    assert found.allowed
    assert found.ways[3].detail == "It belongs to team Retail, below team Sales, which Marketer leads."


def test_a_share_is_told_with_who_gave_it_and_what_is_left_without_it(admin: Actor, analyst: Actor) -> None:
    row = campaign_of(admin)
    made = share(
        actor=admin, obj=row, level="editor", user_id=analyst.user_id, expires_at=timezone.now() + timedelta(days=9)
    )

    found = asked(admin, analyst, row)

    assert (found.allowed, found.hits) == (True, 1)
    way = found.ways[-1]
    assert (way.kind, way.hit, way.share, way.title) == ("share", True, made, "Share with Analyst")
    assert way.detail.startswith("Editor, on this one only. Shared by Admin on ")
    [removal] = found.removals
    assert (removal.share_id, removal.still_allowed, removal.keeps, removal.loses) == (
        made.id, False, ("campaign:view",), ("campaign:edit",),
    )  # fmt: skip
    assert removal.detail == "Analyst keeps: See campaigns. Loses: Change campaigns."


def test_an_expired_share_and_a_low_one_are_shown_as_such(admin: Actor, viewer: Actor) -> None:
    row, team = campaign_of(admin), Team.objects.create(name="Retail")
    TeamMembership.objects.create(team=team, user_id=id_of(viewer))
    over = share(actor=admin, obj=row, level="manager", user_id=viewer.user_id)
    CampaignUserGrant.objects.filter(pk=over.id).update(expires_at=timezone.now() - timedelta(days=1))
    share(actor=admin, obj=row, level="viewer", team_id=team.pk)

    found = asked(admin, viewer, row)

    assert not found.allowed
    ended, low = found.ways[-2:]
    assert (ended.hit, low.hit) == (False, False)
    assert "and gives nothing any more." in ended.detail
    assert "That level does not add: Change campaigns." in low.detail
    assert low.title == "Share with team Retail"
    assert found.nearest[0].startswith("Share it with Viewer again: the share ended on ")
    assert found.nearest[1] == "Raise the share with Retail from Viewer to Editor."


def test_only_roles_that_would_do_are_advised(admin: Actor, viewer: Actor) -> None:
    mine, theirs = campaign_of(viewer), campaign_of(admin)

    assert asked(admin, viewer, mine).nearest[-1] == (
        "Give Viewer a role that permits it, such as Owner, Admin, Manager, Marketer."
    )
    assert asked(admin, viewer, theirs).nearest == (
        "Share it with Viewer at the level Editor or higher.",
        "Give Viewer a role that permits it, such as Owner, Admin.",
    )
    Membership.objects.filter(user_id=id_of(viewer)).update(status="suspended")
    forget()
    assert asked(admin, viewer, theirs).nearest[0] == (
        "Reactivate Viewer under People. Share it with Viewer at the level Editor or higher."
    )


def test_somebody_who_is_not_in_is_told_what_they_had(admin: Actor, marketer: Actor) -> None:
    row = campaign_of(marketer)
    Membership.objects.filter(user_id=id_of(marketer)).update(status="suspended")
    forget()

    found = asked(admin, marketer, row)

    assert not found.allowed
    assert not can(marketer, "campaign:edit", row)
    assert told(found)[:3] == [("membership", False), ("role", False), ("owner", True)]
    assert found.ways[0].detail == "Marketer is suspended."
    assert found.nearest == ("Reactivate Marketer under People.",)
    Membership.objects.filter(user_id=id_of(marketer)).update(
        status="active", expires_at=timezone.now() - timedelta(days=1)
    )
    assert asked(admin, marketer, row).ways[0].detail.startswith("The membership of Marketer ended on ")


def test_who_is_invited_can_be_asked_about(admin: Actor, manager: Actor) -> None:
    role = Role.objects.get(slug="marketer")
    invited = Membership.objects.create(email="new@example.test", name="", role=role, status="invited")

    found = explain(actor=admin, person_id=invited.pk, action="campaign:edit", obj=campaign_of(manager))

    assert (found.allowed, found.ways[0].hit) == (False, False)
    assert found.ways[0].detail == "new@example.test is invited and has not come in yet."


@pytest.mark.parametrize("name", ["", "new@example.test"])
def test_the_address_of_who_is_invited_is_for_those_who_may_see_people(admin: Actor, viewer: Actor, name: str) -> None:
    asker = Role.objects.create(
        slug="asker", name="Asker", permissions={"access:explain": "all", "campaign:view": "all"}
    )
    Membership.objects.filter(user_id=id_of(viewer)).update(role=asker)
    role, row = Role.objects.get(slug="marketer"), campaign_of(admin)
    invited = Membership.objects.create(email="new@example.test", name=name, role=role, status="invited")

    found = explain(actor=viewer, person_id=invited.pk, action="campaign:edit", obj=row)
    offered = people_to_ask_about(actor=viewer, obj=row)

    assert found.person.name == "Invited person"
    assert found.ways[0].detail == "Invited person is invited and has not come in yet."
    assert "new@example.test" not in "".join(found.nearest)
    assert sorted(person.name for person in offered) == ["Admin", "Invited person", "Viewer"]


def test_a_token_is_told_with_its_scopes(admin: Actor, marketer: Actor) -> None:
    row = campaign_of(marketer)
    reads, writes = token_of(marketer, "campaign:view"), token_of(marketer, "campaign:edit")

    def verdict(token: Actor) -> Explanation:
        return explain(actor=admin, person_id=id_of(marketer), action="campaign:edit", obj=row, token_id=token.token_id)

    assert [verdict(reads).allowed, verdict(writes).allowed] == [False, True]
    assert verdict(reads).ways[1].detail == "The token CI has no scope campaign:edit."
    assert verdict(reads).nearest == ("Make a token with the scope campaign:edit.",)
    assert writes.token_id is not None
    ServiceToken.objects.filter(pk=writes.token_id).update(revoked_at=timezone.now())
    forget()
    assert not verdict(writes).allowed
    assert verdict(writes).ways[1].detail == "The token CI has ended or was revoked."
    with pytest.raises(NotFound):
        explain(actor=admin, person_id=id_of(marketer), action="campaign:edit", obj=row, token_id=uuid7())


def test_a_question_without_an_object_is_about_the_role(admin: Actor, marketer: Actor) -> None:
    for action in ("member:invite", "campaign:edit"):
        found = explain(actor=admin, person_id=id_of(marketer), action=action)
        assert found.allowed == can(marketer, action)
        assert [way.kind for way in found.ways] == ["membership", "role"]
    assert explain(actor=admin, person_id=id_of(marketer), action="member:invite").nearest == (
        "Give Marketer a role that permits it, such as Owner, Admin.",
    )


def test_everybody_may_ask_about_themselves_and_some_about_others(
    admin: Actor, marketer: Actor, analyst: Actor, viewer: Actor
) -> None:
    row = campaign_of(marketer)

    assert asked(viewer, viewer, row).allowed is False
    assert asked(marketer, viewer, row).allowed is False
    with pytest.raises(NotAllowed) as refusal:
        asked(analyst, viewer, row)
    assert refusal.value.extra == {"permission": "access:explain", "granted_by": ["Owner", "Admin", "Manager"]}
    with pytest.raises(NotAllowed):
        who_can(actor=analyst, action="campaign:edit", obj=row)
    assert may_ask(actor=admin, person_id=None, obj=None)
    with pytest.raises(NotFound):
        object_asked(actor=viewer, object_type="campaign", object_id=row.pk)
    with pytest.raises(NotFound):
        object_asked(actor=admin, object_type="rocket", object_id=row.pk)
    with pytest.raises(NotFound):
        explain(actor=admin, person_id=uuid7(), action="campaign:edit", obj=row)


def test_who_can_reads_as_much_for_many_as_for_few(admin: Actor, marketer: Actor) -> None:
    role, team = Role.objects.get(slug="marketer"), Team.objects.create(name="Retail")
    ids = [uuid7() for _number in range(500)]
    Membership.objects.bulk_create(
        Membership(user_id=found, email=f"p{number}@example.test", name=f"P{number:03}", role=role)
        for number, found in enumerate(ids)
    )
    TeamMembership.objects.bulk_create(TeamMembership(team=team, user_id=ids[number]) for number in range(250))
    row = campaign_of(marketer, team)
    share(actor=admin, obj=row, level="editor", user_id=ids[400])
    forget()

    with CaptureQueriesContext(connection) as captured:
        found = who_can(actor=admin, action="campaign:edit", obj=row)

    assert len(captured) <= 4
    ways = {holder.access.name: [way.kind for way in holder.ways] for holder in found}
    assert len(found) == 253
    assert ways["P000"] == ["team"]
    assert ways["P400"] == ["share"]
    assert "P300" not in ways
    assert ways["Marketer"] == ["owner"]
    assert ways["Admin"] == ["role"]
