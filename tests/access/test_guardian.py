"""Guardian's own functions on our tables: they write shares, and their answers are the shares' part of ours."""

import pytest
from django.contrib.auth.models import Permission
from django.db.models.functions import Now
from guardian.shortcuts import assign_perm, get_perms, remove_perm

from campaigns.models import Campaign, CampaignTeamGrant, CampaignUserGrant
from kernel.ids import uuid7
from kernel.tenancy.context import Actor, Scope
from tenants.access.catalogue import LEVEL_ORDER
from tenants.access.context import accesses
from tenants.access.expiry import delete_expired
from tenants.access.models import Team, TeamMembership
from tenants.access.resolver import can
from tenants.access.shares import levels
from tenants.access.team_members import expire_team_memberships
from tenants.models import User
from tests.access.worlds import build, row_of


def user_of(actor: Actor) -> User:
    """The account, which guardian wants to see; its row stands in the public tables and is not needed."""
    return User(id=actor.user_id, email=actor.email, name=actor.name)


@pytest.fixture
def campaign(owner: Actor) -> Campaign:
    assert owner.user_id is not None
    return Campaign.objects.create(name="Spring", owner_id=owner.user_id)


def test_assigning_a_level_shares_and_assigning_another_changes_it(campaign: Campaign, viewer: Actor) -> None:
    user = user_of(viewer)

    assign_perm("access_viewer", user, campaign)
    assign_perm("campaigns.access_editor", user, campaign)

    [grant] = CampaignUserGrant.objects.all()
    assert (grant.user_id, grant.level, grant.sort_at) == (user.pk, "editor", campaign.updated_at)
    assert get_perms(user, campaign) == ["access_editor"]
    assert [user.has_perm(f"campaigns.access_{level}", campaign) for level in LEVEL_ORDER] == [True, True, False]
    assert can(viewer, "campaign:edit", campaign)
    assert not can(viewer, "campaign:delete", campaign)


def test_a_team_is_guardians_group(campaign: Campaign, viewer: Actor) -> None:
    team, user = Team.objects.create(name="Berlin"), user_of(viewer)
    TeamMembership.objects.create(user_id=user_of(viewer).pk, team=team)

    assign_perm("access_manager", team, campaign)

    [grant] = CampaignTeamGrant.objects.all()
    assert (grant.group_id, grant.level) == (team.pk, "manager")
    assert get_perms(user, campaign) == ["access_manager"]
    assert get_perms(team, campaign) == ["access_manager"]
    assert list(user.groups.all()) == [team]
    assert can(viewer, "campaign:delete", campaign)


def test_many_are_shared_at_once(campaign: Campaign, viewer: Actor, analyst: Actor) -> None:
    people = [user_of(viewer), user_of(analyst)]
    other = Campaign.objects.create(name="Autumn", owner_id=campaign.owner_id)

    assign_perm("access_viewer", people, campaign)
    assign_perm("access_editor", people[0], Campaign.objects.all())  # type: ignore[arg-type]

    found = {(grant.user_id, grant.content_object_id): grant.level for grant in CampaignUserGrant.objects.all()}
    assert found == {
        (people[0].pk, campaign.pk): "editor",
        (people[1].pk, campaign.pk): "viewer",
        (people[0].pk, other.pk): "editor",
    }


def test_removing_a_level_ends_the_share(campaign: Campaign, viewer: Actor) -> None:
    user = user_of(viewer)
    assign_perm("access_editor", user, campaign)

    remove_perm("access_viewer", user, campaign)
    assert get_perms(user, campaign) == ["access_editor"]
    remove_perm("access_editor", user, campaign)

    assert get_perms(user, campaign) == []
    assert not can(viewer, "campaign:view", campaign)


@pytest.mark.parametrize("name", ["access_owner", "view_campaign", "campaigns.change_campaign"])
def test_what_is_no_level_is_refused(campaign: Campaign, viewer: Actor, name: str) -> None:
    with pytest.raises(KeyError, match="is no level"):
        assign_perm(name, user_of(viewer), campaign)

    assert not CampaignUserGrant.objects.exists()


