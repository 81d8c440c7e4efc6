"""Shares of all objects that somebody may share."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from campaigns.models import CampaignTeamGrant, CampaignUserGrant
from kernel.ids import uuid7
from kernel.tenancy.scope import scope
from tenants.access.granted import Share
from tenants.access.grants import share
from tenants.access.models import Owned
from tests.console_org.desk import House, queries_of, toasts, words


def shared(house: House, obj: Owned, role: str = "viewer", level: str = "editor", **more: Any) -> Share:
    actor = house.actors["owner"]
    with scope(house.tenant, actor=actor, source="console"):
        return share(actor=actor, obj=obj, level=level, user_id=house.users[role].pk, **more)


def listed(answer: Any) -> list[Any]:
    return [row["share"].id for row in answer.context["rows"]]


def test_each_sees_the_shares_of_what_they_may_share(house: House) -> None:
    mine, theirs = shared(house, house.campaign("marketer")), shared(house, house.campaign())

    assert listed(house.client().get("/access/grants/")) == [theirs.id, mine.id]
    assert listed(house.client("marketer").get("/access/grants/")) == [mine.id]
    empty = house.client("viewer").get("/access/grants/")
    assert listed(empty) == []
    assert "Nothing is shared" in words(empty)


def test_the_filters_narrow_the_list(house: House) -> None:
    row = house.campaign()
    low = shared(house, row, "viewer", "viewer")
    high = shared(house, row, "analyst", "manager", expires_at=timezone.now() + timedelta(days=3))
    product = shared(house, house.product(), "viewer")
    client = house.client(htmx=True)

    def found(query: str) -> list[Any]:
        return listed(client.get(f"/access/grants/?{query}"))

    assert found("object_type=product") == [product.id]
    assert found("level=manager") == [high.id]
    assert found(f"who=person:{house.users['viewer'].pk}") == [product.id, low.id]
    assert found(f"who=team:{uuid7()}") == []
    assert found("tab=soon") == [high.id]
    assert found("level=nonsense&object_type=x&who=y") == [product.id, high.id, low.id]
    page = house.client().get("/access/grants/")
    assert [(str(tab.label), tab.count) for tab in page.context["tabs"]] == [("All", 3), ("Ending soon", 1)]


def test_it_costs_as_much_for_many_shares_as_for_few(house: House) -> None:
    client, row = house.client(), house.campaign()
    shared(house, row)
    few = queries_of(client, "/access/grants/")
    for role in ("analyst", "marketer", "manager"):
        shared(house, row, role)

    assert queries_of(client, "/access/grants/") == few
    assert few <= 7


def test_many_are_taken_away_at_once(house: House) -> None:
    mine = [shared(house, house.campaign("marketer")) for _number in range(3)]
    theirs = shared(house, house.campaign())
    sent = {"grant": [str(found.id) for found in (*mine[:2], theirs)]}

    answer = house.client("marketer").post("/access/grants/revoke/", sent, follow=True)

    assert "2 shares were taken away." in words(answer)
    assert "There is no such share, or you may not see it." in words(answer)
    [people, teams] = house.all_of(CampaignUserGrant, CampaignTeamGrant)
    assert len(people) == 2
    assert teams == []
    assert listed(answer) == [mine[2].id]


def test_nothing_chosen_and_nothing_there_are_refused(house: House) -> None:
    made = shared(house, house.campaign())
    before = house.all_of(CampaignUserGrant)

    nothing = house.client().post("/access/grants/revoke/", {"grant": ["x"]}, follow=True)
    assert toasts(nothing) == ["Choose at least one share."]
    assert house.client().post(f"/access/grants/{uuid7()}/revoke/").status_code == 404
    assert house.client("analyst").post(f"/access/grants/{made.id}/revoke/").status_code == 403
    assert house.client("marketer").post(f"/access/grants/{made.id}/change/", {"level": "viewer"}).status_code == 404
    assert house.all_of(CampaignUserGrant) == before
