"""What a change of roles would mean, before it is made."""

from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign, CampaignUserGrant
from catalog.catalogs.default import default_catalog
from catalog.models import Product
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.ids import uuid7
from kernel.tenancy.context import SYSTEM, Actor
from tenants.access.impact import MOST_COUNTED, Impact, role_change_impact, roles_impact
from tenants.access.models import Membership, Role, TeamMembership
from tenants.access.models.grants import level_ids
from tenants.access.resolver import visible
from tenants.access.roles import Diff, change_role_permissions, clone_role
from tenants.access.team_members import add_to_team
from tenants.access.teams import create_team
from tests.access.conftest import person


def id_of(actor: Actor) -> UUID:
    assert actor.user_id is not None
    return actor.user_id


def clone(of: str = "marketer", name: str = "Agency partner") -> Role:
    """A custom role."""
    return clone_role(actor=SYSTEM, source_id=Role.objects.get(slug=of).pk, name=name)


def give(actor: Actor, role: Role) -> UUID:
    """Let somebody have a role; return their membership's id."""
    Membership.objects.filter(user_id=id_of(actor)).update(role=role)
    return Membership.objects.get(user_id=id_of(actor)).pk


def impact_of(actor: Actor, role: Role, changes: Diff) -> Impact:
    return roles_impact(actor=actor, drafts={role.pk: changes})


def shown(impact: Impact) -> dict[str, dict[str, tuple[str | None, str | None, int | None]]]:
    """Each person's changes: before, after, objects."""
    return {
        found.name: {one.permission: (one.before, one.after, one.objects) for one in found.changes}
        for found in impact.people
    }


@pytest.fixture
def house(owner: Actor, marketer: Actor) -> Role:
    """A custom role that the marketer has, in a team with campaigns of several people."""
    role = clone()
    give(marketer, role)
    team = create_team(actor=SYSTEM, name="Growth")
    add_to_team(actor=SYSTEM, team_id=team.pk, user_id=id_of(marketer))

    def campaigns(number: int, **values: Any) -> list[Campaign]:
        return [Campaign.objects.create(name=f"c{index}", **values) for index in range(number)]

    campaigns(2, owner_id=id_of(marketer))
    campaigns(3, owner_id=id_of(owner), team=team)
    campaigns(1, owner_id=id_of(marketer), team=team)
    [shared, *_rest] = campaigns(4, owner_id=id_of(owner))
    CampaignUserGrant.objects.create(
        content_object=shared,
        user_id=id_of(marketer),
        permission_id=level_ids(Campaign)["editor"],
        sort_at=shared.updated_at,
    )
    gone = campaigns(1, owner_id=id_of(marketer))[0]
    Campaign.objects.filter(pk=gone.pk).update(trashed_at=gone.updated_at)
    Product.objects.create(catalog=default_catalog(), name="p", owner_id=id_of(owner), team=team)
    return role


def test_it_says_who_gains_and_loses_how_many_objects(admin: Actor, house: Role) -> None:
    impact = impact_of(
        admin,
        house,
        {
            "campaign:view": "all",  # sees 3 own, 3 others of the team, 1 shared: 3 more
            "campaign:edit": "own",  # loses the team's 3 of others; the share to edit stays
            "campaign:publish": "team",  # had own 3: gains the team's 3 others
            "campaign:delete": None,  # had own 3; the share is for editors, not managers
            "campaign:create": None,
            "catalog:view": "all",
            "member:invite": "all",
            "asset:view": "team",  # as it was
        },
    )

    assert shown(impact) == {
        "Marketer": {
            "campaign:view": ("team", "all", 3),
            "campaign:create": ("team", None, None),
            "campaign:edit": ("team", "own", -3),
            "campaign:publish": ("own", "team", 3),
            "campaign:delete": ("own", None, -3),
            "catalog:view": ("team", "all", 0),
            "member:invite": (None, "all", None),
        }
    }
    assert (impact.counted, impact.is_exact) == (1, True)
    assert [one.is_gain for one in impact.people[0].changes] == [True, False, False, True, False, True, True]


def test_what_it_foretells_comes_true(admin: Actor, marketer: Actor, house: Role) -> None:
    changes: Diff = {"campaign:view": "own", "campaign:edit": None, "campaign:delete": "all"}
    before = {name: visible(marketer, name, Campaign).filter(trashed_at=None).count() for name in changes}
    told = shown(impact_of(admin, house, changes))["Marketer"]

    change_role_permissions(actor=admin, role_id=house.pk, version=1, changes=changes)

    after = {name: visible(marketer, name, Campaign).filter(trashed_at=None).count() for name in changes}
    assert {name: objects for name, (_was, _is, objects) in told.items()} == {
        name: after[name] - before[name] for name in changes
    }


