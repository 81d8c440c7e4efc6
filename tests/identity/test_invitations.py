"""Asking people in, and coming in by an invitation."""

import re
import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection, connections
from django.db.models.functions import Now
from django.utils import timezone
from pytest_django.fixtures import Settings

from audit.models import Entry
from kernel.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from kernel.ids import uuid7
from kernel.jobs import enqueue, runner, turns
from kernel.jobs.models import Job
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import public_scope, scope
from tenants import records
from tenants.access.leaving import remove_member
from tenants.access.members import change_role
from tenants.access.models import Membership, Role, Team, TeamMembership
from tenants.access.roles import clone_role, delete_role
from tenants.commands.accepting import accept
from tenants.commands.invitations import (
    invite,
    invite_first_admin,
    resend,
    revoke,
    revoke_open,
    send_invitation,
)
from tenants.commands.invite_many import Row, invite_many, read_list
from tenants.commands.inviting import TeamPlace
from tenants.commands.lifecycle import suspend
from tenants.models import DirectoryEntry, Invitation, Organization, User
from tenants.queries.invitations import invitations_of, link_of, state_of, token_of
from tests.identity.browser import Browser
from tests.identity.world import BASE, PASSWORD, email, house, join, person, signed_in, user_id_at

OPERATOR = Actor(kind="operator", user_id=None, name="Olga", email="olga@example.com")


@pytest.fixture
def admin(organization: Organization) -> Actor:
    house(organization)
    return join(organization, person(), "admin")


def invited(organization: Organization, admin: Actor, to: str = "", role: str = "marketer") -> Invitation:
    with scope(organization, actor=admin, source="console"):
        return invite(actor=admin, organization=organization, email=to or email(), name="Grace Hopper", role=role)


def move_end(invitation: Invitation, by: timedelta) -> None:
    with public_scope(actor=SYSTEM, source="system"):
        Invitation.objects.filter(pk=invitation.pk).update(expires_at=Now() + by)


def members(organization: Organization) -> list[tuple[str, str]]:
    with scope(organization, actor=SYSTEM, source="system"):
        people = Membership.objects.exclude(status="invited").order_by("email")
        return list(people.values_list("email", "role__slug"))


def accounts(address: str) -> int:
    return User.objects.filter(email__iexact=address).count()


def rows(organization: Organization, **wanted: str) -> list[Membership]:
    with scope(organization, actor=SYSTEM, source="system"):
        return list(Membership.objects.select_related("role").filter(**wanted))


def entries(organization: Organization, request_id: str) -> list[tuple[str, str]]:
    """What the organization's log holds of one request: kind of object and event."""
    with scope(organization, actor=SYSTEM, source="system"):
        found = Entry.objects.select_related("content_type").filter(cid=request_id).order_by("id")
        return sorted((entry.content_type.model if entry.content_type else "", entry.event) for entry in found)


def form(**changes: str) -> dict[str, str]:
    return {"name": "Grace Hopper", "password": PASSWORD, "password_again": PASSWORD} | changes


# Inviting ---------------------------------------------------------------------------------------


def test_it_gives_a_link_that_works_once_and_for_a_week(organization: Organization, admin: Actor) -> None:
    with scope(organization, actor=admin, source="console"):
        invitation = invite(
            actor=admin, organization=organization, email=" Grace@Example.com ", name="Grace", role="viewer"
        )
    link = link_of(invitation)

    assert re.fullmatch(r"http://localhost:8000/invitation/[A-Za-z0-9_-]{43}/", link)
    assert (invitation.email, invitation.role, invitation.invited_by) == ("Grace@Example.com", "viewer", admin.name)
    assert abs(invitation.expires_at - timezone.now() - timedelta(days=7)) < timedelta(minutes=1)
    assert link_of(Invitation.objects.get(pk=invitation.pk)) == link


