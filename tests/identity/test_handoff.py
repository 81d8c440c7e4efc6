"""From the sign-in host to a session on another host."""

import threading
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, connections
from django.utils import timezone
from django.utils.crypto import get_random_string

from kernel.errors import Invalid, NotAllowed, Unauthenticated
from kernel.ids import uuid7
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import public_scope, scope
from tenants.access.members import suspend_member
from tenants.access.models import Membership
from tenants.commands.account.password import change_password, make_reset_link, reset_password
from tenants.commands.sessions import end_other_sessions, end_session
from tenants.models import HandoffCode, Operator, Organization, SessionRecord, User
from tenants.signin.handoff import issue_code, new_state, redeem_code, state_hash_of
from tests.identity.browser import Browser
from tests.identity.world import BASE, OPS, PASSWORD, house, join, operator, person, signed_in, user_id_at


def actor(user: User) -> Actor:
    return Actor(kind="person", user_id=user.pk, name=user.name, email=user.email)


def host_of(origin: str) -> str:
    return str(urlsplit(origin).hostname)


def issued(user: User, host: str, state_hash: str) -> str:
    """A code as the sign-in host issues it to a browser in which the person signed in."""
    family = uuid7()
    SessionRecord.objects.create(
        session_key=get_random_string(32),
        user=user,
        host="localhost",
        family=family,
        started_at=timezone.now(),
        seen_at=timezone.now(),
    )
    return issue_code(
        actor=actor(user),
        host=host,
        state_hash=state_hash,
        session_hash=user.get_session_auth_hash(),
        family=family,
    )


def code_link(browser: Browser, origin: str, next_path: str = "/") -> str:
    """Walk to the last step before the session and return its address."""
    start = browser.get(f"{origin}/sign-in/?next={next_path}")
    handed = browser.get(browser.target(start))
    assert handed.status_code == 302
    link = browser.target(handed)
    assert urlsplit(link).path.startswith("/session/"), link
    return link


def enter(browser: Browser, origin: str, next_path: str = "/") -> None:
    response = browser.get(code_link(browser, origin, next_path))
    assert (response.status_code, response["Location"]) == (302, next_path)


def events(organization: Organization) -> list[tuple[str, str]]:
    """Semantic entries of the organization's log: what, by whom."""
    with scope(organization, actor=SYSTEM, source="system"), connection.cursor() as cursor:
        cursor.execute("SELECT event, actor_email FROM audit_entry WHERE event LIKE 'person.%' ORDER BY id")
        return list(cursor.fetchall())


def test_a_member_comes_in_and_the_log_knows(organization: Organization) -> None:
    user, origin = person(), house(organization)
    join(organization, user)
    browser = signed_in(user)

    enter(browser, origin, "/somewhere/")

    assert user_id_at(browser.at(urlsplit(origin).netloc)) == str(user.pk)
    assert events(organization) == [("person.signed_in", user.email)]
    cookie = browser.at(urlsplit(origin).netloc).cookies["__Host-session"]
    assert (cookie["domain"], cookie["secure"], cookie["httponly"]) == ("", True, True)


def test_the_way_leads_over_sign_in_where_nobody_is_known(organization: Organization) -> None:
    origin = house(organization)
    browser = Browser()

    page = browser.open(f"{origin}/sign-in/?next=/somewhere/")

    assert page.status_code == 200
    assert urlsplit(browser.here).netloc == "localhost:8000"
    assert organization.name in page.content.decode()
    next_path = parse_qs(urlsplit(browser.here).query)["next"][0]
    assert next_path.startswith(f"/continue/?host={organization.slug}.localhost&state=")


def test_an_operator_comes_in_and_the_platforms_log_knows() -> None:
    user = operator()
    browser = signed_in(user)

    enter(browser, OPS)

    assert user_id_at(browser.at("ops.localhost:8000")) == str(user.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT event FROM audit_platform_platformentry WHERE actor_email = %s AND event <> '' ORDER BY id",
            [user.email],
        )
        assert cursor.fetchall() == [("account.signed_in",), ("person.signed_in",)]


