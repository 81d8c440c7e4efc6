"""Another e-mail address: asked for with the password, confirmed from the new address by the account that asked."""

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection, connections
from django.db.models.functions import Now

from audit.models import Entry
from audit.platform.models import PlatformEntry
from kernel.errors import DomainError
from kernel.jobs import enqueue
from kernel.jobs.models import Job
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope, scope
from tenants import records
from tenants.access.models import Membership
from tenants.commands.account.email import confirm_email_change
from tenants.models import DirectoryEntry, EmailChange, Organization, User
from tenants.queries.account import hash_of
from tenants.signin.commands import user_actor
from tests.identity import post
from tests.identity.browser import Browser
from tests.identity.world import BASE, PASSWORD, email, house, join, person, signed_in

PAGE = f"{BASE}/account/email/"
CONFIRM = f"{BASE}/account/email/confirm/open/"


@pytest.fixture(autouse=True)
def nothing_waits(committed: None) -> None:
    post.forget()


def asked(user: User, to: str, browser: Browser | None = None) -> Browser:
    """Ask for another address and have the mail delivered."""
    browser = browser or signed_in(user)
    assert browser.post(PAGE, {"email": to, "password": PASSWORD}).status_code == 302
    post.deliver()
    return browser


def address_of(user: User) -> str:
    return User.objects.get(pk=user.pk).email


def mirrored(organization: Organization, user: User) -> tuple[str, str]:
    """The address as the organization knows it: membership, directory."""
    with scope(organization, actor=SYSTEM, source="system"):
        inside = Membership.objects.get(user_id=user.pk).email
    return inside, DirectoryEntry.objects.get(organization=organization, user=user).email


def events(user: User) -> list[str]:
    rows = PlatformEntry.objects.filter(object_pk=str(user.pk), event__startswith="person.").order_by("id")
    return list(rows.values_list("event", flat=True))


def test_the_link_from_the_new_address_moves_the_account_everywhere(
    organization: Organization, other_organization: Organization
) -> None:
    user, new = person(), email()
    before = user.email
    for place in (organization, other_organization):
        house(place)
        join(place, user)
    browser = asked(user, new)

    page = browser.open(post.link(new))
    done = browser.post(CONFIRM)
    post.deliver()

    assert page.status_code == 200
    assert new in page.content.decode()
    assert (done.status_code, done["Location"]) == (302, "/account/email/")
    assert f"You sign in as {new}" in browser.follow(done).content.decode()
    assert address_of(user) == new
    assert [mirrored(place, user) for place in (organization, other_organization)] == [(new, new)] * 2
    member = records.member(organization, user.pk)
    assert member is not None
    assert member.email == new
    assert post.mails(before) == ["Your address is about to be changed", "Your address was changed"]
    assert post.mails(new) == ["Confirm your new address for Campaign Builder"]
    assert events(user) == ["person.asked_for_email_change", "person.changed_email"]
    assert Browser().post(f"{BASE}/sign-in/", {"login": new, "password": PASSWORD}).status_code == 302
    assert Browser().post(f"{BASE}/sign-in/", {"login": before, "password": PASSWORD}).status_code == 422


def test_the_organizations_log_names_the_person(organization: Organization) -> None:
    user, new = person(), email()
    join(organization, user)
    browser = asked(user, new)
    browser.open(post.link(new))
    browser.post(CONFIRM)
    post.deliver()

    with scope(organization, actor=SYSTEM, source="system"):
        entry = Entry.objects.filter(changes__has_key="email").order_by("-id")[0]

    assert (entry.actor_email, entry.source) == (new, "job")
    assert entry.changes["email"] == [user.email, new]


