"""The second factor: set up, asked for after the password, used once, limited, encrypted, removed."""

import re
import threading
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as django_settings
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, connections
from django.utils import timezone
from pytest_django.fixtures import Settings

from audit.platform.models import PlatformEntry
from kernel import secrets
from kernel.errors import Invalid
from kernel.jobs.models import Job
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope, scope
from tenants import records
from tenants.commands.second_factor import (
    add_second_factor,
    recovery_codes,
    remove_second_factor,
    use_second_factor,
)
from tenants.models import EmailChange, HandoffCode, Organization, SessionRecord, User
from tenants.queries.second_factor import has_second_factor, second_factor_of
from tenants.signin import notices
from tenants.signin.commands import user_actor
from tenants.signin.second_factor import matching_counter
from tests.identity.browser import Browser
from tests.identity.factors import (
    App,
    code_of,
    factor_in,
    give_code,
    give_password,
    key_shown,
    session_of,
    signed_in_with_code,
    with_factor,
)
from tests.identity.world import BASE, PASSWORD, house, join, operator, person, signed_in, user_id_at

HOST = "localhost:8000"
SECURITY = f"{BASE}/account/security/"


def rows_of(user: User) -> list[Any]:
    return list(Authenticator.objects.filter(user_id=user.pk).order_by("type").values_list("type", "data"))


def use(user: User, code: str) -> str:
    with public_scope(actor=user_actor(user), source="console"):
        return use_second_factor(user_id=user.pk, code=code)


def platform_events(user: User) -> list[str]:
    rows = PlatformEntry.objects.filter(actor_email=user.email).exclude(event="").order_by("id")
    return [name for name in rows.values_list("event", flat=True) if name.startswith("person.")]


def notices_for(user: User) -> list[str]:
    rows = Job.objects.filter(kind=notices.NOTIFY, payload__user_id=str(user.pk)).order_by("id")
    return [payload["change"] for payload in rows.values_list("payload", flat=True)]


def give_code_of(browser: Browser, user: User, code: str) -> None:
    """Sign in on another browser with a code that is at hand."""
    give_password(browser, user)
    assert give_code(browser, code).status_code == 302


# Signing in


def test_the_password_alone_opens_nothing(organization: Organization) -> None:
    user, origin = person(), house(organization)
    join(organization, user, "owner")
    with_factor(user)
    browser = Browser()

    answer = give_password(browser, user, "/choose/")

    assert (answer.status_code, answer["Location"]) == (302, "/second-factor/")
    assert user_id_at(browser.at(HOST)) is None
    assert factor_in(browser, HOST) is None
    for path in ("/choose/", "/", "/account/security/", "/account/sessions/", "/continue/?host=x&state=y"):
        page = browser.get(f"{BASE}{path}")
        assert (page.status_code, page["Location"].partition("?")[0]) == (302, "/sign-in/"), path
    key = browser.at(HOST).cookies["__Host-session"].value
    thief = Browser()
    thief.at(urlsplit(origin).netloc).cookies["__Host-session"] = key
    assert thief.get(f"{origin}/campaigns/")["Location"].startswith("/sign-in/")
    assert thief.get(f"{origin}/api/v1/me").status_code == 401
    assert not HandoffCode.objects.filter(user=user).exists()
    assert not SessionRecord.objects.filter(user=user).exists()


def test_the_code_opens_the_session_and_goes_on_to_where_the_person_wanted() -> None:
    user, browser = person(), Browser()
    app, _codes = with_factor(user)
    give_password(browser, user, "/find/?a=1")
    before = browser.at(HOST).cookies["__Host-session"].value

    answer = give_code(browser, app.code())

    assert (answer.status_code, answer["Location"]) == (302, "/find/?a=1")
    assert user_id_at(browser.at(HOST)) == str(user.pk)
    assert factor_in(browser, HOST) == "totp"
    assert browser.at(HOST).cookies["__Host-session"].value != before


