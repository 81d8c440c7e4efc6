"""Who the caller is."""

import json

from tests.api.caller import Caller, code_of
from tests.api.world import World, token_for


def test_a_token_is_its_owner_in_its_organization(world: World) -> None:
    answer = world.callers["marketer"]("GET", "/me")

    me = json.loads(answer.content)
    assert answer.status_code == 200
    assert me["kind"] == "token"
    assert me["role"] == "marketer"
    assert me["organization"] == {
        "id": str(world.organization.id),
        "slug": world.organization.slug,
        "name": world.organization.name,
    }
    assert me["permissions"]["campaign:edit"] == "team"
    assert "import:run" not in me["permissions"]


def test_a_token_has_no_more_than_its_scopes(world: World) -> None:
    answer = token_for(world, "marketer", {"campaign:view"})("GET", "/me")

    assert json.loads(answer.content)["permissions"] == {"campaign:view": "team"}


def test_nobody_gets_nothing(world: World) -> None:
    answer = Caller("")("GET", "/me")

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert code_of(answer) == "unauthenticated"
