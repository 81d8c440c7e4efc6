"""The list of one's sessions: on every host, seen now and then, ended from afar, cleared away."""

import logging
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.platform.models import PlatformEntry
from kernel.cache import stamps
from kernel.errors import Conflict, NotFound
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope
from tenants import records
from tenants.commands.sessions import end_other_sessions, end_session
from tenants.doors import session_use
from tenants.models import Organization, SessionRecord, User
from tenants.queries.sessions import sessions_of
from tenants.signin import sessions
from tenants.signin.commands import user_actor
from tenants.signin.user_agents import device_of
from tests.identity.browser import Browser
from tests.identity.factors import is_stored, session_of
from tests.identity.world import BASE, OPS, house, join, operator, person, signed_in

HOST = "localhost:8000"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
PAGE = f"{BASE}/account/sessions/"


def key_at(browser: Browser, host: str) -> str:
    return str(browser.at(host).cookies["__Host-session"].value)


def listed(user: User, this: str = "") -> list[Any]:
    account = records.account(user.pk)
    assert account is not None
    return sessions_of(account, this=this)


def record_of(key: str) -> SessionRecord:
    return SessionRecord.objects.get(session_key=key)


def test_it_lists_the_sessions_on_every_host_and_marks_this_one(organization: Organization) -> None:
    user = operator()
    origin = house(organization)
    join(organization, user)
    browser = signed_in(user)
    for where in (origin, OPS):
        browser.get(browser.target(browser.get(browser.target(browser.get(f"{where}/sign-in/")))))
    other = Browser()
    signed_in(user, other)

    found = listed(user, key_at(browser, HOST))

    assert [(session.host, session.is_this) for session in found][:1] == [("localhost", True)]
    assert sorted(session.host for session in found) == sorted(
        ["localhost", "localhost", "ops.localhost", f"{organization.slug}.localhost"]
    )
    places = {session.host: session.place for session in found}
    assert places["ops.localhost"] == "Operator console"
    assert places[f"{organization.slug}.localhost"] == organization.name
    assert {session.address for session in found} == {browser.address, other.address}
    page = browser.get(PAGE).content.decode()
    assert organization.name in page
    assert page.count("this session") == 1
    assert page.count('/end/"') == 4


def test_it_names_browser_and_system() -> None:
    user, browser = person(), Browser()
    browser.post(
        f"{BASE}/sign-in/",
        {"login": user.email, "password": "a-long-enough-password"},
        **{"User-Agent": FIREFOX},
    )

    assert [str(session.device) for session in listed(user)] == ["Firefox on Linux"]
    assert b"Firefox on Linux" in browser.get(PAGE).content


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36",
            "Chrome on Windows",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) Version/17.5 Safari/605.1.15", "Safari on macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.5.0", "curl"),
        ("Linux", "Linux"),
        ("", "Unknown browser"),
        ("<script>alert(1)</script>", "Unknown browser"),
    ],
)
def test_a_header_is_read_as_a_person_would(header: str, words: str) -> None:
    assert str(device_of(header)) == words


def test_a_header_of_any_length_and_kind_does_no_harm() -> None:
    user, browser = person(), Browser()
    browser.post(
        f"{BASE}/sign-in/",
        {"login": user.email, "password": "a-long-enough-password"},
        **{"User-Agent": "Firefox/\x00\x07" + "x" * 5000},
    )

    [session] = listed(user)
    assert str(session.device) == "Firefox"
    assert len(record_of(key_at(browser, HOST)).user_agent) <= 300


def test_a_session_that_was_ended_is_dead_on_the_next_request(organization: Organization) -> None:
    user, origin = person(), house(organization)
    host = urlsplit(origin).netloc
    join(organization, user)
    browser = signed_in(user)
    browser.get(browser.target(browser.get(browser.target(browser.get(f"{origin}/sign-in/")))))
    elsewhere = key_at(browser, host)
    assert browser.get(f"{origin}/api/v1/me").status_code == 200
    mine = Browser()
    signed_in(user, mine)

    answer = mine.post(f"{PAGE}{record_of(elsewhere).pk}/end/")

    assert answer["Location"] == "/account/sessions/"
    assert is_stored(elsewhere) == (False, False)
    assert browser.get(f"{origin}/campaigns/")["Location"].startswith("/sign-in/")
    assert browser.get(f"{origin}/api/v1/me").status_code == 401
    assert mine.get(PAGE).status_code == 200
    events = PlatformEntry.objects.filter(actor_email=user.email, event="person.session_ended")
    assert events.count() == 1