def test_mirroring_again_changes_nothing_and_skips_who_knows(organization: Organization) -> None:
    user = person()
    join(organization, user)
    with scope(organization, actor=SYSTEM, source="system"):
        before = list(Membership.objects.values_list()), Entry.objects.count()

    for _ in range(2):
        with public_scope(actor=SYSTEM, source="system"):
            enqueue("tenants.mirror_email", {"user_id": user.pk}, actor=SYSTEM)
        post.deliver()

    with scope(organization, actor=SYSTEM, source="system"):
        assert (list(Membership.objects.values_list()), Entry.objects.count()) == before
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}


def test_suspended_people_are_mirrored_and_removed_organizations_left_alone(
    organization: Organization, other_organization: Organization
) -> None:
    user, new = person(), email()
    join(organization, user)
    join(other_organization, user)
    with scope(organization, actor=SYSTEM, source="system"):
        Membership.objects.filter(user_id=user.pk).update(status="suspended")
    Organization.objects.filter(pk=other_organization.pk).update(status="removed")
    browser = asked(user, new)
    browser.open(post.link(new))
    browser.post(CONFIRM)
    post.deliver()

    assert mirrored(organization, user) == (new, new)
    assert mirrored(other_organization, user) == (user.email, user.email)
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}


def test_the_token_is_stored_and_logged_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    user, new = person(), email()
    browser = asked(user, new)
    token = post.token(new)
    browser.open(post.link(new))
    browser.post(CONFIRM)

    assert bytes(EmailChange.objects.get(user=user).token_hash or b"") == hash_of(token)
    assert token not in caplog.text
    assert PASSWORD not in caplog.text
    with connection.cursor() as cursor:
        for table in ("tenants_emailchange", "audit_platform_platformentry", "jobs_job"):
            cursor.execute(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE %s", [f"%{token}%"])
            assert cursor.fetchone() == (0,), table


def test_a_taken_address_is_told_to_the_holder_of_the_link_alone() -> None:
    user, owner = person(), person()
    free = signed_in(user).post(PAGE, {"email": email(), "password": PASSWORD})
    browser = signed_in(user)

    taken = browser.post(PAGE, {"email": owner.email.upper(), "password": PASSWORD})
    post.deliver()
    browser.open(post.link(owner.email.upper()))
    refused = browser.post(CONFIRM)

    assert (taken.status_code, taken["Location"]) == (free.status_code, free["Location"])
    assert refused.status_code == 409
    assert b"belongs to another account" in refused.content
    assert address_of(user) == user.email
    assert events(user) == ["person.asked_for_email_change"] * 2
    assert EmailChange.objects.get(user=user).used_at is None


def test_who_gets_the_link_by_mistake_can_do_nothing_with_it() -> None:
    user, stranger, new = person(), person(), email()
    asked(user, new)

    anonymous = Browser().open(post.link(new))
    other = signed_in(stranger)
    shown = other.open(post.link(new))
    sent = other.post(CONFIRM)

    assert b"Sign in" in anonymous.content
    assert (shown.status_code, sent.status_code) == (410, 410)
    assert user.email not in shown.content.decode()
    assert (address_of(user), address_of(stranger)) == (user.email, stranger.email)


def test_signing_in_on_the_way_leads_back_to_the_link() -> None:
    user, new, browser = person(), email(), Browser()
    asked(user, new)

    browser.open(post.link(new))
    assert browser.here == f"{BASE}/sign-in/?next=%2Faccount%2Femail%2Fconfirm%2Fopen%2F"
    page = browser.follow(
        browser.post(
            f"{BASE}/sign-in/",
            {"login": user.email, "password": PASSWORD, "next": "/account/email/confirm/open/"},
        )
    )

    assert browser.here == CONFIRM
    assert new in page.content.decode()


def test_of_many_who_confirm_at_once_one_succeeds() -> None:
    user, new = person(), email()
    asked(user, new)
    token, actor, results = post.token(new), user_actor(user), []
    start = threading.Barrier(20)

    def confirm() -> None:
        start.wait()
        try:
            with public_scope(actor=actor, source="console"):
                confirm_email_change(actor=actor, token=token)
            results.append("moved")
        except DomainError as error:
            results.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=confirm) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["email_link_gone"] * 19 + ["moved"]
    assert events(user).count("person.changed_email") == 1