def test_a_code_works_once(organization: Organization) -> None:
    user, origin = person(), house(organization)
    join(organization, user)
    browser = signed_in(user)
    link = code_link(browser, origin)
    state = browser.at(urlsplit(origin).netloc).cookies["__Host-state"].value

    assert browser.get(link)["Location"] == "/"
    browser.at(urlsplit(origin).netloc).cookies.clear()
    browser.at(urlsplit(origin).netloc).cookies["__Host-state"] = state
    page = browser.open(link)

    assert page.status_code == 410
    assert b"Start again" in page.content
    assert user_id_at(browser.at(urlsplit(origin).netloc)) is None


def test_a_code_is_useless_in_another_browser(organization: Organization) -> None:
    user, origin = person(), house(organization)
    join(organization, user)
    link = code_link(signed_in(user), origin)

    thief = Browser()
    without_cookie = thief.open(link)
    thief.get(f"{origin}/sign-in/")
    with_own_cookie = thief.open(link)

    assert (without_cookie.status_code, with_own_cookie.status_code) == (410, 410)
    assert user_id_at(thief.at(urlsplit(origin).netloc)) is None
    assert HandoffCode.objects.get(user=user).used_at is None


def test_a_code_is_useless_on_another_host(organization: Organization, other_organization: Organization) -> None:
    user, origin, other = person(), house(organization), house(other_organization)
    join(organization, user)
    join(other_organization, user)
    browser = signed_in(user)
    link = code_link(browser, origin)
    state = browser.at(urlsplit(origin).netloc).cookies["__Host-state"].value
    browser.at(urlsplit(other).netloc).cookies["__Host-state"] = state

    for elsewhere in (other, OPS):
        assert browser.open(link.replace(origin, elsewhere)).status_code == 410
        assert user_id_at(browser.at(urlsplit(elsewhere).netloc)) is None


def test_a_code_ends_by_the_databases_clock(organization: Organization) -> None:
    user, origin = person(), house(organization)
    join(organization, user)
    browser = signed_in(user)
    link = code_link(browser, origin)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM expires_at - now()) FROM tenants_handoffcode WHERE user_id = %s", [user.pk]
        )
        left = cursor.fetchone()[0]
        cursor.execute("UPDATE tenants_handoffcode SET expires_at = now() WHERE user_id = %s", [user.pk])

    assert 50 < left <= 60
    assert browser.open(link).status_code == 410


def _change_password(user: User, browser: Browser) -> None:
    with public_scope(actor=actor(user), source="console"):
        change_password(actor=actor(user), present=PASSWORD, password="brand-new-password-1")


def _reset_password(user: User, browser: Browser) -> None:
    with public_scope(actor=SYSTEM, source="system"):
        link = make_reset_link(actor=SYSTEM, email=user.email)
    assert link is not None
    reset_password(actor=None, token=link.token, password="brand-new-password-1")


def _end_others(user: User, browser: Browser) -> None:
    with public_scope(actor=actor(user), source="console"):
        end_other_sessions(actor=actor(user), keep="")


def _end_this(user: User, browser: Browser) -> None:
    row = SessionRecord.objects.get(user=user, host="localhost")
    with public_scope(actor=actor(user), source="console"):
        end_session(actor=actor(user), session_id=row.pk, this="")


def _sign_out(user: User, browser: Browser) -> None:
    browser.post(f"{BASE}/sign-out/")


@pytest.mark.parametrize("ending", [_change_password, _reset_password, _end_others, _end_this, _sign_out])
def test_a_code_dies_with_the_sign_in_it_was_issued_by(
    ending: Callable[[User, Browser], None], organization: Organization
) -> None:
    user, origin = person(), house(organization)
    join(organization, user)
    browser = signed_in(user)
    link = code_link(browser, origin)

    ending(user, browser)

    assert browser.get(link)["Location"] == "/sign-in/used/"
    assert user_id_at(browser.at(urlsplit(origin).netloc)) is None
    assert events(organization) == []


def test_a_session_from_before_families_is_handed_over(organization: Organization) -> None:
    user, origin = person(), house(organization)
    join(organization, user)
    browser = signed_in(user)
    session = browser.at("localhost:8000").session
    del session["family"]
    session.save()
    SessionRecord.objects.filter(user=user).update(family=None)

    enter(browser, origin)

    assert len(set(SessionRecord.objects.filter(user=user).values_list("family", flat=True))) == 1


