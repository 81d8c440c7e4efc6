"""People in the console: the list, one person, and the way out."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope, scope
from tenants import records
from tenants.access.members import add_holder, holder_account, set_expiry
from tenants.access.models import Membership, Team, TeamMembership
from tenants.models import Organization
from tests.console_org.desk import House, errors, queries_of, toasts, words
from tests.identity.world import person


def rows(client: Client, address: str = "/people/") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(address).context["people"]
    return found


def member_of(house: House, role: str) -> Membership:
    with scope(house.tenant, actor=SYSTEM, source="system"):
        return Membership.objects.select_related("role").get(user_id=house.users[role].pk)


def of(house: House, role: str) -> str:
    """The address of the person who came with this role."""
    return f"/people/{member_of(house, role).pk}/"


def version(house: House, role: str) -> dict[str, int]:
    return {"version": member_of(house, role).row_version}


def chosen(house: House, *roles: str) -> list[str]:
    found = [member_of(house, role) for role in roles]
    return [f"{member.pk}:{member.row_version}" for member in found]


# The list ---------------------------------------------------------------------------------------


def test_it_lists_everybody_with_role_teams_and_state(client: Client, house: House) -> None:
    with scope(house.tenant, actor=SYSTEM, source="system"):
        north = Team.objects.create(name="North")
        TeamMembership.objects.create(team=north, user_id=house.users["viewer"].pk)

    found = rows(client)

    assert [(row["name"], row["role_name"], row["state"], row["teams"]) for row in found] == [
        (f"Rae {role}", role, "active", ["North"] if role == "Viewer" else [])
        for role in ("Admin", "Analyst", "Manager", "Marketer", "Owner", "Viewer")
    ]


def test_tabs_count_people_by_state(client: Client, house: House) -> None:
    client.post("/people/invite/", {"email": "new@example.com", "role": "viewer"})
    client.post(f"{of(house, 'marketer')}suspend/", version(house, "marketer"))

    page = client.get("/people/")

    assert [(str(tab.label), tab.count) for tab in page.context["tabs"]] == [
        ("Active", 5), ("Invited", 1), ("Suspended", 1),
    ]  # fmt: skip
    assert [row["email"] for row in rows(client, "/people/?state=invited")] == ["new@example.com"]
    assert [row["name"] for row in rows(client, "/people/?state=suspended")] == ["Rae Marketer"]
    assert "5 seats are taken." in words(page) or "5 of" in words(page)


def test_the_find_box_looks_at_names_and_addresses(client: Client, house: House) -> None:
    assert [row["name"] for row in rows(client, "/people/?q=mark")] == ["Rae Marketer"]
    assert [row["name"] for row in rows(client, f"/people/?q={house.users['viewer'].email}")] == ["Rae Viewer"]
    assert "Nobody matches" in words(client.get("/people/?q=zzz"))
    part = words(house.client(htmx=True).get("/people/?q=mark"))
    assert "Rae Marketer" in part
    assert "<html" not in part


def test_who_may_not_invite_sees_people_only(house: House) -> None:
    client = house.client("marketer")
    page, one = client.get("/people/"), client.get(of(house, "viewer"))

    assert (page.status_code, one.status_code) == (200, 200)
    assert (page.context["can_invite"], list(page.context["roles"])) == (False, [])
    facts = ("role_form", "end_form", "can_suspend", "can_remove", "can_explain", "may_see_owned")
    assert [bool(one.context[name]) for name in facts] == [False] * 6
    before = house.everything()
    assert client.post(f"{of(house, 'viewer')}suspend/", version(house, "viewer")).status_code == 403
    assert house.everything() == before


def test_the_page_takes_the_same_queries_for_any_number_of_people(client: Client, house: House) -> None:
    few = queries_of(client, "/people/")
    for _ in range(20):
        house.add(person(), "viewer")

    assert queries_of(client, "/people/") == few
    assert few <= 7


def test_the_holder_account_is_no_person(client: Client, house: House) -> None:
    holder = holder_account(actor=SYSTEM, organization=house.tenant)
    with scope(house.tenant, actor=SYSTEM, source="system"):
        add_holder(actor=SYSTEM, user=holder)
        membership = Membership.objects.get(user_id=holder.pk)

    assert "Imported data" not in words(client.get("/people/"))
    for page in ("", "suspend/", "role/", "end/", "remove/"):
        answer = client.post(f"/people/{membership.pk}/{page}", {"version": 1, "role": "viewer"})
        assert answer.status_code == (404 if page else 405)
    assert client.get(f"/people/{membership.pk}/").status_code == 404


# One person -------------------------------------------------------------------------------------


def test_a_suspended_person_is_out_at_once_and_may_come_back(client: Client, house: House) -> None:
    theirs, address = house.client("marketer"), of(house, "marketer")
    assert theirs.get("/").status_code == 200

    suspended = client.post(f"{address}suspend/", version(house, "marketer"))
    assert toasts(client.get(suspended["Location"])) == ["Rae Marketer is suspended."]
    assert theirs.get("/").status_code == 302
    assert client.get(address).context["can_reactivate"]

    client.post(f"{address}reactivate/", version(house, "marketer"))
    assert theirs.get("/").status_code == 200


def test_nobody_changes_what_they_have_not_seen(client: Client, house: House) -> None:
    address, seen = of(house, "marketer"), version(house, "marketer")
    client.post(f"{address}role/", seen | {"role": "viewer"})
    before = house.everything()

    for act in ("role/", "suspend/", "end/"):
        answer = client.post(f"{address}{act}", seen | {"role": "manager", "ends": "2100-01-01"})
        assert toasts(client.get(answer["Location"]))[-1].startswith("Somebody changed this meanwhile.")
    assert house.everything() == before


def test_the_last_owner_stays(client: Client, house: House) -> None:
    address, seen = of(house, "owner"), version(house, "owner")
    before = house.everything()

    for act, more in (("suspend/", {}), ("role/", {"role": "viewer"}), ("end/", {"ends": "2100-01-01"})):
        answer = client.post(f"{address}{act}", seen | more)
        assert toasts(client.get(answer["Location"])) == ["An organization needs at least one active owner."]
    removed = client.post(f"{address}remove/", seen)

    assert (removed.status_code, errors(removed)["__all__"]) == (
        409,
        ["An organization needs at least one active owner."],
    )
    admin = house.client("admin")
    for act in ("suspend/", "role/", "remove/"):
        assert admin.post(f"{address}{act}", seen | {"role": "viewer"}).status_code == 403
    assert house.everything() == before


def test_a_last_day_is_the_readers_day(client: Client, house: House) -> None:
    answer = client.post(f"{of(house, 'analyst')}end/", version(house, "analyst") | {"ends": "2100-06-30"})

    assert toasts(client.get(answer["Location"])) == ["The last day of Rae Analyst is saved."]
    ends = member_of(house, "analyst").expires_at
    assert ends is not None
    assert ends.isoformat() == "2100-06-30T22:00:00+00:00"
    assert 'value="2100-06-30"' in words(client.get(of(house, "analyst")))
    past = client.post(f"{of(house, 'analyst')}end/", version(house, "analyst") | {"ends": "2020-01-01"})
    assert (past.status_code, errors(past)) == (422, {"ends": ["Choose a time in the future."]})
    client.post(f"{of(house, 'analyst')}end/", version(house, "analyst") | {"ends": ""})
    assert member_of(house, "analyst").expires_at is None


def test_nobody_is_offered_an_end_of_their_own_place(house: House) -> None:
    admin = house.client("admin")

    own, other = admin.get(of(house, "admin")).context, admin.get(of(house, "viewer")).context

    assert [bool(page["end_form"]) for page in (own, other)] == [False, True]
    assert (own["may_see_owned"], other["may_see_owned"]) == (True, True)


def test_a_place_that_is_over_is_shown_as_over(client: Client, house: House) -> None:
    theirs = house.client("viewer")
    assert theirs.get("/").status_code == 200
    with scope(house.tenant, actor=SYSTEM, source="system"):
        found = member_of(house, "viewer")
        set_expiry(actor=SYSTEM, membership_id=found.pk, expires_at=timezone.now() + timedelta(days=1))
        records.access_changing(house.organization.pk)
        Membership.objects.filter(pk=found.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    assert theirs.get("/").status_code == 302
    assert client.get(of(house, "viewer")).context["state"] == "expired"


def test_reactivating_needs_a_seat(client: Client, house: House) -> None:
    client.post(f"{of(house, 'viewer')}suspend/", version(house, "viewer"))
    with public_scope(actor=SYSTEM, source="system"):
        records.organization_changing(house.organization.pk)
        Organization.objects.filter(pk=house.organization.pk).update(plan_id="free")
    before = house.everything()

    answer = client.post(f"{of(house, 'viewer')}reactivate/", version(house, "viewer"))

    assert toasts(client.get(answer["Location"]))[-1] == "Your plan allows 3 and you have 5."
    assert house.everything() == before


# Leaving ----------------------------------------------------------------------------------------


def test_who_owns_something_leaves_it_to_somebody(client: Client, house: House) -> None:
    campaign, trashed = house.campaign("marketer"), house.campaign("marketer", name="Old")
    with scope(house.tenant, actor=SYSTEM, source="system"):
        Campaign.objects.filter(pk=trashed.pk).update(trashed_at=timezone.now())
    address, seen = of(house, "marketer"), version(house, "marketer")
    before = house.everything()

    page = client.get(f"{address}remove/")
    alone = client.post(f"{address}remove/", seen)

    assert [(fact["label"], fact["value"]) for fact in page.context["owned"]] == [("Campaigns", 2)]
    assert (alone.status_code, list(errors(alone))) == (422, ["heir"])
    assert house.everything() == before

    heir = member_of(house, "manager")
    left = client.post(f"{address}remove/", seen | {"heir": str(heir.pk)})

    assert toasts(client.get(left["Location"])) == ["Rae Marketer is removed."]
    assert client.get(address).status_code == 404
    with scope(house.tenant, actor=SYSTEM, source="system"):
        moved = Campaign.objects.order_by("name").values_list("owner_id", "row_version")
        assert list(moved) == [(heir.user_id, 2), (heir.user_id, campaign.row_version + 1)]


def test_somebody_who_owns_nothing_just_leaves(client: Client, house: House) -> None:
    theirs, address = house.client("viewer"), of(house, "viewer")
    assert theirs.get("/").status_code == 200

    client.post(f"{address}remove/", version(house, "viewer"))

    assert theirs.get("/").status_code == 302
    assert "Rae Viewer" not in [row["name"] for row in rows(client)]


# Several at once --------------------------------------------------------------------------------


def test_a_role_for_several_people_says_who_gains_and_loses(client: Client, house: House) -> None:
    people = chosen(house, "viewer", "manager", "analyst")
    before = house.everything()

    page = client.get("/people/roles/", {"role": "analyst", "person": people})

    changes = {change["person"].name: change for change in page.context["changes"]}
    assert list(changes) == ["Rae Manager", "Rae Viewer"]
    assert [found.name for found in page.context["same"]] == ["Rae Analyst"]
    assert "Change campaigns" in changes["Rae Manager"]["losses"]
    assert changes["Rae Manager"]["gains"] == ["See assets"]
    assert "See the people and teams of the organization" in changes["Rae Viewer"]["gains"]
    assert changes["Rae Viewer"]["losses"] == []
    assert house.everything() == before

    sent = re.findall(r'name="person" value="([^"]+)"', words(page))
    done = client.post("/people/roles/", {"role": "analyst", "person": sent})

    assert toasts(client.get(done["Location"])) == ["2 people are Analyst now."]
    assert [member_of(house, role).role.slug for role in ("viewer", "manager", "analyst")] == ["analyst"] * 3


def test_all_of_them_or_none(client: Client, house: House) -> None:
    people = chosen(house, "viewer", "manager")
    client.post(f"{of(house, 'manager')}role/", version(house, "manager") | {"role": "marketer"})
    before = house.everything()

    answer = client.post("/people/roles/", {"role": "analyst", "person": people})
    owners = client.post("/people/roles/", {"role": "analyst", "person": chosen(house, "owner", "viewer")})

    assert (answer.status_code, owners.status_code) == (409, 409)
    assert house.everything() == before


def test_several_people_are_not_given_more_than_ones_own(house: House) -> None:
    client = house.client("admin")
    before = house.everything()

    page = client.get("/people/roles/", {"role": "viewer", "person": chosen(house, "owner", "manager")})
    nothing = client.post("/people/roles/", {"role": "owner", "person": chosen(house, "manager")})
    said = toasts(client.get(nothing["Location"]))
    refused = client.post("/people/roles/", {"role": "viewer", "person": chosen(house, "owner", "manager")})

    assert [found.name for found in page.context["beyond"]] == ["Rae Owner"]
    assert said == ["Choose people and a role first."]
    assert refused.status_code == 403
    assert house.everything() == before


@pytest.mark.parametrize("person_value", ["", "x", "x:1", "0199d5f0-c6f2-7b6c-9f3a-2b1c0d4e5f60", ":::"])
def test_nonsense_chooses_nobody(client: Client, person_value: str) -> None:
    assert client.get("/people/roles/", {"role": "viewer", "person": person_value}).status_code == 200
    assert client.post("/people/roles/", {"role": "viewer", "person": person_value}).status_code == 302
