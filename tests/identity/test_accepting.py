"""Coming in by an invitation."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.db.models.functions import Now
from pytest_django.fixtures import Settings

from kernel.errors import DomainError, Invalid, NotAllowed, NotFound
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import public_scope, scope
from tenants import records
from tenants.access.models import Role
from tenants.access.roles import clone_role, delete_role
from tenants.commands.accepting import accept
from tenants.commands.lifecycle import suspend
from tenants.models import DirectoryEntry, Invitation, Organization, User
from tenants.queries.invitations import link_of, token_of
from tests.identity.browser import Browser
from tests.identity.inviting import accounts, form, invited, members, move_end
from tests.identity.inviting import admin as admin
from tests.identity.world import BASE, PASSWORD, email, person, signed_in, user_id_at


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
