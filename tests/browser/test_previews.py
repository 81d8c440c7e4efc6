"""Creatives are looked at: while they are typed, in the campaign, and as a file."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from ops.demo.running import RunningDemo
from tests.browser.people import MARKETER, open_as

LOADED = "image => image.decode().then(() => [image.naturalWidth, image.naturalHeight])"


def test_a_creative_shows_as_it_is_typed_and_then_in_its_campaign(demo: RunningDemo, page: Page) -> None:
    open_as(page, MARKETER, demo.url("northwind", "/campaigns/new/"))
    page.get_by_label("Name", exact=True).fill("Seen while typed")
    page.get_by_role("button", name="Create").first.click()
    page.wait_for_url("**/campaigns/*-*/**")
    page.goto(page.url.partition("?")[0] + "creatives/new/")

    page.get_by_label("Name", exact=True).fill("Row")
    page.get_by_label("Size").select_option("leaderboard")
    page.get_by_label("Headline").fill("Typed, and seen")
    drawn: Any = page.locator("live-preview img")
    expect(drawn).to_have_attribute("width", "728")
    expect(drawn).to_have_attribute("src", re.compile("Typed%2C%20and%20seen"))
    assert drawn.evaluate(LOADED) == [728, 90]

    page.get_by_role("button", name="Add this creative").click()
    shown: Any = page.get_by_role("img", name="Preview of Row")
    expect(shown).to_be_visible()
    assert shown.evaluate(LOADED) == [728, 90]
    with page.expect_download() as started:
        page.get_by_role("link", name="Download Row as PNG").click()
    assert started.value.suggested_filename == "Row-728x90.png"
