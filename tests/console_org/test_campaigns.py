"""Campaigns in the console; what products share with them is tested for both."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from campaigns.commands import change_campaign, trash_campaign
from campaigns.models import Campaign
from catalog.catalogs.default import default_catalog
from catalog.files.values import amount_text
from catalog.models import Product
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope, scope
from tenants import records
from tenants.models import Organization, Plan
from tests.console_org.desk import House, errors, open_house, queries_of, toasts, words

COLLECTIONS: dict[str, Any] = {"campaigns": Campaign, "catalog": Product}
NOUNS = {"campaigns": "campaign", "catalog": "product"}
both = pytest.mark.parametrize("collection", COLLECTIONS)


def make(house: House, collection: str, **values: Any) -> Any:
    return house.campaign(**values) if collection == "campaigns" else house.product(**values)


def row(house: House, obj: Any) -> Any:
    with scope(house.tenant, actor=house.actors["owner"], source="console"):
        return type(obj).objects.get(pk=obj.pk)


def filled_in(obj: Any, **changed: Any) -> dict[str, Any]:
    """What a browser sends when nothing but `changed` was typed into the form of `obj`."""
    names = ["name", "status", "currency", "objective", "sku", "brand", "category", "url", "description"]
    there = {name: getattr(obj, name) for name in names if hasattr(obj, name)}
    return there | {"row_version": obj.row_version} | changed


@both
def test_it_creates_with_money_as_typed(client: Client, house: House, collection: str) -> None:
    amount = "budget_micros" if collection == "campaigns" else "price_micros"
    data = {"name": " Alpine summer ", "status": "draft", amount: "1,234.567891", "currency": "eur"}

    answer = client.post(f"/{collection}/new/", data)

    with scope(house.tenant, actor=house.actors["owner"], source="console"):
        made = COLLECTIONS[collection].objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/{collection}/{made.pk}/")
    assert (made.name, getattr(made, amount), made.currency, made.status) == (
        "Alpine summer",
        1_234_567_891,
        "EUR",
        "draft",
    )
    assert made.owner_id == house.users["owner"].pk
    page = client.get(answer["Location"])
    assert toasts(page) == ["Alpine summer was created."]
    assert "1,234.567891 EUR" in words(page)


@pytest.mark.parametrize(
    ("typed", "micros"),
    [
        ("0", 0),
        ("0.1", 100_000),
        ("1234.50", 1_234_500_000),
        ("12,345,678.9", 12_345_678_900_000),
        ("9007199254.740991", 2**53 - 1),
    ],
)
def test_amounts_are_exact(client: Client, house: House, typed: str, micros: int) -> None:
    client.post("/campaigns/new/", {"name": "n", "budget_micros": typed, "currency": "EUR"})

    with scope(house.tenant, actor=house.actors["owner"], source="console"):
        made = Campaign.objects.get()
    assert made.budget_micros == micros
    shown = client.get(f"/campaigns/{made.pk}/?tab=schedule").context["form"]["budget_micros"].value()
    assert shown == amount_text(micros)
    sent = {"section": "schedule", "row_version": 1, "budget_micros": typed, "currency": "EUR"}
    assert client.post(f"/campaigns/{made.pk}/edit/", sent).status_code == 302
    assert row(house, made).row_version == 1


@pytest.mark.parametrize("typed", ["1,5", "1.2345678", "-1", "1e3", "\u0661", "ten", "9007199254.740992", "1 000"])
def test_what_is_no_amount_is_refused(client: Client, house: House, typed: str) -> None:
    answer = client.post("/campaigns/new/", {"name": "n", "budget_micros": typed, "currency": "EUR"})

    assert answer.status_code == 422
    assert list(errors(answer)) == ["budget_micros"]
    assert f'value="{typed}"' in words(answer)
    assert house.all_of(Campaign) == [[]]


@both
@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"name": ""}, ["name"]),
        ({"name": "   "}, ["name"]),
        ({"name": "x" * 256}, ["name"]),
        ({"name": "a\x00b"}, ["name"]),
        ({"name": "n", "currency": "EU"}, ["currency"]),
        ({"name": "n", "currency": "EURO"}, ["currency"]),
    ],
)
def test_bad_input_is_explained_and_changes_nothing(
    client: Client, house: House, collection: str, typed: dict[str, str], wrong: list[str]
) -> None:
    answer = client.post(f"/{collection}/new/", {"status": "draft"} | typed)

    assert answer.status_code == 422
    assert list(errors(answer)) == wrong
    assert "data-error-summary" in words(answer)
    assert house.all_of(Campaign, Product) == [[], []]


def test_what_the_command_refuses_stands_beside_its_field(client: Client, house: House) -> None:
    typed = {
        "name": "n",
        "starts_at": "2026-12-02T10:00",
        "ends_at": "2026-12-01T10:00",
        "budget_micros": "5",
        "currency": "",
    }

    answer = client.post("/campaigns/new/", typed)

    assert answer.status_code == 422
    assert errors(answer) == {
        "ends_at": ["It can't end before it starts."],
        "currency": ["An amount needs a currency."],
    }
    assert house.all_of(Campaign) == [[]]


def test_a_web_address_must_be_one(client: Client, house: House) -> None:
    answer = client.post("/catalog/new/", {"name": "n", "status": "draft", "url": "javascript:alert(1)"})

    assert (answer.status_code, list(errors(answer))) == (422, ["url"])
    assert house.all_of(Product) == [[]]


def test_times_are_on_the_organizations_clock(client: Client, house: House) -> None:
    client.post("/campaigns/new/", {"name": "n", "starts_at": "2026-07-01T00:30", "ends_at": "2026-12-31T23:59:59"})

    with scope(house.tenant, actor=house.actors["owner"], source="console"):
        made = Campaign.objects.get()
    assert made.starts_at == datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    assert made.ends_at == datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC)
    assert ">1 Jul 2026<" in words(client.get("/campaigns/"))
    assert "1 Jul 2026, 00:30 (Europe/Berlin)" in words(client.get(f"/campaigns/{made.pk}/"))
    edit = words(client.get(f"/campaigns/{made.pk}/?tab=schedule"))
    assert 'value="2026-07-01T00:30:00"' in edit
    assert "Clock of Europe/Berlin." in edit


def test_a_time_that_the_clock_skips_is_refused(client: Client) -> None:
    answer = client.post("/campaigns/new/", {"name": "n", "starts_at": "2027-03-28T02:30"})

    assert (answer.status_code, list(errors(answer))) == (422, ["starts_at"])


@both
def test_a_change_writes_what_was_changed_and_nothing_else(client: Client, house: House, collection: str) -> None:
    made = make(house, collection, data={"kept": [1, 2]})

    answer = client.post(f"/{collection}/{made.pk}/edit/", filled_in(made, name="New name"))

    assert answer.status_code == 302
    after = row(house, made)
    assert (after.name, after.row_version, after.data) == ("New name", 2, {"kept": [1, 2]})
    assert toasts(client.get(answer["Location"])) == ["New name was saved."]


@both
def test_a_form_sent_unchanged_writes_nothing(client: Client, house: House, collection: str) -> None:
    made = make(house, collection)

    assert client.post(f"/{collection}/{made.pk}/edit/", filled_in(made)).status_code == 302

    assert row(house, made).row_version == 1


@both
def test_who_was_overtaken_keeps_what_they_typed_and_may_save_again(
    client: Client, house: House, collection: str
) -> None:
    made = make(house, collection)
    client.post(f"/{collection}/{made.pk}/edit/", filled_in(made, name="Somebody faster"))

    late = client.post(f"/{collection}/{made.pk}/edit/", filled_in(made, name="Mine"))

    assert late.status_code == 409
    page = words(late)
    assert "Somebody saved this meanwhile" in page
    assert 'value="Mine"' in page
    assert '<input type="hidden" name="row_version" value="2"' in page
    assert (row(house, made).name, row(house, made).row_version) == ("Somebody faster", 2)

    again = client.post(f"/{collection}/{made.pk}/edit/", filled_in(made, name="Mine", row_version=2))

    assert again.status_code == 302
    assert (row(house, made).name, row(house, made).row_version) == ("Mine", 3)


@both
@pytest.mark.parametrize("version", ["", "x", "0", "-1", "99999999999999999999"])
def test_a_version_that_is_none_is_refused(client: Client, house: House, collection: str, version: str) -> None:
    made = make(house, collection)
    before = house.everything()

    edited = client.post(f"/{collection}/{made.pk}/edit/", filled_in(made, name="Mine", row_version=version))
    trashed = client.post(f"/{collection}/{made.pk}/trash/", {"version": version})

    assert (edited.status_code, trashed.status_code) == (422, 422)
    assert house.everything() == before


@both
def test_the_trash_and_back(client: Client, house: House, collection: str) -> None:
    made = make(house, collection, name="Winter layers")

    trashed = client.post(f"/{collection}/{made.pk}/trash/", {"version": 1})

    assert (trashed.status_code, trashed["Location"]) == (302, f"/{collection}/")
    page = client.get(trashed["Location"])
    assert toasts(page) == [f"The {NOUNS[collection]} is in the trash."]
    assert "Winter layers" not in words(page)
    assert "Winter layers" in words(client.get(f"/{collection}/?state=trash"))
    assert "In the trash" in words(client.get(f"/{collection}/{made.pk}/"))
    assert f'action="/{collection}/{made.pk}/edit/"' not in words(client.get(f"/{collection}/{made.pk}/"))

    restored = client.post(f"/{collection}/{made.pk}/restore/", {"version": 2})

    assert (restored.status_code, restored["Location"]) == (302, f"/{collection}/{made.pk}/")
    assert toasts(client.get(restored["Location"])) == [f"The {NOUNS[collection]} is back."]
    assert row(house, made).trashed_at is None
    assert row(house, made).row_version == 3


@both
def test_nothing_is_trashed_that_changed_meanwhile(client: Client, house: House, collection: str) -> None:
    made = make(house, collection)
    client.post(f"/{collection}/{made.pk}/edit/", filled_in(made, name="Newer"))

    answer = client.post(f"/{collection}/{made.pk}/trash/", {"version": 1})

    assert answer["Location"] == f"/{collection}/{made.pk}/"
    assert toasts(client.get(answer["Location"]))[-1].startswith("Somebody changed this meanwhile.")
    assert row(house, made).trashed_at is None


@both
def test_it_offers_the_states_as_tabs_with_counts(client: Client, house: House, collection: str) -> None:
    for name in ("a", "b", "c"):
        make(house, collection, name=name)
    last = make(house, collection, name="d")
    client.post(f"/{collection}/{last.pk}/trash/", {"version": 1})

    tabs = client.get(f"/{collection}/").context["tabs"]

    shown = [tab for tab in tabs if tab.count is not None]
    assert [(str(tab.label), tab.count, tab.current) for tab in shown] == [
        ("All", 3, True),
        ("Draft", 3, False),
        ("Trash", 1, False),
    ]


@both
def test_it_finds_by_a_part_of_the_name_page_by_page(client: Client, house: House, collection: str) -> None:
    for number in range(52):
        make(house, collection, name=f"Alpine {number:02}")
    make(house, collection, name="Other")
    context_name = f"{NOUNS[collection]}s"

    first = client.get(f"/{collection}/", {"q": "alpine"})
    second = client.get(first.context["page"].next_url)

    names = [found.name for page in (first, second) for found in page.context[context_name]]
    assert names == [f"Alpine {number:02}" for number in reversed(range(52))]
    assert second.context["page"].next_url == ""
    assert second.context["page"].previous_url == f"/{collection}/?q=alpine"


@both
def test_however_long_the_words_the_next_page_is_found(client: Client, house: House, collection: str) -> None:
    words = " ".join(["冬" * 30] * 8)
    for number in range(51):
        make(house, collection, name=f"{words} {number}")

    first = client.get(f"/{collection}/", {"q": words})
    second = client.get(first.context["page"].next_url)

    assert second.status_code == 200
    assert len(second.context[f"{NOUNS[collection]}s"]) == 1
    assert len(first.context["page"].next_url) < 3000


@both
def test_a_cursor_of_another_list_is_refused(client: Client, house: House, collection: str) -> None:
    for number in range(51):
        make(house, collection, name=f"Alpine {number:02}")
    following = client.get(f"/{collection}/").context["page"].next_url

    assert client.get(f"{following}&q=alpine").status_code == 400
    assert client.get(f"/{collection}/?cursor=nonsense").status_code == 400


@both
def test_typing_in_the_find_box_answers_the_rows_alone(house: House, collection: str) -> None:
    make(house, collection, name="Alpine")

    answer = house.client(htmx=True).get(f"/{collection}/", {"q": "alp"})

    assert answer["Vary"].startswith("HX-Request")
    assert "<html" not in words(answer)
    assert "Alpine" in words(answer)


@both
def test_a_list_takes_as_many_queries_for_three_rows_as_for_sixty(
    client: Client, house: House, collection: str
) -> None:
    for number in range(3):
        make(house, collection, name=f"n{number}")
    few = queries_of(client, f"/{collection}/")
    for number in range(57):
        make(house, collection, name=f"m{number}")

    assert (few, queries_of(client, f"/{collection}/")) == {"campaigns": (9, 9), "catalog": (6, 6)}[collection]


@both
def test_its_history_names_who_changed_what(client: Client, house: House, collection: str) -> None:
    made = make(house, collection, name="Before")
    client.post(f"/{collection}/{made.pk}/edit/", filled_in(made, name="After"))

    page = client.get(f"/{collection}/{made.pk}/?tab=history")

    lines = [(entry["actor_name"], entry["verb"]) for entry in page.context["entries"]]
    assert lines == [("Rae Owner", "changed"), ("Rae Owner", "created")]
    assert "<del>Before</del>" in words(page)
    assert "<ins>After</ins>" in words(page)


def test_a_history_takes_as_many_queries_for_three_entries_as_for_thirty(client: Client, house: House) -> None:
    made = house.campaign()
    for number in range(2):
        client.post(f"/campaigns/{made.pk}/edit/", filled_in(row(house, made), name=f"n{number}"))
    few = queries_of(client, f"/campaigns/{made.pk}/?tab=history")
    for number in range(27):
        client.post(f"/campaigns/{made.pk}/edit/", filled_in(row(house, made), name=f"m{number}"))

    assert queries_of(client, f"/campaigns/{made.pk}/?tab=history") == few


def test_only_the_next_states_are_offered(client: Client, house: House) -> None:
    made = house.campaign()

    def offered() -> list[str]:
        return [step["status"] for step in client.get(f"/campaigns/{made.pk}/").context["steps"]]

    assert offered() == ["active", "scheduled", "archived"]
    assert client.post(f"/campaigns/{made.pk}/status/", {"version": 1, "status": "archived"}).status_code == 302
    assert offered() == ["draft"]
    answer = client.post(f"/campaigns/{made.pk}/status/", {"version": 2, "status": "active"})
    assert toasts(client.get(answer["Location"]))[-1] == (
        "Spring launch: A campaign that is archived can't become active."
    )
    assert row(house, made).status == "archived"


def test_it_can_be_about_a_product_that_the_person_sees(client: Client, house: House) -> None:
    product = house.product(name="Oat drink", sku="OAT-1")

    client.post("/campaigns/new/", {"name": "n", "product_id": str(product.pk)})
    unknown = client.post("/campaigns/new/", {"name": "m", "product_id": "01a20555-b9f6-7729-b5a8-e476afe341bd"})

    with scope(house.tenant, actor=house.actors["owner"], source="console"):
        made = Campaign.objects.get()
    assert made.product_id == product.pk
    assert f'<a href="/catalog/{product.pk}/">Oat drink</a>' in words(client.get(f"/campaigns/{made.pk}/"))
    assert (unknown.status_code, list(errors(unknown))) == (422, ["product_id"])


def test_saving_keeps_a_product_that_the_person_can_not_see(house: House) -> None:
    product = house.product("owner")
    made = house.campaign("marketer")
    with scope(house.tenant, actor=house.actors["owner"], source="console"):
        change_campaign(actor=house.actors["owner"], campaign_id=made.pk, version=1, changes={"product_id": product.pk})
    client = house.client("marketer")

    page = client.get(f"/campaigns/{made.pk}/?tab=products")
    answer = client.post(
        f"/campaigns/{made.pk}/edit/",
        {"section": "products", "row_version": row(house, made).row_version, "product_id": str(product.pk)},
    )

    assert "Oat drink" not in words(page)
    assert "A product you can&#x27;t see" in words(page)
    assert "Oat drink" not in words(client.get(f"/campaigns/{made.pk}/"))
    assert answer.status_code == 302
    assert row(house, made).product_id == product.pk


@both
def test_a_full_plan_is_told_in_figures(organization: Organization, collection: str) -> None:
    house = open_house(organization, roles=("owner",))
    with public_scope(actor=SYSTEM, source="system"):
        records.organization_changing(organization.pk)
        Organization.objects.filter(pk=organization.pk).update(plan_id="free")
    limit = house.tenant.limits[{"campaigns": "campaigns", "catalog": "products"}[collection]]
    assert limit is not None
    with scope(house.tenant, actor=SYSTEM, source="system"):
        model = COLLECTIONS[collection]
        more = {"catalog": default_catalog()} if collection == "catalog" else {}
        owner = house.users["owner"].pk
        model.objects.bulk_create(model(name=f"n{number}", owner_id=owner, **more) for number in range(limit))

    answer = house.client().post(f"/{collection}/new/", {"name": "One more", "status": "draft"})

    assert answer.status_code == 409
    assert errors(answer) == {"__all__": [f"Your plan allows {limit} and you have {limit}."]}
    assert 'value="One more"' in words(answer)
    assert len(house.all_of(COLLECTIONS[collection])[0]) == limit


def test_restoring_into_a_full_plan_is_told_in_figures(organization: Organization) -> None:
    house = open_house(organization, roles=("owner",))
    client, made = house.client(), house.campaign()
    with scope(house.tenant, actor=house.actors["owner"], source="console"):
        trash_campaign(actor=house.actors["owner"], campaign_id=made.pk, version=1)
    before = house.all_of(Campaign)
    with public_scope(actor=SYSTEM, source="system"):
        records.organization_changing(organization.pk)
        tight = Plan.objects.create(slug=f"tight-{organization.slug}", name="Tight", position=99, campaigns=0)
        Organization.objects.filter(pk=organization.pk).update(plan=tight)
    try:
        answer = client.post(f"/campaigns/{made.pk}/restore/", {"version": 2})
        assert toasts(client.get(answer["Location"])) == ["Your plan allows 0 and you have 0."]
        assert house.all_of(Campaign) == before
    finally:
        with public_scope(actor=SYSTEM, source="system"):
            records.organization_changing(organization.pk)
            Organization.objects.filter(pk=organization.pk).update(plan_id="scale")
            tight.delete()


def test_a_manager_sees_everything_but_changes_only_their_own(house: House) -> None:
    theirs, mine = house.campaign("marketer", name="Theirs"), house.campaign("manager", name="Mine")
    client, before = house.client("manager"), house.everything()

    assert {found.name for found in client.get("/campaigns/").context["campaigns"]} == {"Theirs", "Mine"}
    page = words(client.get(f"/campaigns/{theirs.pk}/"))
    assert "trash-dialog" not in page
    assert f"/campaigns/{theirs.pk}/edit/" not in page
    assert f"/campaigns/{mine.pk}/edit/" in words(client.get(f"/campaigns/{mine.pk}/"))
    for path, data in (("edit", filled_in(theirs, name="x")), ("trash", {"version": 1})):
        answer = client.post(f"/campaigns/{theirs.pk}/{path}/", data)
        assert answer.status_code == 403
        assert "You need the permission" in words(answer)
    assert house.everything() == before


def test_a_viewer_finds_no_way_to_write(house: House) -> None:
    client = house.client("viewer")

    page = words(client.get("/campaigns/"))

    assert "/campaigns/new/" not in page
    refused = client.get("/campaigns/new/")
    assert refused.status_code == 403
    assert "Create campaigns" in words(refused)
    assert "Owner, Admin, Manager, Marketer" in " ".join(words(refused).split())
