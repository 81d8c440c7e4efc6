"""What stands in the way of a launch: one case per code, and a launch that it refuses."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from campaigns.commands import change_campaign, set_status
from campaigns.models import Campaign, Creative, CreativeAsset
from campaigns.preflight import BLOCKERS, WARNINGS, preflight
from catalog.models import Asset, Product
from kernel.errors import Conflict
from kernel.jobs.models import Job
from kernel.tenancy.context import Actor
from tenants.access.settings.commands import change_settings
from tests.campaigns.ready import picture, ready_campaign, ready_creative

Spoil = Callable[[Actor, Campaign], None]


def fields(**values: object) -> Spoil:
    return lambda _actor, campaign: _set(campaign, **values)


def _set(campaign: Campaign, **values: object) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(**values)


def creatives(**values: object) -> Spoil:
    return lambda _actor, campaign: _of(campaign).update(**values)


def _of(campaign: Campaign):  # type: ignore[no-untyped-def]
    return Creative.objects.filter(campaign=campaign)


def assets(**values: object) -> Spoil:
    def spoil(_actor: Actor, campaign: Campaign) -> None:
        Asset.objects.filter(creative_links__creative__campaign=campaign).update(**values)

    return spoil


def without_assets(_actor: Actor, campaign: Campaign) -> None:
    CreativeAsset.objects.filter(creative__campaign=campaign).delete()


def archived_product(actor: Actor, campaign: Campaign) -> None:
    from catalog.commands import create_product

    product = create_product(actor=actor, values={"name": "Boot"})
    Product.objects.filter(pk=product.pk).update(status="archived")
    _set(campaign, product_id=product.pk)


def same_utm(actor: Actor, campaign: Campaign) -> None:
    other = ready_campaign(actor, name="Other", utm=campaign.utm | {"campaign": "spring-launch"})
    _set(other, status="active")


def with_a_pattern(actor: Actor, _campaign: Campaign) -> None:
    change_settings(actor=actor, version=0, changes={"name_pattern": "{year}-{month} {name}"})


YESTERDAY = timezone.localdate() - timedelta(days=2)
SPOILED: dict[str, Spoil] = {
    "is_template": fields(is_template=True),
    "objective_missing": fields(objective=""),
    "channels_missing": fields(channels=[]),
    "end_past": fields(starts_at=None, ends_at=timezone.now() - timedelta(hours=1)),
    "start_missing": fields(starts_at=None),
    "start_past": fields(starts_at=timezone.now() - timedelta(hours=1)),
    "budget_missing": fields(budget_micros=None),
    "budget_kind_missing": fields(budget_kind=""),
    "lifetime_needs_end": fields(budget_kind="lifetime", ends_at=None),
    "cap_below_budget": fields(spend_cap_micros=1),
    "no_creatives": creatives(trashed_at=timezone.now()),
    "creatives_paused": creatives(status="paused"),
    "headline_missing": creatives(headline=""),
    "final_url_missing": creatives(final_url=""),
    "picture_missing": without_assets,
    "asset_missing": assets(trashed_at=timezone.now()),
    "asset_rights_expired": assets(rights_until=YESTERDAY),
    "product_missing": archived_product,
    "end_missing": fields(ends_at=None),
    "spend_cap_missing": fields(spend_cap_micros=None),
    "asset_rights_ending": assets(rights_until=timezone.localdate() + timedelta(days=3)),
    "utm_missing": fields(utm={}),
    "utm_repeats": same_utm,
    "name_off_pattern": with_a_pattern,
}


def test_every_code_has_a_case() -> None:
    assert set(SPOILED) == {*BLOCKERS, *WARNINGS}


def test_a_complete_campaign_has_nothing_in_its_way(owner: Actor) -> None:
    campaign = ready_campaign(owner)
    assert preflight(campaign) == []
    assert preflight(campaign, to="scheduled") == []


@pytest.mark.parametrize("code", BLOCKERS)
def test_a_blocker_refuses_the_launch_and_nothing_changes(owner: Actor, code: str) -> None:
    campaign = ready_campaign(owner)
    SPOILED[code](owner, campaign)
    to = "scheduled" if code.startswith("start_") else "active"
    before = list(Campaign.objects.values()), Entry.objects.count(), Job.objects.count()

    with pytest.raises(Conflict) as refusal:
        set_status(actor=owner, campaign_id=campaign.pk, version=campaign.row_version, status=to)

    assert refusal.value.code == "launch_blocked"
    assert code in [error.code for error in refusal.value.errors]
    assert (list(Campaign.objects.values()), Entry.objects.count(), Job.objects.count()) == before


@pytest.mark.parametrize("code", WARNINGS)
def test_a_warning_is_told_and_refuses_nothing(owner: Actor, code: str) -> None:
    campaign = ready_campaign(owner)
    SPOILED[code](owner, campaign)
    campaign.refresh_from_db()

    assert [(found.code, found.severity) for found in preflight(campaign)] == [(code, "warning")]
    led = set_status(actor=owner, campaign_id=campaign.pk, version=campaign.row_version, status="active")
    assert led.status == "active"


def test_blockers_name_the_creative_and_stand_before_warnings(owner: Actor) -> None:
    campaign = ready_campaign(owner)
    second = ready_creative(owner, campaign, name="Story", placement="stories", headline="")
    changed = change_campaign(actor=owner, campaign_id=campaign.pk, version=1, changes={"utm": {}})

    found = preflight(changed)

    assert [(f.code, f.severity, f.creative) for f in found] == [
        ("headline_missing", "blocker", str(second.pk)),
        ("utm_missing", "warning", ""),
    ]
    assert found[0].field == f"/creatives/{second.pk}/headline"
    assert "“Story”" in found[0].message


def test_rights_count_to_the_end_of_the_organizations_day(owner: Actor) -> None:
    campaign = ready_campaign(owner, ends_at=None)
    asset = picture(owner, rights_until=timezone.localdate())
    ready_creative(owner, campaign, assets=[{"asset_id": asset.pk, "version_id": None, "slot": "picture"}])

    codes = [found.code for found in preflight(campaign)]

    assert "asset_rights_expired" not in codes
    assert "asset_rights_ending" in codes
