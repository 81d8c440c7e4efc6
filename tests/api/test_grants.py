"""Shares through the API."""

from typing import Any

import pytest

from campaigns.models import Campaign, CampaignTeamGrant, CampaignUserGrant
from catalog.models import ProductUserGrant
from kernel.ids import uuid7
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tenants.access.models import Team
from tests.api.caller import code_of, pointers
from tests.api.objects import body, make
from tests.api.test_races import in_parallel
from tests.api.world import World, make_world, token_for
from tests.tenants import remove_organization


def grants(world: World) -> list[Any]:
    with scope(world.organization, actor=SYSTEM, source="system"):
        tables = (CampaignUserGrant, CampaignTeamGrant, ProductUserGrant)
        return [list(table.objects.order_by("pk").values_list()) for table in tables]


def user(world: World, role: str) -> str:
    return str(world.actors[role].user_id)


def share(world: World, object_id: str, role: str = "analyst", **values: Any) -> tuple[dict[str, Any], str]:
    wanted = {"object_type": "campaign", "object_id": object_id, "user_id": user(world, role), "level": "editor"}
    answer = world.callers["owner"]("POST", "/grants", wanted | values)
    assert answer.status_code == 201, answer.content
    assert answer["Location"] == f"/api/v1/grants/{body(answer)['id']}"
    return body(answer), answer["ETag"]


def test_a_share_is_made_read_changed_and_taken_away(world: World) -> None:
    owner, analyst = world.callers["owner"], world.callers["analyst"]
    made, tag = make(owner)
    edit = {"name": "By the analyst"}
    assert analyst("PATCH", f"/campaigns/{made['id']}", edit, if_match=tag).status_code == 403

    grant, grant_tag = share(world, made["id"], expires_at="2031-01-31T20:00:00Z", reason="Holiday cover")

    assert {name: grant[name] for name in ("object_name", "name", "level", "expires_at", "expired", "reason")} == {
        "object_name": "Spring launch",
        "name": "Analyst",
        "level": "editor",
        "expires_at": "2031-01-31T20:00:00Z",
        "expired": False,
        "reason": "Holiday cover",
    }
    assert (grant["granted_by"], grant["granted_by_name"]) == (user(world, "owner"), "Owner")
    scoped = token_for(world, "analyst", {"campaign:view"})
    assert scoped("PATCH", f"/campaigns/{made['id']}", edit, if_match=tag).status_code == 403
    address = f"/grants/{grant['id']}"
    assert body(owner("GET", address)) == grant
    assert owner("GET", address, if_none_match=grant_tag).status_code == 304
    lowered = owner("PATCH", address, {"level": "viewer", "expires_at": None}, if_match=grant_tag)
    assert (body(lowered)["level"], body(lowered)["expires_at"]) == ("viewer", None)
    assert owner("DELETE", address, if_match=grant_tag).status_code == 412
    assert owner("DELETE", address).status_code == 428
    assert owner("DELETE", address, if_match=lowered["ETag"]).status_code == 200
    assert owner("GET", address).status_code == 404


def test_a_team_is_given_a_share(world: World) -> None:
    made, _tag = make(world.callers["owner"])
    with scope(world.organization, actor=SYSTEM, source="system"):
        team = Team.objects.create(name=f"Team {made['id'][-8:]}")

    grant, _tag = share(world, made["id"], user_id=None, team_id=str(team.pk), level="viewer")

    assert (grant["user_id"], grant["team_id"], grant["name"]) == (None, str(team.pk), team.name)


