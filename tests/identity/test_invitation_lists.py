"""Asking many in at once, from a pasted list."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from kernel.errors import Invalid, NotAllowed
from kernel.ids import uuid7
from kernel.jobs.models import Job
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import scope
from tenants.access.models import Role, Team
from tenants.commands.invitations import (
    invite,
)
from tenants.commands.invite_many import Row, invite_many, read_list
from tenants.commands.inviting import TeamPlace
from tenants.models import Invitation, Organization
from tests.identity.inviting import admin as admin
from tests.identity.inviting import entries, invited, move_end, rows
from tests.identity.world import email, join, person


def test_three_hundred_pasted_addresses_are_answered_exactly(organization: Organization, admin: Actor) -> None:
    member = person()
    join(organization, member, "viewer")
    open_one, expired = invited(organization, admin), invited(organization, admin)
    move_end(expired, timedelta(seconds=-1))
    new = [f"guest{number}@example.com" for number in range(200)]
    again = [address.upper() for address in new[:60]]
    lines = [*new, *again, member.email, open_one.email, expired.email, *["not an address"] * 20, *["a@b"] * 17]
    before = Invitation.objects.filter(organization=organization).count()

    with scope(organization, actor=admin, source="console", request_id="pasting"):
        listed = read_list("\n".join(lines))
        outcomes = invite_many(actor=admin, organization=organization, rows=listed, role="viewer")

    assert [outcome.row.text for outcome in outcomes] == lines
    assert len(lines) == 300
    assert [outcome.result for outcome in outcomes] == [
        *["invited"] * 200, *["duplicate_in_list"] * 60, "already_member", "already_invited", "invited",
        *["invalid"] * 37,
    ]  # fmt: skip
    asked = rows(organization, status="invited")
    assert {row.email for row in asked} == {*new, open_one.email, expired.email}
    assert len(asked) == 202
    invitations = Invitation.objects.filter(organization=organization)
    assert invitations.count() == before + 201
    mailed = Job.objects.filter(kind="tenants.send_invitation", organization_id=organization.pk)
    ids = {str(outcome.invitation_id) for outcome in outcomes if outcome.result == "invited"}
    assert {job.payload["invitation_id"] for job in mailed} >= ids
    assert len(ids) == 201
    assert Counter(entries(organization, "pasting")) == {("membership", "create"): 200, ("membership", "update"): 1}

    with scope(organization, actor=admin, source="console"):
        repeated = invite_many(actor=admin, organization=organization, rows=listed, role="viewer")
    assert {outcome.result for outcome in repeated[:200]} == {"already_invited"}
    assert invitations.count() == before + 201


@pytest.mark.parametrize("broken", ["role", "team", "end"])
def test_what_concerns_the_whole_list_is_refused_as_a_whole(
    organization: Organization, admin: Actor, broken: str
) -> None:
    asked: dict[str, Any] = {
        "role": "king" if broken == "role" else "viewer",
        "teams": [TeamPlace(uuid7())] if broken == "team" else [],
        "access_expires_at": timezone.now() - timedelta(days=1) if broken == "end" else None,
    }

    with pytest.raises(Invalid), scope(organization, actor=admin, source="console"):
        invite_many(actor=admin, organization=organization, rows=read_list("a@example.com, b@example.com"), **asked)

    assert not Invitation.objects.filter(organization=organization).exists()
    assert rows(organization, status="invited") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "a@b.example, c@d.example;e@f.example\ng@h.example",
            ["a@b.example", "c@d.example", "e@f.example", "g@h.example"],
        ),
        ("Ada Lovelace <ada@example.com>", ["ada@example.com"]),
        ('"Lovelace, Ada" <ada@example.com>, b@example.com', ["ada@example.com", "b@example.com"]),
        ("a@example.com b@example.com\tc@example.com", ["a@example.com", "b@example.com", "c@example.com"]),
        (",;\n\r\n , ", []),
        ('a "quote, b@example.com', ['a "quote', "b@example.com"]),
        ("<a@example.com>", ["a@example.com"]),
        ("Ada <>", [""]),
    ],
)
def test_lists_are_read_as_people_paste_them(text: str, found: list[str]) -> None:
    assert [row.email for row in read_list(text)] == found


def test_a_row_with_an_unknown_role_stops_no_other(organization: Organization, admin: Actor) -> None:
    listed = [
        Row(f"{role or 'no'}@example.com", f"{role or 'no'}@example.com", role=role) for role in ("king", "", "viewer")
    ]

    with scope(organization, actor=admin, source="console"):
        outcomes = invite_many(actor=admin, organization=organization, rows=listed, role="marketer")

    assert [(outcome.result, outcome.detail) for outcome in outcomes] == [
        ("invalid", "There is no such role."),
        ("invited", ""),
        ("invited", ""),
    ]
    asked = {row.email: row.role.slug for row in rows(organization, status="invited")}
    assert asked == {"no@example.com": "marketer", "viewer@example.com": "viewer"}


def test_a_row_as_long_as_a_list_is_no_address_at_once() -> None:
    text = "a" + " " * 199_998 + "b"

    [row] = read_list(text)

    assert (row.text, row.email, row.name) == (text[:300], text, "")


def test_a_name_that_stands_with_the_address_is_kept() -> None:
    [row] = read_list('"Lovelace, Ada" <ada@example.com>')

    assert (row.name, row.email, row.text) == ("Lovelace, Ada", "ada@example.com", '"Lovelace, Ada" <ada@example.com>')


def test_more_than_five_hundred_are_refused() -> None:
    assert len(read_list("\n".join(f"g{number}@example.com" for number in range(500)))) == 500
    with pytest.raises(Invalid) as caught:
        read_list("\n".join(f"g{number}@example.com" for number in range(501)))

    assert [error.code for error in caught.value.errors] == ["too_many"]


def test_nobody_invites_into_a_team_they_do_not_manage(organization: Organization) -> None:
    with scope(organization, actor=SYSTEM, source="system"):
        Role.objects.create(
            slug="recruiter", name="Recruiter", permissions={"member:invite": "all", "member:view": "all"}
        )
        north = Team.objects.create(name="North")
    recruiter = join(organization, person(), "recruiter")

    with pytest.raises(NotAllowed) as caught, scope(organization, actor=recruiter, source="console"):
        invite(
            actor=recruiter,
            organization=organization,
            email=email(),
            name="",
            role="recruiter",
            teams=[TeamPlace(north.pk)],
        )

    assert caught.value.extra["permission"] == "team:manage"
    assert rows(organization, status="invited") == []
