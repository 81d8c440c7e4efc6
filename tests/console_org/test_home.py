"""The start page."""

from django.test import Client

from campaigns.legacy.models import ImportBatch
from campaigns.models import Campaign
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tenants.access.tokens import create_token
from tenants.models import Organization
from tests.console_org.desk import House, open_house, queries_of, words


def steps(client: Client) -> dict[str, bool]:
    return {item["title"]: item["done"] for item in client.get("/").context["checklist"]}


def test_it_greets_the_person_and_names_plan_and_organization(client: Client, house: House) -> None:
    page = words(client.get("/"))

    assert "Welcome, Rae" in page
    assert f"{house.organization.name} is on the Scale plan." in page


def test_each_first_step_is_done_when_it_really_is(organization: Organization) -> None:
    house = open_house(organization, roles=("owner",))
    client, owner = house.client(), house.actors["owner"]
    titles = [
        "Import the data of the old application",
        "Invite your people",
        "Create the first campaign",
        "Make an API token",
    ]
    assert steps(client) == dict.fromkeys(titles, False)

    with scope(house.tenant, actor=SYSTEM, source="system"):
        ImportBatch.objects.create(source="browser", file_name="a.json", size=1, sha256="0" * 64, state="done")
    assert [steps(client)[title] for title in titles] == [True, False, False, False]

    assert client.post("/people/invite/", {"email": "x@example.com", "name": "", "role": "viewer"}).status_code == 302
    assert [steps(client)[title] for title in titles] == [True, True, False, False]

    house.campaign()
    assert [steps(client)[title] for title in titles] == [True, True, True, False]

    with scope(house.tenant, actor=owner, source="console"):
        create_token(actor=owner, name="t", scopes=["campaign:view"])
    assert steps(client) == dict.fromkeys(titles, True)
    assert "First steps" not in words(client.get("/"))


def test_each_step_leads_to_a_page_that_opens(client: Client) -> None:
    addresses = [item["url"] for item in client.get("/").context["checklist"]]

    assert addresses == ["/imports/", "/people/", "/campaigns/new/", "/tokens/"]
    assert [client.get(address).status_code for address in addresses] == [200] * 4


def test_people_see_only_the_steps_they_may_take(house: House) -> None:
    assert list(steps(house.client("marketer"))) == ["Create the first campaign", "Make an API token"]
    assert steps(house.client("viewer")) == {}


def test_it_shows_what_is_going_on(client: Client, house: House) -> None:
    house.campaign(name="Alpine summer")
    with scope(house.tenant, actor=SYSTEM, source="system"):
        ImportBatch.objects.create(source="browser", file_name="mine.json", size=1, sha256="0" * 64, state="ready")

    page = words(client.get("/"))

    assert "Alpine summer" in page
    assert "mine.json" in page
    assert "Waiting for you" in page
    assert "<b>Rae Owner</b> created campaign" in page


def test_a_viewer_sees_neither_the_log_nor_the_plan(house: House) -> None:
    house.campaign(name="Not theirs")

    page = words(house.client("viewer").get("/"))

    assert "Not theirs" not in page
    assert "What happened" not in page
    assert "Use of the plan" not in page


def test_it_shows_what_is_mine_what_runs_and_what_needs_attention(client: Client, house: House) -> None:
    mine, theirs = house.campaign(name="Mine"), house.campaign("marketer", name="Theirs")
    with scope(house.tenant, actor=SYSTEM, source="system"):
        Campaign.objects.filter(pk=theirs.pk).update(
            status="active", effective_status="blocked", effective_reasons=["no_creatives"]
        )

    groups = {group.key: [found.pk for found in group.campaigns] for group in client.get("/").context["work"]}

    assert groups == {
        "attention": [theirs.pk],
        "running": [theirs.pk],
        "mine": [mine.pk],
        "recent": [theirs.pk, mine.pk],
    }
    assert "It has no creative" in words(client.get("/"))


def test_it_takes_as_many_queries_for_ten_campaigns_as_for_thirty(client: Client, house: House) -> None:
    for number in range(10):
        house.campaign(name=f"n{number}")
    few = queries_of(client, "/")
    for number in range(20):
        house.campaign(name=f"m{number}")

    assert (few, queries_of(client, "/")) == (15, 15)
