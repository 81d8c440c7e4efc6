"""Every screen in both themes, wide and narrow: accessible, nothing wider than the window, no complaint."""

from collections.abc import Callable, Iterator
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from ops.demo.running import RunningDemo
from tests.browser.complaints import Complaints
from tests.browser.people import ADMIN, OPERATOR, OTHER_ADMIN, new_slug, onboard, open_as, sign_in

WIDTHS = (1440, 390)
OTHER_WIDTHS = (1024, 320)
# Nothing of the page has to be fetched once more, and a selector is only worth its time where something is wrong.
QUICK = {"resultTypes": ["violations"], "preload": False, "selectors": False}
# The themes differ in colours only.
RULES: dict[str, Any] = {"light": QUICK, "dark": QUICK | {"runOnly": ["color-contrast"]}}
AXE = Axe().axe_script
# Only what is wrong leaves the browser: whole results are large and slow.
LOOK = """
async ([theme, rules]) => {
  document.documentElement.dataset.theme = theme;
  const fading = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
  await Promise.allSettled(fading.map((animation) => animation.finished));
  const { violations } = await axe.run(document, rules);
  const places = (nodes) => nodes.slice(0, 3).map((node) => node.html.slice(0, 100)).join(", ");
  return violations.map(({ id, nodes }) => `${id} at ${places(nodes)}`);
}
"""
WIDTH = "document.documentElement.scrollWidth"
BURST = """
() => [...document.querySelectorAll(".card")].flatMap((card) => {
  const edge = card.getBoundingClientRect().right + 1;
  const scrolls = (element) => getComputedStyle(element).overflowX !== "visible";
  const held = (element) => element !== card && (scrolls(element) || held(element.parentElement));
  if (scrolls(card)) return [];
  return [...card.querySelectorAll("*")]
    .filter((element) => element.getBoundingClientRect().right > edge && !held(element.parentElement))
    .map((element) => `${element.tagName} ${element.textContent.trim().slice(0, 30)}`)
    .slice(0, 1);
})
"""
NORTHWIND = "/tenants/northwind"


def test_the_operators_screens(demo: RunningDemo, page: Page, complaints: Complaints) -> None:
    def visit() -> Iterator[str]:
        for path in (
            "/",
            "/?q=nobody-has-this-name",
            "/tenants/new/",
            f"{NORTHWIND}/",
            f"{NORTHWIND}/?tab=people",
            f"{NORTHWIND}/?tab=jobs",
            f"{NORTHWIND}/?tab=audit",
            f"{NORTHWIND}/onboarding/",
            f"{NORTHWIND}/suspend/",
            f"{NORTHWIND}/plan/?plan=team",
            "/jobs/",
            "/audit/?object_type=user",
            "/operators/",
            "/outbox/",
            "/studio/",
            "/studio/tenants/organization/",
        ):
            page.goto(demo.url("ops", path))
            yield path
        page.goto(demo.url("ops", "/jobs/"))
        yield from follow(page, "tbody th a", "a job")
        page.goto(demo.url("ops", "/outbox/"))
        yield from follow(page, "tbody th a", "a letter")
        page.goto(demo.url("ops", "/tenants/new/"))
        complaints.expect(422, "/tenants/new/")
        page.get_by_role("button", name="Create tenant").click()
        expect(page.get_by_role("alert")).to_be_visible()
        yield "the form that was refused"
        complaints.expect(404, "/nothing-here/")
        page.goto(demo.url("ops", "/nothing-here/"))
        yield "404"

    open_as(page, OPERATOR, demo.url("ops"))
    assert flaws(page, visit()) == []


def test_an_organizations_screens(demo: RunningDemo, page: Page, complaints: Complaints) -> None:
    def visit() -> Iterator[str]:
        for path in (
            "/",
            "/campaigns/",
            "/campaigns/?view=board",
            "/campaigns/?view=calendar",
            "/campaigns/?state=trash",
            "/campaigns/new/",
            "/catalog/",
            "/catalog/new/",
            "/people/",
            "/audit/?object_type=campaign",
            "/tokens/",
            "/imports/",
        ):
            page.goto(demo.url("northwind", path))
            yield path
        page.goto(demo.url("northwind", "/catalog/"))
        yield from follow(page, "tbody th a", "a product")
        page.goto(demo.url("northwind", "/campaigns/"))
        yield from follow(page, "tbody th a", "a campaign")
        for tab in ("Products", "Creatives", "Schedule & budget"):
            yield from follow(page, f".tabs-line a:text('{tab}')", f"its {tab}")
        yield from follow(page, ".tabs-line a:text('History')", "its history")
        page.locator(".entry summary").first.click()
        yield "what an entry changed"
        page.get_by_role("link", name="Build").click()
        page.get_by_role("button", name="Trash…").click()
        yield "a question"
        page.keyboard.press("Escape")
        complaints.expect(422, r"/campaigns/[^/]+/edit/")
        page.get_by_label("Name").fill("")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("alert")).to_be_visible()
        yield "the form that was refused"

    open_as(page, ADMIN, demo.url("northwind"))
    assert flaws(page, visit()) == []