def test_the_token_is_stored_and_logged_nowhere(
    organization: Organization, admin: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    invitation = invited(organization, admin)
    token = token_of(invitation)
    browser = Browser()
    browser.open(f"{BASE}/invitation/{token}/")
    browser.post(f"{BASE}/invitation/open/", form(password="short"))
    browser.post(f"{BASE}/invitation/open/", form())
    browser.open(f"{BASE}/invitation/{token}/")

    assert token not in caplog.text
    with connection.cursor() as cursor:
        for table in ("tenants_invitation", "audit_platform_platformentry", "jobs_job"):
            cursor.execute(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE %s", [f"%{token}%"])
            assert cursor.fetchone() == (0,), table


@pytest.mark.parametrize("role", ["viewer", "analyst", "marketer", "manager"])
def test_only_some_may_invite(organization: Organization, role: str) -> None:
    actor = join(organization, person(), role)

    with pytest.raises(NotAllowed) as caught, scope(organization, actor=actor, source="console"):
        invite(actor=actor, organization=organization, email=email(), name="", role="viewer")

    assert caught.value.extra["permission"] == "member:invite"
    assert not Invitation.objects.filter(organization=organization).exists()


def test_nobody_invites_to_a_higher_rank(organization: Organization, admin: Actor) -> None:
    with pytest.raises(NotAllowed, match="permits more than your own role"):
        invited(organization, admin, role="owner")

    assert not Invitation.objects.filter(organization=organization).exists()


@pytest.mark.parametrize(
    ("address", "name", "role", "code"),
    [
        ("nobody", "", "viewer", "email_malformed"),
        ("", "", "viewer", "email_malformed"),
        ("a\x00b@example.com", "", "viewer", "email_malformed"),
        ("a@example.com\nBcc: b@example.com", "", "viewer", "email_malformed"),
        ("a@example.com", "x" * 121, "viewer", "name_length"),
        ("a@example.com", "a\x00b", "viewer", "name_length"),
        ("a@example.com", "a\ud800b", "viewer", "name_length"),
        ("a@exam\ud800ple.com", "", "viewer", "email_malformed"),
        ("holder@01900000-0000-7000-8000-00000000000a.invalid", "", "viewer", "email_reserved"),
        ("a@example.INVALID", "", "viewer", "email_reserved"),
        ("a@example.com", "", "emperor", "unknown_role"),
        ("a@example.com", "", "", "unknown_role"),
    ],
)
def test_bad_input_invites_nobody(
    organization: Organization, admin: Actor, address: str, name: str, role: str, code: str
) -> None:
    with pytest.raises(Invalid) as caught, scope(organization, actor=admin, source="console"):
        invite(actor=admin, organization=organization, email=address, name=name, role=role)

    assert [error.code for error in caught.value.errors] == [code]
    assert not Invitation.objects.filter(organization=organization).exists()


def test_members_and_the_already_invited_are_not_invited_again(organization: Organization, admin: Actor) -> None:
    invitation = invited(organization, admin)

    for address, code in ((admin.email.upper(), "already_member"), (invitation.email.upper(), "already_invited")):
        with pytest.raises(Conflict) as caught:
            invited(organization, admin, to=address)
        assert caught.value.code == code
    assert [row.pk for row in invitations_of(organization.pk)] == [invitation.pk]


def test_an_expired_invitation_is_replaced(organization: Organization, admin: Actor) -> None:
    first = invited(organization, admin)
    move_end(first, timedelta(seconds=-1))

    second = invited(organization, admin, to=first.email)

    states = {row.pk: state_of(row) for row in invitations_of(organization.pk)}
    assert states == {first.pk: "revoked", second.pk: "open"}


def test_an_organization_sees_its_own_invitations_only(
    organization: Organization, other_organization: Organization, admin: Actor
) -> None:
    invitation = invited(organization, admin)
    stranger = join(other_organization, person(), "owner")

    with scope(other_organization, actor=stranger, source="console"):
        if settings.TENANT_DB_ROLES:
            assert Invitation.objects.filter(organization_id=organization.pk).count() == 0
        for act in (resend, revoke):
            with pytest.raises(NotFound):
                act(actor=stranger, organization=other_organization, invitation_id=invitation.pk)

    assert state_of(invitations_of(organization.pk)[0]) == "open"


def test_sending_again_kills_the_former_link(organization: Organization, admin: Actor) -> None:
    invitation = invited(organization, admin)
    former = token_of(invitation)

    with scope(organization, actor=admin, source="console"):
        link = link_of(resend(actor=admin, organization=organization, invitation_id=invitation.pk))

    assert former not in link
    assert Browser().open(f"{BASE}/invitation/{former}/").status_code == 410
    assert Browser().open(link).status_code == 200


def test_operators_send_again_and_withdraw_too(organization: Organization, admin: Actor) -> None:
    invitation = invited(organization, admin)

    with public_scope(actor=OPERATOR, source="operator"):
        link = link_of(resend(actor=OPERATOR, organization=organization, invitation_id=invitation.pk))
        assert link
        revoke(actor=OPERATOR, organization=organization, invitation_id=invitation.pk)

    assert Browser().open(link).status_code == 410


@pytest.mark.parametrize("act", [resend, revoke])
def test_an_invitation_above_ones_own_role_is_left_alone(organization: Organization, admin: Actor, act: Any) -> None:
    owner = join(organization, person(), "owner")
    invitation = invited(organization, owner, role="owner")
    before = Invitation.objects.filter(pk=invitation.pk).values().get()

    with pytest.raises(NotAllowed) as refusal, scope(organization, actor=admin, source="console"):
        act(actor=admin, organization=organization, invitation_id=invitation.pk)

    assert refusal.value.code == "beyond_own_rights"
    assert Invitation.objects.filter(pk=invitation.pk).values().get() == before
    assert [row.role.slug for row in rows(organization, status="invited")] == ["owner"]


def test_withdrawing_twice_changes_nothing(organization: Organization, admin: Actor) -> None:
    invitation = invited(organization, admin)

    with scope(organization, actor=admin, source="console"):
        first = revoke(actor=admin, organization=organization, invitation_id=invitation.pk)
        second = revoke(actor=admin, organization=organization, invitation_id=invitation.pk)
        with pytest.raises(NotFound) as caught:
            resend(actor=admin, organization=organization, invitation_id=invitation.pk)

    assert first.revoked_at == second.revoked_at
    assert caught.value.code == "invitation_revoked"


def test_the_first_admin_is_invited_once_however_often_it_is_asked(organization: Organization) -> None:
    address = email()
    with public_scope(actor=OPERATOR, source="operator"):
        made = [
            invite_first_admin(organization=organization, email=address, name="Ada", invited_by="Olga").pk
            for _ in range(2)
        ]
        assert revoke_open(organization=organization) == 1
        assert revoke_open(organization=organization) == 0

    assert made[0] == made[1]


def test_the_mail_holds_the_link_and_no_second_header(organization: Organization, admin: Actor) -> None:
    invitation = invited(organization, admin)
    organization.name = "Acme\nBcc: everybody@example.com"

    send_invitation(organization=organization, email=invitation.email)

    sent = mail.outbox[-1]
    assert sent.to == [invitation.email]
    assert sent.subject == "Join Acme Bcc: everybody@example.com"
    assert link_of(invitation) in sent.body


def test_inviting_asks_for_a_mail_in_the_same_transaction(organization: Organization, admin: Actor) -> None:
    invitation = invited(organization, admin)

    job = Job.objects.get(kind="tenants.send_invitation", payload__invitation_id=str(invitation.pk))

    assert job.organization_id == organization.pk


def test_a_job_mails_no_invitation_of_another_organization(
    organization: Organization, other_organization: Organization, admin: Actor
) -> None:
    invitation = invited(organization, admin)
    Job.objects.using("owner").all().delete()
    with scope(other_organization, actor=SYSTEM, source="system"):
        enqueue("tenants.send_invitation", {"invitation_id": str(invitation.pk)}, actor=SYSTEM)

    [turn] = turns.pick("default")
    runner.run(str(turn.job_id), turn.fence)

    assert Job.objects.get(pk=turn.job_id).state == "done"
    assert mail.outbox == []


def test_nothing_is_mailed_for_a_dead_invitation(organization: Organization, admin: Actor) -> None:
    invitation = invited(organization, admin)
    move_end(invitation, timedelta(seconds=-1))

    send_invitation(organization=organization, email=invitation.email)

    assert mail.outbox == []


# Accepting --------------------------------------------------------------------------------------


def test_a_new_person_comes_in_and_lands_at_home(organization: Organization, admin: Actor) -> None:
    invitation, browser = invited(organization, admin), Browser()

    page = browser.open(link_of(invitation))
    landed = browser.post(f"{BASE}/invitation/open/", form(name="Rear Admiral Grace"))

    assert page.status_code == 200
    assert organization.name in page.content.decode()
    assert landed["Location"] == f"http://{organization.slug}.localhost:8000/"
    user = User.objects.get(email=invitation.email)
    assert (user.name, user.check_password(PASSWORD), user.is_active) == ("Rear Admiral Grace", True, True)
    assert (invitation.email, "marketer") in members(organization)
    assert DirectoryEntry.objects.get(user=user).status == "active"
    assert user_id_at(browser.at("localhost:8000")) == str(user.pk)
    assert browser.at("localhost:8000").cookies["__Host-invitation"].value == ""


def test_a_custom_role_is_shown_by_its_name_and_follows_its_replacement(
    organization: Organization, admin: Actor
) -> None:
    with scope(organization, actor=admin, source="console"):
        source, viewer = Role.objects.get(slug="marketer"), Role.objects.get(slug="viewer")
        role = clone_role(actor=admin, source_id=source.pk, name="Agency partner")
    invitation = invited(organization, admin, role=role.slug)
    browser = Browser()
    browser.open(link_of(invitation))

    shown = browser.get(f"{BASE}/invitation/open/").content.decode()
    assert "Agency partner" in shown
    assert role.slug not in shown

    with scope(organization, actor=admin, source="console"):
        delete_role(actor=admin, role_id=role.pk, version=role.row_version, replacement_id=viewer.pk)
    assert Invitation.objects.get(pk=invitation.pk).role == "viewer"
    assert "Viewer" in browser.get(f"{BASE}/invitation/open/").content.decode()


def test_the_log_names_the_person_who_came_in(organization: Organization, admin: Actor) -> None:
    invitation = invited(organization, admin)
    accept(actor=None, token=token_of(invitation), name="Grace", password=PASSWORD)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM audit_platform_platformentry WHERE actor_email = %s AND source = 'console'",
            [invitation.email],
        )
        assert cursor.fetchone()[0] >= 2


def test_pages_of_an_invitation_tell_no_other_site(organization: Organization, admin: Actor) -> None:
    invitation, browser = invited(organization, admin), Browser()

    first = browser.get(link_of(invitation))
    second = browser.follow(first)

    assert [answer["Referrer-Policy"] for answer in (first, second)] == ["no-referrer", "same-origin"]
    assert token_of(invitation) not in second.content.decode() + browser.here


def test_opening_the_link_changes_nothing(organization: Organization, admin: Actor) -> None:
    invitation = invited(organization, admin)

    for _ in range(3):
        assert Browser().open(link_of(invitation)).status_code == 200

    assert Invitation.objects.get(pk=invitation.pk).accepted_at is None
    assert accounts(invitation.email) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "short", "password_again": "short"},
        {"password": "", "password_again": ""},
        {"password": "password1234", "password_again": "password1234"},
        {"password": "a" * 1001, "password_again": "a" * 1001},
        {"password": "with\x00a-nul-inside", "password_again": "with\x00a-nul-inside"},
        {"password_again": "something-else-entirely"},
        {"name": ""},
        {"name": "   "},
        {"name": "x" * 121},
        {"name": "a\x00b"},
    ],
)
def test_bad_input_lets_nobody_in(organization: Organization, admin: Actor, changes: dict[str, str]) -> None:
    invitation, browser = invited(organization, admin), Browser()
    browser.open(link_of(invitation))

    answer = browser.post(f"{BASE}/invitation/open/", form(**changes))

    assert answer.status_code == 422
    assert accounts(invitation.email) == 0
    assert Invitation.objects.get(pk=invitation.pk).accepted_at is None
    assert PASSWORD not in answer.content.decode()


