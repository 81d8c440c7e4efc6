"""Addresses that hold a secret: no method of asking for them brings it into a log."""

import secrets

import pytest
from django.test import Client

from tests.identity.world import operator, signed_in

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"]
PATHS = ["/password/reset/{}/", "/account/email/confirm/{}/", "/invitation/{}/"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", METHODS)
def test_a_mailed_link_answers_every_method_alike_and_is_logged_nowhere(
    path: str, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    token, client = secrets.token_urlsafe(32), Client(enforce_csrf_checks=True, headers={"Host": "localhost:8000"})

    answer = client.generic(method, path.format(token))

    assert (answer.status_code, answer["Location"]) == (302, path.format("open"))
    assert answer["Referrer-Policy"] == "no-referrer"
    assert token in {morsel.value for morsel in answer.cookies.values()}
    assert token not in caplog.text


@pytest.mark.parametrize("method", METHODS)
def test_a_handoff_code_is_logged_nowhere_and_opens_by_get_and_head_only(
    method: str, caplog: pytest.LogCaptureFixture
) -> None:
    user = operator()
    browser = signed_in(user)
    link = browser.target(browser.get(browser.target(browser.get("http://ops.localhost:8000/sign-in/"))))
    code, client = link.split("/session/")[1].split("/")[0], browser.at("ops.localhost:8000")
    client.handler.enforce_csrf_checks = True
    caplog.set_level("DEBUG")

    answer = client.generic(method, f"/session/{code}/", headers={"Host": "ops.localhost:8000"})

    comes_in = method in ("GET", "HEAD")
    assert (answer.status_code, answer["Location"]) == (302, "/" if comes_in else "/sign-in/used/")
    assert ("_auth_user_id" in client.session) == comes_in
    assert code not in caplog.text
