"""Creatives in the console: made with a campaign or alone, changed, switched, moved, put away; and old contents."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from campaigns.models import Campaign, Creative, CreativeAsset
from catalog.models import Asset
from kernel.tenancy.scope import scope
from tests.console_org.desk import House, errors, queries_of, toasts, words


def picture(colour: str = "teal") -> SimpleUploadedFile:
    made = BytesIO()
    Image.new("RGB", (40, 30), colour).save(made, "PNG")
    return SimpleUploadedFile("boots.png", made.getvalue(), "image/png")


def ready(**more: Any) -> dict[str, Any]:
    """What a person types into the page of a new campaign so that it can start."""
    typed = {
        "name": "Alpine",
        "objective": "traffic",
        "channels": ["meta"],
        "budget_kind": "daily",
        "budget_micros": "50",
        "currency": "EUR",
        "creative-headline": "Warm to minus twenty",
        "creative-final_url": "https://northwind.example/shop",
        "creative-placements": ["square", "landscape"],
        "creative-picture": picture(),
    }
    return typed | more


def rows(house: House, model: Any) -> list[Any]:
    with scope(house.tenant, actor=house.actors["owner"], source="console"):
        return list(model.objects.all())


def test_one_page_makes_a_campaign_that_runs(client: Client, house: House) -> None:
    answer = client.post("/campaigns/new/", ready(then="start"))

    assert toasts(client.get(answer["Location"])) == ["Alpine is running."]
    [made] = rows(house, Campaign)
    assert (made.status, made.effective_status) == ("active", "serving")
    found = rows(house, Creative)
    assert [(row.name, row.placement) for row in found] == [
        ("Alpine · Square", "square"),
        ("Alpine · Landscape", "landscape"),
    ]
    [asset] = rows(house, Asset)
    assert {link.asset_id for link in rows(house, CreativeAsset)} == {asset.pk}


def test_what_can_not_start_is_kept_as_a_draft_with_its_checklist(client: Client, house: House) -> None:
    answer = client.post("/campaigns/new/", ready(then="start", budget_micros=""))

    page = client.get(answer["Location"])
    assert toasts(page) == ["Alpine was created. It can't start yet: Set a budget above zero."]
    assert [check.finding.code for check in page.context["checks"] if check.is_blocker] == ["budget_missing"]
    assert rows(house, Campaign)[0].status == "draft"


def test_a_creative_that_is_refused_leaves_no_campaign_behind(client: Client, house: House) -> None:
    broken = SimpleUploadedFile("boots.png", b"no picture at all \x00\x01", "image/png")

    linked = client.post("/campaigns/new/", ready(**{"creative-final_url": "javascript:alert(1)"}))
    pictured = client.post("/campaigns/new/", ready(**{"creative-picture": broken}))

    assert (linked.status_code, list(linked.context["creative"].errors)) == (422, ["final_url"])
    assert (pictured.status_code, list(pictured.context["creative"].errors)) == (422, ["picture"])
    assert house.all_of(Campaign, Creative) == [[], []]


def test_a_creative_is_added_changed_and_pinned(client: Client, house: House) -> None:
    made = house.campaign()
    path = f"/campaigns/{made.pk}/creatives"
    sent = {"name": "Two", "placement": "square", "headline": "Go", "final_url": "https://a.example"}

    client.post(f"{path}/new/", sent | {"name": "One", "picture": picture()})

    [creative] = rows(house, Creative)
    [link] = rows(house, CreativeAsset)
    [asset] = rows(house, Asset)
    assert (creative.headline, link.asset_id, link.version_id, link.slot) == ("Go", asset.pk, None, "picture")
    pinned = sent | {"row_version": creative.row_version, "link-picture": str(asset.current_id)}
    assert client.post(f"{path}/{creative.pk}/", pinned)["Location"] == f"/campaigns/{made.pk}/?tab=creatives"
    assert rows(house, CreativeAsset)[0].version_id == asset.current_id
    late = client.post(f"{path}/{creative.pk}/", pinned)
    assert late.status_code == 409
    assert "Somebody saved this meanwhile" in words(late)
    off = client.post(
        f"{path}/{creative.pk}/", sent | {"row_version": creative.row_version + 1, "link-picture": "remove"}
    )
    assert off.status_code == 302
    assert rows(house, CreativeAsset) == []


def test_the_same_picture_is_stored_once(client: Client, house: House) -> None:
    made = house.campaign()
    for name in ("One", "Two"):
        client.post(f"/campaigns/{made.pk}/creatives/new/", {"name": name, "placement": "square", "picture": picture()})

    assert len(rows(house, Asset)) == 1
    assert len(rows(house, CreativeAsset)) == 2


def test_every_picture_of_the_library_is_found_by_its_name(client: Client, house: House) -> None:
    made = house.campaign()
    path = f"/campaigns/{made.pk}/creatives"
    old = house.asset(name="Alpine boots", kind="image")
    for number in range(24):
        house.asset(name=f"Beach {number:02}", kind="image")
    house.asset(name="Alpine words")

    def names(page: Any) -> list[str]:
        return [shown["name"] for shown in page.context["pictures"]]

    page = client.get(f"{path}/new/")
    search = page.context["find_url"]
    assert "Alpine boots" not in names(page)
    assert 'name="find" value="" form="picture-find"' in page.content.decode()
    assert f'hx-get="{search}"' in page.content.decode()
    assert names(client.get(search, {"find": "boots alpine"})) == ["Alpine boots"]
    assert names(client.get(f"{path}/new/", {"find": "boots alpine"})) == ["Alpine boots"]
    kept = client.get(search, {"find": "beach 07", "asset_id": str(old.pk)})
    assert names(kept) == ["Alpine boots", "Beach 07"]
    assert f'value="{old.pk}" checked' in kept.content.decode()
    assert "No picture has this in its name." in words(client.get(search, {"find": "nowhere"}))
    assert names(client.get(search, {"asset_id": "nonsense"})) == names(page)

    refused = client.post(f"{path}/new/", {"name": "", "placement": "square", "asset_id": str(old.pk)})
    client.post(f"{path}/new/", {"name": "One", "placement": "square", "asset_id": str(old.pk)})

    assert (refused.status_code, names(refused)) == (422, ["Alpine boots", *names(page)])
    assert [link.asset_id for link in rows(house, CreativeAsset)] == [old.pk]


def test_the_search_of_pictures_takes_as_many_queries_for_one_as_for_twelve(client: Client, house: House) -> None:
    made = house.campaign()
    search = f"/campaigns/{made.pk}/creatives/pictures/?find=beach"
    house.asset(name="Beach", kind="image")
    few = queries_of(client, search)
    for _number in range(11):
        house.asset(name="Beach", kind="image")

    assert queries_of(client, search) == few


def test_creatives_are_switched_moved_trashed_and_restored(client: Client, house: House) -> None:
    made = house.campaign()
    path = f"/campaigns/{made.pk}/creatives"
    for name in ("One", "Two", "Three"):
        client.post(f"{path}/new/", {"name": name, "placement": "square"})

    def order() -> list[tuple[str, str]]:
        page = client.get(f"/campaigns/{made.pk}/?tab=creatives")
        return [(entry["creative"].name, entry["creative"].status) for entry in page.context["gallery"]]

    def switch(name: str, to: str) -> None:
        [creative] = [row for row in rows(house, Creative) if row.name == name]
        client.post(f"{path}/{creative.pk}/switch/", {"version": creative.row_version, "to": to})

    switch("Three", "up")
    switch("One", "paused")
    assert order() == [("One", "paused"), ("Three", "active"), ("Two", "active")]
    switch("One", "trash")
    assert [name for name, _status in order()] == ["Three", "Two"]
    switch("One", "restore")
    assert "One" in {name for name, _status in order()}


def test_a_page_of_a_campaign_takes_as_many_queries_for_two_creatives_as_for_twelve(
    client: Client, house: House
) -> None:
    made = house.campaign()

    def add(number: int) -> None:
        for _index in range(number):
            client.post(f"/campaigns/{made.pk}/creatives/new/", {"name": "n", "placement": "square"})

    tabs = ("", "products", "creatives", "schedule", "history")
    add(2)
    few = [queries_of(client, f"/campaigns/{made.pk}/?tab={tab}") for tab in tabs]
    add(10)

    assert [queries_of(client, f"/campaigns/{made.pk}/?tab={tab}") for tab in tabs] == few


def test_an_old_content_is_looked_at_and_comes_back(client: Client, house: House) -> None:
    made = house.campaign(name="Before")
    client.post(f"/campaigns/{made.pk}/edit/", {"row_version": 1, "name": "After", "utm/source": "meta"})

    page = client.get(f"/campaigns/{made.pk}/?tab=history&n=2")
    client.post(f"/campaigns/{made.pk}/go-back/", {"version": 2, "n": 1})

    assert sorted((line["label"], line["before"], line["after"]) for line in page.context["lines"]) == [
        ("Name", "Before", "After"),
        ("UTM parameters", "", '{\n "source": "meta"\n}'),
    ]
    [after] = rows(house, Campaign)
    assert (after.name, after.utm) == ("Before", {})


def test_unknown_keys_of_the_targeting_survive_and_faults_stand_at_their_fields(client: Client, house: House) -> None:
    made = house.campaign(targeting={"countries": ["DE"], "their_own": [1]})

    client.post(f"/campaigns/{made.pk}/edit/", {"row_version": 1, "name": "n", "targeting/countries": "DE, AT"})
    wrong = client.post(
        f"/campaigns/{made.pk}/edit/", {"row_version": 2, "name": "n", "targeting/countries": "Germany"}
    )

    assert rows(house, Campaign)[0].targeting == {"countries": ["DE", "AT"], "their_own": [1]}
    assert (wrong.status_code, list(errors(wrong))) == (422, ["targeting/countries"])


def test_a_typed_address_shows_its_tags_and_who_uses_the_same(client: Client, house: House) -> None:
    twin = house.campaign(name="Alpine", utm={"source": "meta", "campaign": "x"})
    made = house.campaign(name="Other")
    with scope(house.tenant, actor=house.actors["owner"], source="console"):
        Campaign.objects.filter(pk=twin.pk).update(status="active")

    shown = words(
        client.get(f"/campaigns/{made.pk}/utm/", {"utm/source": "meta", "utm/campaign": "x", "name": "Other"})
    )

    assert "https://www.example.com/?utm_source=meta&amp;utm_campaign=x" in shown
    assert "“Alpine” has the same source" in shown


def test_a_copy_a_template_and_a_campaign_of_it(client: Client, house: House) -> None:
    made = house.campaign(name="Alpine")

    copied = client.post(f"/campaigns/{made.pk}/copy/", {"kind": "copy"})
    template = client.post(f"/campaigns/{made.pk}/copy/", {"kind": "template"})
    used = client.post(f"{template['Location']}copy/", {"kind": "copy"})

    assert "Alpine (copy)" in words(client.get(copied["Location"]))
    assert "Use template" in words(client.get(template["Location"]))
    assert [(row.name, row.is_template) for row in sorted(rows(house, Campaign), key=lambda row: row.pk)] == [
        ("Alpine", False),
        ("Alpine (copy)", False),
        ("Alpine", True),
        ("Alpine", False),
    ]
    assert "Launch checklist" in words(client.get(used["Location"]))