def test_a_password_like_the_name_or_the_address_is_refused(organization: Organization, admin: Actor) -> None:
    invitation = invited(organization, admin, to=f"grace.hopper.{email()}")

    with pytest.raises(Invalid) as caught:
        accept(actor=None, token=token_of(invitation), name="Grace", password=invitation.email)

    assert [error.pointer for error in caught.value.errors] == ["password"]
    assert accounts(invitation.email) == 0


@pytest.mark.parametrize("state", ["expired", "accepted", "revoked"])
def test_a_dead_invitation_says_what_became_of_it(organization: Organization, admin: Actor, state: str) -> None:
    invitation = invited(organization, admin)
    if state == "expired":
        link = link_of(invitation)
        move_end(invitation, timedelta(seconds=-1))
    else:
        link = link_of(invitation)
        column = {"accepted": "accepted_at", "revoked": "revoked_at"}[state]
        with public_scope(actor=SYSTEM, source="system"):
            Invitation.objects.filter(pk=invitation.pk).update(**{column: Now()})
    before = members(organization)

    page = Browser().open(link)
    with pytest.raises(NotFound) as caught:
        accept(actor=None, token=token_of(invitation), name="Grace", password=PASSWORD)

    assert page.status_code == 410
    assert {"expired": b"has expired", "accepted": b"already accepted", "revoked": b"was withdrawn"}[
        state
    ] in page.content
    assert caught.value.code == f"invitation_{state}"
    assert (accounts(invitation.email), members(organization)) == (0, before)


