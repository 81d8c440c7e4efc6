"""The asset library's pages."""

from io import BytesIO
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.assets.storing import store_file
from catalog.models import Asset, AssetVersion
from kernel.tenancy.scope import scope
from tests.assets import samples
from tests.console_org.desk import House, words


def stored(house: House, name: str = "Bottle", **options: Any) -> Asset:
    """A picture of the owner's."""
    actor = house.actors["owner"]
    assert actor.user_id is not None
    content = BytesIO(samples.picture(size=(60, 40), colour=options.pop("colour", "teal")))
    with scope(house.tenant, actor=actor, source="console"):
        done = store_file(owner_id=actor.user_id, content=content, file_name="bottle.png", name=name, **options)
        return Asset.objects.get(pk=done.version.asset_id)


def next_version(house: House, asset: Asset, colour: str) -> AssetVersion:
    """One more version, not shown."""
    actor = house.actors["owner"]
    assert actor.user_id is not None
    content = BytesIO(samples.picture(size=(60, 40), colour=colour))
    with scope(house.tenant, actor=actor, source="console"):
        return store_file(
            owner_id=actor.user_id, content=content, file_name="b.png", asset=asset, note="Bolder"
        ).version


def fresh(house: House, asset: Asset) -> Asset:
    """The asset as it is now."""
    with scope(house.tenant, actor=house.actors["owner"], source="console"):
        return Asset.objects.select_related("current").get(pk=asset.pk)


def test_the_library_shows_pictures_in_a_grid_or_a_table(house: House) -> None:
    asset = stored(house, "Green bottle")
    house.asset(name="Terms of use")

    grid = house.client().get("/assets/")
    table = house.client().get("/assets/?view=table")

    for page in (grid, table):
        assert page.status_code == 200
        text = page.content.decode()
        assert text.count('src="/files/') == 1
        assert f'href="/assets/{asset.pk}/"' in text
        assert "Green bottle" in words(page)
        assert "Terms of use" in words(page)
    assert 'class="asset-grid"' in grid.content.decode()
    assert "60 × 40" in words(grid)  # noqa: RUF001 -- the sign of the page
    assert "<asset-upload" in grid.content.decode()
    assert "<asset-upload" not in house.client("viewer").get("/assets/").content.decode()


def test_filters_find_by_name_kind_and_rights(house: House) -> None:
    today = timezone.localdate()
    stored(house, "Summer", colour="gold", rights_until=today)
    stored(house, "Winter", colour="navy")
    house.asset(name="Summer terms")

    def names(query: str) -> list[str]:
        context = house.client().get(f"/assets/?{query}").context
        return sorted(card["asset"].name for card in context["cards"])

    assert names("q=summer") == ["Summer", "Summer terms"]
    assert names("q=summer&kind=text") == ["Summer terms"]
    assert names("rights=ending") == ["Summer"]
    assert names("rights=ended") == []
    assert names("kind=nonsense&rights=nonsense") == ["Summer", "Summer terms", "Winter"]
    assert "Rights end today" in words(house.client().get("/assets/?q=summer"))
    part = house.client().get("/assets/?q=winter", headers={"hx-request": "true"})
    assert "<html" not in part.content.decode()
    assert "Winter" in words(part)


def test_an_asset_has_a_preview_its_facts_and_a_download(house: House) -> None:
    asset = stored(house, alt="A bottle on a table")

    page = house.client().get(f"/assets/{asset.pk}/")

    text = page.content.decode()
    assert 'alt="A bottle on a table"' in text
    assert "bottle.png" in words(page)
    card = page.context["card"]
    assert {card["preview"], card["file"], card["download"]} <= {
        link.partition('"')[0].replace("&amp;", "&") for link in text.replace('href="', 'src="').split('src="')
    }
    opened = house.client().get(card["preview"])
    assert (opened.status_code, opened["Content-Type"]) == (200, "image/webp")
    assert b"".join(opened)[8:12] == b"WEBP"


