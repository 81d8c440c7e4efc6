"""The asset library in a real browser: uploads that survive a broken connection, versions beside each other."""

from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from ops.demo.running import RunningDemo
from tests.assets import samples
from tests.browser.complaints import Complaints
from tests.browser.people import ADMIN, open_as
from tests.browser.test_screens import flaws

CHUNKS = "**/api/v1/uploads/*"


def breaks_at(number: int, method: str = "PATCH") -> Callable[[Route], None]:
    """The connection is gone for one request of this method."""
    seen: list[str] = []

    def pass_on(route: Route) -> None:
        if route.request.method == method:
            seen.append(route.request.url)
        if route.request.method == method and len(seen) == number:
            route.abort("connectionreset")
        else:
            route.continue_()

    return pass_on


def test_files_come_in_through_a_broken_connection_and_have_versions(
    demo: RunningDemo, page: Page, complaints: Complaints, tmp_path: Path
) -> None:
    film, bottle, bold, evil = (tmp_path / name for name in ("Film.mp4", "Bottle.png", "Bold.png", "Evil.svg"))
    film.write_bytes(samples.mp4(padding=1024 * 1024))
    bottle.write_bytes(samples.picture(size=(900, 600), colour="teal"))
    bold.write_bytes(samples.picture(size=(900, 600), colour="gold"))
    evil.write_bytes(samples.drawing("<script>alert(1)</script>"))
    open_as(page, ADMIN, demo.url("northwind", "/assets/"))
    chooser, rows = page.locator("asset-upload input[type=file]"), page.locator("#uploads li")

    page.route(CHUNKS, breaks_at(2))
    complaints.expected.append("ERR_CONNECTION_RESET")
    complaints.expect(422, r"/api/v1/uploads/[0-9a-f-]+/complete")
    chooser.set_input_files([film, bottle, evil])
    expect(rows.nth(2)).to_have_attribute("data-state", "failed", timeout=30_000)
    expect(rows.nth(0)).to_have_attribute("data-state", "done")
    expect(rows.nth(1)).to_have_attribute("data-state", "done")
    expect(rows.nth(2)).to_contain_text("This SVG is refused because of what it holds: <script>.")
    page.unroute(CHUNKS)
    expect(page.locator("#results")).to_contain_text("Film")
    page.locator("#results").get_by_role("link", name="Bottle", exact=True).click()
    expect(page.locator(".asset-stage img")).to_be_visible()

    page.get_by_role("link", name="Versions 1").click()
    page.get_by_label("What is new in the next version").fill("Bolder")
    with page.expect_navigation():
        page.locator("asset-upload input[type=file]").set_input_files(bold)
    expect(page.locator(".version-list")).to_contain_text("Bolder")
    page.get_by_role("button", name="Show version 2…").click()
    page.get_by_role("button", name="Show it").click()
    expect(page.locator(".version-list li").first).to_contain_text("Shown now")

    address = page.url.partition("?")[0]

    def visit() -> Iterator[str]:
        for path in ("/assets/", "/assets/?view=table", "/assets/?state=trash"):
            page.goto(demo.url("northwind", path))
            yield path
        for end in ("", "?tab=versions", "?tab=uses", "?tab=history", "compare/", "edit/", "share/"):
            page.goto(address + end)
            yield f"an asset, {end}"

    assert flaws(page, visit()) == []
