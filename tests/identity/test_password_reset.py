"""A new password: by the present one, and by a mailed link."""

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection, connections
from django.db.models.functions import Now

from audit.platform.models import PlatformEntry
from kernel.errors import Conflict, DomainError, Invalid, NotFound
from kernel.jobs.models import Job
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope
from tenants import records
from tenants.commands.account.password import change_password, reset_password
from tenants.models import EmailChange, Organization, PasswordReset, User
from tenants.queries.account import hash_of, open_reset
from tenants.signin.commands import user_actor
from tests.identity import post
from tests.identity.browser import Browser
from tests.identity.world import BASE, PASSWORD, email, house, join, person, signed_in, user_id_at

NEW = "another-long-enough-password"
FORGOT = f"{BASE}/password/"
RESET = f"{BASE}/password/reset/open/"
CHANGE = f"{BASE}/account/password/"
BOTH = {"password": NEW, "password_again": NEW}


@pytest.fixture(autouse=True)
def nothing_waits(committed: None) -> None:
    post.forget()
    PasswordReset.objects.all().delete()


def asked(user: User) -> str:
    """Ask for a link and return its token as the mail holds it."""
    assert Browser().post(FORGOT, {"email": user.email}).status_code == 200
    post.deliver()
    return post.token(user.email)


def move_end(by: timedelta) -> None:
    PasswordReset.objects.update(expires_at=Now() + by)


def events(user: User) -> list[tuple[str, str]]:
    """Semantic entries about the account: what, by whom."""
    rows = PlatformEntry.objects.filter(object_pk=str(user.pk), event__startswith="person.").order_by("id")
    return list(rows.values_list("event", "actor_email"))


def can_sign_in(user: User, password: str) -> bool:
    answer = Browser().post(f"{BASE}/sign-in/", {"login": user.email, "password": password})
    return answer.status_code == 302


# By a link --------------------------------------------------------------------------------------


def test_a_mailed_link_sets_the_password_and_ends_every_session(organization: Organization) -> None:
    user, origin = person(), house(organization)
    join(organization, user)
    here, there = signed_in(user), signed_in(user)
    there.open(f"{origin}/")
    token, browser = asked(user), Browser()

    page = browser.open(post.link(user.email))
    done = browser.post(RESET, BOTH)

    assert (page.status_code, browser.visited[1]) == (200, RESET)
    assert user.email in page.content.decode()
    assert (done.status_code, done["Location"]) == (302, "/sign-in/")
    assert b"Sign in with it" in browser.follow(done).content
    assert user_id_at(browser.at("localhost:8000")) is None
    assert (can_sign_in(user, NEW), can_sign_in(user, PASSWORD)) == (True, False)
    assert here.get(f"{BASE}/choose/")["Location"] == "/sign-in/"
    assert there.get(f"{origin}/").status_code == 302
    assert open_reset(token) is None
    assert events(user) == [("person.asked_for_password_reset", None), ("person.reset_password", user.email)]


def test_the_answer_is_the_same_for_everybody_and_looks_at_nobody() -> None:
    known, unknown, off = person().email, email(), person(is_active=False).email

    answers = [Browser().post(FORGOT, {"email": address}) for address in (known, unknown, off)]

    texts = [
        answer.content.decode().replace(address, "ADDRESS")
        for answer, address in zip(answers, (known, unknown, off), strict=True)
    ]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len(set(texts)) == 1
    assert Job.objects.filter(kind="tenants.send_password_reset").count() == 3
    assert not PasswordReset.objects.exists()


def test_only_active_accounts_get_mail() -> None:
    for address in (email(), person(is_active=False).email):
        Browser().post(FORGOT, {"email": address})

    post.deliver()

    assert mail.outbox == []
    assert not PasswordReset.objects.exists()


