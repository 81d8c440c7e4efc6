"""The trash empties itself after 30 days, and takes nothing that is still shown."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from audit.models import Entry
from campaigns.commands import trash_campaign
from campaigns.models import Campaign, CampaignRevision, Creative
from catalog.commands import create_product
from catalog.models import Asset, AssetVersion, Product
from kernel.jobs import registry
from kernel.jobs.models import Job
from kernel.tenancy.context import Actor
from tenants.access.grants import share
from tenants.access.models import Versioned
from tenants.access.purging import EMPTY_TRASH, KEPT, trashable
from tests.campaigns.ready import ready_campaign, ready_creative


def run() -> Any:
    return registry.find(EMPTY_TRASH).work(None)  # type: ignore[arg-type]  # it asks nothing of its job


def lain(row: Versioned, days: int) -> None:
    type(row)._default_manager.filter(pk=row.pk).update(trashed_at=timezone.now() - timedelta(days=days))


def test_what_has_lain_for_30_days_is_gone_with_what_belongs_to_it(owner: Actor, viewer: Actor) -> None:
    old, young, live = ready_campaign(owner), ready_campaign(owner), ready_campaign(owner)
    assert viewer.user_id is not None
    share(actor=owner, obj=old, level="viewer", user_id=viewer.user_id)
    lain(old, 31)
    lain(young, 29)

    assert run() == {"deleted": 1, "kept": 0}

    assert set(Campaign.objects.values_list("pk", flat=True)) == {young.pk, live.pk}
    assert not Creative.objects.filter(campaign_id=old.pk).exists()
    assert not CampaignRevision.objects.filter(campaign_id=old.pk).exists()
    entry = Entry.objects.filter(object_pk=str(old.pk)).latest("id")
    assert entry.changes["name"] == [old.name, None]


def test_what_something_still_shows_stays(owner: Actor) -> None:
    campaign = ready_campaign(owner)
    creative = Creative.objects.get(campaign=campaign)
    product = create_product(actor=owner, values={"name": "Boot"})
    ready_creative(owner, campaign, product_ids=[product.pk])
    asset = Asset.objects.get(creative_links__creative=creative)
    lain(asset, 40)
    lain(product, 40)

    assert run() == {"deleted": 0, "kept": 2}
    lain(campaign, 40)
    assert run() == {"deleted": 3, "kept": 0}

    assert not Product.objects.filter(pk=product.pk).exists()
    assert not AssetVersion.objects.filter(asset_id=asset.pk).exists()


def test_going_into_the_trash_asks_for_the_day_once(owner: Actor) -> None:
    for _number in range(3):
        trash_campaign(actor=owner, campaign_id=ready_campaign(owner).pk, version=1)

    job = Job.objects.get(kind=EMPTY_TRASH)
    assert timedelta(0) < job.run_at - timezone.now() - KEPT <= timedelta(days=1)


def test_a_run_waits_for_the_next_day_that_something_is_due(owner: Actor) -> None:
    campaign = ready_campaign(owner)
    lain(campaign, 10)

    run()

    job = Job.objects.get(kind=EMPTY_TRASH)
    assert timedelta(days=20) <= job.run_at - timezone.now() <= timedelta(days=21)


def test_everything_with_a_trash_is_emptied() -> None:
    names = [model.__name__ for model in trashable()]
    assert set(names) >= {"Campaign", "Creative", "Product", "Asset"}
    assert max(names.index("Campaign"), names.index("Creative")) < min(names.index("Product"), names.index("Asset"))