def test_of_many_who_redeem_one_code_one_comes_in(organization: Organization) -> None:
    user, origin = person(), house(organization)
    join(organization, user)
    state = new_state()
    code = issued(user, host_of(origin), state_hash_of(state))
    results: list[str] = []

    def redeem() -> None:
        try:
            results.append(redeem_code(code=code, host=host_of(origin), state=state).user.email)
        except Unauthenticated as error:
            results.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=redeem) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == sorted([user.email] + ["handoff_used"] * 11)


def test_the_database_holds_no_code(organization: Organization) -> None:
    user, origin = person(), house(organization)
    join(organization, user)
    code = issued(user, host_of(origin), state_hash_of("s"))

    stored = HandoffCode.objects.get(user=user)

    assert code.encode() not in bytes(stored.code_hash)
    assert (len(code), len(bytes(stored.code_hash))) == (43, 32)


def test_strangers_get_no_code(organization: Organization) -> None:
    user, origin = person(), house(organization)
    browser = signed_in(user)

    for target in (origin, OPS):
        start = browser.get(f"{target}/sign-in/")
        page = browser.follow(browser.get(browser.target(start)))
        assert page.status_code == 200
        assert urlsplit(browser.here).netloc == "localhost:8000"
        assert f"{user.email} has no place at {host_of(target)}." in page.content.decode()
    assert not HandoffCode.objects.filter(user=user).exists()


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "",
        "localhost",
        "localhost:8000",
        "nobody.localhost",
        "ops.localhost.evil.example",
        "a\x00b",
        "x" * 9000,
    ],
)
def test_codes_are_made_for_our_hosts_only(host: str) -> None:
    user = operator()
    browser = signed_in(user)

    response = browser.at("localhost:8000").get(
        "/continue/", {"host": host, "state": state_hash_of("s")}, headers={"host": "localhost:8000"}
    )

    assert response["Location"] == "/choose/"
    assert not HandoffCode.objects.filter(user=user).exists()


@pytest.mark.parametrize("state", ["", "zz", "00", "0" * 63, "0" * 66, "g" * 64, "\x00"])
def test_codes_need_a_state(state: str) -> None:
    user = operator()

    with pytest.raises(Invalid):
        issued(user, "ops.localhost", state)

    assert not HandoffCode.objects.filter(user=user).exists()


def test_somebody_suspended_between_two_steps_stays_out(organization: Organization) -> None:
    user, origin = person(), house(organization)
    join(organization, user)
    browser = signed_in(user)
    link = code_link(browser, origin)
    with scope(organization, actor=SYSTEM, source="system"):
        suspend_member(actor=SYSTEM, membership_id=Membership.objects.get(user_id=user.pk).pk)

    assert browser.open(link).status_code == 410
    assert user_id_at(browser.at(urlsplit(origin).netloc)) is None
    with pytest.raises(NotAllowed):
        issued(user, host_of(origin), state_hash_of("s"))


def test_a_former_operator_gets_no_code() -> None:
    user = operator()
    with public_scope(actor=SYSTEM, source="system"):
        from tenants import records

        records.account_changing(user.pk)
        Operator.objects.filter(user=user).delete()

    with pytest.raises(NotAllowed):
        issued(user, "ops.localhost", state_hash_of("s"))


