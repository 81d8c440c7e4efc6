"""People in and out, and the row that sign-in reads."""

import secrets
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from pytest_django.plugin import DjangoDbBlocker

from kernel.errors import Conflict, Invalid, LimitReached, NotAllowed
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import public_scope, scope
from tenants import records
from tenants.access.catalogue import ROLES
from tenants.access.members import add_holder, add_member, holder_account, resume_member, suspend_member
from tenants.access.models import Membership, Role
from tenants.access.people import member_list
from tenants.access.roles import install_roles
from tenants.models import DirectoryEntry, Organization, User
from tests.tenants import make_organization, outside, remove_organization


@pytest.fixture
def small(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[records.Tenant]:
    """An organization with three seats, committed."""
    with django_db_blocker.unblock():
        row = make_organization(plan="free")
        found = records.tenant_by_id(row.pk)
        assert found is not None
        yield found
        remove_organization(Organization.objects.get(pk=row.pk))


@pytest.fixture
def join(small: records.Tenant) -> Callable[[str], Membership]:
    """Add somebody new with that role."""

    def add(role: str) -> Membership:
        with scope(small, actor=SYSTEM, source="system"):
            return add_member(actor=SYSTEM, user=account(), role_slug=role)

    return add


def account() -> User:
    """Somebody's account, made as the operator's door would."""
    name = secrets.token_hex(4)
    return outside(lambda: User.objects.using("owner").create(email=f"{name}@example.test", name=name))


def as_actor(member: Membership) -> Actor:
    return Actor("person", member.user_id, member.name, member.email, member.role.slug)


def user_id_of(member: Membership) -> UUID:
    assert member.user_id is not None
    return member.user_id


def directory(member: Membership) -> list[str]:
    with public_scope(actor=SYSTEM, source="system"):
        return list(DirectoryEntry.objects.filter(user_id=user_id_of(member)).values_list("status", flat=True))


def test_a_member_is_in_the_directory_in_the_same_transaction(
    small: records.Tenant, join: Callable[[str], Membership]
) -> None:
    member = join("owner")
    assert directory(member) == ["active"]

    person = account()
    with pytest.raises(ZeroDivisionError), scope(small, actor=SYSTEM, source="system"):
        add_member(actor=SYSTEM, user=person, role_slug="viewer")
        raise ZeroDivisionError
    with public_scope(actor=SYSTEM, source="system"):
        assert not DirectoryEntry.objects.filter(user_id=person.pk).exists()


def test_who_is_in_stays_as_they_are(small: records.Tenant, join: Callable[[str], Membership]) -> None:
    member = join("marketer")

    with scope(small, actor=SYSTEM, source="system"):
        again = add_member(actor=SYSTEM, user=_user(member), role_slug="owner")
        assert (again.pk, again.role.slug) == (member.pk, "marketer")


def _user(member: Membership) -> User:
    return User(id=member.user_id, email=member.email, name=member.name)


def test_the_plan_limits_the_seats(small: records.Tenant, join: Callable[[str], Membership]) -> None:
    third = [join("owner"), join("viewer"), join("viewer")][2]

    with pytest.raises(LimitReached) as refusal:
        join("viewer")
    assert refusal.value.extra == {"limit": "seats", "current": 3, "maximum": 3}

    with scope(small, actor=SYSTEM, source="system"):
        suspend_member(actor=SYSTEM, membership_id=third.pk)
    join("viewer")
    with pytest.raises(LimitReached), scope(small, actor=SYSTEM, source="system"):
        resume_member(actor=SYSTEM, membership_id=third.pk)


def test_suspending_shows_in_the_directory_and_in_the_record(
    small: records.Tenant, join: Callable[[str], Membership]
) -> None:
    owner, member = join("owner"), join("marketer")
    assert records.member(small, user_id_of(member)) is not None

    with scope(small, actor=as_actor(owner), source="api"):
        suspended = suspend_member(actor=as_actor(owner), membership_id=member.pk)

    assert (suspended.status, suspended.row_version) == ("suspended", 2)
    assert directory(member) == ["suspended"]
    assert records.member(small, user_id_of(member)) is None
    with scope(small, actor=as_actor(owner), source="api"):
        resume_member(actor=as_actor(owner), membership_id=member.pk)
    assert directory(member) == ["active"]


def test_the_last_owner_stays(small: records.Tenant, join: Callable[[str], Membership]) -> None:
    owner = join("owner")

    with pytest.raises(Conflict) as refusal, scope(small, actor=as_actor(owner), source="api"):
        suspend_member(actor=as_actor(owner), membership_id=owner.pk)

    assert refusal.value.code == "last_owner"
    assert directory(owner) == ["active"]


def test_nobody_acts_above_their_rank(small: records.Tenant, join: Callable[[str], Membership]) -> None:
    owner, admin = join("owner"), join("admin")

    with scope(small, actor=as_actor(admin), source="api"):
        with pytest.raises(NotAllowed) as refusal:
            add_member(actor=as_actor(admin), user=account(), role_slug="owner")
        assert refusal.value.code == "beyond_own_rights"
        with pytest.raises(NotAllowed):
            suspend_member(actor=as_actor(admin), membership_id=owner.pk)
        add_member(actor=as_actor(admin), user=account(), role_slug="admin")


@pytest.mark.parametrize("name", ["a\ud800b", "a\x00b", "a\nb", "x" * 121])
def test_a_name_that_can_not_be_shown_or_stored_is_refused(small: records.Tenant, name: str) -> None:
    user = account()

    with pytest.raises(Invalid) as caught, scope(small, actor=SYSTEM, source="system"):
        add_member(actor=SYSTEM, user=user, role_slug="viewer", name=name)

    assert [error.code for error in caught.value.errors] == ["name_length"]
    assert records.member(small, user.pk) is None


def test_the_holder_owns_but_can_not_come_in(small: records.Tenant, join: Callable[[str], Membership]) -> None:
    user = holder_account(actor=SYSTEM, organization=small)
    assert holder_account(actor=SYSTEM, organization=small).pk == user.pk

    with scope(small, actor=SYSTEM, source="import"):
        member = add_holder(actor=SYSTEM, user=user)
        assert add_holder(actor=SYSTEM, user=user).pk == member.pk
        assert list(member_list(actor=SYSTEM)) == []

    assert not user.is_active
    assert not user.has_usable_password()
    assert directory(member) == []
    assert records.member(small, user.pk) is None
    [join(role) for role in ("owner", "viewer", "viewer")]


def test_installing_roles_again_writes_only_what_differs(small: records.Tenant) -> None:
    with scope(small, actor=SYSTEM, source="system"):
        Role.objects.filter(slug="viewer").update(permissions={})
        install_roles()
        install_roles()
        rows = {role.slug: role for role in Role.objects.all()}

    assert rows.keys() == ROLES.keys()
    assert rows["viewer"].permissions == dict(ROLES["viewer"].permissions)
    assert (rows["viewer"].row_version, rows["owner"].row_version) == (2, 1)
