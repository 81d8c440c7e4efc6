"""Members and invitations in the console."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from tenants.access.models import Membership
from tenants.commands.invitations import send_invitation
from tenants.models import Invitation
from tenants.queries.invitations import link_of, token_of
from tests.console_org.desk import House, errors, queries_of, toasts, words
from tests.identity.world import person


def ask_in(client: Client, email: str = "new@example.com", role: str = "marketer") -> Any:
    return client.post("/people/invite/", {"email": email, "name": "New Person", "role": role})


def member_of(house: House, role: str) -> Any:
    [found] = [row for row in house.client().get("/people/").context["members"] if row["role_name"] == role.title()]
    return found


def test_it_lists_everybody_with_role_and_state(client: Client) -> None:
    members = client.get("/people/").context["members"]

    assert [(row["name"], row["role_name"], row["status"]) for row in members] == [
        (f"Rae {role}", role, "active") for role in ("Admin", "Analyst", "Manager", "Marketer", "Owner", "Viewer")
    ]


def test_whoever_invites_is_not_told_the_link(client: Client, house: House) -> None:
    answer = ask_in(client)

    page = client.get(answer["Location"])
    assert toasts(page) == ["The invitation to new@example.com is on its way."]
    [row] = page.context["invitations"]
    assert (row["role_name"], row["state"]) == ("Marketer", "invited")
    [invitation] = Invitation.objects.filter(organization=house.organization)
    pages = [answer, page, client.get("/people/"), client.get(f"/people/?invitation={invitation.pk}")]
    pages.append(client.get(client.post(f"/people/invitations/{invitation.pk}/resend/")["Location"]))
    for shown in pages:
        assert "/invitation/" not in shown.content.decode()
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

    roles = [value for value, _label in client.get("/people/").context["form"].fields["role"].choices]
    answer = ask_in(client, role="owner")

    assert roles == ["admin", "manager", "marketer", "analyst", "viewer"]
    assert (answer.status_code, list(errors(answer))) == (422, ["role"])
    assert not Invitation.objects.filter(organization=house.organization).exists()


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
    assert page.context["invitations"] == []
    again = client.post(f"/people/invitations/{found.pk}/resend/")
    assert toasts(client.get(again["Location"])) == ["This invitation was withdrawn."]


def test_a_suspended_person_is_out_at_once_and_may_come_back(client: Client, house: House) -> None:
    theirs, row = house.client("marketer"), member_of(house, "marketer")
    assert theirs.get("/").status_code == 200

    suspended = client.post(f"/people/{row['id']}/suspend/")
    assert toasts(client.get(suspended["Location"])) == ["Rae Marketer is suspended."]
    assert theirs.get("/").status_code == 302
    assert member_of(house, "marketer")["can_reactivate"]

    client.post(f"/people/{row['id']}/reactivate/")
    assert theirs.get("/").status_code == 200


def test_the_last_owner_stays(house: House) -> None:
    row = member_of(house, "owner")
    before = house.everything()

    own = house.client().post(f"/people/{row['id']}/suspend/")
    admins = house.client("admin").post(f"/people/{row['id']}/suspend/")

    assert not row["can_suspend"]
    assert toasts(house.client().get(own["Location"])) == []
    assert admins.status_code == 403
    assert house.everything() == before


def test_reactivating_needs_a_seat(client: Client, house: House) -> None:
    from kernel.tenancy.context import SYSTEM
    from kernel.tenancy.scope import public_scope
    from tenants import records
    from tenants.models import Organization

    row = member_of(house, "viewer")
    client.post(f"/people/{row['id']}/suspend/")
    with public_scope(actor=SYSTEM, source="system"):
        records.organization_changing(house.organization.pk)
        Organization.objects.filter(pk=house.organization.pk).update(plan_id="free")
    before = house.everything()

    answer = client.post(f"/people/{row['id']}/reactivate/")

    assert toasts(client.get(answer["Location"]))[-1] == "Your plan allows 3 and you have 5."
    assert house.everything() == before


def test_who_may_not_invite_sees_people_only(house: House) -> None:
    page = house.client("marketer").get("/people/")

    assert page.status_code == 200
    assert page.context["form"] is None
    assert page.context["invitations"] == []
    assert not any(row["can_suspend"] or row["can_reactivate"] for row in page.context["members"])
    before = house.everything()
    assert ask_in(house.client("marketer")).status_code == 403
    assert house.everything() == before


def test_the_page_takes_the_same_queries_for_any_number_of_people(client: Client, house: House) -> None:
    few = queries_of(client, "/people/")
    for _ in range(20):
        house.add(person(), "viewer")

    assert queries_of(client, "/people/") == few
    assert few <= 5


def test_the_holder_account_is_no_person(client: Client, house: House) -> None:
    from kernel.tenancy.context import SYSTEM
    from kernel.tenancy.scope import scope
    from tenants.access.members import add_holder, holder_account

    holder = holder_account(actor=SYSTEM, organization=house.tenant)
    with scope(house.tenant, actor=SYSTEM, source="system"):
        add_holder(actor=SYSTEM, user=holder)
        membership = Membership.objects.get(user_id=holder.pk)

    assert "Imported data" not in words(client.get("/people/"))
    assert client.post(f"/people/{membership.pk}/suspend/").status_code == 404