def test_the_token_is_stored_and_logged_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    user = person()
    token, browser = asked(user), Browser()
    browser.open(post.link(user.email))
    browser.post(RESET, {"password": "short", "password_again": "short"})
    assert bytes(PasswordReset.objects.get(user=user).token_hash) == hash_of(token)
    browser.post(RESET, BOTH)

    assert token not in caplog.text
    assert NEW not in caplog.text
    with connection.cursor() as cursor:
        for table in ("tenants_passwordreset", "audit_platform_platformentry", "jobs_job", "django_session"):
            cursor.execute(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE %s", [f"%{token}%"])
            assert cursor.fetchone() == (0,), table


def test_the_link_is_built_from_the_settings_whatever_host_is_claimed() -> None:
    user, browser = person(), Browser()

    browser.post(FORGOT, {"email": user.email}, **{"X-Forwarded-Host": "evil.example"})
    post.deliver()

    assert post.link(user.email).startswith(f"{BASE}/password/reset/")
    assert "evil" not in str(mail.outbox[-1].body)


def test_a_link_works_once_and_kills_the_others() -> None:
    user = person()
    first, second, browser = asked(user), asked(user), Browser()
    browser.open(f"{BASE}/password/reset/{second}/")
    assert browser.post(RESET, BOTH).status_code == 302

    for token in (first, second):
        assert Browser().open(f"{BASE}/password/reset/{token}/").status_code == 410
    assert User.objects.get(pk=user.pk).check_password(NEW)


def test_of_many_who_use_one_link_one_succeeds() -> None:
    user = person()
    token, results = asked(user), []
    start = threading.Barrier(20)

    def use(number: int) -> None:
        start.wait()
        try:
            reset_password(actor=None, token=token, password=f"{NEW}-{number}")
            results.append(f"{NEW}-{number}")
        except (NotFound, Conflict) as error:
            results.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=use, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    won = [result for result in results if result.startswith(NEW)]
    assert (len(results), len(won)) == (20, 1)
    assert {result for result in results if result not in won} <= {"reset_link_gone"}
    assert User.objects.get(pk=user.pk).check_password(won[0])


def test_a_link_ends_after_an_hour_by_the_databases_clock() -> None:
    user = person()
    asked(user)
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM max(expires_at) - now()) FROM tenants_passwordreset")
        left = cursor.fetchone()[0]
    move_end(timedelta(seconds=-1))

    page = Browser().open(post.link(user.email))

    assert 3500 < left <= 3600
    assert page.status_code == 410
    assert b"Ask for a new one" in page.content


@pytest.mark.parametrize("token", ["x", "a" * 43, "a" * 500, "%00", "é" * 43])
def test_an_unknown_link_says_so(token: str) -> None:
    assert Browser().open(f"{BASE}/password/reset/{token}/").status_code == 410
    browser = Browser()
    browser.at("localhost:8000").cookies["__Host-reset"] = token
    assert browser.post(RESET, BOTH).status_code == 410


def test_a_link_scanner_changes_nothing() -> None:
    user = person()
    asked(user)

    for _ in range(3):
        Browser().get(post.link(user.email))

    assert Browser().open(post.link(user.email)).status_code == 200
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


def test_an_account_that_was_switched_off_meanwhile_stays_as_it_is() -> None:
    user = person()
    token = asked(user)
    User.objects.filter(pk=user.pk).update(is_active=False)

    with pytest.raises(NotFound):
        reset_password(actor=None, token=token, password=NEW)

    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


@pytest.mark.parametrize(
    ("password", "again"),
    [("short", "short"), ("password12", "password12"), (NEW, "different-password"), ("", ""), ("x" * 1001, "x" * 1001)],
)
def test_a_bad_password_keeps_the_link(password: str, again: str) -> None:
    user, browser = person(), Browser()
    token = asked(user)
    browser.open(post.link(user.email))

    answer = browser.post(RESET, {"password": password, "password_again": again})

    assert answer.status_code == 422
    assert b"data-error-summary" in answer.content
    assert open_reset(token) is not None
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


def test_asking_is_limited_per_address_and_per_visitor() -> None:
    address, browser = email(), Browser()

    per_address = [Browser().post(FORGOT, {"email": address.upper()}).status_code for _ in range(4)]
    per_visitor = [browser.post(FORGOT, {"email": email()}).status_code for _ in range(11)]

    assert per_address == [200] * 3 + [429]
    assert per_visitor == [200] * 10 + [429]


def test_the_cookie_belongs_to_one_host_and_goes_when_it_is_used() -> None:
    user, browser = person(), Browser()
    asked(user)
    answer = browser.get(post.link(user.email))
    cookie = answer.cookies["__Host-reset"]

    assert (cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["domain"]) == (True, True, "Lax", "")
    assert answer["Referrer-Policy"] == "no-referrer"
    assert browser.post(RESET, BOTH).cookies["__Host-reset"].value == ""


def test_bad_addresses_mail_nobody() -> None:
    for address in ("", "nobody", "a\x00@example.com", "a@example.com\nBcc: b@example.com", "x" * 400):
        assert Browser().post(FORGOT, {"email": address}).status_code == 422
    assert not Job.objects.exists()


def test_it_works_without_redis(redis_away: None) -> None:
    user, browser = person(), Browser()
    asked(user)

    browser.open(post.link(user.email))

    assert browser.post(RESET, BOTH).status_code == 302
    assert can_sign_in(user, NEW)