def test_the_organizations_session_and_log_know_which_factor_was_used(organization: Organization) -> None:
    origin = house(organization)
    host = urlsplit(origin).netloc
    used: list[object] = []
    for kind in ("totp", "recovery_codes", ""):
        user = person()
        join(organization, user)
        browser = Browser()
        if kind:
            app, codes = with_factor(user)
            give_password(browser, user)
            give_code(browser, app.code() if kind == "totp" else codes[3])
        else:
            signed_in(user, browser)
        browser.get(browser.target(browser.get(browser.target(browser.get(f"{origin}/sign-in/")))))
        assert factor_in(browser, host) == kind
        with scope(organization, actor=SYSTEM, source="system"), connection.cursor() as cursor:
            cursor.execute(
                "SELECT additional_data ->> 'second_factor' FROM audit_entry"
                " WHERE event = 'person.signed_in' AND actor_email = %s",
                [user.email],
            )
            used.append(cursor.fetchone()[0])

    assert used == ["totp", "recovery_codes", None]


@pytest.mark.parametrize("code", ["", "000000x", "١٢٣٤٥٦", "\x00", "12345", "x" * 41, "' or 1=1 --"])
def test_a_code_that_is_none_is_refused(code: str) -> None:
    user, browser = person(), Browser()
    with_factor(user)
    before = rows_of(user)
    give_password(browser, user)

    assert give_code(browser, code).status_code == 422
    assert user_id_at(browser.at(HOST)) is None
    assert rows_of(user) == before


def test_spaces_and_dashes_in_a_code_do_not_matter() -> None:
    user, browser = person(), Browser()
    app, codes = with_factor(user)
    give_password(browser, user)
    code = app.code()

    assert give_code(browser, f" {code[:3]} {code[3:]} ").status_code == 302
    assert use(user, f"{codes[0][:4]}-{codes[0][4:]}") == "recovery_codes"


def test_a_replayed_code_is_refused_also_without_redis(settings: Settings, redis_away: None) -> None:
    user = person()
    app, _codes = with_factor(user)
    code = app.code()

    assert (use(user, code), use(user, code)) == ("totp", "")
    first, second = Browser(), Browser()
    give_password(first, user)
    give_password(second, user)
    code = app.code()
    assert give_code(first, code).status_code == 302
    assert give_code(second, code).status_code == 422


def test_the_code_of_the_set_up_and_earlier_ones_are_used_up() -> None:
    user = person()
    app, _codes = with_factor(user)
    newest = code_of(app.secret, int(time.time()) // 30 + 1)

    assert use(user, code_of(app.secret, app.last)) == ""
    assert use(user, newest) == "totp"
    assert use(user, code_of(app.secret, int(time.time()) // 30)) == ""


def test_a_code_of_another_minute_is_refused() -> None:
    app, step = App(), int(time.time()) // 30

    assert [matching_counter(app.secret, code_of(app.secret, step + off)) is not None for off in (-3, 0, 3)] == [
        False,
        True,
        False,
    ]


def test_it_limits_wrong_codes_per_account_and_says_so() -> None:
    user = person()
    app, _codes = with_factor(user)
    browsers = [Browser() for _ in range(3)]
    for browser in browsers:
        give_password(browser, user)

    answers = [give_code(browsers[number % 2], "000000").status_code for number in range(6)]
    refused = give_code(browsers[2], app.code())

    assert answers == [422] * 5 + [429]
    assert refused.status_code == 429
    assert b"Too many attempts" in refused.content
    assert user_id_at(browsers[2].at(HOST)) is None


def test_it_limits_wrong_codes_per_address_and_a_right_one_gives_no_new_tries() -> None:
    address = Browser().address
    codes = []
    for number in range(3):
        user = person()
        app, _codes = with_factor(user)
        browser = Browser(address)
        give_password(browser, user)
        codes += [give_code(browser, "000000").status_code for _ in range(4)]
        if number == 0:
            assert give_code(browser, app.code()).status_code == 302

    assert codes == [422] * 10 + [429] * 2


def test_the_limit_holds_without_redis(redis_away: None) -> None:
    user, browser = person(), Browser()
    with_factor(user)
    give_password(browser, user)

    assert [give_code(browser, "000000").status_code for _ in range(6)] == [422] * 5 + [429]


def test_what_is_half_signed_in_ends_after_ten_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    user, browser = person(), Browser()
    app, _codes = with_factor(user)
    give_password(browser, user)
    now = time.time()
    monkeypatch.setattr("allauth.account.internal.stagekit.time.time", lambda: now + 601)

    assert give_code(browser, app.code())["Location"] == "/sign-in/"
    assert user_id_at(browser.at(HOST)) is None


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "md5$salt$other"}])
def test_an_account_that_changed_between_password_and_code_stays_out(change: dict[str, Any]) -> None:
    user, browser = person(), Browser()
    app, _codes = with_factor(user)
    give_password(browser, user)
    with public_scope(actor=SYSTEM, source="system"):
        records.account_changing(user.pk)
        User.objects.filter(pk=user.pk).update(**change)

    assert give_code(browser, app.code())["Location"] == "/sign-in/"
    assert user_id_at(browser.at(HOST)) is None


