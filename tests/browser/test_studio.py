"""The read-only data browser."""

from playwright.sync_api import Page, expect

from ops.demo.running import RunningDemo
from tests.browser.complaints import Complaints
from tests.browser.people import ADMIN, OPERATOR, open_as


def test_an_operator_looks_at_the_tables_and_changes_nothing(
    demo: RunningDemo, page: Page, complaints: Complaints
) -> None:
    open_as(page, OPERATOR, demo.url("ops"))
    page.get_by_role("link", name="Studio").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tables of the platform")
    expect(page.locator("#user-tools")).to_contain_text("Nothing can be changed here.")
    page.locator("#content").get_by_role("link", name="Organizations").first.click()
    page.get_by_role("link", name="Northwind Outdoor").click()
    expect(page.locator("#content")).to_contain_text("northwind")
    expect(page.locator("#content input:not([type=hidden]), #content button[type=submit]")).to_have_count(0)

    complaints.expect(403, r"/studio/tenants/organization/[^/]+/change/")
    status = page.evaluate("fetch(location, {method: 'POST', body: 'name=Stolen'}).then((answer) => answer.status)")
    assert status == 403
    page.reload()
    expect(page.locator("#content")).to_contain_text("Northwind Outdoor")
    complaints.expect(404, "/studio/access/membership/")
    page.goto(demo.url("ops", "/studio/access/membership/"))


def test_an_organizations_host_has_no_studio(demo: RunningDemo, page: Page, complaints: Complaints) -> None:
    open_as(page, ADMIN, demo.url("northwind"))
    complaints.expect(404, "/studio/")
    page.goto(demo.url("northwind", "/studio/"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing here")


def test_a_member_of_an_organization_does_not_enter_the_operators_host(demo: RunningDemo, page: Page) -> None:
    open_as(page, ADMIN, demo.url("northwind"))
    page.goto(demo.url("ops", "/studio/"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose an organization")
    expect(page.get_by_role("link", name="Operator console")).to_have_count(0)
