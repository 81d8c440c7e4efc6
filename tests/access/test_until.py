"""A right that comes from a share for a time makes nothing that outlives it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns.models import Campaign, CampaignTeamGrant, CampaignUserGrant
from kernel.errors import Invalid, NotAllowed
from kernel.tenancy.context import Actor
from tenants.access.context import forget
from tenants.access.granted import shares_of
from tenants.access.grants import change, revoke, share
from tenants.access.models import Team, TeamMembership
from tenants.access.ownership import transfer
from tenants.access.resolver import can

ENDS = timezone.now() + timedelta(days=1)
LATER = ENDS + timedelta(seconds=1)
NONE_LATER = [("/expires_at", "beyond_own_rights")]


def campaign_of(actor: Actor) -> Campaign:
    return Campaign.objects.create(name="Spring", owner_id=actor.user_id or "")


def everything() -> list[Any]:
    return [
        list(model._default_manager.order_by("pk").values_list())
        for model in (Campaign, CampaignUserGrant, CampaignTeamGrant)
    ]


def refused(error: pytest.ExceptionInfo[Invalid]) -> list[tuple[str, str]]:
    return [(found.pointer, found.code) for found in error.value.errors]


@pytest.mark.parametrize("ends", [None, LATER])
def test_nobody_moves_the_end_of_what_lets_them(admin: Actor, viewer: Actor, analyst: Actor, ends: Any) -> None:
    row = campaign_of(admin)
    own = share(actor=admin, obj=row, level="manager", user_id=viewer.user_id, expires_at=ENDS)
    before = everything()

    with pytest.raises(Invalid) as moved:
        change(actor=viewer, share_id=own.id, version=own.version, changes={"expires_at": ends})
    with pytest.raises(Invalid) as given:
        share(actor=viewer, obj=row, level="viewer", user_id=analyst.user_id, expires_at=ends)

    assert (refused(moved), refused(given)) == (NONE_LATER, NONE_LATER)
    assert everything() == before
    assert share(actor=viewer, obj=row, level="manager", user_id=analyst.user_id, expires_at=ENDS).expires_at == ENDS


def test_a_share_that_outlives_them_they_narrow_and_do_not_raise(admin: Actor, viewer: Actor, analyst: Actor) -> None:
    row = campaign_of(admin)
    share(actor=admin, obj=row, level="manager", user_id=viewer.user_id, expires_at=ENDS)
    other = share(actor=admin, obj=row, level="editor", user_id=analyst.user_id)
    before = everything()

    with pytest.raises(Invalid) as refusal:
        change(actor=viewer, share_id=other.id, version=other.version, changes={"level": "manager"})
    assert refused(refusal) == NONE_LATER
    assert everything() == before

    less = change(actor=viewer, share_id=other.id, version=other.version, changes={"level": "viewer", "reason": "Less"})
    ended = change(actor=viewer, share_id=less.id, version=less.version, changes={"expires_at": LATER})
    assert (less.level, less.expires_at, ended.expires_at) == ("viewer", None, LATER)
    assert revoke(actor=viewer, share_id=ended.id) == ended


def test_an_owner_raises_no_level_beyond_their_role_for_longer(admin: Actor, marketer: Actor) -> None:
    mine = campaign_of(marketer)
    high = share(actor=admin, obj=mine, level="manager", user_id=marketer.user_id, expires_at=ENDS)

    with pytest.raises(Invalid) as refusal:
        change(actor=marketer, share_id=high.id, version=high.version, changes={"expires_at": None})

    assert refused(refusal) == NONE_LATER
    assert shares_of(mine) == [high]


def test_a_place_in_a_team_ends_what_is_shared_with_it(admin: Actor, viewer: Actor, analyst: Actor) -> None:
    row, team = campaign_of(admin), Team.objects.create(name="Retail")
    TeamMembership.objects.create(team=team, user_id=viewer.user_id or "", expires_at=ENDS)
    share(actor=admin, obj=row, level="manager", team_id=team.pk)
    forget()

    with pytest.raises(Invalid) as refusal:
        share(actor=viewer, obj=row, level="viewer", user_id=analyst.user_id)

    assert refused(refusal) == NONE_LATER
    share(actor=admin, obj=row, level="manager", user_id=viewer.user_id)
    assert share(actor=viewer, obj=row, level="viewer", user_id=analyst.user_id).expires_at is None


def test_the_longest_of_several_shares_counts(admin: Actor, viewer: Actor, analyst: Actor) -> None:
    row, team = campaign_of(admin), Team.objects.create(name="Retail")
    TeamMembership.objects.create(team=team, user_id=viewer.user_id or "")
    share(actor=admin, obj=row, level="manager", user_id=viewer.user_id, expires_at=ENDS)
    share(actor=admin, obj=row, level="manager", team_id=team.pk, expires_at=LATER)
    forget()

    with pytest.raises(Invalid):
        share(actor=viewer, obj=row, level="viewer", user_id=analyst.user_id, expires_at=LATER + timedelta(seconds=1))

    made = share(actor=viewer, obj=row, level="viewer", user_id=analyst.user_id, expires_at=LATER)
    assert made.expires_at == LATER


def test_what_is_shared_for_a_time_is_not_given_away(admin: Actor, viewer: Actor, analyst: Actor) -> None:
    row, team = campaign_of(admin), Team.objects.create(name="Retail")
    TeamMembership.objects.create(team=team, user_id=viewer.user_id or "")
    forget()
    own = share(actor=admin, obj=row, level="manager", user_id=viewer.user_id, expires_at=ENDS)
    before = everything()

    for owner_id, team_id in ((viewer.user_id, None), (analyst.user_id, None), (admin.user_id, team.pk)):
        assert owner_id is not None
        with pytest.raises(NotAllowed) as refusal:
            transfer(actor=viewer, model=Campaign, object_id=row.pk, version=1, owner_id=owner_id, team_id=team_id)
        assert (refusal.value.code, refusal.value.extra["permission"]) == ("right_ends", "campaign:transfer")

    assert everything() == before
    change(actor=admin, share_id=own.id, version=own.version, changes={"expires_at": None})
    assert viewer.user_id is not None
    given = transfer(actor=viewer, model=Campaign, object_id=row.pk, version=1, owner_id=viewer.user_id, team_id=None)
    assert given.owner_id == viewer.user_id
    assert can(viewer, "campaign:share", row)
