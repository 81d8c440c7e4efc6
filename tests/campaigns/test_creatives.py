"""Creatives: who may make them, what they must be like, what they link to."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.commands import change_creative, create_creative, restore_creative, trash_creative
from campaigns.models import Campaign, Creative, CreativeAsset, CreativeProduct
from campaigns.queries import creative_detail, creatives_of, links_of
from catalog.commands import create_product
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound, PreconditionFailed
from kernel.ids import uuid7
from kernel.tenancy.context import Actor
from tests.campaigns.ready import picture, ready_campaign, ready_creative, version_of


def errors_of(refusal: pytest.ExceptionInfo[Invalid]) -> list[tuple[str, str]]:
    return [(error.pointer, error.code) for error in refusal.value.errors]


def test_creatives_stand_in_their_order_with_their_links(owner: Actor) -> None:
    campaign = ready_campaign(owner)
    asset, product = picture(owner), create_product(actor=owner, values={"name": "Boot"})
    second = version_of(asset, 2)
    links = [
        {"asset_id": asset.pk, "version_id": second.pk, "slot": "picture"},
        {"asset_id": asset.pk, "version_id": None, "slot": "logo"},
    ]
    made = ready_creative(owner, campaign, name="Second", assets=links, product_ids=[product.pk])
    first = ready_creative(owner, campaign, name="First", position=0)

    found = creatives_of(actor=owner, campaign_id=campaign.pk)

    assert [creative.name for creative in found] == ["Square", "First", "Second"]
    assert (made.position, first.position) == (1, 0)
    assert links_of([made])[made.pk].assets == links
    assert links_of([made])[made.pk].product_ids == [product.pk]


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"name": " "}, [("/name", "required")]),
        ({"placement": "billboard"}, [("/placement", "unknown_value")]),
        ({"status": "gone"}, [("/status", "unknown_value")]),
        ({"final_url": "javascript:alert(1)"}, [("/final_url", "wrong_format")]),
        ({"layout": {"version": 9}}, [("/layout/version", "unknown_value")]),
        ({"colour": 1}, [("/colour", "unknown_field")]),
        ({"assets": [{"asset_id": uuid7(), "version_id": None, "slot": "picture"}]},
         [("/assets/0/asset_id", "unknown_value")]),
        ({"product_ids": [uuid7()]}, [("/product_ids/0", "unknown_value")]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_and_nothing_is_written(
    owner: Actor, values: dict[str, Any], errors: list[tuple[str, str]]
) -> None:
    campaign = ready_campaign(owner)
    creative = Creative.objects.get(campaign=campaign)

    with pytest.raises(Invalid) as creating:
        create_creative(actor=owner, campaign_id=campaign.pk, values={"name": "x", "placement": "square"} | values)
    with pytest.raises(Invalid) as changing:
        change_creative(actor=owner, creative_id=creative.pk, version=1, changes=values)

    assert errors_of(creating) == errors_of(changing) == errors
    assert Creative.objects.get(campaign=campaign).row_version == 1


def test_links_name_versions_of_their_asset_and_each_slot_once(owner: Actor) -> None:
    campaign = ready_campaign(owner)
    asset, other = picture(owner), picture(owner, name="Other")
    links = [
        {"asset_id": asset.pk, "version_id": other.current_id, "slot": "picture"},
        {"asset_id": asset.pk, "version_id": None, "slot": "picture"},
        {"asset_id": asset.pk, "version_id": None, "slot": "Not a slot"},
    ]

    with pytest.raises(Invalid) as refusal:
        ready_creative(owner, campaign, assets=links)

    assert errors_of(refusal) == [
        ("/assets/0/version_id", "unknown_value"),
        ("/assets/1/slot", "repeated"),
        ("/assets/2/slot", "wrong_format"),
    ]


def test_what_a_person_cannot_see_they_cannot_link_but_may_keep(owner: Actor, marketer: Actor) -> None:
    campaign = ready_campaign(owner)
    Campaign.objects.filter(pk=campaign.pk).update(owner_id=marketer.user_id)
    creative = Creative.objects.get(campaign=campaign)
    hidden = CreativeAsset.objects.get(creative=creative)
    kept = {"asset_id": hidden.asset_id, "version_id": None, "slot": "picture"}

    changed = change_creative(
        actor=marketer, creative_id=creative.pk, version=1, changes={"assets": [kept], "headline": "Mine"}
    )
    with pytest.raises(Invalid) as refusal:
        ready_creative(marketer, campaign, assets=[kept])

    assert changed.row_version == 2
    assert errors_of(refusal) == [("/assets/0/asset_id", "unknown_value")]


def test_a_change_of_links_alone_is_a_change_and_the_same_links_are_none(owner: Actor) -> None:
    campaign = ready_campaign(owner)
    creative = Creative.objects.get(campaign=campaign)
    product = create_product(actor=owner, values={"name": "Boot"})
    there = links_of([creative])[creative.pk].assets

    same = change_creative(actor=owner, creative_id=creative.pk, version=1, changes={"assets": there})
    linked = change_creative(actor=owner, creative_id=creative.pk, version=1, changes={"product_ids": [product.pk]})

    assert (same.row_version, linked.row_version) == (1, 2)
    assert CreativeProduct.objects.get(creative=creative).product_id == product.pk


def test_the_trash_and_back(owner: Actor) -> None:
    campaign = ready_campaign(owner)
    creative = Creative.objects.get(campaign=campaign)

    trashed = trash_creative(actor=owner, creative_id=creative.pk, version=1)
    with pytest.raises(Conflict) as refusal:
        change_creative(actor=owner, creative_id=creative.pk, version=2, changes={"name": "x"})
    assert [row.pk for row in creatives_of(actor=owner, campaign_id=campaign.pk, trashed=True)] == [creative.pk]
    assert creatives_of(actor=owner, campaign_id=campaign.pk) == []
    restored = restore_creative(actor=owner, creative_id=creative.pk, version=trashed.row_version)

    assert refusal.value.code == "in_trash"
    assert (restored.row_version, restored.trashed_at) == (3, None)


def test_access_is_that_of_the_campaign(owner: Actor, marketer: Actor, viewer: Actor) -> None:
    campaign = ready_campaign(owner)
    creative = Creative.objects.get(campaign=campaign)

    for stranger in (marketer, viewer):
        with pytest.raises(NotFound):
            creative_detail(actor=stranger, creative_id=creative.pk)
        with pytest.raises((NotFound, NotAllowed)):
            change_creative(actor=stranger, creative_id=creative.pk, version=1, changes={"name": "x"})
        with pytest.raises((NotFound, NotAllowed)):
            ready_creative(stranger, campaign, assets=[])

    assert Creative.objects.get(pk=creative.pk).name == "Square"


def test_an_outdated_version_and_a_campaign_in_the_trash_are_refused(owner: Actor) -> None:
    campaign = ready_campaign(owner)
    creative = Creative.objects.get(campaign=campaign)
    with pytest.raises(PreconditionFailed):
        change_creative(actor=owner, creative_id=creative.pk, version=4, changes={"name": "x"})
    Campaign.objects.filter(pk=campaign.pk).update(trashed_at=timezone.now())
    acts: list[Callable[[], Creative]] = [
        lambda: ready_creative(owner, campaign),
        lambda: change_creative(actor=owner, creative_id=creative.pk, version=1, changes={"name": "x"}),
        lambda: trash_creative(actor=owner, creative_id=creative.pk, version=1),
    ]
    for act in acts:
        with pytest.raises(Conflict) as refusal:
            act()
        assert refusal.value.code == "in_trash"

    assert Creative.objects.get(campaign=campaign).row_version == 1


def test_their_list_costs_the_same_whatever_their_number(owner: Actor) -> None:
    campaign = ready_campaign(owner)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            links_of(creatives_of(actor=owner, campaign_id=campaign.pk))
        return len(captured)

    statements()
    one = statements()
    for number in range(9):
        ready_creative(owner, campaign, name=f"More {number}")

    assert statements() == one