def test_it_is_dead_without_redis_too(organization: Organization, redis_away: None) -> None:
    user, browser, mine = person(), Browser(), Browser()
    signed_in(user, browser)
    signed_in(user, mine)
    assert browser.get(f"{BASE}/choose/").status_code == 200

    mine.post(f"{PAGE}{record_of(key_at(browser, HOST)).pk}/end/")

    assert browser.get(f"{BASE}/choose/")["Location"] == "/sign-in/"
    assert is_stored(key_at(browser, HOST)) == (False, False)


def test_it_is_dead_where_redis_still_holds_it() -> None:
    user, browser, mine = person(), Browser(), Browser()
    signed_in(user, browser)
    signed_in(user, mine)
    key = key_at(browser, HOST)
    assert browser.get(f"{BASE}/choose/").status_code == 200
    name = stamps._name("value", ("public", "session", sessions._name(key)))
    held = stamps._link().run(lambda redis: redis.get(name))
    assert held

    mine.post(f"{PAGE}{record_of(key).pk}/end/")
    stamps._link().run(lambda redis: redis.set(name, str(held), ex=60))

    assert browser.get(f"{BASE}/choose/")["Location"] == "/sign-in/"


def test_ending_a_session_ends_its_sign_in_and_what_was_opened_from_it(
    organization: Organization, other_organization: Organization
) -> None:
    user = person()
    origins = [house(organization), house(other_organization)]
    join(organization, user)
    join(other_organization, user)
    lost, mine = signed_in(user), signed_in(user)
    for origin in origins:
        lost.open(f"{origin}/")
        mine.open(f"{origin}/")
    lost_key, my_key = (key_at(browser, urlsplit(origins[0]).netloc) for browser in (lost, mine))

    mine.post(f"{PAGE}{record_of(lost_key).pk}/end/")

    assert lost.open(f"{origins[0]}/").status_code == 200
    assert lost.here.startswith(f"{BASE}/sign-in/")
    assert lost.get(f"{origins[1]}/api/v1/me").status_code == 401
    assert len(listed(user)) == 3

    mine.post(f"{PAGE}{record_of(my_key).pk}/end/")

    assert is_stored(my_key) == (False, False)
    assert mine.get(f"{origins[1]}/api/v1/me").status_code == 200
    assert len(listed(user)) == 2


def test_all_others_end_at_once() -> None:
    user, other = person(), person()
    browsers = [signed_in(user) for _ in range(3)]
    stranger = signed_in(other)

    answer = browsers[0].post(f"{PAGE}others/end/")

    assert answer["Location"] == "/account/sessions/"
    assert [browser.get(f"{BASE}/choose/").status_code for browser in browsers] == [200, 302, 302]
    assert stranger.get(f"{BASE}/choose/").status_code == 200
    assert len(listed(user)) == 1


def test_nobody_ends_a_session_of_somebody_else() -> None:
    victim, thief = person(), person()
    browser, other = signed_in(victim), signed_in(thief)
    record, actor = record_of(key_at(browser, HOST)), user_actor(thief)

    other.post(f"{PAGE}{record.pk}/end/")
    for session_id in (record.pk, uuid4()):
        with pytest.raises(NotFound), public_scope(actor=actor, source="console"):
            end_session(actor=actor, session_id=session_id, this="")

    assert is_stored(record.session_key) == (True, True)
    assert browser.get(f"{BASE}/choose/").status_code == 200


def test_the_session_in_use_is_left_by_signing_out() -> None:
    user = person()
    browser = signed_in(user)
    key, actor = key_at(browser, HOST), user_actor(user)

    with pytest.raises(Conflict), public_scope(actor=actor, source="console"):
        end_session(actor=actor, session_id=record_of(key).pk, this=key)
    assert browser.post(f"{PAGE}{record_of(key).pk}/end/").status_code == 302
    assert is_stored(key) == (True, True)

    browser.post(f"{BASE}/sign-out/")
    assert is_stored(key) == (False, False)