@pytest.mark.parametrize("token", ["x", "x" * 43, "x" * 5000, "%00", "%F0%9F%98%80", "..", "open"])
def test_an_unknown_link_says_so(token: str) -> None:
    page = Browser().open(f"{BASE}/invitation/{token}/")

    assert page.status_code in (404, 410)


def test_a_page_without_a_link_says_so() -> None:
    assert Browser().get(f"{BASE}/invitation/open/").status_code == 410
    assert Browser().post(f"{BASE}/invitation/open/", form()).status_code == 410


def test_of_fifty_who_accept_at_once_one_comes_in(organization: Organization, admin: Actor) -> None:
    invitation = invited(organization, admin)
    token, results, lock = token_of(invitation), [], threading.Lock()

    def come_in() -> None:
        try:
            accept(actor=None, token=token, name="Grace", password=PASSWORD)
            result = "in"
        except DomainError as error:
            result = error.code
        finally:
            connections.close_all()
        with lock:
            results.append(result)

    threads = [threading.Thread(target=come_in) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert results.count("in") == 1
    assert set(results) <= {"in", "invitation_accepted", "sign_in_first"}
    assert accounts(invitation.email) == 1
    assert [address for address, _role in members(organization)].count(invitation.email) == 1
    assert DirectoryEntry.objects.filter(email=invitation.email).count() == 1


def test_somebody_with_an_account_signs_in_and_is_asked_for_no_password(
    organization: Organization, admin: Actor
) -> None:
    user = person()
    invitation, browser = invited(organization, admin, to=user.email.upper()), Browser()

    asked = browser.open(link_of(invitation))
    assert 'name="login"' in asked.content.decode()
    page = browser.follow(
        browser.post(f"{BASE}/sign-in/", {"login": user.email, "password": PASSWORD, "next": "/invitation/open/"})
    )
    assert 'name="password"' not in page.content.decode()
    landed = browser.post(f"{BASE}/invitation/open/")

    assert landed["Location"] == f"http://{organization.slug}.localhost:8000/"
    assert (user.email, "marketer") in members(organization)
    assert User.objects.get(pk=user.pk).password == user.password


def test_an_account_is_not_taken_over_by_an_invitation(organization: Organization, admin: Actor) -> None:
    user, other = person(), person()
    invitation = invited(organization, admin, to=user.email)

    for browser in (Browser(), signed_in(other)):
        browser.get(link_of(invitation))
        browser.post(f"{BASE}/invitation/open/", form())
    for actor in (None, Actor(kind="person", user_id=other.pk, name="", email=other.email)):
        with pytest.raises(DomainError) as caught:
            accept(actor=actor, token=token_of(invitation), name="Thief", password="another-long-password")
        assert caught.value.code == "sign_in_first"

    assert User.objects.get(pk=user.pk).password == user.password
    assert Invitation.objects.get(pk=invitation.pk).accepted_at is None
    assert [address for address, _role in members(organization)] == [admin.email]


def test_an_account_that_is_switched_off_stays_out(organization: Organization, admin: Actor) -> None:
    user = person(is_active=False)
    invitation = invited(organization, admin, to=user.email)

    with pytest.raises(NotAllowed):
        accept(actor=None, token=token_of(invitation), name="Grace", password=PASSWORD)

    assert Invitation.objects.get(pk=invitation.pk).accepted_at is None


def test_nobody_comes_into_a_suspended_organization(organization: Organization, admin: Actor) -> None:
    invitation = invited(organization, admin)
    with public_scope(actor=SYSTEM, source="system"):
        suspend(actor=SYSTEM, organization_id=organization.pk, reason="test")

    with pytest.raises(NotAllowed) as caught:
        accept(actor=None, token=token_of(invitation), name="Grace", password=PASSWORD)

    assert caught.value.code == "organization_suspended"
    assert accounts(invitation.email) == 0


def test_a_full_organization_leaves_nothing_half_done(organization: Organization, admin: Actor) -> None:
    invitation, browser = invited(organization, admin), Browser()
    with public_scope(actor=SYSTEM, source="system"):
        records.organization_changing(organization.pk)
        from tenants.models import Plan

        Plan.objects.get_or_create(pk="one-seat", defaults={"name": "One seat", "seats": 1})
        Organization.objects.filter(pk=organization.pk).update(plan_id="one-seat")

    browser.open(link_of(invitation))
    answer = browser.post(f"{BASE}/invitation/open/", form())

    assert answer.status_code == 409
    assert "Your plan allows 1 and you have 1." in answer.content.decode()
    assert accounts(invitation.email) == 0
    assert Invitation.objects.get(pk=invitation.pk).accepted_at is None
    assert members(organization) == [(admin.email, "admin")]


def test_accepting_is_limited(organization: Organization, admin: Actor) -> None:
    invitation, browser = invited(organization, admin), Browser()
    browser.open(link_of(invitation))

    answers = [browser.post(f"{BASE}/invitation/open/", form(password="short")).status_code for _ in range(21)]

    assert answers == [422] * 20 + [429]


def test_another_installations_key_makes_no_link(organization: Organization, admin: Actor, settings: Settings) -> None:
    invitation = invited(organization, admin)
    link = link_of(invitation)
    settings.SECRET_KEY = "another-key-of-sufficient-length-for-this"

    assert link_of(invitation) == ""
    assert Browser().open(link).status_code == 200


def test_accepting_works_without_redis(organization: Organization, admin: Actor, redis_away: None) -> None:
    invitation, browser = invited(organization, admin), Browser()
    browser.open(link_of(invitation))

    assert browser.post(f"{BASE}/invitation/open/", form()).status_code == 302
    assert (invitation.email, "marketer") in members(organization)


@pytest.mark.parametrize(
    ("name", "password"), [("a\ud800b", PASSWORD), ("a\x00b", PASSWORD), ("Grace", f"{PASSWORD}\udcff")]
)
def test_what_no_database_can_hold_is_refused(
    organization: Organization, admin: Actor, name: str, password: str
) -> None:
    invitation = invited(organization, admin)

    with pytest.raises(Invalid):
        accept(actor=None, token=token_of(invitation), name=name, password=password)

    assert accounts(invitation.email) == 0
    assert Invitation.objects.get(pk=invitation.pk).accepted_at is None


# Invited people ---------------------------------------------------------------------------------


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


# Lists ------------------------------------------------------------------------------------------


def test_three_hundred_pasted_addresses_are_answered_exactly(organization: Organization, admin: Actor) -> None:
    member = person()
    join(organization, member, "viewer")
    open_one, expired = invited(organization, admin), invited(organization, admin)
    move_end(expired, timedelta(seconds=-1))
    new = [f"guest{number}@example.com" for number in range(200)]
    again = [address.upper() for address in new[:60]]
    lines = [*new, *again, member.email, open_one.email, expired.email, *["not an address"] * 20, *["a@b"] * 17]
    before = Invitation.objects.filter(organization=organization).count()

    with scope(organization, actor=admin, source="console", request_id="pasting"):
        listed = read_list("\n".join(lines))
        outcomes = invite_many(actor=admin, organization=organization, rows=listed, role="viewer")

    assert [outcome.row.text for outcome in outcomes] == lines
    assert len(lines) == 300
    assert [outcome.result for outcome in outcomes] == [
        *["invited"] * 200, *["duplicate_in_list"] * 60, "already_member", "already_invited", "invited",
        *["invalid"] * 37,
    ]  # fmt: skip
    asked = rows(organization, status="invited")
    assert {row.email for row in asked} == {*new, open_one.email, expired.email}
    assert len(asked) == 202
    invitations = Invitation.objects.filter(organization=organization)
    assert invitations.count() == before + 201
    mailed = Job.objects.filter(kind="tenants.send_invitation", organization_id=organization.pk)
    ids = {str(outcome.invitation_id) for outcome in outcomes if outcome.result == "invited"}
    assert {job.payload["invitation_id"] for job in mailed} >= ids
    assert len(ids) == 201
    assert Counter(entries(organization, "pasting")) == {("membership", "create"): 200, ("membership", "update"): 1}

    with scope(organization, actor=admin, source="console"):
        repeated = invite_many(actor=admin, organization=organization, rows=listed, role="viewer")
    assert {outcome.result for outcome in repeated[:200]} == {"already_invited"}
    assert invitations.count() == before + 201


@pytest.mark.parametrize("broken", ["role", "team", "end"])
def test_what_concerns_the_whole_list_is_refused_as_a_whole(
    organization: Organization, admin: Actor, broken: str
) -> None:
    asked: dict[str, Any] = {
        "role": "king" if broken == "role" else "viewer",
        "teams": [TeamPlace(uuid7())] if broken == "team" else [],
        "access_expires_at": timezone.now() - timedelta(days=1) if broken == "end" else None,
    }

    with pytest.raises(Invalid), scope(organization, actor=admin, source="console"):
        invite_many(actor=admin, organization=organization, rows=read_list("a@example.com, b@example.com"), **asked)

    assert not Invitation.objects.filter(organization=organization).exists()
    assert rows(organization, status="invited") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "a@b.example, c@d.example;e@f.example\ng@h.example",
            ["a@b.example", "c@d.example", "e@f.example", "g@h.example"],
        ),
        ("Ada Lovelace <ada@example.com>", ["ada@example.com"]),
        ('"Lovelace, Ada" <ada@example.com>, b@example.com', ["ada@example.com", "b@example.com"]),
        ("a@example.com b@example.com\tc@example.com", ["a@example.com", "b@example.com", "c@example.com"]),
        (",;\n\r\n , ", []),
        ('a "quote, b@example.com', ['a "quote', "b@example.com"]),
        ("<a@example.com>", ["a@example.com"]),
        ("Ada <>", [""]),
    ],
)
def test_lists_are_read_as_people_paste_them(text: str, found: list[str]) -> None:
    assert [row.email for row in read_list(text)] == found


