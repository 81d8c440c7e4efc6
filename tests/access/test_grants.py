"""Shares: who may give what, to whom, until when; and how they end."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import Campaign, CampaignTeamGrant, CampaignUserGrant
from catalog.catalogs.default import default_catalog
from catalog.models import Product, ProductUserGrant
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound, PreconditionFailed
from kernel.ids import uuid7
from kernel.jobs.models import Job
from kernel.tenancy.context import Actor, Scope
from tenants.access.expiry import EXPIRE_SHARES, delete_expired, next_end, sweep_after
from tenants.access.granted import Share, ShareFilters, share_counts, share_detail, share_page, shares_of
from tenants.access.grants import change, revoke, revoke_many, share
from tenants.access.models import Membership, Team, TeamMembership
from tenants.access.resolver import can

TOMORROW = timezone.now() + timedelta(days=1)


def id_of(actor: Actor) -> UUID:
    assert actor.user_id is not None
    return actor.user_id


def campaign_of(actor: Actor, name: str = "Spring") -> Campaign:
    return Campaign.objects.create(name=name, owner_id=id_of(actor))


def shared(obj: Campaign | Product, by: Actor, to: Actor, level: str = "editor", **more: Any) -> Share:
    return share(actor=by, obj=obj, level=level, user_id=to.user_id, **more)


def everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values_list()) for model in (CampaignUserGrant, CampaignTeamGrant)]


def expire(row: Share) -> None:
    CampaignUserGrant.objects.filter(pk=row.id).update(expires_at=timezone.now() - timedelta(minutes=1))


def test_a_share_gives_its_level_until_it_ends(admin: Actor, viewer: Actor) -> None:
    row = campaign_of(admin)

    made = shared(row, admin, viewer, expires_at=TOMORROW, reason=" Holiday cover ")

    assert can(viewer, "campaign:edit", row)
    assert not can(viewer, "campaign:delete", row)
    assert (made.level, made.name, made.granted_by_name, made.reason) == ("editor", "Viewer", "Admin", "Holiday cover")
    assert (made.object_type, made.object_id, made.object_name) == ("campaign", row.pk, "Spring")
    assert (made.expires_at, made.is_expired, made.user_id, made.team_id) == (TOMORROW, False, viewer.user_id, None)
    expire(made)
    assert not can(viewer, "campaign:view", row)
    assert [found.is_expired for found in shares_of(row)] == [True]


def test_a_team_share_reaches_its_members(admin: Actor, viewer: Actor) -> None:
    row, team = campaign_of(admin), Team.objects.create(name="Retail")
    TeamMembership.objects.create(team=team, user_id=id_of(viewer))

    made = share(actor=admin, obj=row, level="viewer", team_id=team.pk)

    assert can(viewer, "campaign:view", row)
    assert (made.name, made.team_id, made.user_id) == ("Retail", team.pk, None)


def test_sharing_takes_the_permission_on_the_object(marketer: Actor, manager: Actor, viewer: Actor) -> None:
    theirs = campaign_of(manager)
    before = everything()

    with pytest.raises(NotAllowed) as refusal:
        shared(theirs, marketer, viewer)

    assert refusal.value.extra["permission"] == "campaign:share"
    assert everything() == before


def test_nobody_gives_a_level_beyond_their_own_rights(marketer: Actor, viewer: Actor) -> None:
    mine = campaign_of(marketer)
    before = everything()

    with pytest.raises(NotAllowed) as refusal:
        shared(mine, marketer, viewer, "manager")

    assert (refusal.value.code, refusal.value.extra["permission"]) == ("beyond_own_rights", "campaign:budget_over_cap")
    assert everything() == before
    made = shared(mine, marketer, viewer, "editor")
    with pytest.raises(NotAllowed):
        change(actor=marketer, share_id=made.id, version=made.version, changes={"level": "manager"})
    assert shares_of(mine) == [made]


def test_who_manages_by_a_share_shares_on(admin: Actor, viewer: Actor, analyst: Actor) -> None:
    row = campaign_of(admin)
    shared(row, admin, viewer, "manager")

    shared(row, viewer, analyst, "editor")

    assert can(analyst, "campaign:edit", row)


@pytest.mark.parametrize("status", [Membership.Status.SUSPENDED, Membership.Status.HOLDER])
def test_only_active_members_are_given_shares(admin: Actor, viewer: Actor, status: str) -> None:
    row = campaign_of(admin)
    Membership.objects.filter(user_id=id_of(viewer)).update(status=status)

    for user_id in (viewer.user_id, uuid7()):
        with pytest.raises(Invalid) as refusal:
            share(actor=admin, obj=row, level="viewer", user_id=user_id)
        assert [(error.pointer, error.code) for error in refusal.value.errors] == [("/user_id", "not_a_member")]
        assert "Invite" in refusal.value.errors[0].message
    assert shares_of(row) == []


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"level": "boss"}, [("/level", "unknown_value")]),
        ({"expires_at": timezone.now() - timedelta(days=1)}, [("/expires_at", "out_of_range")]),
        ({"reason": "x" * 301}, [("/reason", "wrong_length")]),
        ({"reason": "a\x00b"}, [("/reason", "wrong_length")]),
        ({"user_id": None}, [("/user_id", "required")]),
        ({"team_id": uuid7()}, [("/user_id", "required")]),
        ({"user_id": None, "team_id": uuid7()}, [("/team_id", "unknown_value")]),
    ],
)
def test_wrong_values_are_told_and_nothing_is_shared(
    admin: Actor, viewer: Actor, values: dict[str, Any], errors: list[tuple[str, str]]
) -> None:
    row = campaign_of(admin)

    with pytest.raises(Invalid) as refusal:
        share(actor=admin, obj=row, **({"level": "viewer", "user_id": viewer.user_id} | values))

    assert [(error.pointer, error.code) for error in refusal.value.errors] == errors
    assert shares_of(row) == []


def test_what_is_shared_already_is_changed_not_shared_again(admin: Actor, viewer: Actor) -> None:
    row = campaign_of(admin)
    made = shared(row, admin, viewer, "viewer")

    with pytest.raises(Conflict) as refusal:
        shared(row, admin, viewer, "editor")

    assert (refusal.value.code, refusal.value.extra) == ("already_exists", {"share_id": str(made.id)})
    assert shares_of(row) == [made]
    expire(made)
    again = shared(row, admin, viewer, "editor")
    assert [(found.id, found.level) for found in shares_of(row)] == [(again.id, "editor")]
    assert again.created_at > made.created_at


def test_a_change_names_the_version_it_saw(admin: Actor, owner: Actor, viewer: Actor) -> None:
    made = shared(campaign_of(admin), admin, viewer, "viewer")

    changed = change(
        actor=owner, share_id=made.id, version=made.version, changes={"level": "editor", "expires_at": TOMORROW}
    )
    with pytest.raises(PreconditionFailed):
        change(actor=owner, share_id=made.id, version=made.version, changes={"level": "viewer"})

    assert (changed.id, changed.level, changed.expires_at, changed.granted_by_name) == (
        made.id,
        "editor",
        TOMORROW,
        "Owner",
    )
    assert change(actor=admin, share_id=made.id, version=changed.version, changes={"level": "editor"}) == changed
    assert (
        change(actor=admin, share_id=made.id, version=changed.version, changes={"expires_at": None}).expires_at is None
    )


def test_a_revoked_share_gives_nothing(admin: Actor, viewer: Actor) -> None:
    row = campaign_of(admin)
    made = shared(row, admin, viewer)

    with pytest.raises(PreconditionFailed):
        revoke(actor=admin, share_id=made.id, version=made.version + 1)
    assert revoke(actor=admin, share_id=made.id, version=made.version) == made

    assert not can(viewer, "campaign:view", row)
    with pytest.raises(NotFound):
        revoke(actor=admin, share_id=made.id)


def test_revoking_takes_the_permission_and_not_the_level(admin: Actor, marketer: Actor, viewer: Actor) -> None:
    mine, theirs = campaign_of(marketer), campaign_of(admin)
    high = shared(mine, admin, viewer, "manager")
    hidden, seen = shared(theirs, admin, viewer), shared(theirs, admin, marketer, "viewer")

    assert revoke(actor=marketer, share_id=high.id) == high
    with pytest.raises(NotAllowed):
        revoke(actor=marketer, share_id=seen.id)
    with pytest.raises(NotFound):
        share_detail(actor=marketer, share_id=hidden.id)
    assert {found.id for found in shares_of(theirs)} == {hidden.id, seen.id}


def test_many_are_revoked_each_by_itself_in_few_statements(admin: Actor, marketer: Actor, viewer: Actor) -> None:
    mine = [shared(campaign_of(marketer), admin, viewer) for _number in range(20)]
    product = Product.objects.create(catalog=default_catalog(), name="Oat drink", owner_id=id_of(marketer))
    also = shared(product, admin, viewer)
    theirs = campaign_of(admin)
    seen = shared(theirs, admin, marketer, "viewer")
    hidden = shared(campaign_of(admin), admin, viewer)
    ids = [*(found.id for found in mine), also.id, seen.id, hidden.id, uuid7(), mine[0].id]

    with CaptureQueriesContext(connection) as captured:
        results = revoke_many(actor=marketer, share_ids=ids)

    outcomes = [found.outcome for found in results]
    assert outcomes == ["revoked"] * 21 + ["not_allowed", "not_found", "not_found"]
    assert results[0].detail == "Spring is no longer shared with Viewer."
    assert not CampaignUserGrant.objects.filter(pk__in=[found.id for found in mine]).exists()
    assert not ProductUserGrant.objects.exists()
    assert [found.id for found in shares_of(theirs)] == [seen.id]
    assert len(captured) <= 10


def test_the_list_holds_what_its_reader_may_share(admin: Actor, marketer: Actor, viewer: Actor) -> None:
    mine, theirs = shared(campaign_of(marketer), admin, viewer), shared(campaign_of(admin), admin, viewer)
    product = Product.objects.create(catalog=default_catalog(), name="Oat drink", owner_id=id_of(marketer))
    also = shared(product, admin, viewer, "viewer", expires_at=TOMORROW)

    def listed(actor: Actor, **filters: Any) -> list[Any]:
        return [found.id for found in share_page(actor=actor, filters=ShareFilters(**filters)).items]

    assert listed(admin) == [also.id, theirs.id, mine.id]
    assert listed(marketer) == [also.id, mine.id]
    assert listed(viewer) == []
    assert listed(admin, object_type="product") == [also.id]
    assert listed(admin, object_id=theirs.object_id) == [theirs.id]
    assert listed(admin, level="editor") == [theirs.id, mine.id]
    assert listed(admin, user_id=viewer.user_id) == [also.id, theirs.id, mine.id]
    assert listed(admin, team_id=uuid7()) == []
    assert listed(admin, expiring=True) == [also.id]
    assert share_counts(actor=admin) == (3, 1)
    assert share_counts(actor=marketer) == (2, 1)


@pytest.mark.parametrize("expiring", [False, True])
def test_its_pages_follow_one_another_in_two_statements(admin: Actor, viewer: Actor, expiring: bool) -> None:
    team = Team.objects.create(name="Retail")
    made = []
    for number in range(7):
        row = campaign_of(admin, f"Campaign {number}")
        ends = TOMORROW + timedelta(hours=number // 2)
        made.append(shared(row, admin, viewer, expires_at=ends))
        made.append(share(actor=admin, obj=row, level="viewer", team_id=team.pk, expires_at=ends))
    found, cursor, pages = [], None, 0
    filters = ShareFilters(expiring=expiring)
    while True:
        with CaptureQueriesContext(connection) as captured:
            page = share_page(actor=admin, filters=filters, cursor=cursor, limit=4)
        assert len(captured) <= 2
        found += page.items
        pages += 1
        cursor = page.next
        if cursor is None:
            break

    key = (lambda row: (row.expires_at, row.id)) if expiring else (lambda row: -row.id.int)
    assert found == sorted(made, key=key)
    assert pages == 4


def test_what_has_expired_is_swept_and_the_next_end_planned(tenant: Scope, admin: Actor, viewer: Actor) -> None:
    row, other = campaign_of(admin), campaign_of(admin)
    over = shared(row, admin, viewer, expires_at=TOMORROW)
    kept = shared(other, admin, viewer, expires_at=TOMORROW + timedelta(seconds=1))
    expire(over)

    [job] = Job.objects.filter(kind=EXPIRE_SHARES)
    assert TOMORROW < job.run_at <= TOMORROW + timedelta(minutes=1)
    with CaptureQueriesContext(connection) as captured:
        assert delete_expired() == 1
    assert "pg_advisory_xact_lock" in captured[0]["sql"]
    assert delete_expired() == 0
    assert shares_of(row) == []
    assert shares_of(other) == [kept]
    assert next_end() == kept.expires_at


def test_the_same_id_made_again_inherits_no_access(admin: Actor, viewer: Actor) -> None:
    row = campaign_of(admin)
    shared(row, admin, viewer, "manager")
    share(actor=admin, obj=row, level="viewer", team_id=Team.objects.create(name="Retail").pk)
    pk = row.pk

    row.delete()
    again = Campaign.objects.create(id=pk, name="Spring", owner_id=id_of(admin))

    assert not can(viewer, "campaign:view", again)
    assert shares_of(again) == []
    assert everything() == [[], []]


def test_a_share_stands_in_the_objects_order(admin: Actor, viewer: Actor) -> None:
    row = campaign_of(admin)
    shared(row, admin, viewer)

    assert CampaignUserGrant.objects.get().sort_at == Campaign.objects.get(pk=row.pk).updated_at


def test_ends_of_one_minute_are_one_job(tenant: Scope) -> None:
    moment = timezone.now().replace(second=5, microsecond=0) + timedelta(days=3)

    sweep_after(moment)
    sweep_after(moment + timedelta(seconds=50))
    sweep_after(moment + timedelta(seconds=60))

    assert Job.objects.filter(kind=EXPIRE_SHARES).count() == 2
