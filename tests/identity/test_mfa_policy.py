"""An organization that asks for a second factor: nobody reads or writes anything there with a password alone."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign
from kernel.errors import Conflict, NotAllowed
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import public_scope, scope
from tenants import records
from tenants.access.tokens import create_token
from tenants.commands.lifecycle import suspend
from tenants.commands.second_factor import set_mfa_policy
from tenants.models import HandoffCode, Organization, User
from tenants.queries.second_factor import coverage, requiring_organizations
from tests.identity.browser import Browser
from tests.identity.factors import App, factor_in, key_shown, signed_in_with_code, with_factor
from tests.identity.world import BASE, PASSWORD, house, join, person, signed_in
from tests.tenancy.statements import statements


def required(organization: Organization) -> bool:
    found = records.tenant_by_id(organization.pk)
    assert found is not None
    return found.mfa_required


def turn_on(organization: Organization) -> User:
    """Let an owner with a second factor require it."""
    owner = person()
    actor = join(organization, owner, "owner")
    with_factor(owner)
    set_mfa_policy(actor=actor, organization=organization, required=True)
    return owner


def enter(browser: Browser, origin: str) -> None:
    browser.get(browser.target(browser.get(browser.target(browser.get(f"{origin}/sign-in/")))))


def events(organization: Organization) -> list[str]:
    with scope(organization, actor=SYSTEM, source="system"), connection.cursor() as cursor:
        cursor.execute("SELECT event FROM audit_entry WHERE event LIKE 'organization.%%' ORDER BY id", [])
        return [row[0] for row in cursor.fetchall()]


def campaigns(organization: Organization) -> int:
    with scope(organization, actor=SYSTEM, source="system"):
        return Campaign.objects.count()


def test_who_turns_it_on_must_have_one(organization: Organization) -> None:
    owner = person()
    actor = join(organization, owner, "owner")

    with pytest.raises(Conflict, match="shut yourself out"):
        set_mfa_policy(actor=actor, organization=organization, required=True)

    assert required(organization) is False
    with_factor(owner)
    for _ in range(2):
        set_mfa_policy(actor=actor, organization=organization, required=True)
    assert required(organization) is True
    set_mfa_policy(actor=actor, organization=organization, required=False)
    assert required(organization) is False
    assert events(organization) == [
        "organization.second_factor_required",
        "organization.second_factor_made_optional",
    ]


@pytest.mark.parametrize("role", ["manager", "marketer", "analyst", "viewer"])
def test_it_takes_the_right_to_change_settings(organization: Organization, role: str) -> None:
    user = person()
    actor = join(organization, user, role)
    with_factor(user)

    for wanted in (True, False):
        with pytest.raises(NotAllowed):
            set_mfa_policy(actor=actor, organization=organization, required=wanted)

    assert required(organization) is False
    assert events(organization) == []


def test_an_admin_of_another_organization_changes_nothing_here(
    organization: Organization, other_organization: Organization
) -> None:
    user = person()
    join(other_organization, user, "owner")
    with_factor(user)
    stranger = Actor(kind="person", user_id=user.pk, name=user.name, email=user.email, role="")

    with pytest.raises(Exception, match=r".+"):
        set_mfa_policy(actor=stranger, organization=organization, required=True)

    assert required(organization) is False


def test_a_session_without_one_is_nobodys_at_the_next_request(organization: Organization) -> None:
    origin, user = house(organization), person()
    host = urlsplit(origin).netloc
    join(organization, user, "admin")
    browser = signed_in(user)
    enter(browser, origin)
    assert browser.get(f"{origin}/api/v1/me").status_code == 200
    before = campaigns(organization)

    turn_on(organization)

    for path in ("/", "/campaigns/", "/people/", "/settings/security/", "/tokens/", "/audit/"):
        for answer in (browser.get(f"{origin}{path}"), browser.post(f"{origin}{path}")):
            assert answer.status_code in (302, 405)
            if answer.status_code == 302:
                assert answer["Location"].partition("?")[0] == "/sign-in/"
    browser.post(f"{origin}/campaigns/new/", {"name": "Sneaked in"})
    browser.post(f"{origin}/settings/security/policy/", {"required": "off"})
    part = browser.get(f"{origin}/campaigns/", **{"hx-request": "true"})
    assert part.status_code == 401
    assert (campaigns(organization), required(organization)) == (before, True)
    assert factor_in(browser, host) == ""


def test_the_api_by_session_says_why_and_tokens_are_not_affected(organization: Organization) -> None:
    origin, user = house(organization), person()
    actor = join(organization, user, "admin")
    browser = signed_in(user)
    enter(browser, origin)
    with scope(organization, actor=actor, source="console"):
        _row, secret = create_token(actor=actor, name="t", scopes=["campaign:view"], expires_at=None)
    turn_on(organization)

    for answer in (
        browser.get(f"{origin}/api/v1/me"),
        browser.get(f"{origin}/api/v1/campaigns"),
        browser.post(f"{origin}/api/v1/campaigns", {"name": "x"}),
    ):
        assert answer.status_code == 403
        assert answer["Content-Type"] == "application/problem+json"
        assert json.loads(answer.content)["code"] == "second_factor_required"
    for host in (origin, BASE):
        by_token = Browser().get(f"{host}/api/v1/me", Authorization=f"Bearer {secret}")
        assert by_token.status_code == 200


def test_people_without_one_are_led_to_set_it_up_and_come_back(organization: Organization) -> None:
    origin, user = house(organization), person()
    host = urlsplit(origin).netloc
    join(organization, user)
    turn_on(organization)
    browser = signed_in(user)

    page = browser.open(f"{origin}/sign-in/?next=/people/")

    assert page.status_code == 200
    assert urlsplit(browser.here).path == "/second-factor/needed/"
    text = page.content.decode()
    assert f"{organization.name} asks for a second factor" in text
    assert not HandoffCode.objects.filter(user=user).exists()
    next_path = parse_qs(urlsplit(browser.here).query)["next"][0]
    set_up = f"{BASE}/account/security/set-up/"
    app = App(key_shown(browser.get(f"{set_up}?next=/choose/")))
    done = browser.post(set_up, {"code": app.code(), "next": next_path})
    codes = browser.open(browser.target(done)).content.decode()
    assert next_path.replace("&", "&amp;") in codes
    came = browser.get(browser.target(browser.get(f"{BASE}{next_path}")))

    assert came["Location"] == "/people/"
    assert factor_in(browser, host) == "totp"
    assert browser.get(f"{origin}/api/v1/me").status_code == 200


def test_people_who_used_none_are_asked_for_a_code(organization: Organization) -> None:
    origin, user = house(organization), person()
    join(organization, user)
    browser = signed_in(user)
    enter(browser, origin)
    app, _codes = with_factor(user, browser)
    turn_on(organization)
    key = browser.at("localhost:8000").cookies["__Host-session"].value

    page = browser.open(f"{origin}/sign-in/?next=/sign-in/used/")
    assert b"Enter a code to go on" in page.content
    next_path = parse_qs(urlsplit(browser.here).query)["next"][0]
    needed = f"{BASE}/second-factor/needed/"
    wrong = [browser.post(needed, {"code": "000000", "next": next_path}).status_code for _ in range(2)]
    right = browser.post(needed, {"code": app.code(), "next": next_path})

    assert wrong == [422, 422]
    assert right["Location"] == next_path
    assert browser.at("localhost:8000").cookies["__Host-session"].value != key
    browser.get(browser.target(browser.get(f"{BASE}{next_path}")))
    assert browser.get(f"{origin}/api/v1/me").status_code == 200


def test_wrong_codes_on_the_way_are_limited(organization: Organization) -> None:
    user = person()
    join(organization, user)
    browser = signed_in(user)
    app, _codes = with_factor(user, browser)
    turn_on(organization)
    needed = f"{BASE}/second-factor/needed/"

    answers = [browser.post(needed, {"code": "000000", "next": "/"}).status_code for _ in range(6)]

    assert answers == [422] * 5 + [429]
    assert browser.post(needed, {"code": app.code(), "next": "/"}).status_code == 429
    assert factor_in(browser, "localhost:8000") == ""


def test_who_used_one_goes_straight_in(organization: Organization) -> None:
    origin = house(organization)
    owner = turn_on(organization)
    app, _codes = App(), None
    with public_scope(actor=SYSTEM, source="system"):
        from allauth.mfa.models import Authenticator

        Authenticator.objects.filter(user_id=owner.pk).delete()
    app, _codes = with_factor(owner)
    browser = signed_in_with_code(owner, app)

    page = browser.get(browser.target(browser.get(browser.target(browser.get(f"{origin}/sign-in/?next=/x/")))))

    assert page["Location"] == "/x/"
    assert browser.get(f"{origin}/api/v1/me").status_code == 200


def test_it_is_not_turned_off_while_an_organization_asks_for_it(organization: Organization) -> None:
    owner = turn_on(organization)
    app_browser = Browser()
    from allauth.mfa.models import Authenticator

    Authenticator.objects.filter(user_id=owner.pk).delete()
    app, codes = with_factor(owner)
    signed_in_with_code(owner, app, app_browser)

    answer = app_browser.post(f"{BASE}/account/security/turn-off/", {"off-password": PASSWORD, "off-code": codes[0]})

    assert answer.status_code == 409
    assert organization.name in answer.content.decode()
    assert Authenticator.objects.filter(user_id=owner.pk).count() == 2
    assert requiring_organizations(owner.pk) == [organization.name]


def test_the_policy_costs_no_query(organization: Organization) -> None:
    origin = house(organization)
    owner = turn_on(organization)
    from allauth.mfa.models import Authenticator

    Authenticator.objects.filter(user_id=owner.pk).delete()
    app, _codes = with_factor(owner)
    browser = signed_in_with_code(owner, app)
    enter(browser, origin)
    counts = []
    for wanted in (True, False):
        actor = Actor(kind="person", user_id=owner.pk, name=owner.name, email=owner.email, role="owner")
        set_mfa_policy(actor=actor, organization=organization, required=wanted)
        browser.get(f"{origin}/api/v1/me")
        tries = []
        for _ in range(3):
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(f"{origin}/api/v1/me").status_code == 200
            tries.append(len(statements(queries)))
        counts.append(min(tries))

    assert counts[0] == counts[1]


def test_coverage_names_who_lacks_one(organization: Organization) -> None:
    owner, other = turn_on(organization), person()
    join(organization, other)
    suspended = person()
    join(organization, suspended)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tenants_directoryentry SET status = 'suspended' WHERE user_id = %s", [suspended.pk])

    with CaptureQueriesContext(connection) as queries:
        found = coverage(organization.pk)

    assert (found.have, found.lacking) == (1, [(other.name, other.email)])
    assert len(queries) == 1
    assert owner.email not in str(found.lacking)


def test_a_suspended_organization_keeps_its_policy(organization: Organization) -> None:
    house(organization)
    turn_on(organization)
    with public_scope(actor=SYSTEM, source="operator"):
        suspend(actor=SYSTEM, organization_id=organization.pk, reason="unpaid")

    assert required(organization) is True
