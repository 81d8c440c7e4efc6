"""Teams as pages: the tree, one team, and what is done with it."""

from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from campaigns.models import Campaign
from kernel.ids import uuid7
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tenants.access.models import Team, TeamMembership
from tenants.access.team_members import add_to_team
from tenants.access.teams import create_team
from tests.console_org.desk import House, queries_of, toasts, words


def team_of(house: House, name: str = "Growth", **values: Any) -> Team:
    with scope(house.tenant, actor=SYSTEM, source="system"):
        return create_team(actor=SYSTEM, name=name, **values)


def put(house: House, team: Team, who: str, role: str = "member") -> None:
    with scope(house.tenant, actor=SYSTEM, source="system"):
        add_to_team(actor=SYSTEM, team_id=team.pk, user_id=house.users[who].pk, role=role)


def stored(house: House) -> list[Any]:
    return house.all_of(Team, TeamMembership, Campaign)


def version_in(answer: Any, who: UUID) -> int:
    """The version that the page's forms carry for somebody's place."""
    return next(int(person["version"]) for person in answer.context["people"] if person["user_id"] == who)


@pytest.fixture
def team(house: House) -> Team:
    return team_of(house)


def test_teams_stand_as_a_tree(house: House, client: Client) -> None:
    top = team_of(house, "Top")
    middle = team_of(house, "Apart", parent_id=top.pk)
    team_of(house, "Below", parent_id=middle.pk)
    team_of(house, "Zoo")

    answer = client.get("/teams/")

    assert [(row["team"].name, row["depth"]) for row in answer.context["teams"]] == [
        ("Top", 0),
        ("Apart", 1),
        ("Below", 2),
        ("Zoo", 0),
    ]
    assert house.client("viewer").get("/teams/").status_code == 403
    assert "New team" not in words(house.client("manager").get("/teams/"))


def test_the_pages_take_as_many_statements_for_one_as_for_many(house: House, team: Team) -> None:
    client = house.client()
    put(house, team, "viewer")
    few = queries_of(client, "/teams/"), queries_of(client, f"/teams/{team.pk}/")
    for number in range(4):
        team_of(house, f"Team {number}")
    for who in ("manager", "marketer", "analyst"):
        put(house, team, who)

    assert (queries_of(client, "/teams/"), queries_of(client, f"/teams/{team.pk}/")) == few


def test_a_team_is_made(house: House, client: Client) -> None:
    answer = client.post("/teams/new/", {"name": "Growth", "description": "All", "parent_id": ""}, follow=True)
    taken = client.post("/teams/new/", {"name": "GROWTH"})

    assert toasts(answer) == ["Growth is ready. Put people into it."]
    assert answer.context["team"].owner_id == house.users["owner"].pk
    assert (taken.status_code, dict(taken.context["form"].errors)) == (409, {"name": ["There is a team of this name."]})
    assert house.client("manager").post("/teams/new/", {"name": "Mine"}).status_code == 403


