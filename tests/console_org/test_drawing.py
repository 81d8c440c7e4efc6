"""The picture of a creative as it is being typed."""

from typing import Any
from uuid import UUID, uuid4
from xml.etree.ElementTree import Element, fromstring

from django.urls import reverse

from campaigns.commands import create_creative
from campaigns.models import Campaign, Creative
from kernel.tenancy.scope import scope
from tests.console_org.desk import House
from tests.console_org.test_assets import stored

SVG = "{http://www.w3.org/2000/svg}"


def draw(house: House, campaign: Campaign, role: str = "owner", **typed: Any) -> Any:
    address = reverse("org:creative-draw", args=[campaign.pk], urlconf="config.urls")
    return house.client(role).post(address, typed)


def drawing(answer: Any) -> Element:
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")
    return fromstring(answer.content)


def spoken(root: Element) -> set[str]:
    return {group.get("aria-label", "") for group in root.iter(f"{SVG}g")} - {""}


def made(house: House, campaign: Campaign, asset_id: UUID) -> Creative:
    owner = house.actors["owner"]
    links = [{"asset_id": asset_id, "version_id": None, "slot": "picture"}]
    values = {"name": "Square", "placement": "square", "headline": "Saved", "assets": links}
    with scope(house.tenant, actor=owner, source="console"):
        return create_creative(actor=owner, campaign_id=campaign.pk, values=values)


def test_what_is_typed_is_drawn_and_nothing_is_kept(house: House) -> None:
    campaign, asset = house.campaign(), stored(house)
    answer = draw(house, campaign, placement="leaderboard", headline="Typed <b>", cta="Shop", asset_id=str(asset.pk))
    root = drawing(answer)

    assert answer["Content-Security-Policy"] == "default-src 'none'; img-src data:; sandbox"
    assert answer["Cache-Control"] == "no-store"
    assert root.get("viewBox") == "0 0 728 90"
    assert spoken(root) == {"Typed <b>", "Shop"}
    assert len(list(root.iter(f"{SVG}image"))) == 1
    with scope(house.tenant, actor=house.actors["owner"], source="console"):
        assert not Creative.objects.filter(campaign=campaign).exists()


def test_what_the_creative_has_already_stays_unless_it_is_typed_over(house: House) -> None:
    campaign = house.campaign()
    creative = made(house, campaign, stored(house).pk)
    root = drawing(draw(house, campaign, creative_id=str(creative.pk), placement="square", headline="Typed"))

    assert spoken(root) == {"Typed"}
    assert len(list(root.iter(f"{SVG}image"))) == 1


def test_half_typed_forms_and_things_of_others_are_left_out(house: House) -> None:
    campaign, elsewhere = house.campaign(), house.campaign()
    creative = made(house, elsewhere, stored(house).pk)
    wrong = {"placement": "poster", "headline": "x" * 300, "asset_id": str(uuid4()), "creative_id": str(creative.pk)}
    root = drawing(draw(house, campaign, **wrong, cta="Go"))

    assert root.get("viewBox") == "0 0 1080 1080"
    assert spoken(root) == {"Go"}
    assert list(root.iter(f"{SVG}image")) == []


def test_who_may_not_change_campaigns_draws_nothing(house: House) -> None:
    assert draw(house, house.campaign(), "viewer", headline="x").status_code == 404
