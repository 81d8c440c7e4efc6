"""`/api/v1/roles`: custom roles, and what changing one would mean."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.ids import uuid7
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tenants import records
from tenants.access.catalogue import ROLES
from tenants.access.models import Membership, Role
from tests.api.caller import Caller, code_of, pointers
from tests.api.objects import body
from tests.api.world import World, token_for


@pytest.fixture(autouse=True)
def _without_custom_roles(world: World) -> Iterator[None]:
    """The organization is shared by the tests of a session."""
    yield
    give(world, "marketer", "marketer")
    with scope(world.organization, actor=SYSTEM, source="system"):
        Role.objects.filter(builtin=False).delete()


def id_of(world: World, slug: str) -> str:
    with scope(world.organization, actor=SYSTEM, source="system"):
        return str(Role.objects.get(slug=slug).pk)


def make(world: World, caller: Caller | None = None, of: str = "marketer", **values: Any) -> tuple[Any, str]:
    """Make a role from another; return it with its ETag."""
    sent = {"name": f"Role {secrets.token_hex(3)}", "clone_of": id_of(world, of)} | values
    answer = (caller or world.callers["owner"])("POST", "/roles", sent)
    assert answer.status_code == 201, answer.content
    assert answer["Location"] == f"/api/v1/roles/{body(answer)['id']}"
    return body(answer), answer["ETag"]


def give(world: World, whose: str, slug: str) -> None:
    """Let the person with a role have another one."""
    user_id = world.actors[whose].user_id
    assert user_id is not None
    with scope(world.organization, actor=SYSTEM, source="system"):
        records.access_changing(world.organization.id)
        Membership.objects.filter(user_id=user_id).update(role=Role.objects.get(slug=slug))


def rows(world: World) -> list[Any]:
    with scope(world.organization, actor=SYSTEM, source="system"):
        return [list(model.objects.order_by("pk").values_list()) for model in (Role, Membership)]


def test_a_role_is_made_changed_and_deleted(world: World) -> None:
    caller = world.callers["owner"]
    made, tag = make(world, permissions={"campaign:publish": None, "campaign:edit": "own"})
    expected = {name: reach for name, reach in ROLES["marketer"].permissions.items() if name != "campaign:publish"}
    assert made["permissions"] == expected | {"campaign:edit": "own"}
    assert (made["builtin"], made["people"], made["version"]) == (False, 0, 1)
    path = f"/roles/{made['id']}"
    assert caller("GET", path)["ETag"] == tag

    changed = caller("PATCH", path, {"permissions": {"campaign:edit": None}, "description": "Out"}, if_match=tag)
    assert (changed.status_code, body(changed)["version"], body(changed)["description"]) == (200, 3, "Out")
    assert "campaign:edit" not in body(changed)["permissions"]
    late = caller("PATCH", path, {"permissions": {"campaign:edit": "all"}}, if_match=tag)
    assert (late.status_code, code_of(late), late["ETag"]) == (412, "version_changed", changed["ETag"])

    deleted = caller("DELETE", path, if_match=changed["ETag"])
    assert (deleted.status_code, body(deleted)["id"]) == (200, made["id"])
    assert caller("GET", path).status_code == 404


def test_the_list_names_all_roles_in_two_statements(world: World) -> None:
    caller, made = world.callers["analyst"], make(world)[0]
    first = body(caller("GET", "/roles?limit=4"))
    second = body(caller("GET", f"/roles?limit=4&cursor={first['next']}"))
    with CaptureQueriesContext(connection) as captured:
        caller("GET", "/roles")

    listed = first["items"] + second["items"]
    assert [row["slug"] for row in listed] == [*ROLES, made["slug"]]
    assert [row["people"] for row in listed] == [1] * 6 + [0]
    assert listed[0]["permissions"] == dict(ROLES["owner"].permissions)
    assert len([query for query in captured if "access_role" in query["sql"]]) == 2  # access, and the list


@pytest.mark.parametrize(
    ("cells", "errors"),
    [
        ({"campaign:fly": "all"}, {"/permissions/campaign:fly": "unknown_permission"}),
        ({"campaign:edit": "some"}, {"/permissions/campaign:edit": "unknown_value"}),
        ({"role:define": "own"}, {"/permissions/role:define": "unknown_value"}),
    ],
)
def test_a_bad_cell_is_told_exactly(world: World, cells: dict[str, Any], errors: dict[str, str]) -> None:
    made, tag = make(world)
    before = rows(world)

    change = world.callers["owner"]("PATCH", f"/roles/{made['id']}", {"permissions": cells}, if_match=tag)
    preview = world.callers["owner"]("POST", f"/roles/{made['id']}/impact", {"permissions": cells})

    assert [(answer.status_code, pointers(answer)) for answer in (change, preview)] == [(422, errors)] * 2
    assert rows(world) == before


def test_nobody_defines_above_themselves_or_locks_themselves_out(world: World) -> None:
    admin, (made, tag) = world.callers["admin"], make(world)
    before = rows(world)

    twin = admin("POST", "/roles", {"name": "Twin", "clone_of": id_of(world, "owner")})
    beyond = admin("PATCH", f"/roles/{made['id']}", {"permissions": {"organization:delete": "all"}}, if_match=tag)

    assert set(pointers(twin).values()) == {"beyond_own_rights"}
    assert pointers(beyond) == {"/permissions/organization:delete": "beyond_own_rights"}
    assert rows(world) == before


def test_taking_role_define_from_ones_own_role_is_refused(world: World) -> None:
    made, tag = make(world, permissions={"role:define": "all"})
    give(world, "marketer", made["slug"])
    caller = token_for(world, "marketer")
    path = f"/roles/{made['id']}"
    before = rows(world)

    refused = caller("PATCH", path, {"permissions": {"role:define": None}}, if_match=tag)
    replaced = caller("DELETE", f"{path}?replacement_id={id_of(world, 'viewer')}", if_match=tag)

    assert [(one.status_code, code_of(one)) for one in (refused, replaced)] == [(409, "self_lockout")] * 2
    assert rows(world) == before


def test_a_role_in_use_needs_a_replacement(world: World) -> None:
    caller, (made, tag) = world.callers["owner"], make(world)
    give(world, "marketer", made["slug"])

    stays = caller("DELETE", f"/roles/{made['id']}", if_match=tag)
    assert (stays.status_code, code_of(stays), body(stays)["people"]) == (409, "role_in_use", 1)
    unknown = caller("DELETE", f"/roles/{made['id']}?replacement_id={uuid7()}", if_match=tag)
    assert pointers(unknown) == {"/replacement_id": "unknown_role"}
    gone = caller("DELETE", f"/roles/{made['id']}?replacement_id={id_of(world, 'viewer')}", if_match=tag)
    assert (gone.status_code, body(gone)["people"]) == (200, 1)
    assert body(caller("GET", f"/roles/{id_of(world, 'viewer')}"))["people"] == 2


def test_a_built_in_role_is_locked(world: World) -> None:
    caller, path = world.callers["owner"], f"/roles/{id_of(world, 'viewer')}"
    tag = caller("GET", path)["ETag"]
    before = rows(world)

    answers = [
        caller("PATCH", path, {"permissions": {"campaign:edit": "all"}}, if_match=tag),
        caller("DELETE", path, if_match=tag),
        caller("POST", f"{path}/impact", {"permissions": {"campaign:edit": "all"}}),
    ]

    assert [(one.status_code, code_of(one)) for one in answers] == [(409, "builtin_role")] * 3
    assert rows(world) == before


def test_the_impact_of_a_change_is_told_and_not_made(world: World) -> None:
    made, _tag = make(world)
    give(world, "marketer", made["slug"])
    before = rows(world)

    answer = world.callers["owner"](
        "POST", f"/roles/{made['id']}/impact", {"permissions": {"member:invite": "all", "campaign:view": "team"}}
    )

    person = world.actors["marketer"]
    change = {"permission": "member:invite", "before": None, "after": "all", "objects": None}
    assert (answer.status_code, body(answer)) == (
        200,
        {
            "people": 1,
            "counted": 1,
            "items": [{"user_id": str(person.user_id), "name": "Marketer", "email": person.email, "changes": [change]}],
        },
    )
    assert rows(world) == before


@pytest.mark.parametrize("role", ["manager", "marketer", "analyst"])
def test_who_may_not_define_roles_only_reads_them(world: World, role: str) -> None:
    (made, tag), caller = make(world), world.callers[role]
    path = f"/roles/{made['id']}"
    before = rows(world)

    assert caller("GET", path).status_code == 200
    answers = [
        caller("POST", "/roles", {"name": "Mine", "clone_of": made["id"]}),
        caller("PATCH", path, {"name": "Mine"}, if_match=tag),
        caller("DELETE", path, if_match=tag),
        caller("POST", f"{path}/impact", {"permissions": {}}),
    ]
    assert [answer.status_code for answer in answers] == [403] * 4
    assert rows(world) == before


def test_another_organization_has_no_roles_to_offer(world: World, other_world: World) -> None:
    (made, tag), stranger = make(world), other_world.callers["owner"]
    path = f"/roles/{made['id']}"
    before = rows(world)

    answers = [
        stranger("GET", path),
        stranger("PATCH", path, {"name": "Mine"}, if_match=tag),
        stranger("DELETE", path, if_match=tag),
        stranger("POST", f"{path}/impact", {"permissions": {}}),
        stranger("POST", "/roles", {"name": "Mine", "clone_of": made["id"]}),
    ]

    assert [code_of(answer) for answer in answers] == ["not_found"] * 5
    assert rows(world) == before
