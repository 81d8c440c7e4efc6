"""The access epoch: it counts every change of who may do what, whoever writes it, and nothing else."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.db.utils import ProgrammingError
from guardian.shortcuts import assign_perm

from campaigns.models import Campaign, CampaignUserGrant
from kernel.tenancy.context import Actor, Scope
from tenants.access.context import access_of, forget
from tenants.access.models import AccessEpoch, Membership, Role, ServiceToken, Team, TeamMembership
from tenants.models import User
from tests.access.conftest import token_of


def epoch() -> int:
    return AccessEpoch.objects.get().value


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


CHANGES: dict[str, Callable[[], object]] = {
    "a role's permissions": lambda: Role.objects.filter(slug="viewer").update(permissions={}),
    "a person's role": lambda: Membership.objects.update(role=Role.objects.get(slug="analyst")),
    "a person's status": lambda: Membership.objects.update(status="suspended"),
    "a person's end": lambda: Membership.objects.update(expires_at=Now()),
    "a team's place": lambda: Team.objects.filter(name="Berlin").update(parent=Team.objects.get(name="Europe")),
    "a place in a team": lambda: TeamMembership.objects.update(role="lead"),
    "somebody leaves a team": lambda: TeamMembership.objects.all().delete(),
    "a share's level": lambda: CampaignUserGrant.objects.update(permission_id=0),
    "a share's end": lambda: CampaignUserGrant.objects.update(expires_at=Now()),
    "a share ends with its object": lambda: Campaign.objects.all().delete(),
    "a token is revoked": lambda: ServiceToken.objects.update(revoked_at=Now()),
    "raw SQL": lambda: sql("UPDATE access_membership SET status = 'suspended'"),
}
OTHERS: dict[str, Callable[[], object]] = {
    "a campaign changes": lambda: Campaign.objects.update(name="Autumn", updated_at=Now()),
    "a campaign goes into the trash": lambda: Campaign.objects.update(trashed_at=Now()),
    "a token is used": lambda: ServiceToken.objects.update(last_used_at=Now()),
    "a person's name": lambda: Membership.objects.update(name="Somebody"),
    "a team's name": lambda: Team.objects.filter(name="Berlin").update(name="Hamburg"),
}


@pytest.fixture
def world(tenant: Scope, viewer: Actor) -> Actor:
    """A person in a team, with a share and a token."""
    assert viewer.user_id is not None
    Team.objects.create(name="Europe")
    team = Team.objects.create(name="Berlin")
    TeamMembership.objects.create(user_id=viewer.user_id, team=team)
    campaign = Campaign.objects.create(name="Spring", owner_id=viewer.user_id)
    assign_perm("access_viewer", User(id=viewer.user_id, email=viewer.email), campaign)
    token_of(viewer, "campaign:view")
    return viewer


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_access_counts(world: Actor, change: str) -> None:
    before = epoch()

    CHANGES[change]()

    assert epoch() > before


@pytest.mark.parametrize("other", OTHERS)
def test_other_changes_do_not_count(world: Actor, other: str) -> None:
    before = epoch()

    OTHERS[other]()

    assert epoch() == before


def test_what_somebody_may_do_names_its_epoch(world: Actor) -> None:
    first = access_of(world)
    Role.objects.filter(slug="viewer").update(permissions={})
    forget()
    second = access_of(world)

    assert first is not None
    assert second is not None
    assert (first.epoch, second.epoch) == (epoch() - 1, epoch())


def test_nobody_sets_it_back(world: Actor) -> None:
    before = epoch()

    with pytest.raises(ProgrammingError), transaction.atomic():
        AccessEpoch.objects.update(value=0)

    assert epoch() == before
