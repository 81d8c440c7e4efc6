"""Who leaves for good hands over everything; whose time is over is out by the clock."""

import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connections
from django.db.models.functions import Now
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from audit.models import Entry
from campaigns.commands import create_campaign, trash_campaign
from campaigns.models import Campaign, CampaignUserGrant
from catalog.commands import create_product
from catalog.models import Product
from kernel.errors import Conflict, DomainError, Invalid, NotAllowed, PreconditionFailed, Unauthenticated
from kernel.jobs import inline
from kernel.jobs.models import Job
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import public_scope, scope
from tenants import records
from tenants.access.ends import expire_members
from tenants.access.leaving import owned_counts, remove_member, shares_count
from tenants.access.members import (
    add_member,
    change_member,
    change_role,
    change_roles,
    resume_member,
    set_expiry,
    suspend_member,
)
from tenants.access.models import Membership, ServiceToken, Team, TeamMembership
from tenants.access.people import PeopleFilters, people_page
from tenants.access.resolver import can, require_some
from tenants.access.tokens import create_token
from tenants.models import DirectoryEntry, Organization, User
from tests.tenants import make_organization, remove_organization


@dataclass(slots=True)
class Place:
    """An organization with people by role."""

    tenant: records.Tenant
    people: dict[str, Membership] = field(default_factory=dict)

    def actor(self, role: str) -> Actor:
        found = self.people[role]
        return Actor("person", found.user_id, found.name, found.email, role)

    def join(self, role: str) -> Membership:
        """Add somebody with this role."""
        with public_scope(actor=SYSTEM, source="system"):
            user = User.objects.create(email=f"{role}-{secrets.token_hex(4)}@example.test", name=role.title())
        with scope(self.tenant, actor=SYSTEM, source="system"):
            self.people[role] = add_member(actor=SYSTEM, user=user, role_slug=role)
        return self.people[role]

    def user_id(self, role: str) -> UUID:
        """The account of the person with this role."""
        found = self.people[role].user_id
        assert found is not None
        return found

    def now(self, role: str) -> Membership:
        """The person as the database has them."""
        with scope(self.tenant, actor=SYSTEM, source="system"):
            return Membership.objects.get(pk=self.people[role].pk)

    def directory(self, role: str) -> list[str]:
        rows = DirectoryEntry.objects.filter(organization_id=self.tenant.id, user_id=self.user_id(role))
        return list(rows.values_list("status", flat=True))

    def log(self, request_id: str) -> Counter[tuple[str, str]]:
        with scope(self.tenant, actor=SYSTEM, source="system"):
            found = Entry.objects.filter(cid=request_id).values_list("content_type__model", "event")
            return Counter((model or "", event) for model, event in found)


@pytest.fixture
def place(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Place]:
    """A committed organization with one person per role that matters here."""
    with django_db_blocker.unblock():
        row = make_organization(plan="team")
        tenant = records.tenant_by_id(row.pk)
        assert tenant is not None
        made = Place(tenant)
        for role in ("owner", "admin", "marketer", "viewer"):
            made.join(role)
        yield made
        remove_organization(Organization.objects.get(pk=row.pk))


def work_of(place: Place, role: str) -> tuple[Campaign, Campaign, Product, Team]:
    """What the person with this role owns: a live and a trashed campaign, a product, a team."""
    actor = place.actor(role)
    with scope(place.tenant, actor=actor, source="api"):
        live = create_campaign(actor=actor, values={"name": "Live"})
        old = create_campaign(actor=actor, values={"name": "Old"})
        old = trash_campaign(actor=actor, campaign_id=old.pk, version=old.row_version)
        product = create_product(actor=actor, values={"name": "Oat drink"})
    with scope(place.tenant, actor=SYSTEM, source="system"):
        team = Team.objects.create(name="North", owner_id=actor.user_id)
        TeamMembership.objects.create(team=team, user_id=place.user_id(role))
    return live, old, product, team


# Leaving ----------------------------------------------------------------------------------------


