"""Whose something is: chosen when it is made, handed on by whoever may."""

from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.commands import create_campaign, transfer_campaign
from campaigns.models import Campaign
from catalog.commands import create_product, transfer_product
from catalog.models import Product
from kernel.errors import Invalid, NotAllowed, NotFound, PreconditionFailed
from kernel.ids import uuid7
from kernel.tenancy.context import Actor
from tenants.access.context import forget
from tenants.access.models import Membership, Team, TeamMembership
from tenants.access.ownership import teams_to_choose, verbs
from tenants.access.resolver import can


def id_of(actor: Actor) -> UUID:
    assert actor.user_id is not None
    return actor.user_id


def team_of(*people: Actor, name: str = "Retail") -> Team:
    team = Team.objects.create(name=name)
    for actor in people:
        TeamMembership.objects.create(team=team, user_id=id_of(actor))
    forget()
    return team


def stored() -> list[Any]:
    return [list(model.objects.order_by("pk").values_list()) for model in (Campaign, Product)]


def test_what_is_made_in_a_team_is_reached_by_its_people(marketer: Actor, manager: Actor) -> None:
    team = team_of(marketer, manager)

    campaign = create_campaign(actor=marketer, values={"name": "Spring", "team_id": team.pk})
    product = create_product(actor=marketer, values={"name": "Oat drink", "team_id": team.pk})

    assert (campaign.team_id, product.team_id) == (team.pk, team.pk)
    assert can(manager, "campaign:edit", campaign)
    assert can(manager, "catalog:edit", product)


@pytest.mark.parametrize("create", [create_campaign, create_product])
def test_nothing_is_made_in_a_team_out_of_reach(marketer: Actor, admin: Actor, create: Any) -> None:
    team = team_of(admin)
    before = stored()

    for team_id in (team.pk, uuid7()):
        with pytest.raises(NotAllowed) as refusal:
            create(actor=marketer, values={"name": "Spring", "team_id": team_id})
        assert refusal.value.extra["granted_by"] == ["Owner", "Admin"] + ["Manager"] * (create is create_campaign)
    with pytest.raises(Invalid) as invalid:
        create(actor=admin, values={"name": "Spring", "team_id": uuid7()})

    assert [(error.pointer, error.code) for error in invalid.value.errors] == [("/team_id", "unknown_value")]
    assert stored() == before


def test_an_object_goes_to_another_owner_and_team(admin: Actor, marketer: Actor, manager: Actor) -> None:
    team = team_of(manager)
    campaign = create_campaign(actor=marketer, values={"name": "Spring"})
    product = create_product(actor=marketer, values={"name": "Oat drink"})
    to = {"owner_id": id_of(manager), "team_id": team.pk}

    given = transfer_campaign(actor=admin, campaign_id=campaign.pk, version=1, **to)
    transfer_product(actor=admin, product_id=product.pk, version=1, **to)

    assert (given.owner_id, given.team_id, given.row_version) == (id_of(manager), team.pk, 2)
    for row in (Campaign.objects.get(), Product.objects.get()):
        assert (row.owner_id, row.team_id, row.row_version) == (id_of(manager), team.pk, 2)
    assert not can(marketer, "campaign:view", given)
    same = transfer_campaign(actor=admin, campaign_id=campaign.pk, version=2, **to)
    assert same.row_version == 2


def test_a_transfer_names_the_version_it_saw(admin: Actor, marketer: Actor) -> None:
    campaign = create_campaign(actor=marketer, values={"name": "Spring"})
    before = stored()

    with pytest.raises(PreconditionFailed):
        transfer_campaign(actor=admin, campaign_id=campaign.pk, version=2, owner_id=id_of(admin), team_id=None)

    assert stored() == before


def test_only_active_members_and_teams_in_reach_are_given_anything(
    admin: Actor, marketer: Actor, viewer: Actor
) -> None:
    team, mine = team_of(admin), team_of(marketer, name="Mine")
    campaign = create_campaign(actor=marketer, values={"name": "Spring"})
    Membership.objects.filter(user_id=id_of(viewer)).update(status="suspended")
    before = stored()

    def give(actor: Actor, owner_id: UUID, team_id: UUID | None) -> Campaign:
        return transfer_campaign(actor=actor, campaign_id=campaign.pk, version=1, owner_id=owner_id, team_id=team_id)

    for owner_id in (id_of(viewer), uuid7()):
        with pytest.raises(Invalid) as refusal:
            give(marketer, owner_id, None)
        assert [(error.pointer, error.code) for error in refusal.value.errors] == [("/owner_id", "not_a_member")]
    with pytest.raises(NotAllowed):
        give(marketer, id_of(marketer), team.pk)
    with pytest.raises(Invalid):
        give(admin, id_of(marketer), uuid7())
    assert stored() == before
    assert give(marketer, id_of(marketer), mine.pk).team_id == mine.pk


def test_a_transfer_takes_the_permission_on_the_object(admin: Actor, manager: Actor, marketer: Actor) -> None:
    campaign = create_campaign(actor=admin, values={"name": "Spring"})

    with pytest.raises(NotAllowed) as refusal:
        transfer_campaign(actor=manager, campaign_id=campaign.pk, version=1, owner_id=id_of(manager), team_id=None)
    with pytest.raises(NotFound):
        transfer_campaign(actor=marketer, campaign_id=campaign.pk, version=1, owner_id=id_of(marketer), team_id=None)

    assert refusal.value.extra["permission"] == "campaign:transfer"
    assert Campaign.objects.get().owner_id == id_of(admin)


def test_teams_on_offer_are_those_within_reach(admin: Actor, marketer: Actor) -> None:
    retail, mine = team_of(admin), team_of(marketer, name="Mine")

    assert teams_to_choose(actor=admin, action="campaign:create") == [mine, retail]
    assert teams_to_choose(actor=marketer, action="campaign:create") == [mine]


def test_verbs_are_those_of_objects_that_are_there(marketer: Actor, admin: Actor) -> None:
    mine = create_campaign(actor=marketer, values={"name": "Spring"})
    product = create_product(actor=marketer, values={"name": "Oat drink"})

    with CaptureQueriesContext(connection) as captured:
        found = verbs(actor=marketer, obj=mine)

    assert found == ["delete", "edit", "publish", "restore", "share", "transfer", "view"]
    assert len(captured) <= 1
    assert verbs(actor=admin, obj=product) == ["edit", "share", "transfer", "view"]