def test_the_page_that_asks_for_a_code_is_for_those_who_gave_a_password() -> None:
    assert Browser().get(f"{BASE}/second-factor/")["Location"] == "/sign-in/"
    assert Browser().post(f"{BASE}/second-factor/", {"code": "000000"})["Location"] == "/sign-in/"


def test_another_person_at_the_same_browser_keeps_no_factor_of_the_first() -> None:
    first, second, browser = person(), person(), Browser()
    app, _codes = with_factor(first)
    signed_in_with_code(first, app, browser)

    signed_in(second, browser)

    assert user_id_at(browser.at(HOST)) == str(second.pk)
    assert factor_in(browser, HOST) == ""


def test_somebody_elses_code_does_not_help() -> None:
    user, other, browser = person(), person(), Browser()
    app, _codes = with_factor(user)
    with public_scope(actor=user_actor(other), source="console"):
        code = code_of("A" * 32, int(time.time()) // 30)
        add_second_factor(actor=user_actor(other), secret="A" * 32, code=code, session_key="")
    give_password(browser, other)

    assert give_code(browser, app.code()).status_code == 422


def test_operators_may_have_one() -> None:
    user, browser = operator(), Browser()
    app, _codes = with_factor(user)

    signed_in_with_code(user, app, browser)
    page = browser.open("http://ops.localhost:8000/")

    assert page.status_code == 200
    assert factor_in(browser, "ops.localhost:8000") == "totp"


# Recovery codes


def test_a_recovery_code_works_once_of_many_who_try_it() -> None:
    user = person()
    _app, codes = with_factor(user)
    results: list[str] = []

    def attempt() -> None:
        try:
            results.append(use(user, codes[0]))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=attempt) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == [""] * 11 + ["recovery_codes"]
    found = second_factor_of(user.pk)
    assert found is not None
    assert found.codes_left == 9
    assert recovery_codes(actor=user_actor(user)) == codes[1:]
    assert platform_events(user) == ["person.second_factor_added", "person.recovery_code_used"]


def test_renewed_recovery_codes_replace_all_former_ones() -> None:
    user = person()
    app, codes = with_factor(user)
    browser = signed_in_with_code(user, app)

    wrong = browser.post(f"{SECURITY}recovery-codes/new/", {"renew-code": "000000"})
    assert wrong.status_code == 422
    assert recovery_codes(actor=user_actor(user)) == codes
    answer = browser.post(f"{SECURITY}recovery-codes/new/", {"renew-code": app.code()})

    assert answer["Location"] == "/account/security/recovery-codes/"
    page = browser.get(f"{SECURITY}recovery-codes/").content.decode()
    renewed = recovery_codes(actor=user_actor(user))
    assert len(renewed) == 10
    assert set(renewed).isdisjoint(codes)
    assert all(code in page for code in renewed)
    assert use(user, codes[0]) == ""


