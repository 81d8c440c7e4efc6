"""`/api/v1/teams`: teams, their people, and what they own."""

import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import Campaign
from kernel.http.output import instant
from kernel.ids import uuid7
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tenants.access.models import Team, TeamMembership
from tests.api.caller import Caller, code_of, pointers
from tests.api.objects import body
from tests.api.world import World


@pytest.fixture(autouse=True)
def _without_teams(world: World) -> Iterator[None]:
    """The organization is shared by the tests of a session."""
    yield
    with scope(world.organization, actor=SYSTEM, source="system"):
        Campaign.objects.exclude(team=None).update(team=None)
        Team.objects.update(parent=None)
        Team.objects.all().delete()


def name() -> str:
    return f"Team {secrets.token_hex(3)}"


def make(caller: Caller, **values: Any) -> tuple[dict[str, Any], str]:
    """Make a team; return it with its ETag."""
    answer = caller("POST", "/teams", {"name": name()} | values)
    assert answer.status_code == 201, answer.content
    assert answer["Location"] == f"/api/v1/teams/{body(answer)['id']}"
    return body(answer), answer["ETag"]


def rows(world: World) -> list[Any]:
    with scope(world.organization, actor=SYSTEM, source="system"):
        return [list(model.objects.order_by("pk").values_list()) for model in (Team, TeamMembership)]


def campaign_of(world: World, team_id: str, **values: Any) -> Campaign:
    with scope(world.organization, actor=SYSTEM, source="system"):
        owner = world.actors["owner"].user_id
        assert owner is not None
        return Campaign.objects.create(name="In a team", owner_id=owner, team_id=team_id, **values)


def test_a_team_is_made_read_changed_and_ended(world: World) -> None:
    caller = world.callers["owner"]
    made, tag = make(caller, description="All channels")
    assert made | {"name": "", "id": "", "created_at": ""} == {
        "id": "",
        "name": "",
        "description": "All channels",
        "parent_id": None,
        "owner_id": str(world.actors["owner"].user_id),
        "owner_name": "Owner",
        "members": 0,
        "leads": 0,
        "objects": {"asset": 0, "campaign": 0, "catalog": 0},
        "created_at": "",
        "version": 1,
    }
    path = f"/teams/{made['id']}"
    assert caller("GET", path)["ETag"] == tag
    assert caller("GET", path, if_none_match=tag).status_code == 304

    admin = str(world.actors["admin"].user_id)
    changed = caller("PATCH", path, {"description": "", "owner_id": admin}, if_match=tag)
    assert (changed.status_code, body(changed)["owner_id"], body(changed)["version"]) == (200, admin, 3)
    late = caller("PATCH", path, {"description": "late"}, if_match=tag)
    assert (late.status_code, code_of(late), late["ETag"]) == (412, "version_changed", changed["ETag"])
    assert code_of(caller("PATCH", path, {"description": "x"})) == "precondition_required"

    ended = caller("DELETE", path, if_match=changed["ETag"])
    assert (ended.status_code, body(ended)["id"]) == (200, made["id"])
    assert caller("GET", path).status_code == 404


def test_the_list_is_paged_and_takes_few_statements(world: World) -> None:
    caller = world.callers["analyst"]
    made = sorted(make(world.callers["owner"])[0]["name"] for _number in range(3))

    first = body(caller("GET", "/teams?limit=2"))
    second = body(caller("GET", f"/teams?limit=2&cursor={first['next']}"))
    with CaptureQueriesContext(connection) as captured:
        caller("GET", "/teams")

    assert [row["name"] for row in first["items"] + second["items"]] == made
    assert second["next"] is None
    statements = [query["sql"] for query in captured if not query["sql"].startswith(("BEGIN", "COMMIT"))]
    assert len([sql for sql in statements if "access_team" in sql]) == 2  # access, and the list


def test_a_team_below_is_made_and_can_not_stand_above(world: World) -> None:
    caller = world.callers["owner"]
    top, tag = make(caller)
    low, _tag = make(caller, parent_id=top["id"])

    cycle = caller("PATCH", f"/teams/{top['id']}", {"parent_id": low["id"]}, if_match=tag)
    above = caller("DELETE", f"/teams/{top['id']}", if_match=tag)

    assert (cycle.status_code, pointers(cycle)) == (422, {"/parent_id": "team_cycle"})
    assert (above.status_code, code_of(above)) == (409, "team_has_teams")


