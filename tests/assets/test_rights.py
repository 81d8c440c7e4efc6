"""Rights that end are warned of 14, 7 and 1 days before, each once, however late the job runs."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.models import Entry
from catalog import dependents
from catalog.assets.commands import change_asset
from catalog.assets.rights import WARN, warn
from catalog.assets.rules import rights_state, warning_due
from catalog.models import Asset
from kernel.jobs.models import Job
from kernel.tenancy.context import Actor, Scope
from tenants.access.members import add_member
from tests.api.world import make_user
from tests.tenants import outside

TODAY = date(2030, 5, 20)


@pytest.mark.parametrize(
    ("ahead", "state", "due"),
    [(-1, "ended", None), (0, "ending", 1), (1, "ending", 1), (2, "ending", 7), (7, "ending", 7), (8, "ending", 14),
     (14, "ending", 14), (15, "open", None)],
)  # fmt: skip
def test_the_days_left_say_how_the_rights_stand(ahead: int, state: str, due: int | None) -> None:
    until = TODAY + timedelta(days=ahead)

    assert (rights_state(until, TODAY), warning_due(until, TODAY)) == (state, due)
    assert (rights_state(None, TODAY), warning_due(None, TODAY)) == ("open", None)


@pytest.fixture
def marketer(tenant: Scope) -> Actor:
    """Somebody who has an asset."""
    user = outside(lambda: make_user("marketer"))
    add_member(actor=tenant.actor, user=user, role_slug="marketer")
    return Actor(kind="person", user_id=user.pk, name=user.name, email=user.email, role="marketer")


def warned() -> list[int]:
    """The days in the log's warnings, oldest first."""
    entries = Entry.objects.filter(event="asset.rights_ending").order_by("pk")
    return [entry.additional_data["days"] for entry in entries]


def test_each_warning_is_given_once(tenant: Scope, marketer: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert marketer.user_id is not None
    asset = Asset.objects.create(name="Song", kind="video", owner_id=marketer.user_id)
    today = timezone.localdate()
    told: list[object] = []
    followers: Any = dependents._followers
    monkeypatch.setitem(followers, Asset, [told.extend])
    changed = change_asset(
        actor=marketer, asset_id=asset.pk, version=1, changes={"rights_until": today + timedelta(days=20)}
    )
    assert (changed.rights_warned, told) == (None, [asset.pk])
    planned = Job.objects.filter(kind=WARN, organization_id=tenant.organization.id)  # type: ignore[union-attr]
    ends = today + timedelta(days=20)
    assert {job.run_at.date() for job in planned} >= {ends - timedelta(days=days) for days in (14, 7, 1, -1)}

    for ahead in (20, 15, 14, 13, 9, 7, 3, 1, 0, -1):
        monkeypatch.setattr(timezone, "localdate", lambda ahead=ahead: ends - timedelta(days=ahead))
        told.clear()
        for _run in range(2):
            warn(None)  # type: ignore[arg-type]
        assert told == ([asset.pk] * 2 if ahead == -1 else [])
    assert warned() == [14, 7, 1]


def test_new_rights_are_warned_of_anew(tenant: Scope, marketer: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert marketer.user_id is not None
    today = timezone.localdate()
    asset = Asset.objects.create(name="Song", kind="video", owner_id=marketer.user_id, rights_until=today)
    warn(None)  # type: ignore[arg-type]
    asset.refresh_from_db()
    assert (asset.rights_warned, asset.row_version) == (1, 1)

    later = change_asset(
        actor=marketer, asset_id=asset.pk, version=1, changes={"rights_until": today + timedelta(days=5)}
    )

    assert later.rights_warned is None
    warn(None)  # type: ignore[arg-type]
    assert warned() == [0, 5]
    trashed = Asset.objects.get(pk=asset.pk)
    Asset.objects.filter(pk=trashed.pk).update(trashed_at=timezone.now(), rights_warned=None)
    warn(None)  # type: ignore[arg-type]
    assert len(warned()) == 2
