"""The page and the drawer that tell why."""

from typing import Any

from kernel.ids import uuid7
from kernel.tenancy.scope import scope
from tenants.access.grants import share
from tests.console_org.desk import House, queries_of, words


def asked(house: House, about: str, action: str, obj: Any, by: str = "owner", *, htmx: bool = False) -> Any:
    address = f"/access/explain/?person={house.users[about].pk}&may={action}&object=campaign:{obj.pk}"
    return house.client(by, htmx=htmx).get(address)


def test_it_tells_why_not_and_what_would_change_that(house: House) -> None:
    row = house.campaign()

    answer = asked(house, "marketer", "campaign:edit", row)

    shown = words(answer)
    assert answer.status_code == 200
    assert "No, Rae Marketer may not: Change campaigns, on “Spring launch”." in shown
    assert "Rae Marketer is not the owner (Rae Owner is)." in shown
    assert "Share it with Rae Marketer at the level Editor or higher." in shown


def test_the_drawer_is_a_part_of_the_page(house: House) -> None:
    row = house.campaign()

    part = words(asked(house, "admin", "campaign:edit", row, htmx=True))

    assert "<html" not in part
    assert "Yes, Rae Admin may: Change campaigns" in part
    assert f'value="campaign:{row.pk}"' in part


def test_a_share_shows_what_is_left_without_it(house: House) -> None:
    row = house.campaign()
    actor = house.actors["owner"]
    with scope(house.tenant, actor=actor, source="console"):
        made = share(actor=actor, obj=row, level="editor", user_id=house.users["analyst"].pk, reason="Holiday cover")

    shown = words(asked(house, "analyst", "campaign:edit", row))

    assert "If it is taken away: Share with Rae Analyst" in shown
    assert "Rae Analyst keeps: See campaigns. Loses: Change campaigns." in shown
    assert "Reason: Holiday cover" in shown
    assert f"/access/grants/{made.id}/revoke/" in shown
    assert "/revoke/" not in words(asked(house, "analyst", "campaign:edit", row, by="analyst"))


def test_without_a_person_it_lists_who_may(house: House) -> None:
    row = house.campaign("marketer")

    page = house.client().get(f"/access/explain/?may=campaign:edit&object=campaign:{row.pk}")

    assert [holder.access.name for holder in page.context["holders"]] == ["Rae Admin", "Rae Marketer", "Rae Owner"]
    assert "3 people may: Change campaigns" in words(page)


def test_everybody_asks_about_themselves_only(house: House) -> None:
    row = house.campaign("marketer")

    own = house.client("analyst").get("/access/explain/")
    assert [person["name"] for person in own.context["people"]] == ["Rae Analyst"]
    assert asked(house, "analyst", "campaign:edit", row, by="analyst").status_code == 200
    assert asked(house, "admin", "campaign:edit", row, by="analyst").status_code == 403
    assert asked(house, "viewer", "campaign:edit", row, by="viewer").status_code == 404
    assert asked(house, "viewer", "campaign:edit", row, by="marketer").status_code == 200


def test_a_search_offers_objects_that_the_person_sees(house: House) -> None:
    mine, theirs = house.campaign("marketer", name="Winter sale"), house.campaign(name="Winter coats")

    def offered(role: str) -> list[str]:
        part = house.client(role, htmx=True).get("/access/explain/?q=winter")
        return [row["label"] for row in part.context["objects"]]

    assert offered("owner") == [f"Campaign: {theirs}", f"Campaign: {mine}"]
    assert offered("marketer") == [f"Campaign: {mine}"]


def test_what_is_not_there_is_not_found(house: House) -> None:
    client = house.client()

    for query in ("object=campaign:x", f"object=campaign:{uuid7()}", f"object=rocket:{uuid7()}", f"person={uuid7()}"):
        assert client.get(f"/access/explain/?{query}").status_code == 404
    assert client.get("/access/explain/?person=x&may=nonsense").status_code == 200


def test_an_answer_costs_a_fixed_number_of_statements(house: House) -> None:
    row, client = house.campaign("marketer"), house.client()
    address = f"/access/explain/?person={house.users['viewer'].pk}&may=campaign:edit&object=campaign:{row.pk}"

    assert queries_of(client, address) <= 12
