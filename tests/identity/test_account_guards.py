"""Pages of a person's own account: for somebody who is wholly signed in on the sign-in host, and nobody else."""

import re
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from console.guards import ACCOUNT
from tenants.models import Organization
from tests.identity.browser import Browser
from tests.identity.factors import give_password, session_of, with_factor
from tests.identity.world import BASE, house, join, person, signed_in

URLCONF = "config.urls_public"
HOST = "localhost:8000"


def patterns(found: object) -> list[URLPattern]:
    kept = []
    for entry in getattr(found, "url_patterns", ()):
        kept += [entry] if isinstance(entry, URLPattern) else patterns(entry)
    return kept


PAGES = [entry for entry in patterns(get_resolver(URLCONF)) if getattr(entry.callback, "needs", "") == ACCOUNT]
ADDRESSES = ["/" + re.sub("<[^>]+>", str(UUID(int=7)), str(entry.pattern)) for entry in PAGES]
# Pictures of people are no pages: strangers are told that there is none (test_account_profile).
ADDRESSES = [address for address in ADDRESSES if not address.endswith(".webp")]
every_page = pytest.mark.parametrize("address", ADDRESSES)


def places(browser: Browser, address: str) -> list[str]:
    answers = [browser.get(f"{BASE}{address}"), browser.post(f"{BASE}{address}")]
    assert [answer.status_code for answer in answers] == [302, 302]
    return [urlsplit(answer["Location"]).path for answer in answers]


def test_the_pages_of_second_factors_and_sessions_are_among_them() -> None:
    assert len({address for address in ADDRESSES if address.startswith("/account/")}) >= 9


@every_page
def test_strangers_are_sent_to_sign_in(address: str) -> None:
    assert places(Browser(), address) == ["/sign-in/"] * 2
    part = Browser().get(f"{BASE}{address}", **{"hx-request": "true"})
    assert part.status_code == 401
    assert part["HX-Redirect"].startswith("/sign-in/?next=")


@every_page
def test_who_has_given_the_password_only_is_a_stranger(address: str) -> None:
    user, browser = person(), Browser()
    with_factor(user)
    give_password(browser, user)

    assert places(browser, address) == ["/sign-in/"] * 2


@every_page
def test_a_session_of_another_host_is_worth_nothing_here(address: str, organization: Organization) -> None:
    user, browser = person(), Browser()
    join(organization, user)
    browser.at(HOST).cookies["__Host-session"] = session_of(user, urlsplit(house(organization)).netloc, "totp")

    assert places(browser, address) == ["/sign-in/"] * 2


@every_page
def test_a_form_without_its_token_is_refused(address: str) -> None:
    user = person()
    client = Client(enforce_csrf_checks=True, headers={"host": HOST})
    client.cookies["__Host-session"] = session_of(user, HOST)

    assert client.post(address).status_code == 403


@every_page
def test_every_answer_carries_the_strict_policy(address: str) -> None:
    policy = signed_in(person()).get(f"{BASE}{address}")["Content-Security-Policy"]

    assert "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:" in policy
    assert "unsafe" not in policy


@every_page
def test_they_are_on_the_sign_in_host_only(address: str, organization: Organization) -> None:
    user, origin = person(), house(organization)
    join(organization, user, "owner")
    host = urlsplit(origin).netloc
    browser = Browser()
    browser.at(host).cookies["__Host-session"] = session_of(user, host)

    assert browser.get(f"{origin}{address}").status_code == 404