def test_everything_goes_to_the_heir_in_one_step(place: Place) -> None:
    live, old, product, team = work_of(place, "marketer")
    owner, marketer, heir = place.actor("owner"), place.actor("marketer"), place.people["admin"]
    with scope(place.tenant, actor=marketer, source="api"):
        token, _text = create_token(actor=marketer, name="CI", scopes={"campaign:view"})
    with scope(place.tenant, actor=owner, source="api"):
        shared = create_campaign(actor=owner, values={"name": "Shared"})
        CampaignUserGrant.objects.assign_perm("access_viewer", User(pk=marketer.user_id), shared)
        assert owned_counts(actor=owner, membership_id=place.people["marketer"].pk) == {
            "asset": 0, "campaign": 2, "product": 1, "team": 1,
        }  # fmt: skip
        assert shares_count(actor=owner, membership_id=place.people["marketer"].pk) == 1

    with scope(place.tenant, actor=owner, source="api", request_id="leaving"):
        inherited = remove_member(actor=owner, membership_id=place.people["marketer"].pk, heir_id=heir.pk, version=1)

    assert inherited == {"campaign": 2, "product": 1, "team": 1}
    with scope(place.tenant, actor=SYSTEM, source="system"):
        for model, before in ((Campaign, live), (Campaign, old), (Product, product), (Team, team)):
            row = model._default_manager.get(pk=before.pk)
            assert (row.owner_id, row.row_version) == (heir.user_id, before.row_version + 1)
        assert Campaign.objects.get(pk=old.pk).trashed_at is not None
        assert not ServiceToken.objects.filter(pk=token.pk).exists()
        assert not TeamMembership.objects.exists()
        assert not CampaignUserGrant.objects.exists()
        assert not Membership.objects.filter(user_id=place.user_id("marketer")).exists()
    assert place.directory("marketer") == []
    assert records.member(place.tenant, place.user_id("marketer")) is None
    assert records.token(place.tenant, token.pk) is None
    # One entry per changed row, and one that says what it was about.
    assert place.log("leaving") == {
        ("campaign", "update"): 2,
        ("product", "update"): 1,
        ("team", "update"): 1,
        ("servicetoken", "delete"): 1,
        ("teammembership", "delete"): 1,
        ("campaignusergrant", "delete"): 1,
        ("membership", "delete"): 1,
        ("membership", "member.removed"): 1,
    }


@pytest.mark.parametrize("heir", ["nobody", "themselves", "invited", "suspended", "over"])
def test_only_somebody_who_is_here_inherits(place: Place, heir: str) -> None:
    work_of(place, "marketer")
    owner, leaving, other = place.actor("owner"), place.people["marketer"], place.people["viewer"]
    with scope(place.tenant, actor=owner, source="api"):
        if heir == "suspended":
            suspend_member(actor=owner, membership_id=other.pk)
        if heir == "over":
            Membership.objects.filter(pk=other.pk).update(expires_at=Now() - timedelta(seconds=1))
        if heir == "invited":
            other = Membership.objects.create(email="x@example.com", name="X", role=other.role, status="invited")
    chosen = {"nobody": None, "themselves": leaving.pk}.get(heir, other.pk)

    with pytest.raises((Conflict, Invalid)) as caught, scope(place.tenant, actor=owner, source="api"):
        remove_member(actor=owner, membership_id=leaving.pk, heir_id=chosen)

    assert caught.value.code == ("heir_required" if heir == "nobody" else "invalid")
    assert place.now("marketer").row_version == 1
    assert place.directory("marketer") == ["active"]
    with scope(place.tenant, actor=SYSTEM, source="system"):
        assert set(Campaign.objects.values_list("owner_id", flat=True)) == {leaving.user_id}


def test_nobody_removes_whoever_may_do_more(place: Place) -> None:
    admin = place.actor("admin")

    with pytest.raises(NotAllowed) as caught, scope(place.tenant, actor=admin, source="api"):
        remove_member(actor=admin, membership_id=place.people["owner"].pk)

    assert caught.value.code == "beyond_own_rights"
    assert place.directory("owner") == ["active"]


