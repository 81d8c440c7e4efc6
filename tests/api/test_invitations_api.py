"""`/api/v1/invitations`: ask one in or many, send again, withdraw."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.plugin import DjangoDbBlocker

from kernel.ids import uuid7
from kernel.jobs.models import Job
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tenants.access.models import Membership, Team
from tenants.models import Invitation
from tenants.queries.invitations import token_of
from tests.api.caller import Caller, code_of, pointers
from tests.api.objects import body
from tests.api.world import World, make_world
from tests.tenants import remove_organization


@pytest.fixture
def place(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """An organization into which the test may invite."""
    with django_db_blocker.unblock():
        made = make_world()
        yield made
        remove_organization(made.row)


def rows(world: World) -> list[Any]:
    """Who is here, who was asked, and what is to be mailed."""
    with scope(world.organization, actor=SYSTEM, source="system"):
        people = list(Membership.objects.order_by("pk").values_list())
    asked = Invitation.objects.filter(organization_id=world.organization.id).order_by("pk")
    return [people, list(asked.values_list()), Job.objects.filter(organization_id=world.organization.id).count()]


def ask(caller: Caller, **values: Any) -> Any:
    return caller("POST", "/invitations", {"email": "ada@example.com", "role": "marketer"} | values)


def test_asking_somebody_in_lists_them_and_tells_no_link(place: World) -> None:
    caller = place.callers["admin"]
    with scope(place.organization, actor=SYSTEM, source="system"):
        team = Team.objects.create(name="North")

    made = ask(caller, name="Ada", teams=[{"team_id": str(team.pk)}], access_expires_at="2100-01-01T00:00:00Z")

    row = body(made)
    invitation = Invitation.objects.get(pk=row["id"])
    assert (made.status_code, made["Location"]) == (201, f"/api/v1/invitations/{row['id']}")
    assert (row["state"], row["role"], row["teams"]) == (
        "open",
        "marketer",
        [{"team_id": str(team.pk), "role": "member"}],
    )
    person = body(caller("GET", f"/people/{row['person_id']}"))
    assert (person["status"], person["user_id"], person["name"], person["email"], person["expires_at"]) == (
        "invited", None, "Ada", "ada@example.com", "2100-01-01T00:00:00Z",
    )  # fmt: skip
    assert body(caller("GET", "/invitations"))["items"] == [row]
    assert token_of(invitation) not in (made.content + caller("GET", "/invitations").content).decode()
    assert Job.objects.filter(kind="tenants.send_invitation", payload__invitation_id=row["id"]).count() == 1


@pytest.mark.parametrize(
    ("values", "status", "code", "errors"),
    [
        ({"email": "nobody"}, 422, "invalid", {"email": "email_malformed"}),
        ({"role": "king"}, 422, "invalid", {"role": "unknown_role"}),
        ({"teams": [{"team_id": str(uuid7())}]}, 422, "invalid", {"/teams": "unknown_team"}),
        ({"teams": [{"team_id": "x"}]}, 422, "invalid", {"/teams/0/team_id": "wrong_format"}),
        ({"access_expires_at": "2020-01-01T00:00:00Z"}, 422, "invalid", {"/access_expires_at": "out_of_range"}),
        ({"colour": "red"}, 422, "invalid", {"/colour": "unknown_field"}),
        ({"role": "owner"}, 403, "beyond_own_rights", {}),
    ],
)
def test_what_can_not_be_is_refused_and_nothing_is_written(
    place: World, values: dict[str, Any], status: int, code: str, errors: dict[str, str]
) -> None:
    before = rows(place)

    answer = ask(place.callers["admin"], **values)

    assert (answer.status_code, code_of(answer), pointers(answer)) == (status, code, errors)
    assert rows(place) == before


def test_a_list_is_answered_row_by_row(place: World) -> None:
    caller = place.callers["admin"]
    ask(caller)
    guests = [
        {"email": "new@example.com", "name": "New"},
        {"email": "NEW@example.com"},
        {"email": "ada@EXAMPLE.com"},
        {"email": place.actors["viewer"].email},
        {"email": "nobody"},
        {"email": "boss@example.com", "role": "owner"},
    ]

    answer = caller("POST", "/invitations/bulk", {"people": guests, "role": "viewer"})

    assert answer.status_code == 200
    assert [row["result"] for row in body(answer)["items"]] == [
        "invited", "duplicate_in_list", "already_invited", "already_member", "invalid", "no_right",
    ]  # fmt: skip
    assert body(answer)["counts"]["invited"] == 1
    assert [row["email"] for row in body(caller("GET", "/invitations"))["items"]] == [
        "new@example.com",
        "ada@example.com",
    ]


def test_more_than_five_hundred_are_refused_as_a_whole(place: World) -> None:
    before = rows(place)
    guests = [{"email": f"guest{number}@example.com"} for number in range(501)]

    answer = place.callers["admin"]("POST", "/invitations/bulk", {"people": guests, "role": "viewer"})

    assert (answer.status_code, pointers(answer)) == (422, {"/people": "too_long"})
    assert rows(place) == before


def test_sending_again_and_withdrawing_stand_on_what_was_seen(place: World) -> None:
    caller = place.callers["owner"]
    made = ask(caller)
    address = f"/invitations/{body(made)['id']}"

    sent = caller("PUT", f"{address}/sending", if_match=made["ETag"])
    late = caller("DELETE", address, if_match=made["ETag"])
    gone = caller("DELETE", address, if_match=sent["ETag"])
    dead = caller("PUT", f"{address}/sending", if_match=gone["ETag"])

    assert (sent.status_code, body(sent)["version"]) == (200, 2)
    assert body(sent)["expires_at"] > body(made)["expires_at"]
    assert (late.status_code, late["ETag"]) == (412, sent["ETag"])
    assert (gone.status_code, body(gone)["state"]) == (200, "revoked")
    assert (dead.status_code, code_of(dead)) == (404, "invitation_revoked")
    assert caller("GET", f"/people/{body(made)['person_id']}").status_code == 404
    assert body(caller("GET", "/invitations"))["items"] == []


def test_invitations_of_another_organization_do_not_exist(place: World, other_world: World) -> None:
    made = ask(place.callers["owner"])
    stranger, address = other_world.callers["owner"], f"/invitations/{body(made)['id']}"
    before = rows(place)

    answers = [
        stranger("GET", address),
        stranger("PUT", f"{address}/sending", if_match=made["ETag"]),
        stranger("DELETE", address, if_match=made["ETag"]),
        stranger("DELETE", address),
    ]

    assert [(answer.status_code, code_of(answer)) for answer in answers] == [(404, "not_found")] * 4
    assert body(stranger("GET", "/invitations"))["items"] == []
    assert rows(place) == before


@pytest.mark.parametrize("role", ["manager", "marketer", "analyst"])
def test_who_may_not_invite_sees_no_invitation(place: World, role: str) -> None:
    made = ask(place.callers["owner"])
    caller, address = place.callers[role], f"/invitations/{body(made)['id']}"
    before = rows(place)

    answers = [
        caller("GET", "/invitations"),
        caller("GET", address),
        ask(caller, email="other@example.com"),
        caller("POST", "/invitations/bulk", {"people": [{"email": "a@example.com"}], "role": "viewer"}),
        caller("PUT", f"{address}/sending", if_match=made["ETag"]),
        caller("DELETE", address, if_match=made["ETag"]),
    ]

    assert [(answer.status_code, body(answer)["permission"]) for answer in answers] == [(403, "member:invite")] * 6
    assert rows(place) == before


def test_pages_follow_each_other_with_the_same_number_of_statements(place: World) -> None:
    caller = place.callers["owner"]
    ask(caller)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert caller("GET", "/invitations").status_code == 200
        return len([query for query in captured if not query["sql"].startswith(("BEGIN", "COMMIT"))])

    few = min(statements() for _try in range(3))
    guests = [{"email": f"guest{number}@example.com"} for number in range(24)]
    assert caller("POST", "/invitations/bulk", {"people": guests, "role": "viewer"}).status_code == 200
    assert min(statements() for _try in range(3)) == few == 2

    seen, address = [], "/invitations?limit=10"
    while address:
        answer = body(caller("GET", address))
        seen += [row["id"] for row in answer["items"]]
        address = f"/invitations?limit=10&cursor={answer['next']}" if answer["next"] else ""
    assert (len(seen), len(set(seen))) == (25, 25)
