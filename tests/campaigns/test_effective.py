"""Whether a campaign is really running follows from everything it shows, and is stored for filters."""

from datetime import timedelta

from django.utils import timezone

from audit.models import Entry
from campaigns.commands import change_creative, set_status, trash_creative
from campaigns.models import Campaign, Creative
from campaigns.queries import CampaignFilters, campaign_page
from catalog import dependents
from catalog.models import Asset
from kernel.jobs.models import Job
from kernel.tenancy.context import Actor
from tests.campaigns.ready import picture, ready_campaign, ready_creative


def stored(campaign: Campaign) -> tuple[str, list[str]]:
    row = Campaign.objects.get(pk=campaign.pk)
    return row.effective_status, row.effective_reasons


def running(owner: Actor) -> Campaign:
    campaign = ready_campaign(owner)
    return set_status(actor=owner, campaign_id=campaign.pk, version=1, status="active")


def test_it_follows_the_status(owner: Actor) -> None:
    campaign = ready_campaign(owner)
    seen = [stored(campaign)]
    for version, status in enumerate(("scheduled", "active", "paused", "ended", "archived"), start=1):
        set_status(actor=owner, campaign_id=campaign.pk, version=version, status=status)
        seen.append(stored(campaign))

    assert seen == [
        ("draft", ["not_launched"]),
        ("pending", ["not_started"]),
        ("serving", []),
        ("paused", ["paused"]),
        ("ended", ["ended"]),
        ("archived", ["archived"]),
    ]


def test_a_campaign_that_shows_only_a_part_is_limited_and_one_that_shows_nothing_blocked(owner: Actor) -> None:
    campaign = running(owner)
    bare = ready_creative(owner, campaign, name="Bare", headline="")
    limited = stored(campaign)
    first = Creative.objects.exclude(pk=bare.pk).get(campaign=campaign)
    trash_creative(actor=owner, creative_id=first.pk, version=first.row_version)
    blocked = stored(campaign)
    change_creative(actor=owner, creative_id=bare.pk, version=1, changes={"headline": "Words"})

    assert limited == ("limited", ["headline_missing"])
    assert blocked == ("blocked", ["headline_missing"])
    assert stored(campaign) == ("serving", [])


def test_it_follows_the_assets_without_a_change_of_the_campaign(owner: Actor) -> None:
    campaign = ready_campaign(owner)
    asset = picture(owner)
    Creative.objects.filter(campaign=campaign).delete()
    ready_creative(owner, campaign, assets=[{"asset_id": asset.pk, "version_id": None, "slot": "picture"}])
    led = set_status(actor=owner, campaign_id=campaign.pk, version=1, status="active")
    entries = Entry.objects.filter(object_pk=str(campaign.pk)).count()

    Asset.objects.filter(pk=asset.pk).update(rights_until=timezone.localdate() - timedelta(days=2))
    dependents.changed(Asset, [asset.pk])

    assert stored(campaign) == ("blocked", ["asset_rights_expired"])
    assert Campaign.objects.get(pk=campaign.pk).row_version == led.row_version
    assert Entry.objects.filter(object_pk=str(campaign.pk)).count() == entries


def test_the_end_of_rights_is_waited_for(owner: Actor) -> None:
    campaign = running(owner)
    ends = timezone.localdate() + timedelta(days=5)
    asset = Asset.objects.get(creative_links__creative__campaign=campaign)
    Asset.objects.filter(pk=asset.pk).update(rights_until=ends)

    dependents.changed(Asset, [asset.pk])

    assert stored(campaign) == ("serving", ["asset_rights_ending"])
    moments = Job.objects.filter(kind="campaigns.keep_time", payload__campaign=str(campaign.pk))
    assert ends + timedelta(days=1) in {job.run_at.date() for job in moments}


def test_lists_filter_by_it(owner: Actor) -> None:
    campaign = running(owner)
    ready_campaign(owner, name="Draft")

    found = campaign_page(actor=owner, filters=CampaignFilters(effective_status=["serving", "limited"]))

    assert [row.pk for row in found.items] == [campaign.pk]
