"""Teams, the people in them, and what moves with them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.commands import trash_campaign
from campaigns.models import Campaign, CampaignTeamGrant
from catalog.models import Asset, Product
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound, PreconditionFailed
from kernel.ids import uuid7
from kernel.jobs.models import Job
from kernel.tenancy.context import SYSTEM, Actor
from tenants.access.catalogue import PERMISSIONS
from tenants.access.context import forget
from tenants.access.models import Membership, Role, Team, TeamMembership
from tenants.access.models.grants import level_ids
from tenants.access.resolver import can
from tenants.access.team_members import (
    EXPIRE,
    add_to_team,
    change_in_team,
    expire_team_memberships,
    remove_from_team,
    version_of,
)
from tenants.access.team_queries import (
    member_page,
    objects_of,
    people_to_add,
    sub_teams,
    team_detail,
    team_list,
    team_member,
    teams_to_manage,
)
from tenants.access.teams import change_team, create_team, delete_team, move_objects, owned_models, transfer_team


def team(name: str, **values: Any) -> Team:
    """A team made by the system."""
    return create_team(actor=SYSTEM, name=name, **values)


def id_of(actor: Actor) -> UUID:
    """Whose rights the actor has."""
    assert actor.user_id is not None
    return actor.user_id


def put(actor: Actor, into: Team, role: str = "member", **values: Any) -> TeamMembership:
    """Somebody in a team."""
    return add_to_team(actor=SYSTEM, team_id=into.pk, user_id=id_of(actor), role=role, **values)


def campaign_of(actor: Actor, name: str, of: Team | None = None) -> Campaign:
    """A campaign that belongs to somebody and to a team."""
    return Campaign.objects.create(name=name, owner_id=id_of(actor), team=of)


def rows() -> list[Any]:
    """Every team, membership and campaign, to prove that a refused call changed nothing."""
    return [list(model.objects.order_by("pk").values_list()) for model in (Team, TeamMembership, Campaign)]


def test_who_makes_a_team_owns_it(admin: Actor) -> None:
    made = create_team(actor=admin, name="  Growth ", description="All of it")

    assert (made.name, made.description, made.owner_id, made.row_version) == ("Growth", "All of it", id_of(admin), 1)
    assert not TeamMembership.objects.filter(team=made).exists()


def test_only_who_manages_all_teams_makes_one(manager: Actor, marketer: Actor) -> None:
    for actor in (manager, marketer):
        with pytest.raises(NotAllowed) as refusal:
            create_team(actor=actor, name="Mine")
        assert refusal.value.extra["permission"] == "team:manage"
    assert not Team.objects.filter(name="Mine").exists()


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\nb", "a\x00b"])
def test_a_team_needs_a_name_that_can_be_shown(admin: Actor, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        create_team(actor=admin, name=name)

    assert [error.pointer for error in refusal.value.errors] == ["/name"]
    assert not Team.objects.exists()


def test_a_name_is_taken_in_any_letter_case(admin: Actor) -> None:
    create_team(actor=admin, name="Growth")

    with pytest.raises(Conflict) as refusal:
        create_team(actor=admin, name="GROWTH")
    assert refusal.value.code == "already_exists"


def test_a_change_stands_on_the_version_that_was_seen(admin: Actor) -> None:
    made = create_team(actor=admin, name="Growth")
    changed = change_team(actor=admin, team_id=made.pk, version=1, changes={"name": "Retail", "description": ""})
    same = change_team(actor=admin, team_id=made.pk, version=2, changes={"name": "Retail"})

    with pytest.raises(PreconditionFailed) as refusal:
        change_team(actor=admin, team_id=made.pk, version=1, changes={"name": "Late"})

    assert (changed.name, changed.row_version, same.row_version) == ("Retail", 2, 2)
    assert refusal.value.extra == {"version": 2}
    assert Team.objects.get().name == "Retail"


def test_a_team_never_stands_below_itself(admin: Actor) -> None:
    top = team("Top")
    middle = team("Middle", parent_id=top.pk)
    low = team("Low", parent_id=middle.pk)

    for parent in (top, low):
        with pytest.raises(Invalid) as refusal:
            change_team(actor=admin, team_id=top.pk, version=1, changes={"parent_id": parent.pk})
        assert [error.code for error in refusal.value.errors] == ["team_cycle"]
    with pytest.raises(Invalid):
        change_team(actor=admin, team_id=top.pk, version=1, changes={"parent_id": uuid7()})

    assert Team.objects.get(pk=top.pk).parent_id is None


def test_moving_a_team_takes_managing_it_where_it_was_and_where_it_goes(manager: Actor) -> None:
    led, foreign = team("Led"), team("Foreign")
    low = team("Low", parent_id=led.pk)
    put(manager, led, "lead")

    for parent_id in (foreign.pk, None):
        with pytest.raises(NotAllowed):
            change_team(actor=manager, team_id=low.pk, version=1, changes={"parent_id": parent_id})
    with pytest.raises(NotAllowed):
        change_team(actor=manager, team_id=foreign.pk, version=1, changes={"parent_id": led.pk})
    assert Team.objects.get(pk=low.pk).parent_id == led.pk

    other = team("Other", parent_id=led.pk)
    moved = change_team(actor=manager, team_id=low.pk, version=1, changes={"parent_id": other.pk})
    assert moved.parent_id == other.pk


def test_leading_a_team_is_what_lets_a_manager_manage_it(manager: Actor, viewer: Actor) -> None:
    led, joined, foreign = team("Led"), team("Joined"), team("Foreign")
    low = team("Low", parent_id=led.pk)
    put(manager, led, "lead")
    put(manager, joined)

    for allowed in (led, low):
        add_to_team(actor=manager, team_id=allowed.pk, user_id=id_of(viewer))
    before = rows()
    for refused in (joined, foreign):
        with pytest.raises(NotAllowed):
            add_to_team(actor=manager, team_id=refused.pk, user_id=id_of(manager), role="lead")
    assert rows() == before
    assert teams_to_manage(actor=manager) == {led.pk, low.pk}


def test_who_owns_a_team_does_not_appoint_leads_over_teams_they_may_not_manage(manager: Actor) -> None:
    owned = team("Owned", owner_id=id_of(manager))
    add_to_team(actor=manager, team_id=owned.pk, user_id=id_of(manager))
    team("Below", parent_id=owned.pk)
    membership = TeamMembership.objects.get()

    with pytest.raises(NotAllowed):
        change_in_team(
            actor=manager,
            team_id=owned.pk,
            user_id=id_of(manager),
            version=version_of(membership),
            changes={"role": "lead"},
        )
    assert TeamMembership.objects.get().role == "member"


def test_without_a_view_of_people_there_are_no_teams(viewer: Actor) -> None:
    made = team("Growth", owner_id=id_of(viewer))

    for ask in (
        lambda: team_list(actor=viewer),
        lambda: team_detail(actor=viewer, team_id=made.pk),
        lambda: change_team(actor=viewer, team_id=made.pk, version=1, changes={"name": "Mine"}),
    ):
        with pytest.raises(NotAllowed):
            ask()


def test_being_added_opens_the_teams_objects_and_being_removed_closes_them(marketer: Actor, manager: Actor) -> None:
    growth = team("Growth")
    put(manager, growth, "lead")
    campaign = campaign_of(manager, "Spring", growth)
    assert not can(marketer, "campaign:edit", campaign)

    membership = add_to_team(actor=manager, team_id=growth.pk, user_id=id_of(marketer))
    assert can(marketer, "campaign:edit", campaign)

    remove_from_team(
        actor=manager,
        team_id=growth.pk,
        user_id=id_of(marketer),
        version=version_of(membership),
    )
    assert not can(marketer, "campaign:edit", campaign)


@pytest.mark.parametrize("status", ["suspended", "invited", "gone", "expired"])
def test_only_active_people_come_into_a_team(admin: Actor, status: str) -> None:
    growth, user_id = team("Growth"), uuid7()
    values: dict[str, Any] = {"email": "x@example.test", "name": "X", "role": Role.objects.get(slug="viewer")}
    if status == "invited":
        Membership.objects.create(status="invited", **values)
    elif status == "expired":
        Membership.objects.create(user_id=user_id, expires_at=timezone.now() - timedelta(hours=1), **values)
    elif status != "gone":
        Membership.objects.create(user_id=user_id, status=status, **values)

    with pytest.raises(Invalid) as refusal:
        add_to_team(actor=admin, team_id=growth.pk, user_id=user_id)

    assert [error.code for error in refusal.value.errors] == ["not_a_member"]
    assert not TeamMembership.objects.exists()


def test_nobody_is_in_a_team_twice(admin: Actor, viewer: Actor) -> None:
    growth = team("Growth")
    put(viewer, growth)

    with pytest.raises(Conflict) as refusal:
        add_to_team(actor=admin, team_id=growth.pk, user_id=id_of(viewer), role="lead")

    assert refusal.value.code == "already_exists"
    assert TeamMembership.objects.get().role == "member"


@pytest.mark.parametrize(
    ("values", "pointer"),
    [({"role": "boss"}, "/role"), ({"expires_at": timezone.now() - timedelta(days=1)}, "/expires_at")],
)
def test_a_place_in_a_team_makes_sense(admin: Actor, viewer: Actor, values: dict[str, Any], pointer: str) -> None:
    growth = team("Growth")

    with pytest.raises(Invalid) as refusal:
        add_to_team(actor=admin, team_id=growth.pk, user_id=id_of(viewer), **values)

    assert [error.pointer for error in refusal.value.errors] == [pointer]
    assert not TeamMembership.objects.exists()


def test_a_membership_is_changed_only_as_it_was_seen(admin: Actor, viewer: Actor) -> None:
    growth = team("Growth")
    seen = version_of(put(viewer, growth))
    where: dict[str, Any] = {"actor": admin, "team_id": growth.pk, "user_id": id_of(viewer)}

    changed = change_in_team(**where, version=seen, changes={"role": "lead"})
    with pytest.raises(PreconditionFailed) as refusal:
        change_in_team(**where, version=seen, changes={"role": "member"})
    with pytest.raises(PreconditionFailed):
        remove_from_team(**where, version=seen)

    assert refusal.value.extra == {"version": version_of(changed)}
    assert TeamMembership.objects.get().role == "lead"


def test_a_lead_for_a_time_does_not_stay_by_themselves(manager: Actor, admin: Actor) -> None:
    ends = timezone.now() + timedelta(days=1)
    above, below = team("Europe"), team("Berlin")
    change_team(actor=SYSTEM, team_id=below.pk, version=1, changes={"parent_id": above.pk})
    place = put(manager, above, "lead", expires_at=ends)
    before = rows()

    def move(of: Team, seen: TeamMembership, **changes: Any) -> TeamMembership:
        version = version_of(seen)
        return change_in_team(actor=manager, team_id=of.pk, user_id=id_of(manager), version=version, changes=changes)

    for later in (None, ends + timedelta(seconds=1)):
        with pytest.raises(Invalid) as refusal:
            move(above, place, expires_at=later)
        assert [(error.pointer, error.code) for error in refusal.value.errors] == [("/expires_at", "beyond_own_rights")]
        with pytest.raises(Invalid):
            add_to_team(actor=manager, team_id=below.pk, user_id=id_of(manager), role="lead", expires_at=later)
    assert rows() == before
    member = put(manager, below)
    with pytest.raises(Invalid):
        move(below, member, role="lead")
    assert move(below, member, expires_at=ends).expires_at == ends
    TeamMembership.objects.filter(pk=place.pk).update(expires_at=None)
    forget()
    assert move(below, TeamMembership.objects.get(team=below), expires_at=None).expires_at is None
    put(admin, below, "lead", expires_at=ends)
    mine = TeamMembership.objects.get(team=below, user_id=id_of(admin))
    kept = change_in_team(
        actor=admin, team_id=below.pk, user_id=id_of(admin), version=version_of(mine), changes={"expires_at": None}
    )
    assert kept.expires_at is None


def test_an_ended_membership_gives_nothing_and_a_job_takes_it_away(admin: Actor, marketer: Actor) -> None:
    growth, ends = team("Growth"), timezone.now() + timedelta(hours=1)
    campaign = campaign_of(admin, "Spring", growth)
    membership = put(marketer, growth, expires_at=ends)
    [job] = Job.objects.filter(kind=EXPIRE)
    assert (job.run_at, job.actor_kind) == (ends, "system")
    assert can(marketer, "campaign:edit", campaign)

    # The clock can't be moved in one transaction, so the end is.
    TeamMembership.objects.filter(pk=membership.pk).update(expires_at=timezone.now() - timedelta(hours=1))
    forget()
    assert not can(marketer, "campaign:edit", campaign)
    assert team_detail(actor=admin, team_id=growth.pk).members == 0  # type: ignore[attr-defined]
    with pytest.raises(NotFound):
        team_member(actor=admin, team_id=growth.pk, user_id=id_of(marketer))

    assert expire_team_memberships(None) == {"deleted": 1}  # type: ignore[arg-type]
    assert not TeamMembership.objects.exists()


def test_who_was_in_until_yesterday_can_come_again(admin: Actor, viewer: Actor) -> None:
    growth = team("Growth")
    TeamMembership.objects.create(
        team=growth, user_id=id_of(viewer), role="lead", expires_at=timezone.now() - timedelta(days=1)
    )

    put(viewer, growth)

    assert TeamMembership.objects.get().role == "member"


def test_a_team_is_handed_to_somebody_active(admin: Actor, manager: Actor) -> None:
    growth = create_team(actor=admin, name="Growth")
    assert not can(manager, "team:manage", growth)

    handed = transfer_team(actor=admin, team_id=growth.pk, version=1, owner_id=id_of(manager))

    assert (handed.owner_id, handed.row_version) == (id_of(manager), 2)
    assert can(manager, "team:manage", handed)
    with pytest.raises(Invalid):
        transfer_team(actor=admin, team_id=growth.pk, version=2, owner_id=uuid7())


def test_objects_move_as_a_whole_and_grow_by_a_version(admin: Actor) -> None:
    growth, retail = team("Growth"), team("Retail")
    live = campaign_of(admin, "Live", growth)
    gone = campaign_of(admin, "Gone", growth)
    trash_campaign(actor=admin, campaign_id=gone.pk, version=1)
    other = campaign_of(admin, "Other")

    moved = move_objects(actor=admin, team_id=growth.pk, to_team_id=retail.pk)

    assert moved == {"asset": 0, "campaign": 2, "catalog": 0}
    stored = dict(Campaign.objects.values_list("pk", "row_version"))
    assert stored == {live.pk: 2, gone.pk: 3, other.pk: 1}
    assert set(Campaign.objects.filter(team=retail).values_list("pk", flat=True)) == {live.pk, gone.pk}


def test_moving_objects_takes_the_right_to_transfer_them(admin: Actor, manager: Actor, owner: Actor) -> None:
    growth, retail, mine = team("Growth"), team("Retail"), team("Mine")
    campaign_of(admin, "Live", growth)
    put(manager, growth, "lead")
    put(manager, mine)
    before = rows()

    with pytest.raises(NotAllowed):
        move_objects(actor=manager, team_id=growth.pk, to_team_id=retail.pk)
    role = Role.objects.create(slug="steward", name="Steward", permissions={"team:manage": "all", "member:view": "all"})
    Membership.objects.filter(user_id=id_of(admin)).update(role=role)
    forget()
    with pytest.raises(NotAllowed) as refusal:
        move_objects(actor=admin, team_id=growth.pk, to_team_id=retail.pk)

    assert refusal.value.extra["permission"] == "campaign:transfer"
    assert rows() == before
    assert move_objects(actor=manager, team_id=growth.pk, to_team_id=mine.pk) == {
        "asset": 0,
        "campaign": 1,
        "catalog": 0,
    }
    for target in (uuid7(), growth.pk):
        with pytest.raises(Invalid):
            move_objects(actor=owner, team_id=growth.pk, to_team_id=target)


def test_a_team_ends_with_its_memberships_and_shares(admin: Actor, viewer: Actor) -> None:
    growth = team("Growth")
    put(viewer, growth)
    campaign = campaign_of(admin, "Shared")
    CampaignTeamGrant.objects.create(
        content_object=campaign, group=growth, permission_id=level_ids(Campaign)["viewer"], sort_at=campaign.updated_at
    )
    assert can(viewer, "campaign:view", campaign)

    delete_team(actor=admin, team_id=growth.pk, version=1)

    assert [model.objects.count() for model in (Team, TeamMembership, CampaignTeamGrant)] == [0, 0, 0]
    assert not can(viewer, "campaign:view", campaign)


def test_a_team_with_teams_or_objects_stays(admin: Actor) -> None:
    top, retail = team("Top"), team("Retail")
    low = team("Low", parent_id=top.pk)
    campaign = campaign_of(admin, "Live", low)
    before = rows()

    with pytest.raises(Conflict) as above:
        delete_team(actor=admin, team_id=top.pk, version=1)
    with pytest.raises(Conflict) as owning:
        delete_team(actor=admin, team_id=low.pk, version=1)
    with pytest.raises(PreconditionFailed):
        delete_team(actor=admin, team_id=low.pk, version=2, objects_to=retail.pk)

    assert (above.value.code, owning.value.code) == ("team_has_teams", "team_has_objects")
    assert owning.value.extra == {"objects": {"asset": 0, "campaign": 1, "catalog": 0}}
    assert rows() == before
    delete_team(actor=admin, team_id=low.pk, version=1, objects_to=retail.pk)
    assert Campaign.objects.get(pk=campaign.pk).team_id == retail.pk


def test_every_model_of_a_team_has_a_right_to_transfer_it() -> None:
    assert owned_models() == {"asset": Asset, "campaign": Campaign, "catalog": Product}
    assert {f"{resource}:transfer" for resource in owned_models()} <= set(PERMISSIONS)


def test_the_list_counts_in_one_statement(admin: Actor, marketer: Actor, viewer: Actor) -> None:
    growth = create_team(actor=admin, name="Growth")
    put(marketer, growth, "lead")
    put(viewer, growth)
    low = team("Low", parent_id=growth.pk)
    for name in ("A", "B"):
        campaign_of(admin, name, growth)
    team_list(actor=admin)

    with CaptureQueriesContext(connection) as captured:
        found = team_list(actor=admin)

    assert len(captured) == 1
    first, second = found
    assert (first.pk, second.pk) == (growth.pk, low.pk)
    assert (first.owner_name, first.members, first.leads) == ("Admin", 2, 1)  # type: ignore[attr-defined]
    assert (second.owner_name, second.members, second.leads) == (None, 0, 0)  # type: ignore[attr-defined]
    assert (objects_of(first), objects_of(second)) == (
        {"asset": 0, "campaign": 2, "catalog": 0},
        {"asset": 0, "campaign": 0, "catalog": 0},
    )
    assert [row.pk for row in sub_teams(actor=admin, team_id=growth.pk)] == [low.pk]


def test_a_page_of_people_takes_two_statements(admin: Actor, marketer: Actor, viewer: Actor) -> None:
    growth = team("Growth")
    put(marketer, growth, "lead")
    put(viewer, growth)
    team_list(actor=admin)

    with CaptureQueriesContext(connection) as captured:
        found, following = member_page(actor=admin, team_id=growth.pk)

    assert len(captured) == 2
    assert [(one.name, one.role, one.organization_role, one.status) for one in found] == [
        ("Marketer", "lead", "Marketer", "active"),
        ("Viewer", "member", "Viewer", "active"),
    ]
    assert following is None
    assert [one.name for one in people_to_add(actor=admin, team_id=growth.pk)] == ["Admin"]


def test_a_team_of_nowhere_is_not_found(admin: Actor) -> None:
    with pytest.raises(NotFound):
        team_detail(actor=admin, team_id=uuid7())
    with pytest.raises(NotFound):
        delete_team(actor=admin, team_id=uuid7(), version=1)
