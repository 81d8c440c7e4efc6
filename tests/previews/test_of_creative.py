"""Previews of stored creatives."""

from io import BytesIO
from pathlib import Path

from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from campaigns.commands import change_creative
from campaigns.models import Campaign, Creative
from campaigns.previews.of_creative import material_of, materials_of
from campaigns.previews.svg import render
from catalog.assets.storing import store_file
from catalog.commands import create_product
from catalog.models import Asset, AssetVersion
from kernel.tenancy.context import Actor
from tests.assets import samples
from tests.campaigns.ready import picture, ready_campaign, ready_creative


def stored(actor: Actor, colour: str, asset: Asset | None = None) -> AssetVersion:
    assert actor.user_id is not None
    content = BytesIO(samples.picture(size=(60, 40), colour=colour))
    return store_file(
        owner_id=actor.user_id, content=content, file_name="b.png", asset=asset, make_current=asset is not None
    ).version


def statements(creatives: list[Creative]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert len(materials_of(creatives)) == len(creatives)
    return len(captured)


def test_the_pictures_of_the_slots_are_read_in_their_order(owner: Actor) -> None:
    campaign = ready_campaign(owner)
    first, second = stored(owner, "teal"), stored(owner, "navy")
    links = [
        {"asset_id": second.asset_id, "version_id": None, "slot": "picture"},
        {"asset_id": first.asset_id, "version_id": first.pk, "slot": "logo"},
    ]
    creative = ready_creative(owner, campaign, assets=links, body="Try them.", cta="Shop now")

    spec = material_of(creative).spec()

    assert list(spec.pictures) == ["picture", "logo"]
    assert [(shown.mime, shown.width) for shown in spec.pictures.values()] == [("image/webp", 60)] * 2
    assert (spec.placement, spec.headline, spec.body, spec.cta) == ("square", "Light shoes", "Try them.", "Shop now")
    assert "data:image/webp;base64," in render(spec)


def test_small_drawings_take_the_pictures_of_thumbnails(owner: Actor) -> None:
    assert owner.user_id is not None
    content = BytesIO(samples.picture(size=(900, 600)))
    version = store_file(owner_id=owner.user_id, content=content, file_name="b.png").version
    link = {"asset_id": version.asset_id, "version_id": None, "slot": "picture"}
    material = material_of(ready_creative(owner, ready_campaign(owner), assets=[link]))

    assert (material.spec().pictures["picture"].width, material.spec(small=True).pictures["picture"].width) == (
        900,
        320,
    )


def test_a_new_version_changes_the_facts_where_it_is_followed_and_not_where_it_is_pinned(owner: Actor) -> None:
    campaign = ready_campaign(owner)
    version = stored(owner, "teal")
    link = {"asset_id": version.asset_id, "slot": "picture"}
    followed = ready_creative(owner, campaign, assets=[link | {"version_id": None}])
    pinned = ready_creative(owner, campaign, assets=[link | {"version_id": version.pk}])
    before = [material_of(creative).facts() for creative in (followed, pinned)]

    newer = stored(owner, "red", Asset.objects.get(pk=version.asset_id))
    Asset.objects.filter(pk=version.asset_id).update(current=newer)
    after = [material_of(creative).facts() for creative in (followed, pinned)]
    changed = change_creative(
        actor=owner, creative_id=pinned.pk, version=pinned.row_version, changes={"headline": "New"}
    )

    assert [before[0] == after[0], before[1] == after[1]] == [False, True]
    assert material_of(changed).facts() != after[1]


def test_the_brand_is_that_of_the_creatives_product_else_of_the_campaigns(owner: Actor) -> None:
    boot = create_product(actor=owner, values={"name": "Boot", "brand": "Alder"})
    lace = create_product(actor=owner, values={"name": "Lace", "brand": "Birch"})
    plain = create_product(actor=owner, values={"name": "Sole"})
    campaign = ready_campaign(owner, product_id=boot.pk)
    own = ready_creative(owner, campaign, product_ids=[plain.pk, lace.pk])
    none = Creative.objects.get(campaign=ready_campaign(owner))
    other = Creative.objects.filter(campaign=campaign).exclude(pk=own.pk).get()

    found = materials_of([own, other, none])

    assert [found[each.pk].brand for each in (own, other, none)] == ["Birch", "Alder", ""]


def test_a_file_that_is_gone_counts_as_missing(owner: Actor, settings: Settings, tmp_path: Path) -> None:
    link = {"asset_id": stored(owner, "teal").asset_id, "version_id": None, "slot": "picture"}
    creative = ready_creative(owner, ready_campaign(owner), assets=[link])
    settings.PRIVATE_STORAGE_ROOT = str(tmp_path / "elsewhere")

    assert material_of(creative).spec().pictures == {}


def test_the_statements_stay_the_same_for_any_number_of_creatives(owner: Actor) -> None:
    campaign: Campaign = ready_campaign(owner)
    link = {"asset_id": picture(owner).pk, "version_id": None, "slot": "picture"}
    product = create_product(actor=owner, values={"name": "Boot", "brand": "Alder"})
    for _ in range(10):
        ready_creative(owner, campaign, assets=[link], product_ids=[product.pk])
    creatives = list(Creative.objects.filter(campaign=campaign))

    assert len(creatives) == 11
    assert statements(creatives[-1:]) == statements(creatives) == 3


def test_the_name_of_its_file_is_its_own_with_the_size(owner: Actor) -> None:
    creative = ready_creative(owner, ready_campaign(owner), name='Früh: 50% "off" / now', placement="leaderboard")

    assert material_of(creative).file_name("png") == "Früh_50_off__now-728x90.png"
