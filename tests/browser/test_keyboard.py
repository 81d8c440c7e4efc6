"""Without a mouse."""

from playwright.sync_api import Page, expect

from ops.demo.running import RunningDemo
from tests.browser.people import ADMIN, OPERATOR, PASSWORD, Journey, invitation_link, new_slug, open_as


def test_an_organization_is_onboarded_without_a_mouse(demo: RunningDemo, page: Page) -> None:
    journey, slug, keys = Journey(page), new_slug(), page.keyboard
    page.goto(demo.url("ops"))
    expect(page.get_by_label("E-mail")).to_be_focused()
    keys.type(OPERATOR)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    page.wait_for_url(demo.url("ops"))

    keys.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to content")).to_be_in_viewport()
    keys.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    keys.press("Tab")
    expect(page.get_by_role("link", name="Onboard tenant")).to_be_focused()
    keys.press("Enter")
    page.wait_for_url(demo.url("ops", "/tenants/new/"))

    keys.press("Tab")
    keys.press("Enter")
    tab_to(page, "input[name=name]")
    keys.type("Alder & Oak")
    tab_to(page, "input[name=slug]")
    expect(page.locator("input[name=slug]")).to_have_value("alder-and-oak")
    keys.press("Control+A")
    keys.type(slug)
    tab_to(page, "select[name=time_zone]")
    tab_to(page, "input[name=plan]")
    keys.press("ArrowDown")
    tab_to(page, "input[name=admin_email]")
    keys.type(f"mira@{slug}.example")
    tab_to(page, "button[type=submit]:text('Create tenant')")
    keys.press("Enter")
    page.wait_for_url(demo.url("ops", f"/tenants/{slug}/onboarding/*"))
    assert invitation_link(page)
    assert journey.clicks == 0


def test_a_dialog_opens_on_its_safe_answer_and_closes_with_escape(demo: RunningDemo, page: Page) -> None:
    open_as(page, ADMIN, demo.url("northwind", "/people/"))
    page.get_by_role("link", name="Tom Hale").click()
    opener = page.get_by_role("button", name="Suspend…")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Suspend Tom Hale?")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_slash_key_leads_to_the_find_box(demo: RunningDemo, page: Page) -> None:
    open_as(page, ADMIN, demo.url("northwind", "/campaigns/"))
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Filter campaigns")).to_be_focused()


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the field has the focus; a form's fields are a few steps apart at most."""
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.locator(selector).evaluate_all("found => found.includes(document.activeElement)"):
            return
    raise AssertionError(f"Tab does not lead to {selector}")
