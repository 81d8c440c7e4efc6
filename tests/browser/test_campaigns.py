"""A marketer's day: a campaign made, changed, put away, brought back; others at the same time; others' pages."""

from playwright.sync_api import BrowserContext, Locator, Page, expect

from ops.demo.running import RunningDemo
from tests.browser.complaints import Complaints
from tests.browser.people import MARKETER, VIEWER, open_as


def test_a_marketer_makes_changes_trashes_and_restores_a_campaign(demo: RunningDemo, page: Page) -> None:
    open_as(page, MARKETER, demo.url("northwind", "/campaigns/"))
    page.get_by_role("link", name="New campaign").click()
    fill(page, "First snow", budget="1200")
    expect(toast(page)).to_have_text("First snow was created.")
    expect(page.get_by_role("heading", level=1)).to_have_text("First snow")
    expect(fact(page, "Budget")).to_have_text("1,200.00 EUR")

    page.get_by_role("link", name="Change", exact=True).click()
    fill(page, "First snow", budget="1500.50")
    expect(fact(page, "Budget")).to_have_text("1,500.50 EUR")
    address = page.url

    page.get_by_role("button", name="Trash…").click()
    page.get_by_role("dialog").get_by_role("button", name="Put in the trash").click()
    expect(toast(page)).to_have_text("The campaign is in the trash.")
    expect(page.get_by_role("link", name="First snow")).to_have_count(0)
    page.get_by_role("link", name="Trash", exact=False).first.click()
    page.get_by_role("button", name="Restore First snow").click()
    expect(toast(page)).to_have_text("The campaign is back.")
    assert page.url == address

    page.get_by_role("link", name="History").click()
    told = page.locator(".entry-what").all_inner_texts()
    assert len(told) == 4
    assert all(line.startswith("Ana Ruiz ") and line.endswith(" First snow") for line in told)
    changed = page.locator(".entry", has_text="Budget").first
    changed.locator("summary").click()
    expect(changed.locator("del").first).to_be_visible()


def test_a_stale_change_shows_the_conflict_and_keeps_what_was_typed(
    demo: RunningDemo, page: Page, context: BrowserContext, complaints: Complaints
) -> None:
    open_as(page, MARKETER, demo.url("northwind", "/campaigns/new/"))
    fill(page, "Two tabs", budget="100")
    page.get_by_role("link", name="Change", exact=True).click()
    other = context.new_page()
    other.goto(page.url)
    fill(other, "Two tabs", budget="200")
    expect(fact(other, "Budget")).to_have_text("200.00 EUR")

    complaints.expect(409, r"/campaigns/[^/]+/edit/")
    fill(page, "Two tabs, late", budget="100")
    expect(page.get_by_role("alert")).to_contain_text("Somebody saved this meanwhile")
    expect(page.get_by_label("Name")).to_have_value("Two tabs, late")
    other.reload()
    expect(other.get_by_role("heading", level=1)).to_have_text("Two tabs")

    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Two tabs, late")


def test_a_page_of_another_role_is_refused_with_who_can_grant_it(
    demo: RunningDemo, page: Page, complaints: Complaints
) -> None:
    open_as(page, VIEWER, demo.url("northwind"))
    expect(page.get_by_role("navigation", name="Main").get_by_role("link", name="Imports")).to_have_count(0)
    complaints.expect(403, "/imports/")
    page.goto(demo.url("northwind", "/imports/"))
    expect(page.locator("main")).to_contain_text("import:run")
    expect(page.locator("main")).to_contain_text("Roles that hold it here: Owner, Admin.")


def test_the_find_box_answers_without_loading_the_page(demo: RunningDemo, page: Page) -> None:
    open_as(page, MARKETER, demo.url("northwind", "/campaigns/"))
    loads: list[str] = []
    page.on("domcontentloaded", lambda shown: loads.append(shown.url))
    page.get_by_role("searchbox", name="Filter campaigns").press_sequentially("solo")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody th")).to_have_text("Solo season")
    expect(page.locator("#live")).to_have_text("1 campaign shown")
    assert page.url.endswith("/campaigns/?q=solo")
    assert loads == []


def fill(page: Page, name: str, *, budget: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Budget").fill(budget)
    page.get_by_label("Currency").fill("EUR")
    page.get_by_role("button", name="Save").click()


def fact(page: Page, label: str) -> Locator:
    return page.locator("dt", has_text=label).locator("xpath=following-sibling::dd[1]")


def toast(page: Page) -> Locator:
    return page.locator(".toast p")
