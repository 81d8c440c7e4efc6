"""`/api/v1/people`: look, change, remove."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from campaigns.commands import create_campaign
from campaigns.models import Campaign
from kernel.http.output import instant
from kernel.ids import uuid7
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tenants.access.members import add_member
from tenants.access.models import Membership, Team, TeamMembership
from tests.api.caller import Caller, code_of, pointers
from tests.api.objects import body
from tests.api.world import World, make_user, make_world, token_for
from tests.tenants import remove_organization


@pytest.fixture
def place(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """An organization whose people the test may change."""
    with django_db_blocker.unblock():
        made = make_world()
        yield made
        remove_organization(made.row)


def people(world: World) -> list[tuple[Any, ...]]:
    with scope(world.organization, actor=SYSTEM, source="system"):
        return list(Membership.objects.order_by("pk").values_list())


def read(caller: Caller, world: World, role: str) -> tuple[dict[str, Any], str]:
    """The person with this role, and their ETag."""
    with scope(world.organization, actor=SYSTEM, source="system"):
        found = Membership.objects.get(email=world.actors[role].email)
    answer = caller("GET", f"/people/{found.pk}")
    assert answer.status_code == 200
    return body(answer), answer["ETag"]


def test_the_list_says_who_is_here(place: World) -> None:
    team = Team(name="North")
    with scope(place.organization, actor=SYSTEM, source="system"):
        team.save()
        viewer = place.actors["viewer"].user_id
        assert viewer is not None
        TeamMembership.objects.create(team=team, user_id=viewer, role="lead")
    caller = place.callers["analyst"]

    listed = body(caller("GET", "/people"))["items"]
    viewers = body(caller("GET", "/people?role=viewer"))["items"]
    inside = body(caller("GET", f"/people?team_id={team.pk}"))["items"]
    named = body(caller("GET", "/people?q=VIEW"))["items"]

    assert [row["role"] for row in listed] == ["admin", "analyst", "manager", "marketer", "owner", "viewer"]
    assert viewers == inside == named == [row for row in listed if row["role"] == "viewer"]
    assert viewers[0]["teams"] == [{"id": str(team.pk), "name": "North", "role": "lead"}]
    assert body(caller("GET", "/people?status=suspended"))["items"] == []


def test_pages_follow_each_other_with_the_same_number_of_statements(place: World) -> None:
    caller = place.callers["owner"]

    def statements(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert caller("GET", address).status_code == 200
        return len([query for query in captured if not query["sql"].startswith(("BEGIN", "COMMIT"))])

    few = min(statements("/people") for _try in range(3))
    guests = [make_user(f"guest{number}") for number in range(30)]
    with scope(place.organization, actor=SYSTEM, source="system"):
        for guest in guests:
            add_member(actor=SYSTEM, user=guest, role_slug="viewer")
    assert min(statements("/people") for _try in range(3)) == few == 3

    seen, address = [], "/people?limit=10"
    while address:
        answer = body(caller("GET", address))
        seen += [row["id"] for row in answer["items"]]
        address = f"/people?limit=10&cursor={answer['next']}" if answer["next"] else ""
    assert (len(seen), len(set(seen))) == (36, 36)


def test_a_role_is_given_on_top_of_the_version_that_was_seen(place: World) -> None:
    caller = place.callers["admin"]
    row, tag = read(caller, place, "viewer")

    changed = caller("PATCH", f"/people/{row['id']}", {"role": "analyst"}, if_match=tag)
    again = caller("PATCH", f"/people/{row['id']}", {"role": "manager"}, if_match=tag)
    unseen = caller("PATCH", f"/people/{row['id']}", {"role": "manager"})

    assert (changed.status_code, body(changed)["role"], body(changed)["version"]) == (200, "analyst", 2)
    assert (again.status_code, code_of(again), again["ETag"]) == (412, "version_changed", changed["ETag"])
    assert unseen.status_code == 428
    assert read(caller, place, "viewer")[0]["role"] == "analyst"


def test_nobody_touches_whoever_may_do_more_or_gives_more(place: World) -> None:
    admin = place.callers["admin"]
    owner, tag = read(admin, place, "owner")
    viewer, viewers_tag = read(admin, place, "viewer")
    before = people(place)

    answers = [
        admin("PATCH", f"/people/{owner['id']}", {"role": "viewer"}, if_match=tag),
        admin("PATCH", f"/people/{owner['id']}", {"status": "suspended"}, if_match=tag),
        admin("PATCH", f"/people/{owner['id']}", {"expires_at": "2100-01-01T00:00:00Z"}, if_match=tag),
        admin("DELETE", f"/people/{owner['id']}", if_match=tag),
        admin("PATCH", f"/people/{viewer['id']}", {"role": "owner"}, if_match=viewers_tag),
    ]

    assert [(answer.status_code, code_of(answer)) for answer in answers] == [(403, "beyond_own_rights")] * 5
    assert people(place) == before


@pytest.mark.parametrize(
    "change", [{"role": "viewer"}, {"status": "suspended"}, {"expires_at": "2100-01-01T00:00:00Z"}]
)
def test_the_last_owner_stays(place: World, change: dict[str, str]) -> None:
    caller = place.callers["owner"]
    row, tag = read(caller, place, "owner")
    before = people(place)

    changed = caller("PATCH", f"/people/{row['id']}", change, if_match=tag)
    removed = caller("DELETE", f"/people/{row['id']}", if_match=tag)

    assert [(answer.status_code, code_of(answer)) for answer in (changed, removed)] == [(409, "last_owner")] * 2
    assert people(place) == before


def test_a_place_ends_and_starts_again(place: World) -> None:
    caller = place.callers["owner"]
    row, tag = read(caller, place, "analyst")
    ends = instant(timezone.now() + timedelta(days=3))
    address = f"/people/{row['id']}"

    limited = caller("PATCH", address, {"expires_at": ends}, if_match=tag)
    out = caller("PATCH", address, {"status": "suspended"}, if_match=limited["ETag"])
    past = caller("PATCH", address, {"expires_at": "2020-01-01T00:00:00Z"}, if_match=out["ETag"])
    back = caller("PATCH", address, {"status": "active", "expires_at": None}, if_match=out["ETag"])

    assert body(limited)["expires_at"] == ends
    assert body(out)["status"] == "suspended"
    assert place.callers["analyst"]("GET", "/me").status_code == 200
    assert (past.status_code, pointers(past)) == (422, {"/expires_at": "out_of_range"})
    assert (body(back)["status"], body(back)["expires_at"], body(back)["version"]) == ("active", None, 4)


def test_leaving_takes_an_heir_for_what_is_owned(place: World) -> None:
    actor, caller = place.actors["marketer"], place.callers["owner"]
    with scope(place.organization, actor=actor, source="api"):
        made = create_campaign(actor=actor, values={"name": "Spring"})
    row, tag = read(caller, place, "marketer")
    heir = read(caller, place, "manager")[0]
    address = f"/people/{row['id']}"
    before = people(place)

    owned = caller("GET", f"{address}/owned")
    alone = caller("DELETE", address, if_match=tag)
    nobody = caller("DELETE", f"{address}?heir_id={uuid7()}", if_match=tag)
    themselves = caller("DELETE", f"{address}?heir_id={row['id']}", if_match=tag)
    assert body(owned) == {"owned": {"asset": 0, "campaign": 1, "product": 0, "team": 0}}
    assert (alone.status_code, code_of(alone), body(alone)["owned"]) == (409, "heir_required", {"campaign": 1})
    assert [pointers(answer) for answer in (nobody, themselves)] == [{"/heir_id": "unknown_heir"}] * 2
    assert people(place) == before

    left = caller("DELETE", f"{address}?heir_id={heir['id']}", if_match=tag)

    assert (left.status_code, body(left)) == (200, {"inherited": {"campaign": 1}})
    assert caller("GET", address).status_code == 404
    assert place.callers["marketer"]("GET", "/me").status_code == 401
    with scope(place.organization, actor=SYSTEM, source="system"):
        moved = Campaign.objects.get(pk=made.pk)
    assert (str(moved.owner_id), moved.row_version) == (heir["user_id"], made.row_version + 1)


@pytest.mark.parametrize("role", ["manager", "marketer", "analyst"])
def test_who_may_only_look_changes_nothing(place: World, role: str) -> None:
    caller = place.callers[role]
    row, tag = read(caller, place, "viewer")
    before = people(place)

    answers = [
        caller("PATCH", f"/people/{row['id']}", {"role": "analyst"}, if_match=tag),
        caller("PATCH", f"/people/{row['id']}", {"status": "suspended"}, if_match=tag),
        caller("DELETE", f"/people/{row['id']}", if_match=tag),
        caller("GET", f"/people/{row['id']}/owned"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert [body(answer)["permission"] for answer in answers] == [
        "member:change_role", "member:suspend", "member:suspend", "member:suspend",
    ]  # fmt: skip
    assert people(place) == before


def test_people_of_another_organization_do_not_exist(place: World, other_world: World) -> None:
    row, tag = read(place.callers["owner"], place, "viewer")
    stranger, address = other_world.callers["owner"], f"/people/{row['id']}"
    before = people(place)

    answers = [
        stranger("GET", address),
        stranger("GET", f"{address}/owned"),
        stranger("PATCH", address, {"role": "owner"}, if_match=tag),
        stranger("PATCH", address, {"role": "owner"}),
        stranger("DELETE", address, if_match=tag),
    ]

    assert [(answer.status_code, code_of(answer)) for answer in answers] == [(404, "not_found")] * 5
    assert people(place) == before


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"role": "king"}, {"/role": "unknown_role"}),
        ({"role": None}, {"/role": "wrong_type"}),
        ({"role": ""}, {"/role": "too_short"}),
        ({"status": "invited"}, {"/status": "unknown_value"}),
        ({"expires_at": "soon"}, {"/expires_at": "wrong_format"}),
        ({"name": "x"}, {"/name": "unknown_field"}),
    ],
)
def test_bad_changes_are_told_exactly(world: World, change: dict[str, Any], errors: dict[str, str]) -> None:
    caller = world.callers["owner"]
    row, tag = read(caller, world, "viewer")
    before = people(world)

    answer = caller("PATCH", f"/people/{row['id']}", change, if_match=tag)

    assert (answer.status_code, pointers(answer)) == (422, errors)
    assert people(world) == before


def test_a_token_without_the_scope_does_not_change_people(place: World) -> None:
    reader = token_for(place, "owner", {"member:view"})
    row, tag = read(reader, place, "viewer")

    refused = reader("PATCH", f"/people/{row['id']}", {"role": "analyst"}, if_match=tag)

    assert (refused.status_code, code_of(refused)) == (403, "scope_missing")
