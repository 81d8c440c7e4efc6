"""Asking people in from the console: one, many, again, no longer."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope, scope
from tenants import records
from tenants.access.models import Membership, Team
from tenants.commands.invitations import send_invitation
from tenants.models import Invitation, Organization
from tenants.queries.invitations import link_of, token_of
from tests.console_org.desk import House, errors, toasts, words

INVITED = "/people/?state=invited"


def ask_in(client: Client, email: str = "New Person <new@example.com>", role: str = "marketer", **more: Any) -> Any:
    return client.post("/people/invite/", {"email": email, "role": role} | more)


def invited(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(INVITED).context["people"]
    return found


def test_whoever_invites_is_not_told_the_link(client: Client, house: House) -> None:
    answer = ask_in(client)

    page = client.get(answer["Location"])
    assert toasts(page) == ["The invitation to new@example.com is on its way."]
    [row] = page.context["people"]
    assert (row["name"], row["role_name"], row["state"]) == ("New Person", "Marketer", "invited")
    [invitation] = Invitation.objects.filter(organization=house.organization)
    pages = [answer, page, client.get("/people/"), client.get(f"/people/{row['id']}/")]
    pages.append(client.get(client.post(f"/people/invitations/{invitation.pk}/resend/")["Location"]))
    for shown in pages:
        assert not re.search(r"/invitation/[\w-]{20}", shown.content.decode())
        assert token_of(Invitation.objects.get(pk=invitation.pk)) not in shown.content.decode()


def test_the_mail_holds_the_link_that_works(client: Client, house: House) -> None:
    ask_in(client)

    send_invitation(organization=house.tenant, email="new@example.com")

    link = re.search(r"http://localhost:8000(/invitation/[^/]+/)", str(mail.outbox[-1].body))
    assert link is not None
    guest = Client(headers={"host": "localhost"})
    opened = guest.get(link[1])
    assert house.organization.name in words(guest.get(opened["Location"]))


@pytest.mark.parametrize(
    ("email", "role", "wrong"),
    [
        ("nobody", "viewer", "email"),
        ("", "viewer", "email"),
        ("a@example.com", "king", "role"),
        ("a\x00@b.c", "viewer", "email"),
        ("x" * 200_001, "viewer", "email"),
        ("\n".join(f"guest{number}@example.com" for number in range(501)), "viewer", "email"),
    ],
)
def test_bad_invitations_are_explained(client: Client, house: House, email: str, role: str, wrong: str) -> None:
    before = house.everything()

    answer = ask_in(client, email, role)

    assert (answer.status_code, list(errors(answer))) == (422, [wrong])
    assert house.everything() == before


def test_nobody_is_asked_twice_and_no_member_at_all(client: Client, house: House) -> None:
    ask_in(client)
    before = house.everything()

    twice, member = ask_in(client), ask_in(client, house.users["viewer"].email)

    assert (twice.status_code, member.status_code) == (409, 409)
    assert "was invited already" in words(twice)
    assert "belongs to the organization already" in words(member)
    assert house.everything() == before


def test_nobody_invites_above_their_rank(house: House) -> None:
    client = house.client("admin")

    roles = [value for value, _label in client.get("/people/invite/").context["form"].fields["role"].choices]
    answer = ask_in(client, role="owner")

    assert roles == ["admin", "manager", "marketer", "analyst", "viewer"]
    assert (answer.status_code, list(errors(answer))) == (422, ["role"])
    assert not Invitation.objects.filter(organization=house.organization).exists()


def test_people_come_with_teams_and_a_last_day(client: Client, house: House) -> None:
    assert "teams" not in client.get("/people/invite/").context["form"].fields
    with scope(house.tenant, actor=SYSTEM, source="system"):
        north = Team.objects.create(name="North")

    ask_in(client, teams=[str(north.pk)], ends="2100-06-30")
    past = ask_in(client, "other@example.com", ends="2020-06-30")

    [invitation] = Invitation.objects.filter(organization=house.organization)
    assert invitation.teams == [{"team_id": str(north.pk), "role": "member"}]
    [row] = invited(client)
    assert row["ends_at"].isoformat() == "2100-06-30T22:00:00+00:00"
    assert (past.status_code, errors(past)) == (422, {"ends": ["Choose a time in the future."]})


def test_a_role_may_change_before_they_accept(client: Client, house: House) -> None:
    ask_in(client)
    [row] = invited(client)

    client.post(f"/people/{row['id']}/role/", {"version": row["version"], "role": "viewer"})

    [changed] = invited(client)
    assert (changed["role_name"], changed["version"]) == ("Viewer", row["version"] + 1)
    assert Invitation.objects.get(organization=house.organization).role == "viewer"


def test_an_invitation_is_sent_again_with_a_new_link(client: Client, house: House) -> None:
    ask_in(client)
    first = Invitation.objects.get(organization=house.organization)

    answer = client.post(f"/people/invitations/{first.pk}/resend/")

    assert toasts(client.get(answer["Location"]))[-1] == "The invitation to new@example.com is on its way again."
    second = Invitation.objects.get(pk=first.pk)
    assert link_of(second) != link_of(first)
    assert second.expires_at > first.expires_at


def test_a_withdrawn_invitation_leaves_the_list(client: Client, house: House) -> None:
    ask_in(client)
    found = Invitation.objects.get(organization=house.organization)

    answer = client.post(f"/people/invitations/{found.pk}/revoke/")

    page = client.get(answer["Location"])
    assert toasts(page)[-1] == "The invitation to new@example.com is withdrawn."
    assert list(page.context["people"]) == []
    with scope(house.tenant, actor=SYSTEM, source="system"):
        assert not Membership.objects.filter(status="invited").exists()
    again = client.post(f"/people/invitations/{found.pk}/resend/")
    assert toasts(client.get(again["Location"])) == ["This invitation was withdrawn."]


def test_a_pasted_list_is_answered_row_by_row(client: Client, house: House) -> None:
    text = f"a@example.com; Ada <ada@example.com>\nA@example.com, nobody,{house.users['viewer'].email}"

    page = ask_in(client, text, "viewer")

    assert page.status_code == 200
    assert [(row["text"], row["result"]) for row in page.context["rows"]] == [
        ("a@example.com", "invited"),
        ("Ada <ada@example.com>", "invited"),
        ("A@example.com", "duplicate_in_list"),
        ("nobody", "invalid"),
        (house.users["viewer"].email, "already_member"),
    ]
    assert page.context["left_text"] == f"A@example.com\nnobody\n{house.users['viewer'].email}"
    assert "2 people are invited" in words(page)
    assert "3 rows of the list were left out" in words(page)
    assert [row["name"] for row in invited(client)] == ["Ada", "a@example.com"]


def test_too_few_seats_are_said_before_anybody_accepts(client: Client, house: House) -> None:
    with public_scope(actor=SYSTEM, source="system"):
        records.organization_changing(house.organization.pk)
        Organization.objects.filter(pk=house.organization.pk).update(plan_id="free")

    one = toasts(client.get(ask_in(client)["Location"]))
    many = ask_in(client, "a@example.com\nb@example.com")

    assert one[-1] == "No seat is left for them: free one, or choose a larger plan."
    assert "2 of them may find no seat left." in words(many)