def test_another_version_is_shown_after_a_look_at_what_moves(house: House) -> None:
    asset = stored(house)
    next_version(house, asset, "gold")
    asset = fresh(house, asset)
    client = house.client()

    page = client.get(f"/assets/{asset.pk}/?tab=versions")
    assert "Bolder" in words(page)
    assert [row["current"] for row in page.context["versions"]] == [False, True]
    assert "Nothing that you can see follows the current version" in words(page)
    sides = client.get(f"/assets/{asset.pk}/compare/?second=2")
    assert sides.context["comparison"].changed > 80
    assert "data:image/webp;base64," in sides.content.decode()

    stale = client.post(f"/assets/{asset.pk}/current/", {"version": asset.row_version + 1, "n": 2}, follow=True)
    assert "Somebody changed this meanwhile" in words(stale)
    done = client.post(f"/assets/{asset.pk}/current/", {"version": asset.row_version, "n": 2}, follow=True)
    assert "Version 2 is shown from now on." in words(done)
    current = fresh(house, asset).current
    assert current is not None
    assert current.n == 2
    broken = client.post(f"/assets/{asset.pk}/current/", {"version": asset.row_version})
    assert broken.status_code == 422


def test_what_is_said_about_an_asset_is_changed_on_top_of_what_was_seen(house: House) -> None:
    asset = stored(house)
    client = house.client()
    sent = {"name": "Bottle", "alt": "Green", "status": "archived", "rights_until": "2099-12-31"}

    refused = client.post(f"/assets/{asset.pk}/edit/", sent | {"row_version": 1, "name": ""})
    assert refused.status_code == 422
    saved = client.post(f"/assets/{asset.pk}/edit/", sent | {"row_version": 1})
    assert (saved.status_code, saved["Location"]) == (302, f"/assets/{asset.pk}/")
    late = client.post(f"/assets/{asset.pk}/edit/", sent | {"row_version": 1, "name": "Late"})
    assert late.status_code == 409
    assert "Somebody saved this meanwhile" in words(late)

    found = fresh(house, asset)
    assert (found.name, found.alt, found.status, str(found.rights_until)) == (
        "Bottle",
        "Green",
        "archived",
        "2099-12-31",
    )


def test_an_asset_goes_to_the_trash_and_comes_back(house: House) -> None:
    asset = stored(house)
    client = house.client()

    client.post(f"/assets/{asset.pk}/trash/", {"version": 1})
    assert fresh(house, asset).trashed_at is not None
    page = client.get("/assets/?state=trash")
    assert "Bottle" in words(page)
    back = client.post(f"/assets/{asset.pk}/restore/", {"version": 2}, follow=True)
    assert "The asset is back." in words(back)
    assert fresh(house, asset).trashed_at is None


def test_an_asset_is_shared_like_a_campaign(house: House) -> None:
    asset = stored(house)

    page = house.client().get(f"/assets/{asset.pk}/share/")
    assert page.status_code == 200
    viewer = house.users["viewer"].pk
    made = house.client().post(f"/assets/{asset.pk}/share/", {"who": f"person:{viewer}", "level": "manager"})

    assert made.status_code == 302
    assert house.client("viewer").get(f"/assets/{asset.pk}/edit/").status_code == 200
    handed = house.client().post(
        f"/assets/{asset.pk}/ownership/",
        {"owner_id": str(house.users["marketer"].pk), "team_id": "", "row_version": 1},
        follow=True,
    )
    assert "was handed on" in words(handed)
    assert fresh(house, asset).owner_id == house.users["marketer"].pk


def test_the_library_costs_the_same_however_long_it_is(house: House) -> None:
    stored(house)
    counts = []
    for number in (10, 40):
        with scope(house.tenant, actor=house.actors["owner"], source="console"):
            first = AssetVersion.objects.get()
            owner = house.users["owner"].pk
            made = Asset.objects.bulk_create(
                Asset(name=f"Number {at}", kind="image", owner_id=owner, current=first) for at in range(number)
            )
        for role in ("owner", "marketer"):
            client = house.client(role)
            client.get("/assets/")
            with CaptureQueriesContext(connection) as captured:
                page = client.get("/assets/")
            counts.append((role, len(captured), len(page.context["cards"]) >= (number if role == "owner" else 0)))
        with scope(house.tenant, actor=house.actors["owner"], source="console"):
            Asset.objects.filter(pk__in=[asset.pk for asset in made]).update(name="Former")
    assert counts[:2] == counts[2:]
