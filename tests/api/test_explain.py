"""Questions about access through the API."""

import pytest

from kernel.ids import uuid7
from tests.api.caller import pointers
from tests.api.objects import body, make
from tests.api.world import World, token_for


def user(world: World, role: str) -> str:
    return str(world.actors[role].user_id)


def about(made: dict[str, str], action: str = "campaign:edit") -> str:
    return f"action={action}&object_type=campaign&object_id={made['id']}"


def test_it_tells_why_somebody_may_not_and_what_would_do(world: World) -> None:
    made, _tag = make(world.callers["owner"])

    answer = world.callers["admin"]("GET", f"/access/explain?person_id={user(world, 'marketer')}&{about(made)}")

    found = body(answer)
    assert (answer.status_code, found["allowed"], found["name"]) == (200, False, "Marketer")
    assert (found["object_type"], found["object_id"]) == ("campaign", made["id"])
    assert [(path["kind"], path["hit"]) for path in found["paths"]] == [
        ("membership", True), ("role", False), ("owner", False), ("team", False), ("share", False),
    ]  # fmt: skip
    assert found["nearest"][0] == "Share it with Marketer at the level Editor or higher."
    assert found["if_removed"] == []


def test_it_tells_what_is_left_without_a_grant(world: World) -> None:
    owner = world.callers["owner"]
    made, _tag = make(owner)
    wanted = {"object_type": "campaign", "object_id": made["id"], "user_id": user(world, "analyst"), "level": "editor"}
    grant = body(owner("POST", "/grants", wanted))

    found = body(owner("GET", f"/access/explain?person_id={user(world, 'analyst')}&{about(made)}"))

    assert found["allowed"] is True
    assert found["paths"][-1]["grant"] == grant
    assert [(row["grant_id"], row["still_allowed"], row["loses"]) for row in found["if_removed"]] == [
        (grant["id"], False, ["campaign:edit"])
    ]


def test_everybody_asks_about_themselves(world: World) -> None:
    made, _tag = make(world.callers["owner"])

    own = world.callers["analyst"]("GET", f"/access/explain?{about(made)}")
    others = world.callers["analyst"]("GET", f"/access/explain?person_id={user(world, 'admin')}&{about(made)}")
    hidden = world.callers["marketer"]("GET", f"/access/explain?{about(made)}")
    role = world.callers["marketer"]("GET", "/access/explain?action=member:invite")

    assert (own.status_code, body(own)["allowed"], body(own)["name"]) == (200, False, "Analyst")
    assert (others.status_code, body(others)["permission"]) == (403, "access:explain")
    assert hidden.status_code == 404
    assert body(role)["allowed"] is False


def test_a_token_is_asked_about(world: World) -> None:
    owner = world.callers["owner"]
    made, _tag = make(owner)
    reader = token_for(world, "owner", {"campaign:view"})
    token_id = body(reader("GET", "/me"))["token_id"]

    found = body(owner("GET", f"/access/explain?{about(made)}&token_id={token_id}"))

    assert found["allowed"] is False
    assert found["paths"][1]["kind"] == "scope"
    assert found["nearest"] == ["Make a token with the scope campaign:edit."]


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("action=campaign:fly", {"?action": "unknown_value"}),
        ("action=catalog:edit&object_type=campaign&object_id={id}", {"?action": "unknown_value"}),
        ("object_type=campaign&object_id={id}", {"?action": "required"}),
        ("action=campaign:edit&object_type=campaign", {"?object_id": "required"}),
        ("action=campaign:edit&object_id={id}", {"?object_type": "required"}),
        ("action=campaign:edit&object_type=rocket&object_id={id}", {"?object_type": "unknown_value"}),
    ],
)
def test_a_bad_question_is_told(world: World, query: str, errors: dict[str, str]) -> None:
    made, _tag = make(world.callers["owner"])

    answer = world.callers["owner"]("GET", "/access/explain?" + query.format(id=made["id"]))

    assert (answer.status_code, pointers(answer)) == (422, errors)


def test_it_lists_who_may(world: World) -> None:
    made, _tag = make(world.callers["marketer"])

    answer = world.callers["marketer"]("GET", f"/access/who-can?{about(made)}")

    rows = {row["name"]: [path["kind"] for path in row["paths"]] for row in body(answer)["items"]}
    assert rows == {"Admin": ["role"], "Marketer": ["owner"], "Owner": ["role"]}


def test_who_may_is_told_to_who_may_ask(world: World, other_world: World) -> None:
    made, _tag = make(world.callers["owner"])

    refused = world.callers["analyst"]("GET", f"/access/who-can?{about(made)}")

    assert (refused.status_code, body(refused)["permission"]) == (403, "access:explain")
    assert world.callers["manager"]("GET", f"/access/who-can?{about(made)}").status_code == 200
    assert other_world.callers["owner"]("GET", f"/access/who-can?{about(made)}").status_code == 404
    nobody = world.callers["owner"]("GET", f"/access/explain?person_id={uuid7()}&{about(made)}")
    assert nobody.status_code == 404
