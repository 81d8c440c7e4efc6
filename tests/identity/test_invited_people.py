"""Who is asked in stands among the people from the start."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.db.models.functions import Now
from django.utils import timezone

from kernel.errors import DomainError, NotFound
from kernel.jobs.models import Job
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import public_scope, scope
from tenants import records
from tenants.access.leaving import remove_member
from tenants.access.members import change_role
from tenants.access.models import Membership, Team, TeamMembership
from tenants.commands.accepting import accept
from tenants.commands.invitations import (
    invite,
    revoke,
)
from tenants.commands.inviting import TeamPlace
from tenants.models import DirectoryEntry, Invitation, Organization, User
from tenants.queries.invitations import link_of, token_of
from tests.identity.browser import Browser
from tests.identity.inviting import accounts, entries, invited, move_end, rows
from tests.identity.inviting import admin as admin
from tests.identity.world import BASE, PASSWORD, email, house, join, person, signed_in


def test_who_is_asked_in_is_listed_and_becomes_a_member(organization: Organization, admin: Actor) -> None:
    ends = timezone.now() + timedelta(days=30)
    with scope(organization, actor=admin, source="console"):
        north, gone = Team.objects.create(name="North"), Team.objects.create(name="Gone")
        invitation = invite(
            actor=admin,
            organization=organization,
            email="Grace@Example.com",
            name="Grace",
            role="marketer",
            teams=[TeamPlace(north.pk, "lead"), TeamPlace(gone.pk)],
            access_expires_at=ends,
        )
    [person_asked] = rows(organization, status="invited")
    assert (person_asked.pk, person_asked.user_id, person_asked.name, person_asked.role.slug) == (
        invitation.membership_id, None, "Grace", "marketer",
    )  # fmt: skip
    with scope(organization, actor=admin, source="console"):
        change_role(actor=admin, membership_id=person_asked.pk, role_slug="viewer", version=1)
        gone.delete()

    accept(actor=None, token=token_of(invitation), name="Grace Hopper", password=PASSWORD)

    [member] = rows(organization, email="Grace@Example.com")
    assert (member.pk, member.status, member.role.slug, member.row_version) == (person_asked.pk, "active", "viewer", 3)
    assert member.expires_at == ends
    with scope(organization, actor=SYSTEM, source="system"):
        places = list(TeamMembership.objects.values_list("user_id", "team_id", "role"))
    assert places == [(member.user_id, north.pk, "lead")]
    assert DirectoryEntry.objects.get(user__email="Grace@Example.com").status == "active"
    job = Job.objects.get(kind="access.expire_members", organization_id=organization.pk)
    assert job.run_at == ends


def test_accepting_writes_one_entry_per_row(organization: Organization, admin: Actor) -> None:
    with scope(organization, actor=admin, source="console"):
        north = Team.objects.create(name="North")
    with scope(organization, actor=admin, source="console", request_id="asking"):
        invitation = invite(
            actor=admin, organization=organization, email=email(), name="", role="viewer", teams=[TeamPlace(north.pk)]
        )
    accept(actor=None, token=token_of(invitation), name="Grace", password=PASSWORD, request_id="accepting")

    assert entries(organization, "asking") == [("membership", "create")]
    assert entries(organization, "accepting") == [("membership", "update"), ("teammembership", "create")]


def test_withdrawing_takes_the_person_off_the_list(organization: Organization, admin: Actor) -> None:
    invitation = invited(organization, admin)

    with scope(organization, actor=admin, source="console", request_id="withdrawing"):
        revoke(actor=admin, organization=organization, invitation_id=invitation.pk)

    assert rows(organization, status="invited") == []
    assert entries(organization, "withdrawing") == [("membership", "delete")]


def test_removing_somebody_who_is_invited_withdraws_the_invitation(organization: Organization, admin: Actor) -> None:
    invitation = invited(organization, admin)
    assert invitation.membership_id is not None

    with scope(organization, actor=admin, source="console"):
        remove_member(actor=admin, membership_id=invitation.membership_id)

    with pytest.raises(NotFound) as caught:
        accept(actor=None, token=token_of(invitation), name="Grace", password=PASSWORD)
    assert caught.value.code == "invitation_revoked"
    assert accounts(invitation.email) == 0


def test_a_place_that_is_over_before_they_come_lets_nobody_in(organization: Organization, admin: Actor) -> None:
    invitation = invited(organization, admin)
    with scope(organization, actor=admin, source="console"):
        Membership.objects.filter(email=invitation.email).update(expires_at=Now() - timedelta(seconds=1))

    with pytest.raises(NotFound) as caught:
        accept(actor=None, token=token_of(invitation), name="Grace", password=PASSWORD)

    assert caught.value.code == "invitation_expired"
    assert accounts(invitation.email) == 0
    assert Invitation.objects.get(pk=invitation.pk).accepted_at is None


def test_an_expired_invitation_gives_its_row_to_the_next(organization: Organization, admin: Actor) -> None:
    first = invited(organization, admin, to="grace@example.com")
    move_end(first, timedelta(seconds=-1))

    second = invited(organization, admin, to="GRACE@example.com", role="viewer")

    assert second.membership_id == first.membership_id
    [asked] = rows(organization, status="invited")
    assert (asked.role.slug, asked.row_version) == ("viewer", 2)
    assert Invitation.objects.get(pk=first.pk).revoked_at is not None


def test_a_member_with_another_address_stays_as_they_are(organization: Organization, admin: Actor) -> None:
    user = person()
    actor = join(organization, user, "viewer")
    invitation = invited(organization, admin, role="manager")

    accept(actor=actor, token=token_of(invitation))

    assert [row.role.slug for row in rows(organization, user_id=str(user.pk))] == ["viewer"]
    assert rows(organization, status="invited") == []


def test_whoever_changed_their_address_comes_in_with_their_account(organization: Organization, admin: Actor) -> None:
    user = person()
    invitation, browser = invited(organization, admin, to=user.email), Browser()
    with public_scope(actor=SYSTEM, source="system"):
        records.account_changing(user.pk)
        User.objects.filter(pk=user.pk).update(email=email())
    user.refresh_from_db()
    signed_in(user, browser)

    page = browser.open(link_of(invitation)).content.decode()
    landed = browser.post(f"{BASE}/invitation/open/")

    assert f"You are signed in as {user.email}" in page
    assert invitation.email in page
    assert 'name="password"' not in page
    assert landed["Location"] == f"http://{organization.slug}.localhost:8000/"
    assert accounts(invitation.email) == 0
    [member] = rows(organization, user_id=str(user.pk))
    assert (member.email, member.pk, member.role.slug) == (user.email, invitation.membership_id, "marketer")


def test_a_link_opens_its_own_organization_only(
    organization: Organization, other_organization: Organization, admin: Actor
) -> None:
    house(other_organization)
    invitation, browser = invited(organization, admin), Browser()

    answer = browser.open(f"http://{other_organization.slug}.localhost:8000/invitation/{token_of(invitation)}/")
    with scope(other_organization, actor=SYSTEM, source="system"), pytest.raises(NotFound):
        revoke(actor=SYSTEM, organization=other_organization, invitation_id=invitation.pk)
    accept(actor=None, token=token_of(invitation), name="Grace", password=PASSWORD)

    assert answer.status_code == 404
    assert rows(other_organization, status="active") == []
    assert {row.email for row in rows(organization, status="active")} == {admin.email, invitation.email}


def test_accepting_and_withdrawing_at_once_end_as_one_of_the_two(organization: Organization, admin: Actor) -> None:
    for _turn in range(5):
        invitation, start = invited(organization, admin), threading.Barrier(2)
        token = token_of(invitation)
        results: list[str] = []

        def come_in(token: str = token, start: threading.Barrier = start, results: list[str] = results) -> None:
            try:
                start.wait()
                accept(actor=None, token=token, name="Grace", password=PASSWORD)
                results.append("in")
            except DomainError as error:
                results.append(error.code)
            finally:
                connections.close_all()

        thread = threading.Thread(target=come_in)
        thread.start()
        start.wait()
        try:
            with scope(organization, actor=admin, source="console"):
                revoke(actor=admin, organization=organization, invitation_id=invitation.pk)
            results.append("withdrawn")
        except NotFound as error:
            results.append(error.code)
        thread.join()

        is_in = bool(rows(organization, email=invitation.email))
        assert sorted(results) == (["in", "invitation_accepted"] if is_in else ["invitation_revoked", "withdrawn"])
        assert rows(organization, status="invited") == []