def test_people_come_change_and_go(house: House, client: Client, team: Team) -> None:
    who, path = house.users["marketer"].pk, f"/teams/{team.pk}/"

    added = client.post(f"{path}people/add/", {"user_id": who, "role": "member"}, follow=True)
    assert toasts(added) == ["They are in the team now."]
    version = version_in(added, who)
    sent = {"version": version, "role": "lead", "expires_at": "2031-05-01T12:00:00"}
    changed = client.post(f"{path}people/{who}/", sent, follow=True)
    assert toasts(changed) == ["The place of Rae Marketer is saved."]
    with scope(house.tenant, actor=SYSTEM, source="system"):
        [row] = TeamMembership.objects.all()
    assert row.expires_at is not None
    assert (row.role, row.expires_at.isoformat()) == ("lead", "2031-05-01T10:00:00+00:00")

    stale = client.post(f"{path}people/{who}/remove/", {"version": version}, follow=True)
    assert toasts(stale) == ["Somebody changed this meanwhile. Look at it as it is now and try again."]
    now = version_in(stale, who)
    removed = client.post(f"{path}people/{who}/remove/", {"version": now}, follow=True)
    assert toasts(removed) == ["Rae Marketer is out of the team."]
    assert removed.context["people"] == []


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"role": "member"}, "user_id"),
        ({"user_id": str(uuid7()), "role": "member"}, "user_id"),
        ({"role": "boss"}, "role"),
        ({"role": "member", "expires_at": "2020-01-01T00:00"}, "expires_at"),
    ],
)
def test_what_does_not_fit_comes_back(
    house: House, client: Client, team: Team, sent: dict[str, str], field: str
) -> None:
    before = stored(house)
    if field != "user_id":
        sent = sent | {"user_id": str(house.users["viewer"].pk)}

    answer = client.post(f"/teams/{team.pk}/people/add/", sent)

    assert answer.status_code == 422
    assert field in answer.context["forms"]["add"].errors
    assert stored(house) == before


def test_objects_move_and_a_team_with_objects_needs_a_heir(house: House, client: Client, team: Team) -> None:
    other, path = team_of(house, "Retail"), f"/teams/{team.pk}/"
    campaign = house.campaign()
    with scope(house.tenant, actor=SYSTEM, source="system"):
        Campaign.objects.filter(pk=campaign.pk).update(team=team)
    before = stored(house)

    stays = client.post(f"{path}delete/", {"version": 1, "objects_to": ""})
    assert stays.status_code == 409
    assert stays.context["form"].non_field_errors() == ["The team has objects; name the team that gets them."]
    assert [row["count"] for row in stays.context["objects"]] == [1, 0]
    assert stored(house) == before

    moved = client.post(f"{path}move/", {"to_team_id": other.pk}, follow=True)
    assert toasts(moved) == ["1 object moved."]
    gone = client.post(f"{path}delete/", {"version": 1, "objects_to": ""}, follow=True)
    assert toasts(gone) == ["Growth is deleted."]
    assert client.get(path).status_code == 404


def test_a_team_is_renamed_moved_and_handed_over(house: House, client: Client, team: Team) -> None:
    top, path = team_of(house, "Top"), f"/teams/{team.pk}/"

    saved = client.post(
        f"{path}edit/", {"version": 1, "name": "Reach", "description": "", "parent_id": top.pk}, follow=True
    )
    cycle = client.post(f"/teams/{top.pk}/edit/", {"version": 1, "name": "Top", "parent_id": team.pk})
    stale = client.post(f"{path}transfer/", {"version": 1, "owner_id": house.users["admin"].pk}, follow=True)
    given = client.post(f"{path}transfer/", {"version": 2, "owner_id": house.users["admin"].pk}, follow=True)

    assert toasts(saved) == ["The team is saved."]
    assert (saved.context["team"].name, saved.context["parent"].pk) == ("Reach", top.pk)
    assert (cycle.status_code, list(cycle.context["form"].errors)) == (422, ["parent_id"])
    assert toasts(stale) == ["Somebody changed this meanwhile. Look at it as it is now and try again."]
    assert toasts(given) == ["The team has a new owner."]
    assert given.context["team"].owner_name == "Rae Admin"


def test_who_leads_a_team_manages_it_and_no_other(house: House, team: Team) -> None:
    other, client = team_of(house, "Other"), house.client("manager")
    sent = {"user_id": house.users["viewer"].pk, "role": "member"}
    assert client.get(f"/teams/{team.pk}/").context["forms"] == {}
    before = stored(house)
    assert client.post(f"/teams/{team.pk}/people/add/", sent).status_code == 403
    assert stored(house) == before

    put(house, team, "manager", "lead")

    assert client.post(f"/teams/{team.pk}/people/add/", sent).status_code == 302
    assert client.post(f"/teams/{other.pk}/people/add/", sent).status_code == 403