def test_what_is_not_the_callers_to_share_is_refused(world: World, other_world: World) -> None:
    made, _tag = make(world.callers["owner"])
    wanted = {"object_type": "campaign", "object_id": made["id"], "user_id": user(world, "admin"), "level": "viewer"}
    before = grants(world)

    answers = {role: world.callers[role]("POST", "/grants", wanted) for role in ("manager", "marketer", "analyst")}
    stranger = other_world.callers["owner"]("POST", "/grants", wanted)
    narrow = token_for(world, "owner", {"campaign:view"})("POST", "/grants", wanted)

    assert {role: answer.status_code for role, answer in answers.items()} == {
        "manager": 403, "marketer": 404, "analyst": 403,
    }  # fmt: skip
    assert body(answers["manager"])["permission"] == "campaign:share"
    assert stranger.status_code == 404
    assert (narrow.status_code, code_of(narrow)) == (403, "scope_missing")
    assert grants(world) == before


def test_a_level_beyond_the_callers_own_is_refused(world: World) -> None:
    marketer = world.callers["marketer"]
    made, _tag = make(marketer)
    wanted = {"object_type": "campaign", "object_id": made["id"], "user_id": user(world, "viewer"), "level": "manager"}
    before = grants(world)

    refused = marketer("POST", "/grants", wanted)

    assert (refused.status_code, code_of(refused)) == (403, "beyond_own_rights")
    assert grants(world) == before


@pytest.mark.parametrize(
    ("values", "status", "errors"),
    [
        ({"user_id": str(uuid7())}, 422, {"/user_id": "not_a_member"}),
        ({"level": "boss"}, 422, {"/level": "unknown_value"}),
        ({"expires_at": "2020-01-01T00:00:00Z"}, 422, {"/expires_at": "out_of_range"}),
        ({"object_type": "rocket"}, 422, {"/object_type": "unknown_value"}),
        ({"user_id": None}, 422, {"/user_id": "required"}),
        ({"colour": "red"}, 422, {"/colour": "unknown_field"}),
        ({"object_id": str(uuid7())}, 404, {}),
    ],
)
def test_bad_values_are_told_and_share_nothing(
    world: World, values: dict[str, Any], status: int, errors: dict[str, str]
) -> None:
    made, _tag = make(world.callers["owner"])
    wanted = {"object_type": "campaign", "object_id": made["id"], "user_id": user(world, "admin"), "level": "viewer"}
    before = grants(world)

    answer = world.callers["owner"]("POST", "/grants", wanted | values)

    assert (answer.status_code, pointers(answer)) == (status, errors)
    assert grants(world) == before


def test_the_second_share_with_the_same_person_is_a_conflict(world: World) -> None:
    made, _tag = make(world.callers["owner"])
    grant, _tag = share(world, made["id"])

    answer = world.callers["owner"](
        "POST",
        "/grants",
        {"object_type": "campaign", "object_id": made["id"], "user_id": user(world, "analyst"), "level": "viewer"},
    )

    assert (answer.status_code, code_of(answer), body(answer)["share_id"]) == (409, "already_exists", grant["id"])


def test_many_are_taken_away_with_an_answer_for_each(world: World) -> None:
    marketer, owner = world.callers["marketer"], world.callers["owner"]
    mine, _tag = make(marketer)
    theirs, _tag = make(owner)
    first, _tag = share(world, mine["id"])
    second, _tag = share(world, theirs["id"])

    answer = marketer("POST", "/grants/revocations", {"grant_ids": [first["id"], second["id"], str(uuid7())]})

    assert [row["outcome"] for row in body(answer)["items"]] == ["revoked", "not_found", "not_found"]
    assert owner("GET", f"/grants/{first['id']}").status_code == 404
    assert owner("GET", f"/grants/{second['id']}").status_code == 200
    assert marketer("POST", "/grants/revocations", {"grant_ids": []}).status_code == 422


