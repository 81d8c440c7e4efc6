"""Signing in on the base host."""

import json
import secrets
from unittest.mock import patch

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.http import HttpRequest, HttpResponse
from pytest_django.fixtures import Settings
from redis import Redis

from audit.platform.models import PlatformEntry
from config.settings import env
from tenants import records
from tenants.models import DirectoryEntry, Organization, User
from tests.identity.browser import Browser
from tests.identity.world import BASE, OPS, PASSWORD, email, house, join, operator, person, signed_in, user_id_at


def sign_in(browser: Browser, login: str, password: str = PASSWORD, **more: str) -> HttpResponse:
    return browser.post(f"{BASE}/sign-in/", {"login": login, "password": password, **more})


def test_it_opens_a_session_for_the_right_password(organization: Organization) -> None:
    user, browser = person(), Browser()

    response = sign_in(browser, user.email.upper())

    assert (response.status_code, response["Location"]) == (302, "/")
    assert user_id_at(browser.at("localhost:8000")) == str(user.pk)


def test_the_session_cookie_belongs_to_one_host() -> None:
    browser = signed_in(person())

    cookie = browser.at("localhost:8000").cookies["__Host-session"]

    assert (cookie["domain"], cookie["path"], cookie["secure"], cookie["httponly"], cookie["samesite"]) == (
        "",
        "/",
        True,
        True,
        "Lax",
    )


@pytest.mark.parametrize("password", ["wrong-password-entirely", "", " ", "\x00", "x" * 5000])
def test_it_refuses_a_wrong_password(password: str) -> None:
    user, browser = person(), Browser()

    response = sign_in(browser, user.email, password)

    assert response.status_code == 422
    assert "__Host-session" not in browser.at("localhost:8000").cookies


def test_coming_and_going_at_the_sign_in_host_is_on_record() -> None:
    user = person()

    signed_in(user).post(f"{BASE}/sign-out/")

    told = PlatformEntry.objects.filter(actor_email=user.email, event__startswith="account.").order_by("id")
    assert [entry.event for entry in told] == ["account.signed_in", "account.signed_out"]


@pytest.mark.parametrize("login", ["", "nobody", "nobody@example.com", "a\x00@example.com", "' or 1=1 --", "x" * 3000])
def test_it_refuses_an_unknown_account(login: str) -> None:
    response = sign_in(Browser(), login)

    assert response.status_code == 422


def test_an_unknown_account_costs_a_password_hash_too() -> None:
    with patch("tenants.models.User.set_password", autospec=True) as hashing:
        sign_in(Browser(), email())

    assert hashing.call_count == 1


def test_known_and_unknown_accounts_get_the_same_answer() -> None:
    known, unknown = person().email, email()

    answers = [sign_in(Browser(), login, "wrong-password-entirely") for login in (known, unknown)]

    texts = [
        answer.content.decode().replace(login, "LOGIN").split("<form")[0]
        for answer, login in zip(answers, (known, unknown), strict=True)
    ]
    assert texts[0] == texts[1]


def test_inactive_people_and_holder_accounts_stay_out() -> None:
    inactive, holder = person(is_active=False), person(password="")

    assert sign_in(Browser(), inactive.email).status_code == 422
    assert sign_in(Browser(), holder.email).status_code == 422
    assert sign_in(Browser(), holder.email, "!").status_code == 422


def test_a_session_ends_when_the_account_is_switched_off_or_gets_another_password() -> None:
    from kernel.tenancy.context import SYSTEM
    from kernel.tenancy.scope import public_scope

    for change in ({"is_active": False}, {"password": "md5$salt$other"}):
        user = person()
        browser = signed_in(user)
        with public_scope(actor=SYSTEM, source="system"):
            records.account_changing(user.pk)
            User.objects.filter(pk=user.pk).update(**change)

        assert browser.get(f"{BASE}/")["Location"] == "/sign-in/"