# By the present password ------------------------------------------------------------------------


def test_changing_it_keeps_this_session_and_ends_the_others(organization: Organization) -> None:
    user, origin = person(), house(organization)
    join(organization, user)
    here, there = signed_in(user), signed_in(user)
    there.open(f"{origin}/")
    before = here.at("localhost:8000").cookies["__Host-session"].value

    done = here.post(CHANGE, {"present": PASSWORD, **BOTH})
    page = here.follow(done)

    assert (done.status_code, page.status_code) == (302, 200)
    assert b"signed out everywhere else" in page.content
    assert here.at("localhost:8000").cookies["__Host-session"].value != before
    assert there.get(f"{BASE}/choose/")["Location"] == "/sign-in/"
    assert there.get(f"{origin}/").status_code == 302
    assert here.open(f"{origin}/").status_code == 200
    assert (can_sign_in(user, NEW), can_sign_in(user, PASSWORD)) == (True, False)
    assert events(user) == [("person.changed_password", user.email)]


def test_the_holder_is_told_by_mail() -> None:
    user = person()
    signed_in(user).post(CHANGE, {"present": PASSWORD, **BOTH})

    post.deliver()

    assert post.mails(user.email) == ["Your password was changed"]
    assert f"{BASE}/password/" in str(mail.outbox[-1].body)
    assert NEW not in str(mail.outbox[-1].body)


def test_it_kills_links_that_were_mailed_before() -> None:
    user = person()
    token = asked(user)
    EmailChange.objects.create(user=user, email=email(), expires_at=Now() + timedelta(hours=1))

    signed_in(user).post(CHANGE, {"present": PASSWORD, **BOTH})

    assert open_reset(token) is None
    assert not EmailChange.objects.filter(user=user, used_at=None).exists()


@pytest.mark.parametrize(
    ("present", "password", "again"),
    [
        ("wrong", NEW, NEW),
        ("", NEW, NEW),
        (PASSWORD, "short", "short"),
        (PASSWORD, NEW, "different"),
        (PASSWORD, "a\x00" + NEW, "a\x00" + NEW),
    ],
)
def test_bad_input_changes_nothing(present: str, password: str, again: str) -> None:
    user = person()
    browser = signed_in(user)

    answer = browser.post(CHANGE, {"present": present, "password": password, "password_again": again})

    assert answer.status_code == 422
    assert User.objects.get(pk=user.pk).password == user.password
    assert events(user) == []
    assert browser.get(CHANGE).status_code == 200
    assert not Job.objects.exists()


def test_guessing_the_present_password_is_limited_whatever_the_visitors_address() -> None:
    user = person()

    answers = [signed_in(user).post(CHANGE, {"present": "guessed-password", **BOTH}).status_code for _ in range(5)]
    right = signed_in(user).post(CHANGE, {"present": PASSWORD, **BOTH})

    assert answers == [422] * 5
    assert right.status_code == 429
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


def test_of_two_changes_at_once_one_is_refused() -> None:
    user = person()
    actor, before = user_actor(user), user.password
    with public_scope(actor=actor, source="console"):
        change_password(actor=actor, present=PASSWORD, password=NEW)

    stale = User.objects.get(pk=user.pk)
    stale.password = before
    with pytest.raises(DomainError) as caught, public_scope(actor=actor, source="console"):
        from tenants.commands.account import password as commands

        commands._set(stale, "md5$x$y")

    assert isinstance(caught.value, Conflict)
    assert User.objects.get(pk=user.pk).check_password(NEW)


def test_nobody_changes_the_password_of_an_account_that_is_switched_off() -> None:
    user = person(is_active=False)

    with pytest.raises(DomainError), public_scope(actor=user_actor(user), source="console"):
        change_password(actor=user_actor(user), present=PASSWORD, password=NEW)
    with pytest.raises(DomainError), public_scope(actor=SYSTEM, source="console"):
        change_password(actor=SYSTEM, present=PASSWORD, password=NEW)

    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


def test_the_record_of_the_account_follows() -> None:
    user = person()
    before = records.account(user.pk)
    signed_in(user).post(CHANGE, {"present": PASSWORD, **BOTH})
    now = records.account(user.pk)

    assert before is not None
    assert now is not None
    assert now.session_hash == User.objects.get(pk=user.pk).get_session_auth_hash() != before.session_hash


def test_a_command_refuses_a_short_password_too() -> None:
    user = person()
    token = asked(user)

    with pytest.raises(Invalid) as caught:
        reset_password(actor=None, token=token, password="short")

    assert [error.code for error in caught.value.errors] == ["password_too_short"]
    assert open_reset(token) is not None