def test_it_writes_nothing(admin: Actor, house: Role) -> None:
    def everything() -> list[Any]:
        return [list(model.objects.order_by("pk").values_list()) for model in (Role, Membership, TeamMembership)]

    before = everything()
    with CaptureQueriesContext(connection) as captured:
        impact_of(admin, house, {"campaign:edit": "all"})

    assert all(query["sql"].startswith("SELECT") or "SELECT m.id" in query["sql"] for query in captured)
    assert everything() == before


def test_it_takes_one_statement_for_each_person(admin: Actor, house: Role) -> None:
    impact_of(admin, house, {"campaign:edit": "all"})
    with CaptureQueriesContext(connection) as alone:
        impact_of(admin, house, {"campaign:edit": "all", "campaign:view": "all", "catalog:edit": None})
    for _number in range(3):
        give(person("viewer"), house)

    with CaptureQueriesContext(connection) as together:
        impact_of(admin, house, {"campaign:edit": "all", "campaign:view": "all", "catalog:edit": None})

    assert (len(alone), len(together)) == (4, 7)


def test_beyond_fifty_people_objects_are_not_counted_and_it_says_so(admin: Actor) -> None:
    role = clone()
    Membership.objects.bulk_create(
        Membership(user_id=uuid7(), email=f"m{number}@example.test", name=f"M {number:03}", role=role)
        for number in range(MOST_COUNTED + 2)
    )

    impact = impact_of(admin, role, {"campaign:edit": "all"})

    assert (len(impact.people), impact.counted, impact.is_exact) == (52, 50, False)
    assert [one.changes[0].objects for one in impact.people] == [0] * 50 + [None, None]


def test_nothing_changed_concerns_nobody(admin: Actor, house: Role) -> None:
    assert impact_of(admin, house, {"campaign:edit": "team"}).people == ()
    assert roles_impact(actor=admin, drafts={}).people == ()


def test_only_active_people_count(admin: Actor, marketer: Actor, house: Role) -> None:
    Membership.objects.filter(user_id=id_of(marketer)).update(status="suspended")

    assert impact_of(admin, house, {"campaign:edit": "all"}).people == ()


def test_several_drafts_are_looked_at_together(admin: Actor, analyst: Actor, house: Role) -> None:
    second = clone("analyst", "Auditor")
    give(analyst, second)

    impact = roles_impact(actor=admin, drafts={house.pk: {"member:view": None}, second.pk: {"audit:view": "all"}})

    assert shown(impact) == {
        "Analyst": {"audit:view": (None, "all", None)},
        "Marketer": {"member:view": ("all", None, None)},
    }


def test_it_refuses_what_the_change_itself_would_refuse(admin: Actor, manager: Actor, house: Role) -> None:
    with pytest.raises(Invalid):
        impact_of(admin, house, {"organization:billing": "all"})
    with pytest.raises(Invalid):
        impact_of(admin, house, {"campaign:fly": "all"})
    with pytest.raises(Conflict):
        impact_of(admin, Role.objects.get(slug="viewer"), {"campaign:edit": "all"})
    with pytest.raises(NotAllowed):
        impact_of(manager, house, {"campaign:edit": "own"})
    with pytest.raises(NotFound):
        roles_impact(actor=admin, drafts={uuid7(): {}})


def test_another_role_for_somebody_is_previewed_the_same_way(admin: Actor, marketer: Actor, house: Role) -> None:
    membership = Membership.objects.get(user_id=id_of(marketer)).pk
    viewer, owner_role = Role.objects.get(slug="viewer"), Role.objects.get(slug="owner")

    told = shown(role_change_impact(actor=admin, membership_ids=[membership], role_id=viewer.pk))["Marketer"]

    assert told["campaign:edit"] == ("team", None, -6)
    assert "campaign:view" not in told
    assert told["token:create"] == ("own", None, None)
    with pytest.raises(NotAllowed):
        role_change_impact(actor=admin, membership_ids=[membership], role_id=owner_role.pk)
    with pytest.raises(NotFound):
        role_change_impact(actor=admin, membership_ids=[uuid7()], role_id=viewer.pk)


def test_addresses_are_for_those_who_may_see_people(admin: Actor, viewer: Actor, house: Role) -> None:
    author = Role.objects.create(slug="author", name="Author", permissions={"role:define": "all", "asset:view": "all"})
    give(viewer, author)

    [hidden] = impact_of(viewer, house, {"asset:view": None}).people
    [shown] = impact_of(admin, house, {"asset:view": None}).people

    assert (hidden.name, hidden.email) == ("Marketer", "")
    assert shown.email == "marketer@example.test"
