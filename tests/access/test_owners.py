"""The last lasting owner stays, whatever happens at once."""

import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from kernel.errors import Conflict, DomainError
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import public_scope, scope
from tenants import records
from tenants.access.ends import expire_members
from tenants.access.leaving import remove_member
from tenants.access.members import add_member, change_role, resume_member, set_expiry, suspend_member
from tenants.access.models import Membership
from tenants.access.owners import keeping_an_owner, lasting_owners
from tenants.models import Organization, User
from tests.tenants import make_organization, remove_organization

ENDS = timedelta(days=30)
WAYS: dict[str, Callable[[Actor, Membership], object]] = {
    "remove": lambda actor, owner: remove_member(actor=actor, membership_id=owner.pk),
    "demote": lambda actor, owner: change_role(actor=actor, membership_id=owner.pk, role_slug="viewer"),
    "suspend": lambda actor, owner: suspend_member(actor=actor, membership_id=owner.pk),
    "limit": lambda actor, owner: set_expiry(actor=actor, membership_id=owner.pk, expires_at=timezone.now() + ENDS),
}


@pytest.fixture
def place(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[records.Tenant]:
    """A committed organization."""
    with django_db_blocker.unblock():
        row = make_organization()
        found = records.tenant_by_id(row.pk)
        assert found is not None
        yield found
        remove_organization(Organization.objects.get(pk=row.pk))


def owner_of(place: records.Tenant) -> Membership:
    with public_scope(actor=SYSTEM, source="system"):
        user = User.objects.create(email=f"{secrets.token_hex(4)}@example.test", name="Olga Owner")
    with scope(place, actor=SYSTEM, source="system"):
        return add_member(actor=SYSTEM, user=user, role_slug="owner")


def as_actor(member: Membership) -> Actor:
    return Actor("person", member.user_id, member.name, member.email, member.role.slug)


def lasting(place: records.Tenant) -> int:
    with scope(place, actor=SYSTEM, source="system"):
        return lasting_owners().count()


def everybody(place: records.Tenant) -> list[object]:
    with scope(place, actor=SYSTEM, source="system"):
        return list(Membership.objects.order_by("pk").values_list())


@pytest.mark.parametrize("way", WAYS)
def test_every_way_keeps_the_last_one(place: records.Tenant, way: str) -> None:
    owner = owner_of(place)
    before = everybody(place)

    with pytest.raises(Conflict) as refusal, scope(place, actor=as_actor(owner), source="api"):
        WAYS[way](as_actor(owner), owner)

    assert refusal.value.code == "last_owner"
    assert everybody(place) == before


@pytest.mark.parametrize("way", WAYS)
def test_a_refusal_that_is_caught_leaves_nothing_behind(place: records.Tenant, way: str) -> None:
    owner = owner_of(place)
    before = everybody(place)

    with scope(place, actor=as_actor(owner), source="console"), pytest.raises(Conflict):
        WAYS[way](as_actor(owner), owner)

    assert everybody(place) == before


@pytest.mark.parametrize("way", WAYS)
def test_an_owner_whose_place_ends_does_not_count(place: records.Tenant, way: str) -> None:
    owner, guest = owner_of(place), owner_of(place)
    with scope(place, actor=as_actor(owner), source="api"):
        set_expiry(actor=as_actor(owner), membership_id=guest.pk, expires_at=timezone.now() + ENDS)

    with pytest.raises(Conflict), scope(place, actor=as_actor(guest), source="api"):
        WAYS[way](as_actor(guest), owner)

    assert lasting(place) == 1


def test_the_clock_takes_no_lasting_owner(place: records.Tenant) -> None:
    owner, guest = owner_of(place), owner_of(place)
    with scope(place, actor=as_actor(owner), source="api"):
        set_expiry(actor=as_actor(owner), membership_id=guest.pk, expires_at=timezone.now() + ENDS)
        Membership.objects.filter(pk=guest.pk).update(expires_at=timezone.now() - ENDS)

    with scope(place, actor=SYSTEM, source="job"):
        assert expire_members() == 1

    assert lasting(place) == 1
    with scope(place, actor=as_actor(owner), source="api"):
        assert Membership.objects.get(pk=guest.pk).status == "suspended"


@pytest.mark.parametrize("turn", range(3))
def test_of_twenty_who_act_at_once_one_owner_stays(place: records.Tenant, turn: int) -> None:
    owners = [owner_of(place), owner_of(place)]
    everyone, results, lock = threading.Barrier(20), Counter[str](), threading.Lock()

    def act(number: int) -> None:
        way = list(WAYS)[(number // 2 + turn) % len(WAYS)]
        # Each owner acts on the other and on themselves; the system, which may do anything, acts too.
        actor = SYSTEM if number % 5 == 4 else as_actor(owners[(number + number // 8) % 2])
        everyone.wait()
        try:
            with scope(place, actor=actor, source="api"):
                WAYS[way](actor, owners[number % 2])
            result = "done"
        except DomainError as error:
            result = error.code
        finally:
            connections.close_all()
        with lock:
            results[result] += 1

    threads = [threading.Thread(target=act, args=[number]) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert lasting(place) == 1
    assert results.total() == 20
    assert results["done"] >= 1
    assert results["last_owner"] >= 1
    assert set(results) <= {"done", "last_owner", "not_allowed", "not_found", "beyond_own_rights", "own_end"}


@pytest.mark.parametrize("first", WAYS)
@pytest.mark.parametrize("second", WAYS)
def test_two_who_act_on_each_other_do_so_one_after_the_other(place: records.Tenant, first: str, second: str) -> None:
    ada, bob = owner_of(place), owner_of(place)
    waits, outcome = threading.Event(), []

    def later() -> None:
        try:
            with scope(place, actor=as_actor(bob), source="api"):
                waits.set()
                WAYS[second](as_actor(bob), ada)
            outcome.append("done")
        except DomainError as error:
            outcome.append(error.code)
        finally:
            connections.close_all()

    thread = threading.Thread(target=later)
    with scope(place, actor=as_actor(ada), source="api"):
        WAYS[first](as_actor(ada), bob)
        thread.start()
        assert waits.wait(10)
        thread.join(0.2)
        assert thread.is_alive(), "the second one waits for the first to commit"
    thread.join(10)

    # Bob is out, or no owner any more, or one whose place ends: then it is Ada who must stay.
    assert outcome in (["not_allowed"], ["last_owner"])
    assert lasting(place) == 1


def test_writes_that_go_around_the_commands_are_seen_too(place: records.Tenant) -> None:
    owner = owner_of(place)

    with pytest.raises(Conflict), scope(place, actor=SYSTEM, source="system"):
        records.access_changing(place.id)
        with keeping_an_owner():
            Membership.objects.filter(pk=owner.pk).update(status="suspended")

    assert lasting(place) == 1


def test_an_organization_without_an_owner_has_none_to_keep(place: records.Tenant) -> None:
    owner = owner_of(place)
    with scope(place, actor=SYSTEM, source="system"):
        Membership.objects.filter(pk=owner.pk).update(status="suspended")

    with scope(place, actor=SYSTEM, source="system"):
        resume_member(actor=SYSTEM, membership_id=owner.pk)

    assert lasting(place) == 1