def test_recovery_codes_are_shown_for_ten_minutes_only(monkeypatch: pytest.MonkeyPatch) -> None:
    user = person()
    app, _codes = with_factor(user)
    browser = signed_in_with_code(user, app)
    assert browser.get(f"{SECURITY}recovery-codes/")["Location"] == "/account/security/"
    browser.post(f"{SECURITY}recovery-codes/new/", {"renew-code": app.code()})
    text = browser.get(f"{SECURITY}recovery-codes/text/")

    assert text["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert text["Cache-Control"].find("no-store") >= 0
    assert all(code in text.content.decode() for code in recovery_codes(actor=user_actor(user)))
    now = time.time()
    monkeypatch.setattr("console.public.security.time.time", lambda: now + 601)
    for path in ("recovery-codes/", "recovery-codes/text/"):
        assert browser.get(f"{SECURITY}{path}")["Location"] == "/account/security/"


# Setting up, moving, turning off


def test_setting_up_takes_a_code_of_the_app_and_shows_recovery_codes() -> None:
    user = person()
    browser = signed_in(user)
    page = browser.get(f"{SECURITY}set-up/")
    app = App(key_shown(page))
    assert f"otpauth://totp/{user.email}" not in page.content.decode()
    assert 'src="data:image/svg+xml;base64,' in page.content.decode()

    wrong = browser.post(f"{SECURITY}set-up/", {"code": "000000"})
    assert (wrong.status_code, has_second_factor(user.pk)) == (422, False)
    assert key_shown(wrong) == app.secret
    key = browser.at(HOST).cookies["__Host-session"].value
    answer = browser.post(f"{SECURITY}set-up/", {"code": app.code(), "next": "/choose/"})

    assert answer["Location"] == "/account/security/recovery-codes/?next=%2Fchoose%2F"
    codes = browser.open(browser.target(answer)).content.decode()
    assert 'href="/choose/"' in codes
    assert all(code in codes for code in recovery_codes(actor=user_actor(user)))
    assert factor_in(browser, HOST) == "totp"
    assert browser.at(HOST).cookies["__Host-session"].value != key
    assert platform_events(user) == ["person.second_factor_added"]
    assert notices_for(user) == ["added"]


def test_setting_up_long_after_signing_in_takes_the_password_too() -> None:
    user = person()
    browser = signed_in(user)
    session = browser.at(HOST).session
    session["signed_in_at"] = int(time.time()) - 901
    session.save()
    app = App(key_shown(browser.get(f"{SECURITY}set-up/")))

    for password in ({}, {"password": ""}, {"password": "wrong-password"}):
        assert browser.post(f"{SECURITY}set-up/", {"code": app.code(), **password}).status_code == 422
        app.last -= 1
    assert not has_second_factor(user.pk)
    assert browser.post(f"{SECURITY}set-up/", {"code": app.code(), "password": PASSWORD}).status_code == 302
    assert has_second_factor(user.pk)


def test_moving_to_another_app_takes_a_code_of_the_present_one() -> None:
    user = person()
    app, codes = with_factor(user)
    browser = signed_in_with_code(user, app)
    new = App(key_shown(browser.get(f"{SECURITY}set-up/")))
    before = rows_of(user)

    for present in ("", "000000", codes[0][:-1]):
        answer = browser.post(f"{SECURITY}set-up/", {"code": new.code(), "present_code": present})
        new.last -= 1
        assert (answer.status_code, rows_of(user)) == (422, before)
    answer = browser.post(f"{SECURITY}set-up/", {"code": new.code(), "present_code": codes[0]})

    assert answer.status_code == 302
    assert use(user, code_of(app.secret, int(time.time()) // 30 + 1)) == ""
    assert use(user, codes[1]) == ""
    assert use(user, new.code()) == "totp"
    assert notices_for(user) == ["added", "moved"]


def test_turning_it_on_ends_the_sessions_opened_without_it(organization: Organization) -> None:
    user, origin = person(), house(organization)
    join(organization, user)
    other, mine = signed_in(user), signed_in(user)
    other.open(f"{origin}/")
    app = App(key_shown(mine.get(f"{SECURITY}set-up/")))

    mine.post(f"{SECURITY}set-up/", {"code": app.code()})

    assert other.get(f"{BASE}/choose/")["Location"] == "/sign-in/"
    assert other.get(f"{origin}/api/v1/me").status_code == 401
    assert mine.get(f"{BASE}/choose/").status_code == 200
    assert SessionRecord.objects.filter(user=user).count() == 1


def test_moving_it_and_new_recovery_codes_end_other_sessions() -> None:
    user = person()
    app, codes = with_factor(user)
    mine = signed_in_with_code(user, app)
    give_code_of(other := Browser(), user, codes[0])
    new = App(key_shown(mine.get(f"{SECURITY}set-up/")))
    mine.post(f"{SECURITY}set-up/", {"code": new.code(), "present_code": codes[1]})
    after_move = other.get(f"{BASE}/choose/").status_code
    codes = recovery_codes(actor=user_actor(user))
    give_code_of(other := Browser(), user, codes[0])
    mine.post(f"{SECURITY}recovery-codes/new/", {"renew-code": codes[1]})

    assert (after_move, other.get(f"{BASE}/choose/").status_code) == (302, 302)
    assert mine.get(f"{BASE}/choose/").status_code == 200


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/account/password/", {"present": PASSWORD, "password": "another-password-1", "password_again": "x"}),
        ("/account/email/", {"email": "somebody@example.com", "password": PASSWORD}),
        ("/account/email/confirm/open/", {}),
    ],
)
def test_a_session_without_the_factor_changes_nothing_about_signing_in(path: str, data: dict[str, str]) -> None:
    user, browser = person(), Browser()
    signed_in(user, browser)
    _app, codes = with_factor(user, browser)
    before = User.objects.values("password", "email").get(pk=user.pk)

    for answer in (browser.get(f"{BASE}{path}"), browser.post(f"{BASE}{path}", data)):
        assert (answer.status_code, answer["Location"]) == (302, f"/second-factor/needed/?{urlencode({'next': path})}")
    assert User.objects.values("password", "email").get(pk=user.pk) == before
    assert not EmailChange.objects.filter(user=user).exists()

    back = browser.post(f"{BASE}/second-factor/needed/", {"code": codes[0], "next": path})
    assert back["Location"] == path
    assert browser.get(f"{BASE}{path}").status_code in (200, 410)


def test_turning_off_takes_password_and_code_and_ends_other_sessions() -> None:
    user = person()
    app, codes = with_factor(user)
    browser = signed_in_with_code(user, app)
    other = session_of(user, "acme.localhost:8000", "totp")
    browser.at(HOST).get("/choose/", headers={"host": HOST})
    SessionRecord.objects.create(
        session_key=other, user=user, host="acme.localhost", started_at=timezone.now(), seen_at=timezone.now()
    )
    before = rows_of(user)

    for password, code in (("wrong", app.code()), (PASSWORD, "000000"), ("", codes[0]), (PASSWORD, "")):
        answer = browser.post(f"{SECURITY}turn-off/", {"off-password": password, "off-code": code})
        assert (answer.status_code, len(rows_of(user))) == (422, 2)
    assert [kind for kind, _data in rows_of(user)] == [kind for kind, _data in before]
    answer = browser.post(f"{SECURITY}turn-off/", {"off-password": PASSWORD, "off-code": codes[0]})

    assert answer["Location"] == "/account/security/"
    assert rows_of(user) == []
    assert factor_in(browser, HOST) == ""
    assert not SessionRecord.objects.filter(session_key=other).exists()
    assert browser.get(f"{BASE}/choose/").status_code == 200
    assert notices_for(user) == ["added", "removed"]
    assert "person.second_factor_removed" in platform_events(user)
    assert give_password(Browser(), user)["Location"] == "/"


def test_a_refused_command_changes_nothing() -> None:
    user = person()
    with_factor(user)
    before, actor = rows_of(user), user_actor(user)

    for password, code in ((PASSWORD, "000000"), ("wrong", "000000")):
        with pytest.raises(Invalid), public_scope(actor=actor, source="console"):
            remove_second_factor(actor=actor, password=password, code=code, session_key="")

    assert rows_of(user) == before


def test_the_platform_resets_what_somebody_lost(capsys: pytest.CaptureFixture[str]) -> None:
    user = person()
    with_factor(user)
    key = session_of(user, HOST, "totp")
    SessionRecord.objects.create(
        session_key=key, user=user, host="localhost", started_at=timezone.now(), seen_at=timezone.now()
    )

    call_command("second_factor", "reset", user.email.upper())

    assert rows_of(user) == []
    assert not SessionRecord.objects.filter(user=user).exists()
    assert notices_for(user) == ["added", "reset"]
    with pytest.raises(CommandError, match="has no second factor"):
        call_command("second_factor", "reset", user.email)


@pytest.mark.parametrize("change", ["added", "moved", "removed", "reset"])
def test_a_notice_goes_to_the_person(change: str) -> None:
    user = person()

    class Context:
        payload = {"user_id": str(user.pk), "to": user.email, "change": change}

    notices.send(Context())  # type: ignore[arg-type]

    assert mail.outbox[-1].to == [user.email]
    assert "second factor" in mail.outbox[-1].subject
    assert f"{BASE}/account/security/" in mail.outbox[-1].body


# At rest


def test_the_database_and_the_log_hold_no_secret() -> None:
    user = person()
    browser = signed_in(user)
    app = App(key_shown(browser.get(f"{SECURITY}set-up/")))
    pending = browser.at(HOST).session["second_factor_secret"]
    browser.post(f"{SECURITY}set-up/", {"code": app.code()})
    codes = recovery_codes(actor=user_actor(user))
    seed = secrets.decrypt(dict(rows_of(user))["recovery_codes"]["seed"])

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(a::text, ' ') FROM mfa_authenticator a WHERE user_id = %s", [user.pk])
        stored = str(cursor.fetchone()[0])
        cursor.execute("SELECT string_agg(e::text, ' ') FROM audit_platform_platformentry e")
        logged = str(cursor.fetchone()[0])
        cursor.execute("SELECT string_agg(payload::text, ' ') FROM jobs_job")
        logged += str(cursor.fetchone()[0])

    assert app.secret not in pending
    for secret in (app.secret, seed, *codes):
        assert secret not in stored
        assert secret not in logged


def test_keys_are_renewed_and_the_former_one_may_go(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("tenants.commands.second_factor.RENEWED_AT_ONCE", 1)
    user = person()
    app, codes = with_factor(user)
    old, new = settings.ENCRYPTION_KEYS[0], "another-key-of-sufficient-length-for-this"
    before = rows_of(user)
    settings.ENCRYPTION_KEYS = [new, old]

    call_command("rotate_encryption")

    assert rows_of(user) != before
    settings.ENCRYPTION_KEYS = [new]
    assert use(user, app.code()) == "totp"
    assert use(user, codes[0]) == "recovery_codes"
    settings.ENCRYPTION_KEYS = [old]
    assert use(user, codes[1]) == ""
    assert caplog.messages == ["a second factor can't be read with the keys in ENCRYPTION_KEYS"] * 2
    settings.ENCRYPTION_KEYS = [old, new]
    call_command("rotate_encryption")


def test_pages_of_a_secret_are_not_stored_by_caches() -> None:
    user = person()
    browser = signed_in(user)

    for path in ("", "set-up/"):
        assert "no-store" in browser.get(f"{SECURITY}{path}")["Cache-Control"]
    assert re.search(r"<script(?![^>]*src=)", browser.get(f"{SECURITY}set-up/").content.decode()) is None


@pytest.mark.skipif(not django_settings.TENANT_DB_ROLES, reason="organizations have no role of their own")
@pytest.mark.parametrize("model", [Authenticator, SessionRecord])
def test_an_organizations_role_reaches_neither_factors_nor_sessions(organization: Organization, model: Any) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), scope(organization, actor=SYSTEM, source="system"):
        model.objects.first()