def test_an_older_hash_is_renewed_in_the_persons_own_name(settings: Settings) -> None:
    user = person()
    old, log = User.objects.get(pk=user.pk).password, PlatformEntry.objects.filter(object_pk=str(user.pk))
    assert records.account(user.pk) is not None
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", *settings.PASSWORD_HASHERS]

    browser = signed_in(user)

    now = User.objects.get(pk=user.pk)
    assert now.password != old
    assert now.check_password(PASSWORD)
    known = records.account(user.pk)
    assert known is not None
    assert known.session_hash == now.get_session_auth_hash()
    assert browser.get(f"{BASE}/choose/").status_code == 200
    *_earlier, entry, signed = log.order_by("id")
    assert (entry.actor_email, entry.source, list(entry.changes)) == (user.email, "console", ["password"])
    assert (signed.event, signed.actor_email) == ("account.signed_in", user.email)


def test_a_wrong_password_or_a_switched_off_account_renews_nothing(settings: Settings) -> None:
    user, off = person(), person(is_active=False)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", *settings.PASSWORD_HASHERS]

    answers = [sign_in(Browser(), user.email, "wrong-password-entirely"), sign_in(Browser(), off.email)]

    assert [answer.status_code for answer in answers] == [422, 422]
    for account in (user, off):
        assert User.objects.get(pk=account.pk).password == account.password


def test_it_limits_tries_per_account_and_says_so() -> None:
    user = person()

    answers = [sign_in(Browser(), user.email, "wrong-password-entirely").status_code for _ in range(6)]
    refused = sign_in(Browser(), user.email)

    assert answers == [422] * 5 + [429]
    assert refused.status_code == 429
    assert b"Too many attempts" in refused.content


def test_letter_case_and_invented_ports_give_no_more_tries() -> None:
    user = person()
    for number in range(5):
        Browser().post(
            f"http://localhost:{8000 + number}/sign-in/",
            {"login": user.email.upper() if number % 2 else user.email, "password": "wrong-password-entirely"},
        )

    assert sign_in(Browser(), user.email).status_code == 429


def test_it_limits_tries_per_address_whatever_is_forwarded() -> None:
    browser = Browser()

    answers = [
        browser.post(
            f"{BASE}/sign-in/",
            {"login": email(), "password": "wrong-password-entirely"},
            **{"X-Forwarded-For": f"10.0.0.{number}"},
        ).status_code
        for number in range(11)
    ]

    assert answers == [422] * 10 + [429]