def test_who_was_removed_can_be_asked_in_again(place: Place) -> None:
    owner, viewer = place.actor("owner"), place.people["viewer"]
    with scope(place.tenant, actor=owner, source="api"):
        remove_member(actor=owner, membership_id=viewer.pk)
        user = User(id=viewer.user_id, email=viewer.email, name=viewer.name)
        again = add_member(actor=owner, user=user, role_slug="viewer")

    assert again.pk != viewer.pk
    assert place.directory("viewer") == ["active"]


def test_a_removed_person_frees_a_seat_and_is_out_for_every_question(place: Place) -> None:
    owner, viewer = place.actor("owner"), place.actor("viewer")
    with scope(place.tenant, actor=owner, source="api"):
        remove_member(actor=owner, membership_id=place.people["viewer"].pk)

    with pytest.raises(Unauthenticated), scope(place.tenant, actor=viewer, source="api"):
        require_some(viewer, "campaign:view")
    with scope(place.tenant, actor=owner, source="api"):
        people = people_page(actor=owner, filters=PeopleFilters()).items
    assert [found.name for found in people] == ["Admin", "Marketer", "Owner"]


# Changing ---------------------------------------------------------------------------------------


ACTS: dict[str, Callable[[Actor, Membership, int], object]] = {
    "role": lambda actor, who, seen: change_role(actor=actor, membership_id=who.pk, role_slug="analyst", version=seen),
    "suspend": lambda actor, who, seen: suspend_member(actor=actor, membership_id=who.pk, version=seen),
    "resume": lambda actor, who, seen: resume_member(actor=actor, membership_id=who.pk, version=seen),
    "end": lambda actor, who, seen: set_expiry(actor=actor, membership_id=who.pk, expires_at=None, version=seen),
    "remove": lambda actor, who, seen: remove_member(actor=actor, membership_id=who.pk, version=seen),
}


@pytest.mark.parametrize("act", ACTS)
def test_nobody_changes_what_they_have_not_seen(place: Place, act: str) -> None:
    owner, viewer = place.actor("owner"), place.people["viewer"]

    with pytest.raises(PreconditionFailed) as caught, scope(place.tenant, actor=owner, source="api"):
        ACTS[act](owner, viewer, 7)

    assert caught.value.extra == {"version": 1}
    assert place.now("viewer").row_version == 1


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", ["marketer", "viewer"])
def test_who_lacks_the_right_changes_nobody(place: Place, act: str, role: str) -> None:
    with pytest.raises(NotAllowed), scope(place.tenant, actor=place.actor(role), source="api"):
        ACTS[act](place.actor(role), place.people["viewer"], 1)

    assert place.now("viewer").row_version == 1


def test_several_changes_are_one_entry(place: Place) -> None:
    owner, viewer = place.actor("owner"), place.people["viewer"]
    changes = {"role": "analyst", "expires_at": timezone.now() + timedelta(days=1), "status": "suspended"}

    with scope(place.tenant, actor=owner, source="api", request_id="changing"):
        changed = change_member(actor=owner, membership_id=viewer.pk, changes=changes, version=1)
        change_member(actor=owner, membership_id=viewer.pk, changes=changes, version=2)

    assert (changed.row_version, place.now("viewer").row_version) == (2, 2)
    assert place.log("changing") == {("membership", "update"): 1}


def test_a_role_acts_on_the_next_question(place: Place) -> None:
    owner, viewer = place.actor("owner"), place.actor("viewer")
    with pytest.raises(NotAllowed), scope(place.tenant, actor=viewer, source="api"):
        require_some(viewer, "campaign:create")

    with scope(place.tenant, actor=owner, source="api"):
        change_role(actor=owner, membership_id=place.people["viewer"].pk, role_slug="marketer")

    with scope(place.tenant, actor=viewer, source="api"):
        require_some(viewer, "campaign:create")
    found = records.member(place.tenant, place.user_id("viewer"))
    assert found is not None
    assert found.role == "marketer"


# Ends -------------------------------------------------------------------------------------------


