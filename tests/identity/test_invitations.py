"""Asking people in, and coming in by an invitation."""

import re
import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection, connections
from django.db.models.functions import Now
from django.utils import timezone
from pytest_django.fixtures import Settings

from kernel.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from kernel.jobs import enqueue, runner, turns
from kernel.jobs.models import Job
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import public_scope, scope
from tenants import records
from tenants.access.models import Membership
from tenants.commands.accepting import accept
from tenants.commands.invitations import (
    invite,
    invite_first_admin,
    resend,
    revoke,
    revoke_open,
    send_invitation,
)
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