def test_asking_again_kills_the_former_link() -> None:
    user, first, second = person(), email(), email()
    browser = asked(user, first)
    asked(user, second, browser)

    assert browser.open(post.link(first)).status_code == 410
    assert browser.open(post.link(second)).status_code == 200
    assert second in browser.get(PAGE).content.decode()


def test_a_link_ends_after_an_hour_by_the_databases_clock() -> None:
    user, new = person(), email()
    browser = asked(user, new)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM expires_at - now()) FROM tenants_emailchange WHERE user_id = %s", [user.pk]
        )
        left = cursor.fetchone()[0]
    EmailChange.objects.filter(user=user).update(expires_at=Now() - timedelta(seconds=1))

    assert 3500 < left <= 3600
    assert browser.open(post.link(new)).status_code == 410
    assert browser.post(CONFIRM).status_code == 410
    assert address_of(user) == user.email


def test_a_link_scanner_changes_nothing() -> None:
    user, new = person(), email()
    browser = asked(user, new)

    Browser().open(post.link(new))
    browser.open(post.link(new))

    assert address_of(user) == user.email
    assert browser.post(CONFIRM).status_code == 302


def test_the_link_is_built_from_the_settings_whatever_host_is_claimed() -> None:
    user, new = person(), email()
    browser = signed_in(user)
    browser.post(PAGE, {"email": new, "password": PASSWORD}, **{"X-Forwarded-Host": "evil.example"})
    post.deliver()

    assert post.link(new).startswith(f"{BASE}/account/email/confirm/")
    assert not any("evil" in str(sent.body) for sent in mail.outbox)


@pytest.mark.parametrize(
    ("address", "password"),
    [
        ("nobody", PASSWORD),
        ("", PASSWORD),
        ("a\x00@example.com", PASSWORD),
        ("a@example.com\nBcc: b@example.com", PASSWORD),
        ("a@example.invalid", PASSWORD),
        ("x" * 260 + "@example.com", PASSWORD),
        ("new@example.com", "wrong-password-entirely"),
        ("new@example.com", ""),
        ("own", PASSWORD),
    ],
)
def test_bad_input_asks_for_nothing(address: str, password: str) -> None:
    user = person()
    browser = signed_in(user)

    answer = browser.post(PAGE, {"email": user.email.upper() if address == "own" else address, "password": password})

    assert answer.status_code == 422
    assert b"data-error-summary" in answer.content
    assert not EmailChange.objects.filter(user=user).exists()
    assert not Job.objects.exists()


def test_guessing_the_password_is_limited() -> None:
    user = person()

    answers = [signed_in(user).post(PAGE, {"email": email(), "password": "guess"}).status_code for _ in range(5)]

    assert answers == [422] * 5
    assert signed_in(user).post(PAGE, {"email": email(), "password": PASSWORD}).status_code == 429
    assert not EmailChange.objects.filter(user=user).exists()


def test_a_reset_link_to_the_former_address_dies() -> None:
    user, new = person(), email()
    Browser().post(f"{BASE}/password/", {"email": user.email})
    post.deliver()
    reset = post.link(user.email)
    browser = asked(user, new)
    browser.open(post.link(new))
    browser.post(CONFIRM)

    assert Browser().open(reset).status_code == 410


def test_a_change_that_is_not_wanted_any_more_mails_no_link() -> None:
    user, new = person(), email()
    browser = signed_in(user)
    browser.post(PAGE, {"email": new, "password": PASSWORD})
    EmailChange.objects.filter(user=user).update(used_at=Now())

    post.deliver()

    assert post.mails(new) == []
    assert post.mails(user.email) == ["Your address is about to be changed"]