def test_a_place_ends_by_the_clock_and_the_job_frees_the_seat(place: Place) -> None:
    owner, viewer = place.actor("owner"), place.actor("viewer")
    ends = timezone.now() + timedelta(days=1)
    with scope(place.tenant, actor=owner, source="api"):
        set_expiry(actor=owner, membership_id=place.people["viewer"].pk, expires_at=ends)
    job = Job.objects.get(kind="access.expire_members", organization_id=place.tenant.id)
    assert job.run_at == ends
    assert records.member(place.tenant, place.user_id("viewer")) is not None

    with scope(place.tenant, actor=SYSTEM, source="system"):
        records.access_changing(place.tenant.id)
        Membership.objects.filter(pk=place.people["viewer"].pk).update(expires_at=Now() - timedelta(seconds=1))

    assert records.member(place.tenant, place.user_id("viewer")) is None
    with pytest.raises(Unauthenticated), scope(place.tenant, actor=viewer, source="api"):
        require_some(viewer, "campaign:view")
    assert place.directory("viewer") == ["active"]
    with scope(place.tenant, actor=SYSTEM, source="job", request_id="expiring"):
        assert expire_members() == 1
        assert expire_members() == 0
    assert (place.now("viewer").status, place.now("viewer").row_version) == ("suspended", 3)
    assert place.directory("viewer") == ["suspended"]
    assert place.log("expiring") == {("membership", "update"): 1}


def test_the_kept_record_of_a_person_ends_with_their_place(place: Place) -> None:
    owner, viewer = place.actor("owner"), place.people["viewer"]
    with scope(place.tenant, actor=owner, source="api"):
        set_expiry(actor=owner, membership_id=viewer.pk, expires_at=timezone.now() + timedelta(milliseconds=700))
    assert records.member(place.tenant, place.user_id("viewer")) is not None

    while timezone.now() <= place.now("viewer").expires_at:  # type: ignore[operator]
        pass

    # Nothing was written since: what is kept of them says itself that it is over.
    assert records.member(place.tenant, place.user_id("viewer")) is None
    while inline.run_waiting():
        pass
    assert (place.now("viewer").status, place.directory("viewer")) == ("suspended", ["suspended"])


def test_an_end_that_is_moved_leaves_the_former_job_nothing_to_do(place: Place) -> None:
    owner, viewer = place.actor("owner"), place.people["viewer"]
    first, second = (timezone.now() + timedelta(days=days) for days in (1, 2))
    with scope(place.tenant, actor=owner, source="api"):
        set_expiry(actor=owner, membership_id=viewer.pk, expires_at=first)
        set_expiry(actor=owner, membership_id=viewer.pk, expires_at=second)
        set_expiry(actor=owner, membership_id=viewer.pk, expires_at=first)

    jobs = Job.objects.filter(kind="access.expire_members", organization_id=place.tenant.id).order_by("run_at")
    assert list(jobs.values_list("run_at", flat=True)) == [first, second]
    with scope(place.tenant, actor=SYSTEM, source="job"):
        assert expire_members() == 0
    assert place.now("viewer").status == "active"


def test_whose_time_is_over_comes_back_with_another_end_and_a_seat(place: Place) -> None:
    owner, viewer = place.actor("owner"), place.people["viewer"]
    with scope(place.tenant, actor=SYSTEM, source="system"):
        Membership.objects.filter(pk=viewer.pk).update(expires_at=Now() - timedelta(seconds=1))
        expire_members()

    with pytest.raises(Conflict) as caught, scope(place.tenant, actor=owner, source="api"):
        resume_member(actor=owner, membership_id=viewer.pk)
    assert caught.value.code == "membership_over"
    with scope(place.tenant, actor=owner, source="api"):
        change_member(actor=owner, membership_id=viewer.pk, changes={"status": "active", "expires_at": None})
    assert place.directory("viewer") == ["active"]