def test_nobody_has_a_permission_without_an_object_or_by_another_name(campaign: Campaign, owner: Actor) -> None:
    user = user_of(owner)

    assert not user.has_perm("campaigns.access_viewer")
    assert not user.has_perm("campaigns.access_viewer", campaign)
    assert not user.has_perm("catalog.access_viewer", campaign)
    assert not user.has_perm("campaigns.change_campaign", campaign)


def test_an_inactive_account_and_a_stranger_have_nothing(campaign: Campaign, viewer: Actor) -> None:
    gone, stranger = user_of(viewer), User(id=uuid7(), email="x@example.test")
    for user in (gone, stranger):
        assign_perm("access_editor", user, campaign)
    gone.is_active = False

    assert not gone.has_perm("campaigns.access_viewer", campaign)
    assert not stranger.has_perm("campaigns.access_viewer", campaign)


def test_an_object_with_the_id_of_a_deleted_one_inherits_nothing(campaign: Campaign, viewer: Actor) -> None:
    key, owner_id = campaign.pk, campaign.owner_id
    team = Team.objects.create(name="Berlin")
    TeamMembership.objects.create(user_id=user_of(viewer).pk, team=team)
    assign_perm("access_editor", user_of(viewer), campaign)
    assign_perm("access_manager", team, campaign)

    campaign.delete()
    again = Campaign.objects.create(id=key, name="Spring", owner_id=owner_id)

    assert not CampaignUserGrant.objects.exists()
    assert not CampaignTeamGrant.objects.exists()
    assert get_perms(user_of(viewer), again) == []
    assert not can(viewer, "campaign:view", again)


def test_a_share_follows_its_objects_changes(campaign: Campaign, viewer: Actor) -> None:
    assign_perm("access_viewer", user_of(viewer), campaign)
    other = Campaign.objects.create(name="Autumn", owner_id=campaign.owner_id)
    assign_perm("access_viewer", user_of(viewer), other)

    Campaign.objects.filter(pk=campaign.pk).update(updated_at=Now())

    for row in Campaign.objects.all():
        assert CampaignUserGrant.objects.get(content_object=row).sort_at == row.updated_at


def test_a_share_has_no_place_in_lists_while_its_object_is_in_the_trash(campaign: Campaign, viewer: Actor) -> None:
    assign_perm("access_viewer", user_of(viewer), campaign)

    Campaign.objects.filter(pk=campaign.pk).update(trashed_at=Now())
    assert CampaignUserGrant.objects.get().sort_at is None
    Campaign.objects.filter(pk=campaign.pk).update(trashed_at=None)
    assert CampaignUserGrant.objects.get().sort_at == campaign.updated_at
    Campaign.objects.filter(pk=campaign.pk).update(trashed_at=Now())
    assign_perm("access_viewer", Team.objects.create(name="Berlin"), campaign)
    assert CampaignTeamGrant.objects.get().sort_at is None


def test_every_level_is_in_the_permission_catalogue(tenant: Scope) -> None:
    found = Permission.objects.filter(codename__startswith="access_").values_list("content_type__model", "codename")

    assert set(found) == {
        (model, f"access_{level}") for model in ("asset", "campaign", "product") for level in LEVEL_ORDER
    }


@pytest.mark.parametrize("seed", range(6))
def test_guardian_and_the_resolver_agree_on_what_is_shared(tenant: Scope, seed: int) -> None:
    """6 worlds of 12 people and 16 objects: 1,152 cases, after both sweepers ran."""
    world = build(seed, shares=60)
    delete_expired()
    expire_team_memberships(None)  # type: ignore[arg-type]
    inside = {access.user_id: access for access in accesses()}

    for user_id in world.people:
        for thing in world.things.values():
            row = row_of(thing)
            names = {name.removeprefix("access_") for name in get_perms(User(id=user_id), row)}
            highest = max(names, key=LEVEL_ORDER.__getitem__, default=None)

            assert highest == world.shared_level(user_id, thing)
            if user_id in inside:
                assert levels(inside[user_id], type(row), [row.pk]).get(row.pk) == highest
