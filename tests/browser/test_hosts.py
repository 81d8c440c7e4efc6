"""Coming in, going out, and being at the wrong door."""

import re
import time
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from ops.demo.running import RunningDemo
from tests.browser.complaints import Complaints
from tests.browser.people import (
    ADMIN,
    MARKETER,
    OPERATOR,
    OTHER_ADMIN,
    accept,
    new_slug,
    onboard,
    open_as,
    sign_in,
)


def test_a_suspension_shuts_the_open_page_at_its_next_click_until_it_is_resumed(
    demo: RunningDemo, page: Page, new_context: Callable[..., BrowserContext], complaints: Complaints
) -> None:
    slug = new_slug()
    open_as(page, OPERATOR, demo.url("ops"))
    member = new_context().new_page()
    accept(member, onboard(page, demo, slug))
    expect(member.get_by_role("heading", level=1)).to_have_text("Welcome, Mira")

    page.goto(demo.url("ops", f"/tenants/{slug}/"))
    page.get_by_role("link", name="Suspend…").click()
    expect(page.get_by_role("complementary", name="What will happen")).to_contain_text("1 person")
    page.get_by_label("Reason").fill("The invoice of October is open.")
    page.get_by_role("button", name="Suspend tenant").click()
    expect(page.locator(".page-title")).to_contain_text("Suspended")

    complaints.expect(403, "/campaigns/")
    member.get_by_role("link", name="Campaigns", exact=True).click()
    expect(member.locator("main")).to_contain_text("suspended")
    expect(member.get_by_role("navigation", name="Main")).to_have_count(0)

    page.get_by_role("link", name="Resume…").click()
    page.get_by_role("button", name="Resume tenant").click()
    expect(page.locator(".page-title")).to_contain_text("Active")
    member.reload()
    expect(member.get_by_role("heading", level=1)).to_have_text("Campaigns")


def test_signing_out_ends_the_session_here_and_at_the_sign_in_host(demo: RunningDemo, page: Page) -> None:
    home = demo.url("northwind")
    open_as(page, MARKETER, home)
    page.get_by_role("button", name="Account menu of Ana Ruiz").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    page.goto(home)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(page.locator("main")).to_contain_text("to continue to Northwind Outdoor")
    page.goto(demo.url())
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_session_opens_no_other_organization(demo: RunningDemo, page: Page, context: BrowserContext) -> None:
    open_as(page, MARKETER, demo.url("northwind"))
    page.goto(demo.url("juniper"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose an organization")
    expect(page.get_by_role("link", name="Juniper Pantry")).to_have_count(0)
    hosts = {cookie["domain"] for cookie in context.cookies() if cookie["name"] == "__Host-session"}
    assert hosts == {"localhost", "northwind.localhost"}

    # The cookie itself, carried over by hand, is worth nothing there either.
    session = next(
        cookie["value"]
        for cookie in context.cookies()
        if (cookie["name"], cookie["domain"]) == ("__Host-session", "northwind.localhost")
    )
    page.goto(demo.url("juniper", "/livez"))
    page.evaluate("value => { document.cookie = `__Host-session=${value}; Secure; Path=/` }", session)
    assert {cookie["domain"] for cookie in context.cookies() if cookie["value"] == session} == {
        "juniper.localhost",
        "northwind.localhost",
    }
    page.goto(demo.url("juniper"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose an organization")


def test_an_unknown_host_is_a_page_that_says_so(demo: RunningDemo, page: Page, complaints: Complaints) -> None:
    complaints.expect(404, "/")
    answer = page.goto(demo.url("nobody-here"))
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_somebody_of_two_organizations_chooses_between_them(
    demo: RunningDemo, page: Page, new_context: Callable[..., BrowserContext]
) -> None:
    slug = new_slug()
    operator = new_context().new_page()
    open_as(operator, OPERATOR, demo.url("ops"))
    accept(page, onboard(operator, demo, slug))
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, Mira")
    page.get_by_role("link", name="People").click()
    page.get_by_role("link", name="Invite people").click()
    page.get_by_label("E-mail").fill(OTHER_ADMIN)
    page.get_by_label("Role").select_option(label="Analyst")
    page.get_by_role("button", name="Send invitation").click()
    expect(page.get_by_role("region", name="Invitations")).to_contain_text(OTHER_ADMIN)

    invited = new_context().new_page()
    invited.goto(link_mailed(demo, OTHER_ADMIN, "Alder & Oak"))
    sign_in(invited, OTHER_ADMIN)
    invited.get_by_role("button", name="Accept invitation").click()
    expect(invited.get_by_role("heading", level=1)).to_have_text("Welcome, Sol")
    assert invited.url == demo.url(slug)

    invited.get_by_role("button", name="Account menu of Sol Marchetti").click()
    invited.get_by_role("link", name="Change organization").click()
    expect(invited.get_by_role("heading", level=1)).to_have_text("Choose an organization")
    expect(invited.locator(".link-row")).to_have_count(2)
    invited.get_by_role("link", name="Juniper Pantry").click()
    expect(invited.get_by_role("heading", level=1)).to_have_text("Welcome, Sol")
    assert invited.url == demo.url("juniper")


def test_the_addresses_of_somebodys_organizations_are_mailed(
    demo: RunningDemo, page: Page, new_context: Callable[..., BrowserContext]
) -> None:
    page.goto(demo.url())
    page.get_by_role("link", name="Find my organization").click()
    page.get_by_label("E-mail").fill(ADMIN)
    page.get_by_role("button", name="Send me the addresses").click()
    expect(page.locator("main")).to_contain_text(f"If {ADMIN} belongs to an organization")

    operator = new_context().new_page()
    open_as(operator, OPERATOR, demo.url("ops", "/outbox/"))
    row = operator.locator("tbody tr", has_text=ADMIN).filter(has_not_text="invited").first
    until = time.monotonic() + 15
    while "organization" not in row.inner_text().lower() and time.monotonic() < until:
        operator.reload()
    row.get_by_role("link").click()
    expect(operator.locator(".letter")).to_contain_text(demo.url("northwind"))


def link_mailed(demo: RunningDemo, email: str, organization: str) -> str:
    """Wait for the newest invitation to `organization` in `email`'s letters; return its link."""
    until = time.monotonic() + 15
    while time.monotonic() < until:
        for file in sorted(demo.outbox.glob("*.log"), reverse=True):
            letter = file.read_text()
            link = re.search(r"http://\S+/invitation/[\w-]{43}/", letter)
            if link and email in letter and organization in letter:
                return link[0]
        time.sleep(0.1)
    raise AssertionError(f"no invitation of {organization} was mailed to {email}")
