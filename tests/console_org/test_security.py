"""The sign-in policy: what the page tells, and what its button does."""

import pytest
from django.test import Client

from tests.console_org.desk import House, queries_of, toasts, words
from tests.identity.factors import session_of, with_factor

PAGE = "/settings/security/"
POLICY = "/settings/security/policy/"


def with_code(house: House, role: str = "owner") -> Client:
    """A browser in which the person signed in with a second factor."""
    client = Client(headers={"host": house.host})
    client.cookies["__Host-session"] = session_of(house.users[role], house.host, "totp")
    return client


def test_it_names_who_has_none(house: House) -> None:
    with_factor(house.users["owner"])

    page = house.client().get(PAGE)

    assert (page.context["have"], page.context["lacking_count"]) == (1, 5)
    assert ("Rae Admin", house.users["admin"].email) in page.context["lacking"]
    assert house.users["owner"].email not in words(page).partition("Who has none")[2]
    assert "API tokens are not affected" in words(page)
    assert page.context["nav"]


def test_who_has_none_is_led_to_their_own_security_first(house: House) -> None:
    client = house.client()
    assert 'href="http://localhost:8000/account/security/"' in words(client.get(PAGE))

    answer = client.post(POLICY, {"required": "on"}, follow=True)

    assert toasts(answer) == ["Set up a second factor for yourself first, or you would shut yourself out."]
    assert house.tenant.mfa_required is False


def test_turning_it_on_shuts_out_who_used_none_at_the_next_click(house: House) -> None:
    with_factor(house.users["owner"])
    without, admin, owner = house.client(), house.client("admin"), with_code(house)
    assert admin.get("/people/").status_code == 200

    answer = owner.post(POLICY, {"required": "on"}, follow=True)

    assert toasts(answer) == ["From now on everybody here needs a second factor."]
    assert house.tenant.mfa_required is True
    assert [client.get("/people/").status_code for client in (without, admin, owner)] == [302, 302, 200]
    before = house.everything()
    assert admin.post("/people/invite/", {"email": "a@example.com", "role": "viewer"}).status_code == 302
    assert admin.post(POLICY, {"required": "off"}).status_code == 302
    assert house.everything() == before
    assert house.tenant.mfa_required is True

    answer = owner.post(POLICY, {"required": "off"}, follow=True)
    assert toasts(answer) == ["A second factor is not required any more."]
    assert admin.get("/people/").status_code == 200


@pytest.mark.parametrize("given", [{}, {"required": ""}, {"required": "maybe"}, {"required": "\x00"}])
def test_nonsense_changes_nothing(house: House, given: dict[str, str]) -> None:
    with_factor(house.users["owner"])

    assert with_code(house).post(POLICY, given)["Location"] == PAGE
    assert house.tenant.mfa_required is False


def test_a_role_without_the_right_changes_nothing(house: House) -> None:
    with_factor(house.users["manager"])

    for role in ("manager", "marketer", "analyst", "viewer"):
        assert with_code(house, role).post(POLICY, {"required": "on"}).status_code == 403
    assert house.tenant.mfa_required is False


def test_the_page_asks_few_questions(house: House) -> None:
    # Access at the door, coverage, the person's own factor, access for the way around.
    assert queries_of(house.client(), PAGE) == 4
