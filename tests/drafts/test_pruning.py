"""Drafts end by themselves: after a month, with their object, with who wrote them, and where there are too many."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from campaigns.commands import create_campaign, trash_campaign
from campaigns.drafts.commands import MOST, put_draft
from campaigns.drafts.pruning import PRUNE, delete_over
from campaigns.drafts.queries import KEPT, draft_detail, draft_page
from campaigns.models import Draft
from kernel.errors import NotFound
from kernel.jobs.models import Job
from kernel.tenancy.context import Actor, Scope
from tenants.access.models import Membership
from tests.access.conftest import person
from tests.audit.conftest import id_of


@pytest.fixture
def owner(tenant: Scope) -> Actor:
    return person("owner")


def put(actor: Actor, key: str = "", **more: Any) -> Draft:
    given: dict[str, Any] = {"kind": "campaign", "device": uuid4(), "base_version": None, "body": {"a": 1}} | more
    return put_draft(actor=actor, key=key or f"new-{uuid4()}", **given)[0]


def age(draft: Draft, by: timedelta) -> None:
    Draft.objects.filter(key=draft.key).update(saved_at=timezone.now() - by)


def keys() -> set[str]:
    return set(Draft.objects.values_list("key", flat=True))


def test_a_month_after_the_last_write_it_is_over(owner: Actor) -> None:
    old, fresh = put(owner), put(owner)
    age(old, KEPT)
    age(fresh, KEPT - timedelta(minutes=1))

    listed = draft_page(actor=owner, kind=None, key=None, cursor=None, limit=50).items
    assert [draft.key for draft in listed] == [fresh.key]
    with pytest.raises(NotFound):
        draft_detail(actor=owner, kind="campaign", key=old.key)
    assert delete_over() == 1
    assert keys() == {fresh.key}


def test_drafts_about_what_is_in_the_trash_or_gone_are_removed(owner: Actor) -> None:
    trashed = create_campaign(actor=owner, values={"name": "Old"})
    present = create_campaign(actor=owner, values={"name": "New"})
    kept = [put(owner, str(present.pk)), put(owner), put(owner, "calendar", kind="settings")]
    put(owner, str(trashed.pk))
    Draft.objects.create(
        user_id=id_of(owner),
        kind="product",
        key="gone",
        object_id=uuid4(),
        device=uuid4(),
        body={},
        saved_at=timezone.now(),
    )
    trash_campaign(actor=owner, campaign_id=trashed.pk, version=trashed.row_version)

    assert delete_over() == 2
    assert keys() == {draft.key for draft in kept}


def test_drafts_of_who_is_gone_are_removed(owner: Actor) -> None:
    leaver = person("marketer")
    put(leaver)
    mine = put(owner)
    Membership.objects.get(user_id=id_of(leaver)).delete()

    assert delete_over() == 1
    assert keys() == {mine.key}


def test_the_oldest_makes_room(owner: Actor) -> None:
    now = timezone.now()
    Draft.objects.bulk_create(
        Draft(
            user_id=id_of(owner),
            kind="campaign",
            key=f"n{number}",
            device=uuid4(),
            body={},
            saved_at=now - timedelta(minutes=number),
        )
        for number in range(MOST)
    )
    other = put(person("marketer"))

    fresh = put(owner)

    assert Draft.objects.filter(user_id=id_of(owner)).count() == MOST
    assert {fresh.key, other.key, "n0"} <= keys()
    assert f"n{MOST - 1}" not in keys()


def test_one_job_waits_however_much_is_written(owner: Actor) -> None:
    for _time in range(3):
        put(owner)

    [job] = Job.objects.filter(kind=PRUNE)
    assert job.run_at > timezone.now()
