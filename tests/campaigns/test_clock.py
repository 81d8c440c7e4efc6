"""Campaigns start and end by themselves, once, and say so where something is in the way."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.models import Entry
from campaigns.clock import KEEP_TIME
from campaigns.commands import change_campaign, schedule_campaign, set_status, unschedule_campaign
from campaigns.models import Campaign, Creative
from kernel.errors import Conflict
from kernel.jobs import registry
from kernel.jobs.models import Job
from kernel.tenancy.context import Actor
from tests.campaigns.ready import ready_campaign


class Context:
    """What the handler sees of a job."""

    def __init__(self, campaign: Campaign) -> None:
        self.payload = {"campaign": str(campaign.pk)}


def ring(campaign: Campaign) -> Any:
    return registry.find(KEEP_TIME).work(Context(campaign))  # type: ignore[arg-type]


def scheduled(owner: Actor) -> Campaign:
    campaign = ready_campaign(owner)
    return set_status(actor=owner, campaign_id=campaign.pk, version=1, status="scheduled")


def move(campaign: Campaign, **dates: Any) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(**dates)


def waiting(campaign: Campaign) -> list[Any]:
    jobs = Job.objects.filter(kind=KEEP_TIME, payload__campaign=str(campaign.pk))
    return list(jobs.order_by("run_at").values_list("run_at", flat=True))


def test_a_scheduled_campaign_waits_for_its_start_and_then_for_its_end(owner: Actor) -> None:
    campaign = scheduled(owner)
    assert waiting(campaign) == [campaign.starts_at]

    assert ring(campaign) == {"done": "nothing"}
    move(campaign, starts_at=timezone.now() - timedelta(seconds=1))
    assert ring(campaign) == {"done": "active"}
    assert ring(campaign) == {"done": "nothing"}

    row = Campaign.objects.get(pk=campaign.pk)
    assert (row.status, row.effective_status, row.row_version) == ("active", "serving", 3)
    assert waiting(campaign) == [campaign.starts_at, campaign.ends_at]


@pytest.mark.parametrize("status", ["active", "paused"])
def test_what_runs_or_pauses_ends_at_its_end(owner: Actor, status: str) -> None:
    campaign = ready_campaign(owner)
    move(campaign, status=status, starts_at=None, ends_at=timezone.now() - timedelta(seconds=1))

    assert ring(campaign) == {"done": "ended"}
    assert Campaign.objects.get(pk=campaign.pk).status == "ended"


def test_a_start_that_is_blocked_stays_scheduled_and_says_why(owner: Actor) -> None:
    campaign = scheduled(owner)
    Creative.objects.filter(campaign=campaign).update(headline="")
    move(campaign, starts_at=timezone.now() - timedelta(seconds=1))

    assert ring(campaign) == {"done": "start_blocked"}

    row = Campaign.objects.get(pk=campaign.pk)
    assert (row.status, row.effective_status) == ("scheduled", "blocked")
    assert row.effective_reasons == ["start_blocked", "headline_missing"]
    entry = Entry.objects.filter(object_pk=str(campaign.pk)).latest("id")
    assert entry.additional_data == {"codes": ["headline_missing"]}


def test_what_was_moved_or_taken_off_finds_nothing_due(owner: Actor) -> None:
    campaign = scheduled(owner)
    assert campaign.starts_at is not None
    later = campaign.starts_at + timedelta(days=2)
    moved = change_campaign(actor=owner, campaign_id=campaign.pk, version=2, changes={"starts_at": later})
    assert waiting(campaign) == [campaign.starts_at, later]

    unschedule_campaign(actor=owner, campaign_id=campaign.pk, version=moved.row_version)
    move(campaign, starts_at=timezone.now() - timedelta(seconds=1))

    assert ring(campaign) == {"done": "nothing"}
    assert Campaign.objects.get(pk=campaign.pk).status == "draft"


def test_scheduling_sets_the_dates_and_the_status_together(owner: Actor) -> None:
    campaign = ready_campaign(owner, starts_at=None)
    starts = timezone.now() + timedelta(days=3)

    led = schedule_campaign(actor=owner, campaign_id=campaign.pk, version=1, starts_at=starts, ends_at=None)

    assert (led.status, led.starts_at, led.ends_at) == ("scheduled", starts, None)
    past = timezone.now() - timedelta(days=1)
    with pytest.raises(Conflict) as refusal:
        schedule_campaign(actor=owner, campaign_id=campaign.pk, version=led.row_version, starts_at=past, ends_at=None)
    assert [error.code for error in refusal.value.errors] == ["start_past"]


def test_a_campaign_in_the_trash_is_left_alone(owner: Actor) -> None:
    campaign = ready_campaign(owner)
    move(campaign, status="active", ends_at=timezone.now(), starts_at=None, trashed_at=timezone.now())

    assert ring(campaign) == {"done": "nothing"}
    assert Campaign.objects.get(pk=campaign.pk).status == "active"