def test_a_row_with_an_unknown_role_stops_no_other(organization: Organization, admin: Actor) -> None:
    listed = [
        Row(f"{role or 'no'}@example.com", f"{role or 'no'}@example.com", role=role) for role in ("king", "", "viewer")
    ]

    with scope(organization, actor=admin, source="console"):
        outcomes = invite_many(actor=admin, organization=organization, rows=listed, role="marketer")

    assert [(outcome.result, outcome.detail) for outcome in outcomes] == [
        ("invalid", "There is no such role."),
        ("invited", ""),
        ("invited", ""),
    ]
    asked = {row.email: row.role.slug for row in rows(organization, status="invited")}
    assert asked == {"no@example.com": "marketer", "viewer@example.com": "viewer"}


def test_a_row_as_long_as_a_list_is_no_address_at_once() -> None:
    text = "a" + " " * 199_998 + "b"

    [row] = read_list(text)

    assert (row.text, row.email, row.name) == (text[:300], text, "")


def test_a_name_that_stands_with_the_address_is_kept() -> None:
    [row] = read_list('"Lovelace, Ada" <ada@example.com>')

    assert (row.name, row.email, row.text) == ("Lovelace, Ada", "ada@example.com", '"Lovelace, Ada" <ada@example.com>')


def test_more_than_five_hundred_are_refused() -> None:
    assert len(read_list("\n".join(f"g{number}@example.com" for number in range(500)))) == 500
    with pytest.raises(Invalid) as caught:
        read_list("\n".join(f"g{number}@example.com" for number in range(501)))

    assert [error.code for error in caught.value.errors] == ["too_many"]


def test_nobody_invites_into_a_team_they_do_not_manage(organization: Organization) -> None:
    with scope(organization, actor=SYSTEM, source="system"):
        Role.objects.create(
            slug="recruiter", name="Recruiter", permissions={"member:invite": "all", "member:view": "all"}
        )
        north = Team.objects.create(name="North")
    recruiter = join(organization, person(), "recruiter")

    with pytest.raises(NotAllowed) as caught, scope(organization, actor=recruiter, source="console"):
        invite(
            actor=recruiter,
            organization=organization,
            email=email(),
            name="",
            role="recruiter",
            teams=[TeamPlace(north.pk)],
        )

    assert caught.value.extra["permission"] == "team:manage"
    assert rows(organization, status="invited") == []