def test_behind_a_proxy_it_limits_tries_per_visitor(settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    proxy, network = Browser(), secrets.randbelow(200)

    def tried(forwarded: str) -> int:
        data = {"login": email(), "password": "wrong-password-entirely"}
        return proxy.post(f"{BASE}/sign-in/", data, **{"X-Forwarded-For": forwarded}).status_code

    # What a visitor writes into the header stands before what the proxy adds.
    answers = [tried(f"203.0.113.{number}, 10.9.{network}.1") for number in range(11)]

    assert answers == [422] * 10 + [429]
    assert tried(f"10.9.{network}.2") == 422


@pytest.mark.parametrize(("text", "count"), [("0", 0), ("2", 2)])
def test_the_number_of_proxies_is_read(monkeypatch: pytest.MonkeyPatch, text: str, count: int) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", text)

    assert env.read_count("TRUSTED_PROXIES") == count


@pytest.mark.parametrize("text", ["-1", "one", "1.5", " 1", "²"])
def test_a_wrong_number_of_proxies_is_named_at_start(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", text)

    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES"):
        env.read_count("TRUSTED_PROXIES")


def test_a_right_password_does_not_use_up_tries() -> None:
    user = person()

    assert [sign_in(Browser(), user.email).status_code for _ in range(8)] == [302] * 8


def test_it_works_and_limits_without_redis(redis_away: None) -> None:
    user = person()
    browser = signed_in(user)

    assert browser.get(f"{BASE}/choose/").status_code == 200
    answers = [sign_in(Browser(), user.email, "wrong-password-entirely").status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        " //evil.example",
        "/\t/evil.example",
        "/%0d%0aSet-Cookie:x=1\r\nX: y",
        "evil",
        "/" + "x" * 3000,
        "http://ops.localhost:8000.evil.example/",
    ],
)
def test_it_sends_nobody_to_another_place(path: str) -> None:
    user = person()

    assert sign_in(Browser(), user.email, next=path)["Location"] == "/"


def test_it_goes_on_to_a_local_page() -> None:
    assert sign_in(Browser(), person().email, next="/find/?a=1")["Location"] == "/find/?a=1"


def test_nobody_can_sign_up() -> None:
    from tenants.authentication import Adapter

    assert Adapter().is_open_for_signup(HttpRequest()) is False
    assert Browser().get(f"{BASE}/signup/").status_code == 404


def test_the_backend_grants_nothing() -> None:
    from tenants.authentication import Backend

    user, backend = operator(), Backend()

    assert not backend.has_perm(user, "tenants.view_user")
    assert not backend.has_module_perms(user, "tenants")
    assert backend.get_all_permissions(user) == set()
    assert not user.has_perm("tenants.view_user")


def test_signing_in_changes_the_session_key() -> None:
    user, browser = person(), Browser()
    signed_in(user, browser)
    before = browser.at("localhost:8000").cookies["__Host-session"].value
    browser.post(f"{BASE}/sign-out/")

    signed_in(user, browser)

    assert browser.at("localhost:8000").cookies["__Host-session"].value != before


def test_the_cache_holds_neither_session_keys_nor_readable_sessions() -> None:
    browser = signed_in(person())
    browser.get(f"{BASE}/")
    key = browser.at("localhost:8000").cookies["__Host-session"].value
    redis = Redis.from_url(django_settings.CACHES["default"]["LOCATION"], decode_responses=True)

    names = list(redis.scan_iter("cb:{public}:*session*", count=1000))

    assert names
    assert not any(key in name for name in names)
    assert not any("_auth_user_id" in (redis.get(name) or "") for name in names)


def test_the_chooser_lists_active_and_suspended_organizations(
    organization: Organization, other_organization: Organization
) -> None:
    from kernel.tenancy.context import SYSTEM
    from kernel.tenancy.scope import public_scope
    from tenants.commands.lifecycle import suspend

    user = person()
    origins = [house(organization), house(other_organization)]
    join(organization, user)
    join(other_organization, user)
    with public_scope(actor=SYSTEM, source="system"):
        suspend(actor=SYSTEM, organization_id=other_organization.pk, reason="test")

    page = signed_in(user).open(f"{BASE}/")

    assert page.status_code == 200
    text = page.content.decode()
    assert f'href="{origins[0]}/"' in text
    assert f'href="{origins[1]}/"' not in text
    assert other_organization.name in text


def test_one_place_is_gone_to_at_once(organization: Organization) -> None:
    user, origin = person(), house(organization)
    join(organization, user)

    assert signed_in(user).get(f"{BASE}/")["Location"] == f"{origin}/"
    assert signed_in(operator()).get(f"{BASE}/")["Location"] == f"{OPS}/"


def test_suspended_membership_is_no_place(organization: Organization) -> None:
    user = person()
    house(organization)
    join(organization, user)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tenants_directoryentry SET status = 'suspended' WHERE user_id = %s", [user.pk])

    page = signed_in(user).open(f"{BASE}/")

    assert page.status_code == 200
    assert organization.name not in page.content.decode()
    assert DirectoryEntry.objects.get(user=user).status == "suspended"


def test_the_chooser_asks_strangers_to_sign_in() -> None:
    for path in ("/", "/choose/"):
        assert Browser().get(f"{BASE}{path}")["Location"] == "/sign-in/"


def test_unknown_hosts_are_not_found_and_write_nothing() -> None:
    from django.contrib.sessions.models import Session

    before = Session.objects.count()
    for host in ("nobody.localhost", "a_b.localhost", "localhost.evil.example", "OPS.localhost.", "www.localhost"):
        for path in ("/", "/sign-in/", "/session/abc/"):
            assert Browser().get(f"http://{host}:8000{path}").status_code in (400, 404), host
    assert Session.objects.count() == before


def test_pages_are_not_stored_by_caches() -> None:
    for path in ("/sign-in/", "/find/", "/invitation/open/"):
        assert "no-store" in Browser().get(f"{BASE}{path}")["Cache-Control"]


def test_forged_posts_are_refused() -> None:
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    user = person()

    response = client.post("/sign-in/", {"login": user.email, "password": PASSWORD}, headers={"host": "localhost:8000"})

    assert response.status_code == 403
    assert "__Host-session" not in client.cookies


def test_sessions_hold_json_only() -> None:
    browser = signed_in(person())

    assert json.loads(json.dumps(dict(browser.at("localhost:8000").session))) == dict(
        browser.at("localhost:8000").session
    )
