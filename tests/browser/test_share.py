"""Sharing, and the question why somebody can't, in a real browser."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, expect

from ops.demo.running import RunningDemo
from tests.browser.complaints import Complaints
from tests.browser.people import ADMIN, VIEWER, Journey, open_as
from tests.browser.test_screens import flaws


def test_why_somebody_cannot_edit_is_two_clicks_away(demo: RunningDemo, page: Page) -> None:
    open_as(page, ADMIN, demo.url("northwind", "/campaigns/"))
    page.locator("tbody th a").first.click()
    page.wait_for_url(re.compile(r"/campaigns/[0-9a-f-]{36}/$"))
    name = page.get_by_role("heading", level=1).inner_text()
    journey = Journey(page)
    page.reload()
    journey.start_again()

    page.get_by_role("link", name="Share", exact=True).click()
    people = page.get_by_role("region", name="People")
    people.get_by_role("link", name="Why may or may not Leo Brandt?").click()

    drawer = page.get_by_role("dialog", name="Explain access")
    expect(drawer).to_contain_text(f"No, Leo Brandt may not: Change campaigns, on “{name}”.")
    expect(drawer).to_contain_text("The role does not permit it: Change campaigns.")
    expect(drawer).to_contain_text("Share it with Leo Brandt at the level Editor or higher.")
    journey.report("why can't this person edit it")
    assert journey.clicks <= 2
    assert len(journey.screens) == 1
    drawer.get_by_label("may", exact=True).select_option(label="See campaigns")
    drawer.get_by_role("button", name="Explain").click()
    expect(drawer).to_contain_text("may not: See campaigns")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def test_a_share_is_given_changed_and_taken_away(demo: RunningDemo, page: Page) -> None:
    open_as(page, ADMIN, demo.url("northwind", "/campaigns/"))
    page.locator("tbody th a").nth(1).click()
    page.get_by_role("link", name="Share", exact=True).click()
    page.get_by_label("Person or team").select_option(label=f"Leo Brandt ({VIEWER})")
    page.get_by_label("Level").first.select_option("editor")
    page.get_by_role("textbox", name="Reason").last.fill("Holiday cover")
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.locator(".toast p")).to_have_text("Shared with Leo Brandt.")
    shares = page.get_by_role("region", name="Owner, team and shares")
    row = shares.locator("tbody tr", has_text="Leo Brandt")
    expect(row).to_contain_text("Holiday cover")
    expect(row).to_contain_text("Editor")

    row.get_by_role("link", name="Why may or may not Leo Brandt?").click()
    drawer = page.get_by_role("dialog", name="Explain access")
    expect(drawer).to_contain_text("Yes, Leo Brandt may: Change campaigns")
    expect(drawer).to_contain_text("If it is taken away: Share with Leo Brandt")
    page.keyboard.press("Escape")

    row.get_by_role("button", name=re.compile("^Change the share")).click()
    dialog = page.get_by_role("dialog", name="Share with Leo Brandt")
    dialog.get_by_label("Level").select_option("viewer")
    dialog.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("Viewer")
    row.get_by_role("button", name=re.compile("^Revoke")).click()
    expect(row).to_have_count(0)


def test_the_screens_of_sharing(demo: RunningDemo, page: Page, complaints: Complaints) -> None:
    def visit() -> Iterator[str]:
        page.goto(demo.url("northwind", "/campaigns/"))
        page.locator("tbody th a").nth(2).click()
        page.get_by_role("link", name="Share", exact=True).click()
        yield picture(page, "share")
        page.get_by_label("Person or team").select_option(label=f"Leo Brandt ({VIEWER})")
        page.get_by_label("Level").first.select_option("editor")
        page.get_by_role("button", name="Share", exact=True).click()
        expect(page.locator(".toast p")).to_have_text("Shared with Leo Brandt.")
        shares = page.get_by_role("region", name="Owner, team and shares")
        yield picture(page, "shared")
        shares.get_by_role("button", name=re.compile("^Change the share")).click()
        yield picture(page, "share-change")
        page.keyboard.press("Escape")
        shares.get_by_role("link", name="Why may or may not Leo Brandt?").click()
        drawer = page.get_by_role("dialog", name="Explain access")
        expect(drawer).to_contain_text("Yes, Leo Brandt may")
        yield picture(page, "explain-drawer")
        page.keyboard.press("Escape")
        complaints.expect(422, r"/campaigns/[^/]+/share/")
        page.get_by_role("button", name="Share", exact=True).click()
        expect(page.get_by_role("alert")).to_be_visible()
        yield picture(page, "share-refused")
        page.goto(demo.url("northwind", "/access/grants/"))
        yield picture(page, "grants")
        page.goto(demo.url("northwind", "/access/grants/?tab=soon"))
        yield picture(page, "grants-soon")
        page.goto(demo.url("northwind", "/access/explain/"))
        yield picture(page, "explain")
        page.get_by_label("Find an object").press_sequentially("head torch")
        expect(page.get_by_label("this object").locator("option")).to_have_count(3)
        page.get_by_label("this object").select_option(label="Product: Cairn head torch")
        page.get_by_role("button", name="Explain").click()
        page.wait_for_load_state()
        yield picture(page, "who-can")
        page.get_by_label("Person").select_option(label="Leo Brandt")
        page.get_by_role("button", name="Explain").click()
        page.wait_for_load_state()
        yield picture(page, "explained")

    open_as(page, ADMIN, demo.url("northwind"))
    assert flaws(page, visit()) == []


def picture(page: Page, name: str) -> str:
    """Return the screen's name."""
    folder = os.environ.get("SHARE_PICTURES")
    if folder:
        for width, theme in ((1440, "light"), (1440, "dark"), (390, "light")):
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            page.screenshot(path=Path(folder) / f"{name}-{theme}-{width}.png")
        page.set_viewport_size({"width": 1440, "height": 900})
    return name
