"""Who has access to an object: see it, share it, hand it on, ask why."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from audit.models import Entry
from campaigns.models import Campaign, CampaignTeamGrant, CampaignUserGrant
from catalog.models import ProductUserGrant
from kernel.ids import uuid7
from kernel.jobs.models import Job
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tenants.access.expiry import EXPIRE_SHARES
from tenants.access.granted import Share, shares_of
from tenants.access.grants import share
from tenants.access.models import Membership, Owned, Role, Team, TeamMembership
from tests.console_org.desk import House, errors, queries_of, run_jobs, words


def shared(house: House, obj: Owned, role: str = "viewer", level: str = "editor", **more: Any) -> Share:
    actor = house.actors["owner"]
    with scope(house.tenant, actor=actor, source="console"):
        return share(actor=actor, obj=obj, level=level, user_id=house.users[role].pk, **more)


def shares(house: House, obj: Owned) -> list[Share]:
    with scope(house.tenant, actor=SYSTEM, source="system"):
        return shares_of(obj)


def team_of(house: House, *roles: str, name: str = "Retail") -> Team:
    with scope(house.tenant, actor=SYSTEM, source="system"):
        team = Team.objects.create(name=name)
        for role in roles:
            TeamMembership.objects.create(team=team, user_id=house.users[role].pk)
    return team


def everything(house: House) -> list[Any]:
    return house.all_of(Campaign, CampaignUserGrant, CampaignTeamGrant, ProductUserGrant)


def test_the_page_shows_who_has_access_and_how(house: House) -> None:
    row = house.campaign()
    shared(house, row, "viewer", reason="Holiday cover")

    page = house.client().get(f"/campaigns/{row.pk}/share/")

    shown = words(page)
    assert page.status_code == 200
    assert "Who has access to Spring launch" in shown
    assert "Holiday cover" in shown
    rows = {person["name"]: (person["can_view"], person["can_edit"]) for person in page.context["people"]["rows"]}
    assert rows == {
        "Rae Owner": (True, True),
        "Rae Admin": (True, True),
        "Rae Manager": (True, False),
        "Rae Marketer": (False, False),
        "Rae Analyst": (True, False),
        "Rae Viewer": (True, True),
    }
    assert page.context["people"]["rows"][0]["name"] == "Rae Marketer"


def test_a_search_finds_people_without_access(house: House) -> None:
    row = house.campaign()

    part = house.client(htmx=True).get(f"/campaigns/{row.pk}/share/?q=market")

    assert [person["name"] for person in part.context["people"]["rows"]] == ["Rae Marketer"]
    assert "<h1" not in words(part)


def test_the_page_costs_as_much_for_many_shares_as_for_few(house: House) -> None:
    row, client = house.campaign(), house.client()
    few = queries_of(client, f"/campaigns/{row.pk}/share/")
    for role in ("viewer", "analyst", "marketer"):
        shared(house, row, role)

    assert queries_of(client, f"/campaigns/{row.pk}/share/") == few
    assert few <= 10


@pytest.mark.parametrize("kind", ["campaign", "product"])
def test_an_object_is_shared_with_a_person(house: House, kind: str) -> None:
    row = house.campaign() if kind == "campaign" else house.product()
    address = f"/{'campaigns' if kind == 'campaign' else 'catalog'}/{row.pk}/share/"
    day = timezone.localdate() + timedelta(days=30)
    sent = {
        "who": f"person:{house.users['viewer'].pk}",
        "level": "editor",
        "ends_on": day.isoformat(),
        "reason": "Holiday cover",
    }

    answer = house.client().post(address, sent, follow=True)

    assert "Shared with Rae Viewer." in words(answer)
    [made] = shares(house, row)
    assert (made.name, made.level, made.reason, made.granted_by_name) == (
        "Rae Viewer", "editor", "Holiday cover", "Rae Owner",
    )  # fmt: skip
    assert made.expires_at is not None
    with timezone.override("Europe/Berlin"):
        assert timezone.localtime(made.expires_at) == timezone.make_aware(
            datetime.combine(day + timedelta(days=1), time())
        )


def test_an_object_is_shared_with_a_team(house: House) -> None:
    row, team = house.campaign(), team_of(house, "viewer")

    house.client().post(f"/campaigns/{row.pk}/share/", {"who": f"team:{team.pk}", "level": "viewer"})

    assert [(found.team_id, found.level, found.expires_at) for found in shares(house, row)] == [
        (team.pk, "viewer", None)
    ]
    assert house.client("viewer").get(f"/campaigns/{row.pk}/").status_code == 200


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"who": ""}, "who"),
        ({"who": f"person:{uuid7()}"}, "who"),
        ({"level": "boss"}, "level"),
        ({"ends_on": "2020-01-01"}, "ends_on"),
        ({"reason": "x" * 301}, "reason"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_shared(
    house: House, sent: dict[str, str], field: str
) -> None:
    row = house.campaign()
    before = everything(house)
    right = {"who": f"person:{house.users['viewer'].pk}", "level": "viewer"}

    answer = house.client().post(f"/campaigns/{row.pk}/share/", right | sent)

    assert answer.status_code == 422
    assert list(errors(answer)) == [field]
    assert everything(house) == before


def test_a_second_share_and_a_level_beyond_own_rights_are_refused(house: House) -> None:
    row = house.campaign("marketer")
    shared(house, row, "viewer")
    before = everything(house)

    def post(level: str, role: str) -> Any:
        sent = {"who": f"person:{house.users[role].pk}", "level": level}
        return house.client("marketer").post(f"/campaigns/{row.pk}/share/", sent)

    assert (post("viewer", "viewer").status_code, post("manager", "analyst").status_code) == (409, 422)
    assert errors(post("viewer", "viewer"))["who"] == ["It is shared with Rae Viewer already; change that share."]
    assert "Set a budget above the cap" in errors(post("manager", "analyst"))["level"][0]
    assert everything(house) == before


def test_who_may_not_share_is_refused(house: House) -> None:
    row = house.campaign()
    before = everything(house)
    sent = {"who": f"person:{house.users['viewer'].pk}", "level": "viewer"}

    answers = {
        role: house.client(role).post(f"/campaigns/{row.pk}/share/", sent).status_code
        for role in ("manager", "marketer", "analyst", "viewer")
    }

    assert answers == {"manager": 403, "marketer": 404, "analyst": 403, "viewer": 404}
    assert everything(house) == before


def test_a_share_is_changed_from_the_version_that_was_seen(house: House) -> None:
    row = house.campaign()
    made = shared(house, row, expires_at=timezone.now() + timedelta(days=3, hours=2))
    page = house.client().get(f"/campaigns/{row.pk}/share/")
    form = page.context["shares"][0]["form"]
    sent = {name: str(form.initial[name] or "") for name in form.initial} | {"back": f"campaign:{row.pk}"}
    address = f"/access/grants/{made.id}/change/"

    answer = house.client().post(address, sent | {"level": "viewer", "reason": "Less"})
    late = house.client().post(address, sent | {"level": "manager"}, follow=True)

    assert answer["Location"] == f"/campaigns/{row.pk}/share/"
    [now] = shares(house, row)
    assert (now.level, now.reason, now.expires_at) == ("viewer", "Less", made.expires_at)
    assert "Somebody changed this meanwhile" in words(late)
    house.client().post(address, sent | {"version": str(now.version), "ends_on": ""})
    assert shares(house, row)[0].expires_at is None


def test_a_share_is_taken_away(house: House) -> None:
    row = house.campaign()
    made = shared(house, row)

    answer = house.client().post(f"/access/grants/{made.id}/revoke/", {"back": f"campaign:{row.pk}"}, follow=True)

    assert answer.redirect_chain == [(f"/campaigns/{row.pk}/share/", 302)]
    assert "Spring launch is no longer shared with Rae Viewer." in words(answer)
    assert shares(house, row) == []
    assert house.client("viewer").get(f"/campaigns/{row.pk}/").status_code == 404


def test_an_object_is_handed_on(house: House) -> None:
    row, team = house.campaign("marketer"), team_of(house, "manager")
    sent = {"owner_id": str(house.users["manager"].pk), "team_id": str(team.pk), "row_version": "1"}
    address = f"/campaigns/{row.pk}/ownership/"

    answer = house.client("admin").post(address, sent, follow=True)
    late = house.client("admin").post(address, sent | {"team_id": ""}, follow=True)

    assert "Spring launch was handed on." in words(answer)
    assert "Somebody changed this meanwhile" in words(late)
    with scope(house.tenant, actor=SYSTEM, source="system"):
        found = Campaign.objects.get(pk=row.pk)
    assert (found.owner_id, found.team_id, found.row_version) == (house.users["manager"].pk, team.pk, 2)


def test_who_hands_on_what_they_then_cannot_see_comes_to_the_list(house: House) -> None:
    row = house.campaign("marketer")
    sent = {"owner_id": str(house.users["owner"].pk), "team_id": "", "row_version": "1"}

    answer = house.client("marketer").post(f"/campaigns/{row.pk}/ownership/", sent, follow=True)

    assert answer.redirect_chain == [("/campaigns/", 302)]
    assert "Spring launch was handed on." in words(answer)


def test_the_right_to_hand_on_needs_no_right_to_share(house: House) -> None:
    row = house.campaign("marketer")
    with scope(house.tenant, actor=SYSTEM, source="system"):
        rights = {"campaign:view": "all", "campaign:transfer": "all"}
        role = Role.objects.create(slug="mover", name="Mover", permissions=rights)
        Membership.objects.filter(user_id=house.users["viewer"].pk).update(role=role)
    client, address = house.client("viewer"), f"/campaigns/{row.pk}/ownership/"
    sent = {"owner_id": str(house.users["manager"].pk), "team_id": "", "row_version": "1"}

    wrong = client.post(address, sent | {"owner_id": str(uuid7())})
    done = client.post(address, sent)

    assert (wrong["Location"], done["Location"]) == (f"/campaigns/{row.pk}/", f"/campaigns/{row.pk}/")
    with scope(house.tenant, actor=SYSTEM, source="system"):
        assert Campaign.objects.get(pk=row.pk).owner_id == house.users["manager"].pk


def test_only_members_and_own_teams_are_handed_anything(house: House) -> None:
    row, team = house.campaign("marketer"), team_of(house, "admin")
    with scope(house.tenant, actor=SYSTEM, source="system"):
        Membership.objects.filter(user_id=house.users["viewer"].pk).update(status="suspended")
    before = everything(house)
    right = {"owner_id": str(house.users["marketer"].pk), "team_id": "", "row_version": "1"}

    for wrong in ({"owner_id": str(house.users["viewer"].pk)}, {"team_id": str(team.pk)}, {"owner_id": "x"}):
        answer = house.client("marketer").post(f"/campaigns/{row.pk}/ownership/", right | wrong, follow=True)
        assert "Choose an active member, and a team of yours or none." in words(answer)

    assert everything(house) == before


def test_a_campaign_is_made_in_a_team_of_its_maker(house: House) -> None:
    team, other = team_of(house, "marketer"), team_of(house, "admin", name="Other")
    client = house.client("marketer")

    page = client.get("/campaigns/new/")
    assert [value for value, _name in page.context["form"].fields["team_id"].choices] == ["", str(team.pk)]
    assert client.post("/campaigns/new/", {"name": "x", "team_id": str(other.pk)}).status_code == 422
    made = client.post("/campaigns/new/", {"name": "Together", "team_id": str(team.pk)})
    product = client.post("/catalog/new/", {"name": "Oat drink", "status": "draft", "team_id": str(team.pk)})

    assert (made.status_code, product.status_code) == (302, 302)
    with scope(house.tenant, actor=SYSTEM, source="system"):
        assert Campaign.objects.get(name="Together").team_id == team.pk


def test_the_object_page_leads_there(house: House) -> None:
    row = house.campaign()

    assert f'href="/campaigns/{row.pk}/share/"' in words(house.client().get(f"/campaigns/{row.pk}/"))
    assert "/access/explain/?object=campaign%3A" in words(house.client("manager").get(f"/campaigns/{row.pk}/"))
    analyst = words(house.client("analyst").get(f"/campaigns/{row.pk}/"))
    assert "/share/" not in analyst
    assert "/access/explain/?object" not in analyst


def test_days_are_the_readers(house: House) -> None:
    row = house.campaign()
    berlin_midnight = datetime(2031, 3, 1, tzinfo=ZoneInfo("Europe/Berlin"))
    shared(house, row, expires_at=berlin_midnight)

    page = house.client().get(f"/campaigns/{row.pk}/share/")

    assert page.context["shares"][0]["form"].initial["ends_on"] == date(2031, 2, 28)


def test_addresses_are_for_those_who_may_see_people(house: House) -> None:
    row = house.campaign()
    shared(house, row, "viewer", "manager")

    page = house.client("viewer").get(f"/campaigns/{row.pk}/share/")
    holders = house.client("viewer").get(f"/access/explain/?may=campaign:edit&object=campaign:{row.pk}")

    assert page.status_code == holders.status_code == 200
    assert "Rae Admin" in words(page)
    for user in house.users.values():
        shown = user.email in words(page) + words(holders)
        assert shown == (user == house.users["viewer"])
    assert house.users["admin"].email in words(house.client().get(f"/campaigns/{row.pk}/share/"))


def test_the_sweeper_deletes_what_has_ended_and_the_log_says_so(house: House) -> None:
    over, kept = house.campaign(), house.campaign(name="Other")
    made = shared(house, over, expires_at=timezone.now() + timedelta(seconds=30))
    shared(house, kept, expires_at=timezone.now() + timedelta(days=1))
    with scope(house.tenant, actor=SYSTEM, source="system"):
        CampaignUserGrant.objects.filter(pk=made.id).update(expires_at=timezone.now() - timedelta(seconds=1))
        Job.objects.filter(kind=EXPIRE_SHARES, dedupe_key__lt=(timezone.now() + timedelta(hours=1)).isoformat()).update(
            run_at=timezone.now()
        )

    run_jobs()

    assert shares(house, over) == []
    assert len(shares(house, kept)) == 1
    with scope(house.tenant, actor=SYSTEM, source="system"):
        [entry] = Entry.objects.filter(object_pk=str(made.id), event="delete")
    assert (entry.source, entry.actor_id) == ("job", None)