def test_people_come_and_go(world: World) -> None:
    caller, team = world.callers["owner"], make(world.callers["owner"])[0]
    path, user_id = f"/teams/{team['id']}/members", str(world.actors["marketer"].user_id)

    added = caller("POST", path, {"user_id": user_id})
    assert (added.status_code, added["Location"]) == (201, f"/api/v1{path}/{user_id}")
    assert body(added) == {
        "user_id": user_id,
        "name": "Marketer",
        "email": world.actors["marketer"].email,
        "status": "active",
        "organization_role": "Marketer",
        "role": "member",
        "expires_at": None,
    }
    assert code_of(caller("POST", path, {"user_id": user_id})) == "already_exists"
    assert body(caller("GET", path))["items"] == [body(added)]

    ends = instant(timezone.now() + timedelta(days=3))
    changed = caller("PATCH", f"{path}/{user_id}", {"role": "lead", "expires_at": ends}, if_match=added["ETag"])
    assert (body(changed)["role"], body(changed)["expires_at"]) == ("lead", ends)
    assert body(caller("GET", f"/teams/{team['id']}"))["leads"] == 1
    late = caller("DELETE", f"{path}/{user_id}", if_match=added["ETag"])
    assert (late.status_code, late["ETag"]) == (412, changed["ETag"])
    removed = caller("DELETE", f"{path}/{user_id}", if_match=changed["ETag"])
    assert (removed.status_code, body(removed)) == (200, body(changed))
    assert caller("GET", f"{path}/{user_id}").status_code == 404


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({}, {"/user_id": "required"}),
        ({"user_id": "x"}, {"/user_id": "wrong_format"}),
        ({"user_id": str(uuid7())}, {"/user_id": "not_a_member"}),
        ({"user_id": str(uuid7()), "role": "boss"}, {"/role": "unknown_value"}),
        ({"user_id": str(uuid7()), "expires_at": "2020-01-01T00:00:00Z"}, {"/expires_at": "out_of_range"}),
        ({"user_id": str(uuid7()), "team": "x"}, {"/team": "unknown_field"}),
    ],
)
def test_a_bad_member_is_told_exactly(world: World, sent: dict[str, Any], errors: dict[str, str]) -> None:
    team = make(world.callers["owner"])[0]
    before = rows(world)

    answer = world.callers["owner"]("POST", f"/teams/{team['id']}/members", sent)

    assert (answer.status_code, pointers(answer)) == (422, errors)
    assert rows(world) == before


def test_objects_move_with_the_team_or_alone(world: World) -> None:
    caller = world.callers["owner"]
    (first, tag), (second, _tag) = make(caller), make(caller)
    campaign = campaign_of(world, first["id"])
    assert body(caller("GET", f"/teams/{first['id']}"))["objects"] == {"asset": 0, "campaign": 1, "catalog": 0}

    stays = caller("DELETE", f"/teams/{first['id']}", if_match=tag)
    assert (stays.status_code, code_of(stays), body(stays)["objects"]) == (
        409,
        "team_has_objects",
        {"asset": 0, "campaign": 1, "catalog": 0},
    )
    moved = caller("POST", f"/teams/{first['id']}/objects/transfer", {"to_team_id": second["id"]})
    assert body(moved) == {"moved": {"asset": 0, "campaign": 1, "catalog": 0}}
    assert body(caller("GET", f"/campaigns/{campaign.pk}"))["team_id"] == second["id"]
    same = caller("POST", f"/teams/{first['id']}/objects/transfer", {"to_team_id": first["id"]})
    assert pointers(same) == {"/to_team_id": "same_team"}
    ended = caller("DELETE", f"/teams/{second['id']}?objects_to={first['id']}", if_match=_tag)
    assert ended.status_code == 200
    assert body(caller("GET", f"/campaigns/{campaign.pk}"))["team_id"] == first["id"]


def test_each_role_does_what_its_rights_say(world: World) -> None:
    made, tag = make(world.callers["owner"])
    path, user_id = f"/teams/{made['id']}", str(world.actors["viewer"].user_id)
    before = rows(world)

    for role, create, manage in (("manager", 403, 403), ("marketer", 403, 403), ("analyst", 403, 403)):
        caller = world.callers[role]
        assert caller("GET", path).status_code == 200
        assert caller("POST", "/teams", {"name": name()}).status_code == create
        assert caller("PATCH", path, {"name": "Mine"}, if_match=tag).status_code == manage
        assert caller("DELETE", path, if_match=tag).status_code == manage
        assert caller("POST", f"{path}/members", {"user_id": user_id}).status_code == manage
    assert rows(world) == before

    manager = str(world.actors["manager"].user_id)
    world.callers["admin"]("POST", f"{path}/members", {"user_id": manager, "role": "lead"})
    assert world.callers["manager"]("POST", f"{path}/members", {"user_id": user_id}).status_code == 201


def test_another_organization_has_no_teams_to_offer(world: World, other_world: World) -> None:
    made, tag = make(world.callers["owner"])
    stranger, path = other_world.callers["owner"], f"/teams/{made['id']}"
    user_id = str(world.actors["owner"].user_id)
    before = rows(world)

    answers = [
        stranger("GET", path),
        stranger("PATCH", path, {"name": "Mine"}, if_match=tag),
        stranger("DELETE", path, if_match=tag),
        stranger("GET", f"{path}/members"),
        stranger("POST", f"{path}/members", {"user_id": str(other_world.actors["owner"].user_id)}),
        stranger("GET", f"{path}/members/{user_id}"),
        stranger("POST", f"{path}/objects/transfer", {"to_team_id": made["id"]}),
    ]

    assert [code_of(answer) for answer in answers] == ["not_found"] * 7
    assert body(stranger("GET", "/teams"))["items"] == []
    own = make(stranger)[0]
    foreign = stranger("POST", f"/teams/{own['id']}/members", {"user_id": user_id})
    assert pointers(foreign) == {"/user_id": "not_a_member"}
    assert rows(world) == before