def test_the_screens_of_an_imported_organization(demo: RunningDemo, page: Page) -> None:
    def visit() -> Iterator[str]:
        page.goto(demo.url("juniper", "/imports/"))
        yield "/imports/"
        yield from follow(page, "tbody th a", "the report")
        page.goto(demo.url("juniper", "/campaigns/"))
        yield from follow(page, "tbody th a", "an imported campaign")

    open_as(page, OTHER_ADMIN, demo.url("juniper"))
    assert flaws(page, visit()) == []


def test_the_screens_before_a_sign_in(
    demo: RunningDemo, page: Page, new_context: Callable[..., BrowserContext], complaints: Complaints
) -> None:
    operator = new_context().new_page()
    open_as(operator, OPERATOR, demo.url("ops"))
    invitation = onboard(operator, demo, new_slug())

    def visit() -> Iterator[str]:
        for path in ("/sign-in/", "/find/", "/signed-out/"):
            page.goto(demo.url("", path))
            yield path
        page.goto(invitation)
        yield "an invitation"
        complaints.expect(422, "/invitation/open/")
        page.get_by_role("button", name="Accept invitation").click()
        expect(page.get_by_role("alert")).to_be_visible()
        yield "an invitation without a password"
        complaints.expect(410, "/invitation/open/")
        page.goto(demo.url("", f"/invitation/{'x' * 43}/"))
        yield "an unknown invitation"
        complaints.expect(422, "/sign-in/")
        page.goto(demo.url("", "/sign-in/"))
        sign_in(page, ADMIN, "not the password")
        expect(page.get_by_role("alert")).to_be_visible()
        yield "a refused sign-in"
        complaints.expect(404, "/nothing-here/")
        page.goto(demo.url("", "/nothing-here/"))
        yield "404"
        complaints.expect(404, "/")
        page.goto(demo.url("nobody-here"))
        yield "an unknown host"
        page.goto(demo.url("", "/sign-in/"))
        sign_in(page, OPERATOR)
        page.goto(demo.url("", "/choose/"))
        yield "/choose/"

    assert flaws(page, visit()) == []


def test_the_navigation_is_reachable_at_every_width(demo: RunningDemo, page: Page) -> None:
    open_as(page, ADMIN, demo.url("northwind"))
    toggle = page.get_by_role("button", name="Open navigation")
    for width in (320, 390, 768, 1024):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(demo.url("northwind"))
        if toggle.is_visible():
            toggle.click()
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Campaigns").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Campaigns")
        assert page.evaluate(WIDTH) == width


def follow(page: Page, selector: str, name: str) -> Iterator[str]:
    page.locator(selector).first.click()
    page.wait_for_load_state()
    yield name


def flaws(page: Page, screens: Iterator[str]) -> list[str]:
    """Look at each screen in every way and tell what is wrong with it."""
    found, seen = [], 0
    for screen in screens:
        seen += 1
        page.evaluate(AXE)
        for width in (*WIDTHS, *OTHER_WIDTHS):
            page.set_viewport_size({"width": width, "height": 900})
            if (needed := page.evaluate(WIDTH)) > width:
                found.append(f"{screen}: {needed} wide in a window of {width}")
            found += [f"{screen} ({width}): {what} sticks out of its card" for what in page.evaluate(BURST)]
            for theme, rules in RULES.items() if width in WIDTHS else ():
                lines = page.evaluate(LOOK, [theme, rules])
                found += [f"{screen} ({theme}, {width}): {line}" for line in lines]
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    print(f"\n{seen} screens, {seen * len(WIDTHS) * len(RULES)} looks, {len(found)} flaws")
    return found