def test_the_list_follows_its_filters_and_its_cursor(world: World) -> None:
    owner = world.callers["owner"]
    made, _tag = make(owner)
    ids = [
        share(world, made["id"], role, level=level)[0]["id"]
        for role, level in (("admin", "viewer"), ("analyst", "editor"), ("viewer", "manager"))
    ]
    here = f"/grants?object_id={made['id']}"

    def listed(query: str) -> list[str]:
        return [row["id"] for row in body(owner("GET", here + query))["items"]]

    assert listed("") == ids[::-1]
    assert listed("&level=editor") == [ids[1]]
    assert listed(f"&user_id={user(world, 'viewer')}") == [ids[2]]
    assert listed("&object_type=product") == []
    assert listed("&expiring=true") == []
    first = body(owner("GET", here + "&limit=2"))
    assert listed(f"&limit=2&cursor={first['next']}") == [ids[0]]
    stolen = owner("GET", f"/grants?limit=2&cursor={first['next']}")
    assert (stolen.status_code, code_of(stolen)) == (400, "bad_cursor")
    assert body(world.callers["marketer"]("GET", here))["items"] == []
    assert code_of(token_for(world, "owner", {"campaign:view"})("GET", here)) == "scope_missing"


def test_an_object_is_handed_on(world: World) -> None:
    owner, marketer = world.callers["owner"], world.callers["marketer"]
    made, tag = make(marketer)
    assert made["allowed_actions"] == ["delete", "edit", "publish", "restore", "share", "transfer", "view"]
    address = f"/campaigns/{made['id']}/ownership"

    assert owner("PUT", address, {"owner_id": user(world, "owner"), "team_id": None}).status_code == 428
    wrong = owner("PUT", address, {"owner_id": str(uuid7()), "team_id": None}, if_match=tag)
    assert pointers(wrong) == {"/owner_id": "not_a_member"}
    given = owner("PUT", address, {"owner_id": user(world, "owner"), "team_id": None}, if_match=tag)

    assert (given.status_code, body(given)["owner_id"], body(given)["version"]) == (200, user(world, "owner"), 2)
    assert marketer("GET", f"/campaigns/{made['id']}").status_code == 404
    product, tag = make(owner, "products")
    given = owner(
        "PUT",
        f"/products/{product['id']}/ownership",
        {"owner_id": user(world, "marketer"), "team_id": None},
        if_match=tag,
    )
    assert body(given)["owner_id"] == user(world, "marketer")


def test_an_object_is_made_in_a_team(world: World) -> None:
    owner, marketer = world.callers["owner"], world.callers["marketer"]
    with scope(world.organization, actor=SYSTEM, source="system"):
        team = Team.objects.create(name=f"Team {uuid7()}")

    made, _tag = make(owner, team_id=str(team.pk))
    refused = marketer("POST", "/campaigns", {"name": "x", "team_id": str(team.pk)})

    assert made["team_id"] == str(team.pk)
    assert (refused.status_code, body(refused)["permission"]) == (403, "campaign:create")


def test_a_deleted_object_takes_its_shares_with_it() -> None:
    small = make_world(roles=("owner", "analyst"))
    try:
        made, _tag = make(small.callers["owner"])
        share(small, made["id"])
        with scope(small.organization, actor=SYSTEM, source="system"):
            Campaign.objects.all().delete()
        again = small.callers["owner"]("POST", "/campaigns", {"name": "Again", "id": made["id"]})
        assert again.status_code == 201
        assert grants(small) == [[], [], []]
    finally:
        remove_organization(small.row)


def test_of_many_shares_with_one_person_one_is_made(world: World) -> None:
    owner = world.callers["owner"]
    made, _tag = make(owner)
    wanted = {"object_type": "campaign", "object_id": made["id"], "user_id": user(world, "analyst"), "level": "viewer"}

    statuses = in_parallel(6, lambda n: owner("POST", "/grants", wanted))

    assert statuses == [201, 409, 409, 409, 409, 409]


def test_of_two_changes_from_one_version_one_wins(world: World) -> None:
    owner = world.callers["owner"]
    made, _tag = make(owner)
    grant, tag = share(world, made["id"])

    statuses = in_parallel(
        4, lambda n: owner("PATCH", f"/grants/{grant['id']}", {"reason": f"Writer {n}"}, if_match=tag)
    )

    assert statuses == [200, 412, 412, 412]