def test_who_is_invited_is_neither_suspended_nor_resumed(place: Place) -> None:
    owner = place.actor("owner")
    with scope(place.tenant, actor=owner, source="api"):
        asked = Membership.objects.create(
            email="x@example.com", name="X", role=place.people["viewer"].role, status="invited"
        )

    for act in (suspend_member, resume_member):
        with pytest.raises(Conflict) as caught, scope(place.tenant, actor=owner, source="api"):
            act(actor=owner, membership_id=asked.pk)
        assert caught.value.code == "not_accepted_yet"


@pytest.mark.parametrize("later", [None, timedelta(days=2)])
def test_nobody_puts_off_their_own_end(place: Place, later: timedelta | None) -> None:
    admin = place.actor("admin")
    with scope(place.tenant, actor=place.actor("owner"), source="api"):
        tomorrow = timezone.now() + timedelta(days=1)
        set_expiry(actor=place.actor("owner"), membership_id=place.people["admin"].pk, expires_at=tomorrow)
    before = place.now("admin")

    with pytest.raises(NotAllowed) as refusal, scope(place.tenant, actor=admin, source="api"):
        ends = timezone.now() + later if later else None
        set_expiry(actor=admin, membership_id=before.pk, expires_at=ends)

    assert refusal.value.code == "own_end"
    assert (place.now("admin").expires_at, place.now("admin").row_version) == (tomorrow, before.row_version)


def test_one_may_leave_sooner(place: Place) -> None:
    admin, sooner = place.actor("admin"), timezone.now() + timedelta(hours=1)
    with scope(place.tenant, actor=admin, source="api"):
        set_expiry(actor=admin, membership_id=place.people["admin"].pk, expires_at=sooner + timedelta(hours=1))
        set_expiry(actor=admin, membership_id=place.people["admin"].pk, expires_at=sooner)

    assert place.now("admin").expires_at == sooner


def test_a_refused_list_of_people_leaves_nothing_remembered(place: Place) -> None:
    owner = place.actor("owner")
    people = {place.people[role].pk: 1 for role in ("owner", "viewer")}
    place.join("owner")

    with scope(place.tenant, actor=owner, source="api"):
        with pytest.raises(DomainError):
            change_roles(actor=owner, versions=people | {place.people["owner"].pk: 7}, role_slug="viewer")
        assert can(owner, "member:change_role")


def test_what_is_made_while_somebody_is_removed_has_an_owner(place: Place) -> None:
    marketer, owner, heir = place.actor("marketer"), place.actor("owner"), place.people["admin"]
    results: list[object] = []

    def remove() -> None:
        try:
            with scope(place.tenant, actor=owner, source="api"):
                leaving = place.people["marketer"].pk
                results.append(remove_member(actor=owner, membership_id=leaving, heir_id=heir.pk))
        finally:
            connections.close_all()

    with scope(place.tenant, actor=marketer, source="api"):
        made = create_campaign(actor=marketer, values={"name": "Late"})
        thread = threading.Thread(target=remove)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive(), "who removes waits for what is being made"
    thread.join(10)

    assert results == [{"campaign": 1}]
    with scope(place.tenant, actor=SYSTEM, source="system"):
        assert Campaign.objects.get(pk=made.pk).owner_id == heir.user_id


def test_who_is_being_removed_makes_nothing_more(place: Place) -> None:
    marketer, owner = place.actor("marketer"), place.actor("owner")
    knows, results = threading.Event(), []

    def make() -> None:
        try:
            with scope(place.tenant, actor=marketer, source="api"):
                assert can(marketer, "campaign:create")
                knows.set()
                create_campaign(actor=marketer, values={"name": "Too late"})
            results.append("made")
        except NotAllowed:
            results.append("refused")
        finally:
            connections.close_all()

    thread = threading.Thread(target=make)
    with scope(place.tenant, actor=owner, source="api"):
        remove_member(actor=owner, membership_id=place.people["marketer"].pk)
        thread.start()
        assert knows.wait(10)
        thread.join(0.3)
        assert thread.is_alive(), "who makes something waits for the removal"
    thread.join(10)

    assert results == ["refused"]
    with scope(place.tenant, actor=SYSTEM, source="system"):
        assert not Campaign.objects.exists()
