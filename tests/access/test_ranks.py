"""One rule on rank, whoever asks."""

import pytest

from kernel.errors import NotAllowed
from kernel.ids import uuid7
from kernel.tenancy.context import SYSTEM, Actor, Scope
from tenants.access.catalogue import ROLES
from tenants.access.members import add_member, roles_to_give
from tenants.access.models import Membership, Role
from tenants.access.ranks import rank_of, require_rank
from tenants.commands.invitations import invite
from tenants.models import Invitation, User


@pytest.fixture
def founder(tenant: Scope) -> Actor:
    """Somebody with a custom role of the highest rank."""
    Role.objects.create(slug="founder", name="Founder", position=0, permissions={"member:invite": "all"})
    return Actor("person", uuid7(), "Fay", "fay@example.test", "founder")


def test_a_custom_role_at_the_top_ranks_at_the_top(founder: Actor) -> None:
    assert rank_of(founder) == 0
    assert [role.slug for role in roles_to_give(actor=founder)] == ["founder", *ROLES]


def test_inviting_and_adding_decide_alike(tenant: Scope, founder: Actor, owner: Actor) -> None:
    assert tenant.organization is not None
    present = User(id=owner.user_id, email=owner.email, name=owner.name)

    assert add_member(actor=founder, user=present, role_slug="owner").role.slug == "owner"
    invitation = invite(
        actor=founder, organization=tenant.organization, email="other@example.test", name="", role="owner"
    )
    assert invitation.role == "owner"


def test_a_higher_rank_is_refused_and_names_who_holds_it(tenant: Scope, admin: Actor) -> None:
    assert tenant.organization is not None
    user = User(email="new@example.test", name="New")
    before = Membership.objects.count(), Invitation.objects.count()

    with pytest.raises(NotAllowed) as added:
        add_member(actor=admin, user=user, role_slug="owner")
    with pytest.raises(NotAllowed) as invited:
        invite(actor=admin, organization=tenant.organization, email="other@example.test", name="", role="owner")

    for refusal in (added.value, invited.value):
        assert (refusal.code, refusal.detail) == ("above_own_rank", "Owner is of a higher rank than your own role.")
        assert (refusal.extra["permission"], refusal.extra["granted_by"]) == ("member:invite", ["Owner"])
    assert (Membership.objects.count(), Invitation.objects.count()) == before


def test_who_has_no_role_here_ranks_below_every_role(tenant: Scope) -> None:
    last = Role.objects.create(slug="guest", name="Guest", position=40)

    for actor in (
        Actor("person", uuid7(), "Nobody", "nobody@example.test"),
        Actor("person", uuid7(), "Gone", "gone@example.test", "no-such-role"),
        Actor("operator", uuid7(), "Olga", "olga@example.test"),
    ):
        with pytest.raises(NotAllowed):
            require_rank(actor, last, "member:invite")


def test_the_system_stands_above_everybody(tenant: Scope) -> None:
    require_rank(SYSTEM, Role.objects.get(slug="owner"), "member:invite")

    assert [role.slug for role in roles_to_give(actor=SYSTEM)] == list(ROLES)