@pytest.mark.parametrize("path", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:x"])
def test_the_way_back_leads_nowhere_else(organization: Organization, path: str) -> None:
    user, origin = person(), house(organization)
    join(organization, user)
    browser = signed_in(user)

    link = code_link(browser, origin, path)
    assert parse_qs(urlsplit(link).query)["next"] == ["/"]
    forged = link.partition("?")[0] + "?next=" + path

    assert browser.get(forged)["Location"] == "/"


def test_a_session_of_one_host_is_nobodys_elsewhere(
    organization: Organization, other_organization: Organization
) -> None:
    user, origin, other = person(), house(organization), house(other_organization)
    join(organization, user)
    join(other_organization, user)
    browser = signed_in(user)
    enter(browser, origin)
    key = browser.at(urlsplit(origin).netloc).cookies["__Host-session"].value
    assert browser.get(f"{origin}/sign-in/?next=/in/")["Location"] == "/in/"

    for elsewhere in (other, OPS, BASE):
        thief = Browser()
        thief.at(urlsplit(elsewhere).netloc).cookies["__Host-session"] = key
        if elsewhere == BASE:
            assert thief.get(f"{BASE}/")["Location"] == "/sign-in/"
        else:
            assert urlsplit(thief.get(f"{elsewhere}/sign-in/?next=/in/")["Location"]).path == "/continue/"


def test_a_session_that_names_no_host_is_nobodys() -> None:
    user = person()
    browser = signed_in(user)
    session = browser.at("localhost:8000").session
    del session["host"]
    session.save()

    assert browser.get(f"{BASE}/")["Location"] == "/sign-in/"


def test_two_tabs_can_sign_in_at_once(organization: Organization) -> None:
    user, origin = person(), house(organization)
    join(organization, user)
    browser = signed_in(user)

    first, second = code_link(browser, origin, "/one/"), code_link(browser, origin, "/two/")

    assert browser.get(first)["Location"] == "/one/"
    assert browser.get(f"{origin}/sign-in/?next=/two/")["Location"] == "/two/"
    assert first != second


def test_signing_out_ends_the_session_here_and_at_the_base(organization: Organization) -> None:
    user, origin = person(), house(organization)
    join(organization, user)
    browser = signed_in(user)
    enter(browser, origin)
    keys = [browser.at(host).cookies["__Host-session"].value for host in (urlsplit(origin).netloc, "localhost:8000")]

    page = browser.follow(browser.post(f"{origin}/sign-out/"))

    assert b"You are signed out" in page.content
    assert not Session.objects.filter(session_key__in=keys).exists()
    for host, key in zip((origin, BASE), keys, strict=True):
        thief = Browser()
        thief.at(urlsplit(host).netloc).cookies["__Host-session"] = key
        assert "/sign-in/" in browser.open(f"{host}/sign-in/").content.decode()
    assert events(organization) == [("person.signed_in", user.email), ("person.signed_out", user.email)]


def test_the_page_after_signing_out_tells_of_other_organizations(
    organization: Organization, other_organization: Organization
) -> None:
    user, origin, other = person(), house(organization), house(other_organization)
    join(organization, user)
    join(other_organization, user)
    browser = signed_in(user)
    enter(browser, origin)
    enter(browser, other)

    page = browser.follow(browser.post(f"{origin}/sign-out/"))

    assert user_id_at(browser.at(urlsplit(other).netloc)) == str(user.pk)
    assert b"still signed in there" in page.content
    assert b"nobody can act as you" not in page.content


def test_signing_out_needs_a_post_or_a_proof(organization: Organization) -> None:
    user, origin = person(), house(organization)
    join(organization, user)
    browser = signed_in(user)
    enter(browser, origin)

    assert browser.get(f"{origin}/sign-out/").status_code == 405
    for proof in ("", "forged", get_random_string(90)):
        assert browser.get(f"{BASE}/sign-out/?proof={proof}")["Location"] == "/choose/"
    assert user_id_at(browser.at(urlsplit(origin).netloc)) == str(user.pk)
    assert user_id_at(browser.at("localhost:8000")) == str(user.pk)


def test_a_proof_signs_nobody_else_out(organization: Organization) -> None:
    from django.core import signing

    from tenants.signin.commands import PROOF_SALT

    browser, other = signed_in(person()), person()

    browser.get(f"{BASE}/sign-out/?proof={signing.dumps(str(other.pk), salt=PROOF_SALT)}")

    assert user_id_at(browser.at("localhost:8000")) is not None


def test_signing_out_twice_is_fine() -> None:
    browser = Browser()

    for _ in range(2):
        page = browser.follow(browser.post(f"{OPS}/sign-out/"))
        assert b"You are signed out" in page.content


def test_old_codes_are_cleared_away() -> None:
    user = operator()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tenants_handoffcode (code_hash, state_hash, user_id, host, expires_at)"
            " VALUES (sha256('x'), sha256('y'), %s, 'ops.localhost', now() - interval '2 hours')",
            [user.pk],
        )

    issued(user, "ops.localhost", state_hash_of("s"))

    assert HandoffCode.objects.filter(user=user).count() == 1


def test_it_works_without_redis(organization: Organization, redis_away: None) -> None:
    user, origin = person(), house(organization)
    join(organization, user)

    browser = signed_in(user)
    enter(browser, origin)

    assert browser.get(f"{origin}/sign-in/?next=/in/")["Location"] == "/in/"
