"""From an operator's sign-in to an admin whose data is imported, and to the first answer of the API."""

import re
import shlex
import subprocess
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from ops.demo.imported import SAMPLE
from ops.demo.running import RunningDemo
from tests.browser.people import (
    MARKETER,
    OPERATOR,
    PASSWORD,
    Journey,
    fill_onboarding,
    invitation_link,
    new_slug,
    onboard,
    open_as,
    sign_in,
)


def test_an_operator_brings_an_organization_live_within_three_screens(
    demo: RunningDemo, page: Page, context: BrowserContext
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    journey, slug = Journey(page), new_slug()
    page.goto(demo.url("ops"))
    sign_in(page, OPERATOR)
    journey.start_again()

    page.get_by_role("link", name="Onboard tenant").click()
    fill_onboarding(page, slug)
    expect(page.locator("#address-note")).to_have_text(f"{slug}.localhost is free.")
    page.get_by_role("button", name="Create tenant").click()
    link = invitation_link(page)

    journey.report("operator's sign-in to live tenant with invitation link")
    paths = [url.removeprefix(demo.url("ops", "")) for url in journey.screens]
    assert paths == ["/", "/tenants/new/", f"/tenants/{slug}/onboarding/"]
    assert journey.clicks == 3  # the plan is one of them
    assert re.fullmatch(rf"{re.escape(demo.url())}invitation/[\w-]{{43}}/", link)
    took = page.get_by_text("steps passed in").inner_text()
    assert re.search(r"All \d+ steps passed in \d+(\.\d)? (ms|s)\.", took), took

    page.get_by_role("button", name="Copy invitation link").click()
    expect(page.locator("copy-field[copied]")).to_have_count(1)
    assert page.evaluate("navigator.clipboard.readText()") == link


def test_an_invited_admin_imports_a_dump_within_five_screens(
    demo: RunningDemo, page: Page, new_context: Callable[..., BrowserContext]
) -> None:
    slug = new_slug()
    operator = new_context().new_page()
    open_as(operator, OPERATOR, demo.url("ops"))
    link = onboard(operator, demo, slug)

    journey = Journey(page)
    page.goto(link)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Accept invitation").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, Mira")
    first_steps = page.get_by_role("region", name="First steps")
    expect(first_steps).to_contain_text("0 of 4 done")

    first_steps.get_by_role("link", name="Import").click()
    with page.expect_file_chooser() as opened:
        page.get_by_text("Drop the file here, or choose it").click()
    opened.value.set_files(SAMPLE)
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_text("This was a dry run: nothing is written yet.")).to_be_visible(timeout=20_000)
    foreseen = counts(page)
    page.get_by_role("button", name=re.compile(r"^Import \d+ rows$")).click()
    expect(page.get_by_text("Imported in")).to_be_visible(timeout=20_000)

    journey.report("invited admin to imported dump")
    assert [re.sub(r"[0-9a-f-]{36}|[\w-]{43}", "…", url.partition("localhost")[2]) for url in journey.screens] == [
        f":{demo.port}/invitation/open/",
        f":{demo.port}/",
        f":{demo.port}/imports/",
        f":{demo.port}/imports/…/",
        f":{demo.port}/imports/…/",
    ]
    assert journey.clicks == 5
    assert counts(page) == foreseen
    assert foreseen["All"][0] > 0
    rejected = page.get_by_role("region", name="Rows that are not imported").locator("tbody tr")
    expect(rejected).to_have_count(foreseen["All"][2] + foreseen["All"][3])

    page.get_by_role("link", name="Home").click()
    expect(first_steps).to_contain_text("2 of 4 done")
    expect(first_steps.locator(".checklist-done").first).to_contain_text("Import the data of the old application")


def test_a_token_answers_200_with_the_first_curl(demo: RunningDemo, page: Page) -> None:
    journey = Journey(page)
    open_as(page, MARKETER, demo.url("northwind"))
    journey.start_again()
    page.get_by_role("link", name="API tokens").click()
    page.get_by_role("link", name="New token").click()
    page.get_by_label("Name").fill("Reports")
    page.get_by_label("See campaigns").check()
    page.get_by_role("button", name="Create token").click()
    command = page.get_by_role("group", name="curl command").inner_text()
    journey.report("token to its curl command")
    assert (len(journey.screens), journey.clicks) == (3, 4)  # the scope is one of them

    answer = subprocess.run(
        [*shlex.split(command), "--silent", "--show-error", "--write-out", "\n%{http_code}"],
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert (answer.returncode, answer.stderr) == (0, "")
    body, status = answer.stdout.rsplit("\n", 1)
    assert status == "200"
    assert MARKETER in body


def counts(page: Page) -> dict[str, list[int]]:
    """What the import's table says: created, duplicate, conflict, rejected, rows by kind."""
    rows = page.get_by_role("region", name="Counts").locator("tbody tr, tfoot tr").all()
    return {row.locator("th").inner_text(): [int(n) for n in row.locator("td").all_inner_texts()] for row in rows}