def test_ending_needs_a_post_and_a_sign_in() -> None:
    user = person()
    browser = signed_in(user)
    record = record_of(key_at(browser, HOST))

    for path in (f"{record.pk}/end/", "others/end/"):
        assert browser.get(f"{PAGE}{path}").status_code == 405
        assert Browser().post(f"{PAGE}{path}")["Location"].startswith("/sign-in/")
    assert is_stored(record.session_key) == (True, True)


def test_sessions_that_open_nothing_are_not_listed() -> None:
    user = person()
    signed_in(user)
    keys = [key_at(signed_in(user), HOST) for _ in range(3)]
    Session.objects.filter(session_key=keys[0]).update(expire_date=timezone.now())
    Session.objects.filter(session_key=keys[1]).delete()
    with public_scope(actor=SYSTEM, source="system"):
        records.account_changing(user.pk)
        User.objects.filter(pk=user.pk).update(password="md5$salt$other")
    user.refresh_from_db()

    assert listed(user) == []
    assert len(keys) == 3


def test_a_session_that_nobody_recorded_is_recorded_when_it_is_seen() -> None:
    user = person()
    key = session_of(user, HOST)
    browser = Browser()
    browser.at(HOST).cookies["__Host-session"] = key
    assert listed(user) == []

    assert browser.get(f"{BASE}/choose/").status_code == 200

    [session] = listed(user)
    assert (session.host, session.address) == ("localhost", browser.address)


def test_being_seen_is_noted_once_in_five_minutes() -> None:
    user = person()
    browser = signed_in(user)
    key = key_at(browser, HOST)
    long_ago = timezone.now() - timedelta(hours=1)
    browser.get(f"{BASE}/choose/")
    SessionRecord.objects.filter(session_key=key).update(seen_at=long_ago, started_at=long_ago)

    browser.get(f"{BASE}/choose/")
    assert record_of(key).seen_at == long_ago
    cache.delete(f"session-seen:{sessions._name(key)}")
    browser.get(f"{BASE}/choose/")

    assert record_of(key).seen_at > long_ago
    assert record_of(key).started_at == long_ago


def test_a_locked_record_neither_fails_nor_delays_a_request(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_use, "LOCK_TIMEOUT", "20ms")
    user = person()
    browser = signed_in(user)
    key = key_at(browser, HOST)
    with transaction.atomic(using="owner"), caplog.at_level(logging.WARNING, "tenants.doors.session_use"):
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT 1 FROM tenants_sessionrecord WHERE session_key = %s FOR UPDATE", [key])
        page = browser.get(f"{BASE}/choose/")

    assert page.status_code == 200
    assert any("was not noted" in line for line in caplog.messages)
    assert not connection.in_atomic_block


def test_sessions_that_ended_are_cleared_away_with_the_next_sign_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "PRUNED_AT_ONCE", 2)
    sessions.prune_sessions()
    while sessions.prune_sessions():
        pass
    user = person()
    keys = [session_of(user, HOST) for _ in range(3)]
    Session.objects.filter(session_key__in=keys).update(expire_date=timezone.now() - timedelta(days=1))
    forgotten = timezone.now() - timedelta(days=16)
    SessionRecord.objects.create(
        session_key="x" * 32, user=user, host="localhost", started_at=forgotten, seen_at=forgotten
    )

    signed_in(person())
    assert Session.objects.filter(session_key__in=keys).count() == 1
    signed_in(person())
    assert Session.objects.filter(session_key__in=keys).count() == 0
    assert not SessionRecord.objects.filter(user=user).exists()


def test_ending_the_others_twice_changes_nothing_more() -> None:
    user = person()
    browser, actor = signed_in(user), user_actor(user)
    signed_in(user)

    counts = []
    for _ in range(2):
        with public_scope(actor=actor, source="console"):
            counts.append(end_other_sessions(actor=actor, keep=key_at(browser, HOST)))

    assert counts == [1, 0]


def test_the_list_costs_two_questions(organization: Organization) -> None:
    user = person()
    for _ in range(5):
        signed_in(user)
    account = records.account(user.pk)
    assert account is not None
    with CaptureQueriesContext(connection) as queries:
        assert len(sessions_of(account, this="")) == 5
    assert len(queries) == 2
