"""Every change of a campaign's content leaves a revision that can be compared and restored."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns.commands import (
    change_campaign,
    change_creative,
    duplicate_campaign,
    restore_revision,
    set_status,
    trash_creative,
)
from campaigns.models import Campaign, CampaignRevision, Creative, CreativeAsset, CreativeProduct
from campaigns.queries import revision_detail, revision_page
from campaigns.tree import content_hash, trees_of
from catalog.commands import create_product
from kernel.errors import Conflict, NotAllowed, NotFound, PreconditionFailed
from kernel.ids import uuid7
from kernel.tenancy.context import Actor
from tests.campaigns.ready import ready_campaign, ready_creative


def numbers(campaign: Campaign) -> list[int]:
    return list(CampaignRevision.objects.filter(campaign=campaign).order_by("n").values_list("n", flat=True))


def tree(campaign: Campaign) -> dict[str, Any]:
    row = Campaign.objects.get(pk=campaign.pk)
    return trees_of([row])[row.pk]


def test_each_change_of_content_is_a_revision_and_nothing_else_is(owner: Actor) -> None:
    campaign = ready_campaign(owner)
    assert numbers(campaign) == [1, 2]  # made, then its creative

    changed = change_campaign(actor=owner, campaign_id=campaign.pk, version=1, changes={"name": "Summer"})
    same = change_campaign(actor=owner, campaign_id=campaign.pk, version=2, changes={"name": "Summer"})
    led = set_status(actor=owner, campaign_id=campaign.pk, version=same.row_version, status="active")

    assert numbers(campaign) == [1, 2, 3]
    assert (changed.row_version, same.row_version, led.row_version) == (2, 2, 3)
    last = CampaignRevision.objects.get(campaign=campaign, n=3)
    assert (last.author_id, last.author_name) == (owner.user_id, owner.name)
    assert last.content_hash == content_hash(tree(campaign))


def test_an_imported_campaign_keeps_what_it_was_before_its_first_change(owner: Actor) -> None:
    assert owner.user_id is not None
    campaign = Campaign.objects.create(name="From the old builder", owner_id=owner.user_id)

    change_campaign(actor=owner, campaign_id=campaign.pk, version=1, changes={"name": "New"})

    names = CampaignRevision.objects.filter(campaign=campaign).order_by("n").values_list("tree__campaign__name")
    assert [name for (name,) in names] == ["From the old builder", "New"]


def test_a_revision_tells_what_it_changed(owner: Actor) -> None:
    campaign = ready_campaign(owner)
    creative = Creative.objects.get(campaign=campaign)
    change_campaign(actor=owner, campaign_id=campaign.pk, version=1, changes={"budget_micros": 7_000_000})
    change_creative(actor=owner, creative_id=creative.pk, version=1, changes={"headline": "New words"})
    trash_creative(actor=owner, creative_id=creative.pk, version=2)

    def changes(n: int, against: int | None = None) -> list[tuple[str, Any, Any]]:
        found = revision_detail(actor=owner, campaign_id=campaign.pk, n=n, against=against)
        return [(change["path"], change["before"], change["after"]) for change in found.changes]

    where = f"/creatives/{creative.pk}"
    assert changes(1) == []
    assert [path for path, before, _after in changes(2) if before is None] == [where]
    assert changes(3) == [("/campaign/budget_micros", 5_000_000, 7_000_000)]
    assert changes(4) == [(f"{where}/headline", "Light shoes", "New words")]
    assert [path for path, _before, after in changes(5) if after is None] == [where]
    assert [path for path, _before, _after in changes(4, against=2)] == ["/campaign/budget_micros", f"{where}/headline"]


def test_restoring_gives_back_the_whole_content_as_a_new_revision(owner: Actor) -> None:
    campaign = ready_campaign(owner)
    product = create_product(actor=owner, values={"name": "Boot"})
    creative = Creative.objects.get(campaign=campaign)
    change_creative(actor=owner, creative_id=creative.pk, version=1, changes={"product_ids": [product.pk]})
    before = tree(campaign)
    changed = change_campaign(
        actor=owner,
        campaign_id=campaign.pk,
        version=1,
        changes={"name": "Other", "ends_at": None, "channels": ["display"], "product_id": product.pk},
    )
    late = ready_creative(owner, campaign, name="Later")
    change_creative(actor=owner, creative_id=creative.pk, version=2, changes={"assets": [], "headline": "x"})
    trash_creative(actor=owner, creative_id=creative.pk, version=3)

    restored = restore_revision(actor=owner, campaign_id=campaign.pk, version=changed.row_version, n=3)

    assert tree(campaign) == before
    assert restored.row_version == 3
    assert Creative.objects.get(pk=late.pk).trashed_at is not None
    assert CreativeAsset.objects.filter(creative=creative).count() == 1
    assert CreativeProduct.objects.get(creative=creative).product_id == product.pk
    last = CampaignRevision.objects.filter(campaign=campaign).latest("n")
    first = CampaignRevision.objects.get(campaign=campaign, n=3)
    assert (last.content_hash, last.note) == (first.content_hash, "Revision 3 restored")


def test_restoring_what_is_not_there_or_was_changed_changes_nothing(owner: Actor, viewer: Actor) -> None:
    campaign = ready_campaign(owner)
    before = list(Campaign.objects.values()), numbers(campaign)

    with pytest.raises(NotFound):
        restore_revision(actor=owner, campaign_id=campaign.pk, version=1, n=9)
    with pytest.raises(PreconditionFailed):
        restore_revision(actor=owner, campaign_id=campaign.pk, version=7, n=1)
    with pytest.raises((NotAllowed, NotFound)):
        restore_revision(actor=viewer, campaign_id=campaign.pk, version=1, n=1)

    assert (list(Campaign.objects.values()), numbers(campaign)) == before


def test_pages_of_revisions_come_newest_first(owner: Actor) -> None:
    campaign = ready_campaign(owner)
    for version in range(1, 4):
        change_campaign(actor=owner, campaign_id=campaign.pk, version=version, changes={"name": f"Name {version}"})

    first = revision_page(actor=owner, campaign_id=campaign.pk, limit=2)
    second = revision_page(actor=owner, campaign_id=campaign.pk, limit=9, cursor=first.next)

    assert [[row.n for row in page.items] for page in (first, second)] == [[5, 4], [3, 2, 1]]


def test_a_copy_is_a_draft_with_the_same_content(owner: Actor, marketer: Actor) -> None:
    campaign = ready_campaign(owner)
    set_status(actor=owner, campaign_id=campaign.pk, version=1, status="active")

    copy = duplicate_campaign(actor=owner, campaign_id=campaign.pk)

    original, copied = tree(campaign), tree(copy)
    assert (copy.status, copy.effective_status, copy.owner_id) == ("draft", "draft", owner.user_id)
    assert copied["campaign"] == original["campaign"] | {"name": "Spring launch (copy)"}
    assert [creative | {"id": ""} for creative in copied["creatives"]] == [
        creative | {"id": ""} for creative in original["creatives"]
    ]
    assert copied["creatives"][0]["id"] != original["creatives"][0]["id"]
    assert numbers(copy) == [1]
    with pytest.raises(NotFound):
        duplicate_campaign(actor=marketer, campaign_id=campaign.pk)


def test_a_template_has_no_dates_and_never_runs(owner: Actor) -> None:
    campaign = ready_campaign(owner)

    template = duplicate_campaign(actor=owner, campaign_id=campaign.pk, name="Basis", as_template=True, new_id=uuid7())

    assert (template.name, template.is_template, template.starts_at, template.ends_at) == ("Basis", True, None, None)
    with pytest.raises(Conflict) as refusal:
        set_status(actor=owner, campaign_id=template.pk, version=1, status="active")
    assert "is_template" in [error.code for error in refusal.value.errors]
    again = duplicate_campaign(actor=owner, campaign_id=template.pk, name="Real")
    assert again.is_template is False


def test_what_is_on_its_way_does_not_go_into_the_trash(owner: Actor) -> None:
    from campaigns.commands import trash_campaign

    campaign = ready_campaign(owner, starts_at=timezone.now() + timedelta(days=1))
    led = set_status(actor=owner, campaign_id=campaign.pk, version=1, status="scheduled")

    with pytest.raises(Conflict) as refusal:
        trash_campaign(actor=owner, campaign_id=campaign.pk, version=led.row_version)

    assert refusal.value.code == "still_running"
    assert Campaign.objects.get(pk=campaign.pk).trashed_at is None
