"""The guard that all other tests here rely on."""

import pytest
from playwright.sync_api import Page, expect

from ops.demo.running import RunningDemo
from tests.browser.complaints import Complaints


def test_a_violation_of_the_content_policy_is_a_complaint(
    demo: RunningDemo, page: Page, complaints: Complaints
) -> None:
    page.goto(demo.url("", "/find/"))
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    expect(page.locator("body[style]")).to_have_count(1)
    with pytest.raises(AssertionError, match="content policy: style-src-attr"):
        complaints.verify()
    complaints.heard.clear()


def test_an_uncaught_error_is_a_complaint(demo: RunningDemo, page: Page, complaints: Complaints) -> None:
    page.goto(demo.url("", "/find/"))
    with page.expect_event("pageerror"):
        page.evaluate("setTimeout(() => { throw new Error('broken on purpose') })")
    with pytest.raises(AssertionError, match="broken on purpose"):
        complaints.verify()
    complaints.heard.clear()


def test_what_was_announced_but_never_came_is_a_complaint() -> None:
    complaints = Complaints()
    complaints.expect(404, "/")
    with pytest.raises(AssertionError, match="announced but never heard"):
        complaints.verify()
