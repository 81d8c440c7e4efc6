"""What is asked while a campaign is on its way: its dates start and end it, so they are more than an edit."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from campaigns.commands import (
    change_campaign,
    change_creative,
    create_campaign,
    duplicate_campaign,
    move_creative,
    move_to_day,
    restore_revision,
    schedule_campaign,
    set_status,
)
from campaigns.models import Campaign, Creative, CreativeAsset
from campaigns.preflight import preflight
from campaigns.queries import live_campaigns
from catalog.models import Asset
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.jobs.models import Job
from kernel.tenancy.context import Actor
from tenants.access.grants import share
from tests.campaigns.ready import picture, ready_campaign, ready_creative, values


def state() -> list[Any]:
    return [list(Campaign.objects.order_by("pk").values()), Job.objects.count()]


def led(owner: Actor, status: str) -> Campaign:
    campaign = ready_campaign(owner)
    return set_status(actor=owner, campaign_id=campaign.pk, version=1, status=status)


def editor_of(owner: Actor, marketer: Actor, campaign: Campaign) -> Actor:
    assert marketer.user_id is not None
    share(actor=owner, obj=campaign, level="editor", user_id=marketer.user_id)
    return marketer


@pytest.mark.parametrize("status", ["scheduled", "active"])
def test_who_may_only_edit_moves_no_date_of_what_is_on_its_way(owner: Actor, marketer: Actor, status: str) -> None:
    campaign = led(owner, status)
    editor = editor_of(owner, marketer, campaign)
    before = state()
    for changes in ({"starts_at": timezone.now()}, {"ends_at": timezone.now() + timedelta(days=2)}):
        with pytest.raises(NotAllowed) as refusal:
            change_campaign(actor=editor, campaign_id=campaign.pk, version=2, changes=changes)
        assert refusal.value.extra["permission"] == "campaign:publish"
    with pytest.raises(NotAllowed):
        # The first revision is from before the creative, and its dates are the same; the second one's are not.
        Campaign.objects.filter(pk=campaign.pk).update(ends_at=timezone.now() + timedelta(days=5))
        restore_revision(actor=editor, campaign_id=campaign.pk, version=2, n=2)

    assert state()[1] == before[1]
    changed = change_campaign(actor=editor, campaign_id=campaign.pk, version=2, changes={"name": "Renamed"})
    assert changed.name == "Renamed"


def test_dates_that_could_not_be_launched_are_refused(owner: Actor) -> None:
    campaign, running = led(owner, "scheduled"), led(owner, "active")
    before = state()
    past = timezone.now() - timedelta(days=2)

    for row, changes, code in (
        (campaign, {"starts_at": past}, "start_past"),
        (campaign, {"starts_at": None}, "start_missing"),
        (running, {"starts_at": past, "ends_at": past}, "end_past"),
    ):
        with pytest.raises(Conflict) as refusal:
            change_campaign(actor=owner, campaign_id=row.pk, version=2, changes=changes)
        assert [error.code for error in refusal.value.errors] == [code]

    assert state() == before


def test_a_refused_move_writes_nothing(owner: Actor) -> None:
    scheduled, draft = led(owner, "scheduled"), ready_campaign(owner, objective="")
    before = state()
    day, past = timezone.localdate() - timedelta(days=3), timezone.now() - timedelta(days=3)

    acts: list[Callable[[], Campaign]] = [
        lambda: move_to_day(actor=owner, campaign_id=scheduled.pk, version=2, day=day, clock=ZoneInfo("UTC")),
        lambda: schedule_campaign(actor=owner, campaign_id=scheduled.pk, version=2, starts_at=past, ends_at=None),
        lambda: schedule_campaign(actor=owner, campaign_id=draft.pk, version=1, starts_at=_later(), ends_at=None),
    ]
    for act in acts:
        with pytest.raises(Conflict):
            act()

    assert state() == before


def _later() -> datetime:
    return timezone.now() + timedelta(days=3)


def test_a_template_becomes_a_campaign_only_where_the_plan_has_room_and_only_as_a_draft(
    owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = led(owner, "active")
    with pytest.raises(Conflict) as refusal:
        change_campaign(actor=owner, campaign_id=running.pk, version=2, changes={"is_template": True})
    assert refusal.value.code == "not_a_draft"
    asked: list[str] = []
    monkeypatch.setattr("campaigns.commands.campaigns.reserve", lambda limit, _count: asked.append(limit))
    monkeypatch.setattr("campaigns.commands.duplicate.reserve", lambda limit, _count: asked.append(limit))

    template = create_campaign(actor=owner, values=values(is_template=True))
    duplicate_campaign(actor=owner, campaign_id=running.pk, as_template=True)
    assert (asked, live_campaigns()) == ([], 1)
    change_campaign(actor=owner, campaign_id=template.pk, version=1, changes={"is_template": False})

    assert (asked, live_campaigns()) == (["campaigns"], 2)


def test_what_a_person_cannot_see_is_neither_restored_nor_copied_for_them(owner: Actor, marketer: Actor) -> None:
    campaign = ready_campaign(owner)
    editor = editor_of(owner, marketer, campaign)
    creative = Creative.objects.get(campaign=campaign)
    change_creative(actor=owner, creative_id=creative.pk, version=1, changes={"assets": []})

    restore_revision(actor=editor, campaign_id=campaign.pk, version=1, n=2)
    assert not CreativeAsset.objects.filter(creative=creative).exists()
    restore_revision(actor=owner, campaign_id=campaign.pk, version=2, n=2)
    assert CreativeAsset.objects.filter(creative=creative).count() == 1
    copy = duplicate_campaign(actor=editor, campaign_id=campaign.pk)

    assert not CreativeAsset.objects.filter(creative__campaign=copy).exists()
    assert Creative.objects.get(campaign=copy).headline == "Light shoes"


def test_a_revision_outlives_an_asset_that_was_deleted(owner: Actor) -> None:
    campaign = ready_campaign(owner)
    creative = Creative.objects.get(campaign=campaign)
    asset = Asset.objects.get(creative_links__creative=creative)
    change_creative(actor=owner, creative_id=creative.pk, version=1, changes={"assets": []})
    asset.delete()

    restore_revision(actor=owner, campaign_id=campaign.pk, version=1, n=2)

    assert not CreativeAsset.objects.filter(creative=creative).exists()


def test_the_preflight_names_nothing_that_its_reader_cannot_see(owner: Actor, marketer: Actor) -> None:
    campaign = ready_campaign(owner)
    hidden = picture(owner, name="Secret", status="archived")
    ready_creative(owner, campaign, assets=[{"asset_id": hidden.pk, "version_id": None, "slot": "picture"}])
    twin = ready_campaign(owner, name="Merger", utm=campaign.utm | {"campaign": "spring-launch"})
    Campaign.objects.filter(pk=twin.pk).update(status="active")
    editor = editor_of(owner, marketer, campaign)

    told = " ".join(found.message for found in preflight(campaign, reader=editor))
    known = " ".join(found.message for found in preflight(campaign, reader=owner))

    assert "Secret" not in told
    assert "Merger" not in told
    assert "Another campaign has the same" in told
    assert "“Secret”" in known
    assert "“Merger”" in known


def test_a_copy_of_what_was_imported_is_not_held_to_what_it_did_not_change(owner: Actor) -> None:
    assert owner.user_id is not None
    old = Campaign.objects.create(name="Old", owner_id=owner.user_id, utm={"foo": 1}, channels=["radio"])

    copy = duplicate_campaign(actor=owner, campaign_id=old.pk)

    assert (copy.utm, copy.channels) == ({"foo": 1}, ["radio"])


@pytest.mark.parametrize("url", ["http://[x", "https://a.b]/", "http://a.b:99999/", "http:///x"])
def test_an_address_that_cannot_be_read_is_refused_and_a_stored_one_breaks_nothing(owner: Actor, url: str) -> None:
    from campaigns.utm import tagged

    campaign = ready_campaign(owner)
    with pytest.raises(Invalid) as refusal:
        ready_creative(owner, campaign, final_url=url)

    assert [(error.pointer, error.code) for error in refusal.value.errors] == [("/final_url", "wrong_format")]
    assert tagged(url, {"source": "meta"}, {}).startswith(url[:8])


def test_creatives_move_among_those_outside_the_trash(owner: Actor, viewer: Actor) -> None:
    campaign = ready_campaign(owner)
    first = Creative.objects.get(campaign=campaign)
    second, gone = (ready_creative(owner, campaign, name=name) for name in ("B", "C"))
    Creative.objects.filter(pk=gone.pk).update(trashed_at=timezone.now())

    with pytest.raises(Conflict):
        move_creative(actor=owner, creative_id=gone.pk, version=1, by=-1)
    with pytest.raises((NotFound, NotAllowed)):
        move_creative(actor=viewer, creative_id=second.pk, version=1, by=0)
    move_creative(actor=owner, creative_id=second.pk, version=1, by=-1)

    rows = Creative.objects.filter(campaign=campaign, trashed_at=None).order_by("position")
    assert [row.pk for row in rows] == [second.pk, first.pk]
