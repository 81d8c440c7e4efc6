"""The catalog at work: many prices at once and back again, and a file of products from the heading to the list."""

from playwright.sync_api import Page, expect

from ops.demo.running import RunningDemo
from tests.browser.people import ADMIN, open_as

FEED = """Article number,Title,Price,Notes
TOUR-1,Tour drink,2.49 EUR,kept out
TOUR-2,Tour bar,much,
"""


def test_prices_are_previewed_changed_and_taken_back(demo: RunningDemo, page: Page) -> None:
    open_as(page, ADMIN, demo.url("northwind", "/catalog/?state=active"))
    rows = page.locator("tbody tr")
    first, price = rows.first, rows.first.locator("td.numeric")
    name, before = first.locator("th a").inner_text(), price.inner_text()
    first.get_by_role("checkbox").check()
    rows.nth(1).get_by_role("checkbox").check()
    expect(page.locator("[data-count]")).to_have_text("2 ticked")

    page.get_by_label("With those you tick").select_option(label="Change the price")
    page.get_by_role("button", name="Preview…").click()
    page.get_by_label("Or one price for all").fill("7.77")
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.get_by_role("row", name=name)).to_contain_text("7.77")
    page.get_by_role("button", name="Change 2 products").click()

    expect(page.get_by_text("2 products were changed.")).to_be_visible()
    expect(page.get_by_role("row", name=name).locator("td.numeric")).to_contain_text("7.77")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("2 products are as they were.")).to_be_visible()
    expect(page.get_by_role("row", name=name).locator("td.numeric")).to_have_text(before)


def test_a_file_of_products_is_mapped_tried_and_imported(demo: RunningDemo, page: Page) -> None:
    open_as(page, ADMIN, demo.url("northwind", "/catalog/"))
    page.get_by_role("link", name="Import", exact=True).click()
    page.locator("input[type=file]").set_input_files(
        {"name": "tour.csv", "mimeType": "text/csv", "buffer": FEED.encode()}
    )
    page.get_by_role("button", name="Send and check").click()

    expect(page.get_by_text("This was a dry run: nothing is written yet.")).to_be_visible(timeout=20_000)
    expect(page.get_by_label("Article number is")).to_have_value("sku")
    expect(page.get_by_role("row", name="TOUR-2 Rejected")).to_contain_text("is no amount")
    page.get_by_role("button", name="Import these rows").click()
    expect(page.get_by_role("link", name="See the products")).to_be_visible(timeout=20_000)
    page.get_by_role("link", name="See the products").click()

    page.get_by_role("searchbox").fill("tour")
    expect(page.get_by_role("link", name="Tour drink")).to_be_visible()
    expect(page.get_by_role("link", name="Tour bar")).to_have_count(0)
