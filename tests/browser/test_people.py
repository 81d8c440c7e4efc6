"""Asking people in and letting them go, in a real browser."""

import os
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from ops.demo.running import RunningDemo
from tests.browser.complaints import Complaints
from tests.browser.people import ADMIN, Journey, accept, open_as
from tests.browser.test_hosts import link_mailed
from tests.browser.test_screens import flaws

HERE = "northwind"


def new_address() -> str:
    return f"noa-{secrets.token_hex(3)}@example.com"


def test_somebody_is_asked_in_with_role_and_team_within_four_clicks(
    demo: RunningDemo, page: Page, new_context: Callable[..., BrowserContext]
) -> None:
    email = new_address()
    open_as(page, ADMIN, demo.url(HERE, "/people/"))
    journey = Journey(page)
    page.reload()
    journey.start_again()

    page.get_by_role("link", name="Invite people").click()
    page.get_by_label("E-mail").fill(f"Noa Birk <{email}>")
    page.get_by_label("Role").select_option(label="Analyst")
    page.get_by_role("group", name="Teams").get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Send invitation").click()
    expect(page.locator(".toast p")).to_have_text(f"The invitation to {email} is on its way.")

    journey.report("invite with role and team")
    clicks = journey.clicks + 1  # choosing the role in the list
    assert clicks == 4
    row = page.get_by_role("region", name="Invitations").locator("tbody tr", has_text=email)
    expect(row).to_contain_text("Analyst")
    guest = new_context().new_page()
    accept(guest, link_mailed(demo, email, "Northwind Outdoor"))
    expect(guest.get_by_role("heading", level=1)).to_have_text("Welcome, Noa")

    page.goto(demo.url(HERE, "/people/?q=noa"))
    page.get_by_role("link", name="Noa Birk").last.click()
    expect(page.get_by_role("region", name="Teams").locator("li")).to_have_count(1)
    page.get_by_role("link", name="Remove…").click()
    page.get_by_role("button", name="Remove Noa Birk").click()
    expect(page.locator(".toast p")).to_have_text("Noa Birk is removed.")
    guest.reload()
    expect(guest.get_by_role("heading", level=1)).not_to_have_text("Welcome, Noa")


def test_a_pasted_list_says_what_became_of_each_row(demo: RunningDemo, page: Page, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    email = new_address()
    open_as(page, ADMIN, demo.url(HERE, "/people/invite/"))

    page.get_by_label("E-mail").fill(f"{email}\n{email.upper()}\nnobody\nana@northwind.example")
    page.get_by_role("button", name="Send invitation").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("1 person is invited")
    results = page.get_by_role("region", name="Rows").locator("tbody tr td:nth-child(2)")
    assert results.all_inner_texts() == ["Invited", "Twice in the list", "Can't be read", "Here already"]
    page.get_by_role("button", name="Copy rows that were left out").click()
    assert page.evaluate("navigator.clipboard.readText()") == f"{email.upper()}\nnobody\nana@northwind.example"


def test_several_people_get_another_role_after_a_look_at_what_it_means(demo: RunningDemo, page: Page) -> None:
    open_as(page, ADMIN, demo.url(HERE, "/people/"))
    page.get_by_role("checkbox", name="Tick Leo Brandt").check()
    page.get_by_label("Role for those you tick").select_option(label="Analyst")
    page.get_by_role("button", name="Review change").click()

    changes = page.get_by_role("region", name="Changes")
    expect(changes).to_contain_text("Viewer → Analyst")
    expect(changes).to_contain_text("Export analytics")
    page.get_by_role("button", name="Change 1 role").click()
    expect(page.locator(".toast p")).to_have_text("1 person is Analyst now.")

    page.get_by_role("link", name="Leo Brandt").click()
    page.get_by_role("combobox", name="Role").select_option(label="Viewer")
    page.get_by_role("button", name="Save role").click()
    expect(page.locator(".toast p")).to_have_text("The role of Leo Brandt is saved.")


def test_the_screens_about_people(demo: RunningDemo, page: Page, complaints: Complaints) -> None:
    def visit() -> Iterator[str]:
        page.goto(demo.url(HERE, "/people/invite/"))
        yield "an empty invitation"
        page.get_by_label("E-mail").fill(f"{new_address()}, nobody")
        page.get_by_role("button", name="Send invitation").click()
        yield "what became of a list"
        for path in (
            "/people/",
            "/people/?state=invited",
            "/people/?state=suspended",
            "/people/?q=nobody-is-called-so",
        ):
            page.goto(demo.url(HERE, path))
            yield path
        page.goto(demo.url(HERE, "/people/"))
        for box in page.get_by_role("checkbox", name="Tick").all()[:4]:
            box.check()
        page.get_by_role("button", name="Review change").click()
        yield "another role for several people"
        page.goto(demo.url(HERE, "/people/?q=ana"))
        page.get_by_role("link", name=re.compile("^Ana ")).click()
        page.wait_for_url(re.compile(r"/people/[0-9a-f-]{36}/$"))
        yield "a person"
        page.get_by_role("button", name="Suspend…").click()
        yield "a question"
        page.keyboard.press("Escape")
        page.get_by_role("link", name="Remove…").click()
        yield "a person who owns something"
        complaints.expect(422, r"/people/[^/]+/remove/")
        page.get_by_role("button", name=re.compile("^Remove Ana")).click()
        expect(page.get_by_role("alert")).to_be_visible()
        yield "nobody inherits"

    open_as(page, ADMIN, demo.url(HERE))
    assert flaws(page, picture(page, visit())) == []


def picture(page: Page, screens: Iterator[str]) -> Iterator[str]:
    """Keep a picture of each screen where the environment names a folder for them."""
    folder = os.environ.get("SCREENSHOTS")
    for number, screen in enumerate(screens):
        if folder:
            for theme, width in (("light", 1440), ("dark", 1440), ("light", 390)):
                page.set_viewport_size({"width": width, "height": 900})
                page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
                page.wait_for_timeout(300)
                page.screenshot(path=Path(folder) / f"{number}-{theme}-{width}.png", full_page=True)
            page.set_viewport_size({"width": 1440, "height": 900})
        yield screen
