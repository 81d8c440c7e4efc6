"""Nobody gives more than they have, whoever asks."""

import pytest

from kernel.errors import NotAllowed
from kernel.ids import uuid7
from kernel.tenancy.context import SYSTEM, Actor, Scope
from tenants.access.catalogue import ROLES
from tenants.access.ceiling import require_within
from tenants.access.members import add_member
from tenants.access.models import Membership, Role
from tenants.access.people import roles_to_give
from tenants.commands.invitations import invite
from tenants.models import Invitation, User
from tests.access.conftest import person


@pytest.fixture
def recruiter(tenant: Scope) -> Actor:
    """Somebody with a custom role that sees campaigns and invites."""
    Role.objects.create(
        slug="recruiter", name="Recruiter", permissions={"member:invite": "all", "campaign:view": "team"}
    )
    return person("recruiter")


def test_a_custom_role_gives_what_it_holds_and_no_more(recruiter: Actor) -> None:
    Role.objects.create(slug="guest", name="Guest", permissions={"campaign:view": "own"})
    Role.objects.create(slug="reader", name="Reader", permissions={"campaign:view": "all"})

    assert {role.slug for role in roles_to_give(actor=recruiter)} == {"guest", "recruiter"}


def test_inviting_and_adding_decide_alike(tenant: Scope, recruiter: Actor) -> None:
    assert tenant.organization is not None
    present = User(id=recruiter.user_id, email=recruiter.email, name=recruiter.name)

    assert add_member(actor=recruiter, user=present, role_slug="recruiter").role.slug == "recruiter"
    invitation = invite(
        actor=recruiter, organization=tenant.organization, email="other@example.test", name="", role="recruiter"
    )
    assert invitation.role == "recruiter"


def test_more_than_ones_own_is_refused_and_names_who_holds_it(tenant: Scope, admin: Actor) -> None:
    assert tenant.organization is not None
    user = User(email="new@example.test", name="New")
    before = Membership.objects.count(), Invitation.objects.count()

    with pytest.raises(NotAllowed) as added:
        add_member(actor=admin, user=user, role_slug="owner")
    with pytest.raises(NotAllowed) as invited:
        invite(actor=admin, organization=tenant.organization, email="other@example.test", name="", role="owner")

    for refusal in (added.value, invited.value):
        assert (refusal.code, refusal.detail) == (
            "beyond_own_rights",
            "Owner permits more than your own role, for example: Manage plan and billing.",
        )
        assert (refusal.extra["permission"], refusal.extra["granted_by"]) == ("member:invite", ["Owner"])
    assert (Membership.objects.count(), Invitation.objects.count()) == before


def test_who_has_no_place_here_gives_nothing(tenant: Scope) -> None:
    least = Role.objects.create(slug="guest", name="Guest", permissions={"campaign:view": "own"})

    for actor in (
        Actor("person", uuid7(), "Nobody", "nobody@example.test", "owner"),
        Actor("operator", uuid7(), "Olga", "olga@example.test"),
    ):
        with pytest.raises(NotAllowed):
            require_within(actor, least, "member:invite")


def test_the_system_gives_everything(tenant: Scope) -> None:
    require_within(SYSTEM, Role.objects.get(slug="owner"), "member:invite")

    assert [role.slug for role in roles_to_give(actor=SYSTEM)] == list(ROLES)
