"""A second factor from set-up to the organization that requires it, and the list of one's sessions."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from ops.demo.running import RunningDemo
from tests.browser.complaints import Complaints
from tests.browser.people import PASSWORD, accept, at_a_new_organization, sign_in
from tests.browser.test_hosts import link_mailed
from tests.browser.test_screens import flaws
from tests.identity.factors import App


def set_up(page: Page) -> tuple[App, list[str]]:
    """Go through the set-up that the page shows; return the app and the recovery codes."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up a second factor")
    picture = page.get_by_role("img", name="QR code")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 100")
    # Not the oldest code that is accepted, which may be too old by the time a slow browser has sent it.
    app = App(page.locator(".copy-text").inner_text().replace(" ", ""), last=int(time.time()) // 30 - 1)
    page.get_by_role("textbox", name="Code", exact=True).fill(app.code())
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    return app, page.locator(".copy-text").inner_text().split()


def sign_in_again(page: Page, demo: RunningDemo, email: str) -> None:
    """Sign out on the sign-in host, and give the password again."""
    page.goto(demo.url("", "/choose/"))
    page.get_by_role("button", name="Sign out").first.click()
    page.goto(demo.url("", "/sign-in/"))
    sign_in(page, email, PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter your code")


def test_a_second_factor_is_set_up_and_asked_for(
    demo: RunningDemo, page: Page, new_context: Callable[..., BrowserContext], complaints: Complaints, tmp_path: Path
) -> None:
    slug = at_a_new_organization(demo, page, new_context)
    email = f"mira@{slug}.example"
    page.goto(demo.url("", "/account/security/"))
    page.get_by_role("link", name="Set up a second factor").click()
    app, codes = set_up(page)
    assert len(codes) == 10
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as text").click()
    kept = tmp_path / "codes.txt"
    download.value.save_as(kept)
    assert download.value.suggested_filename == "recovery-codes.txt"
    assert all(code in kept.read_text() for code in codes)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("region", name="Status")).to_contain_text("On")

    sign_in_again(page, demo, email)
    complaints.expect(422, "/second-factor/")
    page.get_by_role("textbox", name="Code", exact=True).fill("000000")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("wrong or was used")
    page.get_by_role("textbox", name="Code", exact=True).fill(app.code())
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, Mira")

    sign_in_again(page, demo, email)
    page.get_by_role("textbox", name="Code", exact=True).fill(codes[0])
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, Mira")
    page.goto(demo.url("", "/account/security/"))
    expect(page.get_by_role("region", name="Status")).to_contain_text("Recovery codes left9")


def test_an_organization_requires_it_and_its_people_are_led_to_set_it_up(
    demo: RunningDemo, page: Page, new_context: Callable[..., BrowserContext]
) -> None:
    slug = at_a_new_organization(demo, page, new_context)
    home = demo.url(slug)
    page.get_by_role("link", name="People").first.click()
    page.goto(demo.url(slug, "/settings/security/"))
    expect(page.locator("main")).to_contain_text("Set up your own second factor first")
    page.get_by_role("link", name="Go to your security page").click()
    page.get_by_role("link", name="Set up a second factor").click()
    set_up(page)
    member = new_context().new_page()
    invite_and_accept(demo, page, member, slug, f"noa@{slug}.example")
    expect(member.get_by_role("heading", level=1)).to_have_text("Welcome, Noa")

    page.goto(demo.url(slug, "/settings/security/"))
    expect(page.get_by_role("region", name="Members")).to_contain_text(f"noa@{slug}.example")
    page.get_by_role("button", name="Require a second factor…").click()
    page.get_by_role("dialog").get_by_role("button", name="Require it").click()
    # The admin has one but opened this session with the password alone; the sign-in host has seen the code already.
    expect(page.get_by_role("region", name="Second factor")).to_contain_text("Required")

    member.goto(home)
    expect(member.get_by_role("heading", level=1)).to_have_text("Alder & Oak asks for a second factor")
    member.get_by_role("link", name="Set up a second factor").click()
    set_up(member)
    member.get_by_role("link", name="I have kept them").click()
    expect(member.get_by_role("heading", level=1)).to_have_text("Welcome, Noa")
    assert member.url == home
    member.goto(demo.url("", "/account/security/"))
    expect(member.get_by_role("region", name="Turn off")).to_contain_text("so you can't turn yours off")


def test_a_session_is_ended_from_another_browser(
    demo: RunningDemo, page: Page, new_context: Callable[..., BrowserContext]
) -> None:
    slug = at_a_new_organization(demo, page, new_context)
    other = new_context().new_page()
    other.goto(demo.url("", "/sign-in/"))
    sign_in(other, f"mira@{slug}.example")
    expect(other.get_by_role("heading", level=1)).to_have_text("Welcome, Mira")

    other.goto(demo.url("", "/account/sessions/"))
    expect(other.locator(".link-row")).to_have_count(4)
    expect(other.locator(".link-row", has_text="this session")).to_have_count(1)
    expect(other.locator(".link-row").first).to_contain_text(re.compile("Chrome on (Linux|macOS|Windows)"))
    other.get_by_role("button", name="End all other sessions").first.click()
    other.get_by_role("dialog").get_by_role("button", name="End all other sessions").click()
    expect(other.locator(".link-row")).to_have_count(1)

    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_the_screens_of_security(
    demo: RunningDemo, page: Page, new_context: Callable[..., BrowserContext], complaints: Complaints
) -> None:
    slug = at_a_new_organization(demo, page, new_context)
    email = f"mira@{slug}.example"

    def visit() -> Iterator[str]:
        page.goto(demo.url("", "/account/security/"))
        yield "no second factor"
        page.goto(demo.url(slug, "/settings/security/"))
        yield "the policy before one has a second factor"
        page.goto(demo.url("", "/account/security/set-up/"))
        yield "set-up"
        app, _codes = set_up(page)
        yield "recovery codes"
        page.goto(demo.url("", "/account/security/"))
        yield "a second factor"
        complaints.expect(422, "/account/security/turn-off/")
        page.get_by_role("button", name="Turn off the second factor").click()
        expect(page.get_by_role("alert")).to_be_visible()
        yield "turning off that was refused"
        page.goto(demo.url("", "/account/security/set-up/"))
        yield "moving to another app"
        page.goto(demo.url(slug))
        expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, Mira")
        page.goto(demo.url("", "/account/sessions/"))
        yield "sessions"
        page.get_by_role("button", name="End all other sessions").first.click()
        yield "a question"
        page.goto(demo.url(slug, "/settings/security/"))
        yield "the policy"
        sign_in_again(page, demo, email)
        yield "a code"
        page.get_by_role("textbox", name="Code", exact=True).fill(app.code())
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, Mira")

    assert flaws(page, visit()) == []


def invite_and_accept(demo: RunningDemo, admin: Page, member: Page, slug: str, email: str) -> None:
    """Ask somebody in as an admin and let them accept."""
    admin.goto(demo.url(slug, "/people/invite/"))
    admin.get_by_label("E-mail").fill(f"Noa Birk <{email}>")
    admin.get_by_label("Role").select_option(label="Analyst")
    admin.get_by_role("button", name="Send invitation").click()
    expect(admin.get_by_role("region", name="Invitations")).to_contain_text(email)
    accept(member, link_mailed(demo, email, "Alder & Oak"))
