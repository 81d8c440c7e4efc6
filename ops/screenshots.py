"""The pictures in docs/img: `python -m ops.screenshots` takes them anew on a demo of its own (`make screenshots`)."""

import os
import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from ops.browser import find_chromium
from ops.demo import content
from ops.demo.northwind import NORTHWIND
from ops.demo.running import DemoDidNotStart, RunningDemo, running_demo
from ops.project import ROOT

FOLDER = ROOT / "docs" / "img"
LARGEST = 250_000
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def main() -> int:
    """Take all pictures; return 1 with a sentence where there is no browser or the demo does not start."""
    chromium = find_chromium()
    if chromium is None:
        print("screenshots: no Chromium found: install Chromium, or name one with CHROMIUM=/path", file=sys.stderr)
        return 1
    environ = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.dev"}
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            running_demo(Path(folder), environ, wish=8000) as demo,
            sync_playwright() as playwright,
            playwright.chromium.launch(executable_path=chromium, args=FLAGS) as browser,
        ):
            return take_all(browser, demo)
    except DemoDidNotStart as error:
        print(f"screenshots: {error}", file=sys.stderr)
        return 1


def take_all(browser: Browser, demo: RunningDemo) -> int:
    """Walk through the demo; return 1 if a picture is too large for the repository."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    sizes = [
        *operators(signed_in(browser, content.OPERATOR.email, demo.url("ops")), demo),
        *organization(signed_in(browser, NORTHWIND.admin.email, demo.url("northwind")), demo),
        *access(signed_in(browser, NORTHWIND.admin.email, demo.url("northwind")), demo),
        *marketing(signed_in(browser, NORTHWIND.admin.email, demo.url("northwind")), demo),
        *imported(signed_in(browser, content.JUNIPER_ADMIN.email, demo.url("juniper")), demo),
    ]
    return int(any(size > LARGEST for size in sizes))


def operators(page: Page, demo: RunningDemo) -> list[int]:
    """An onboarding from the form to live, then the directory."""
    page.goto(demo.url("ops", "/tenants/new/"))
    page.locator("[name=name]").fill("Alder & Oak")
    page.get_by_label(re.compile("^Team")).check()
    page.locator("[name=time_zone]").select_option("Europe/Berlin")
    page.locator("[name=admin_email]").fill("mira@alder.example")
    page.locator("[name=admin_name]").fill("Mira Alder")
    expect(page.locator("#address-note")).to_have_text("alder-and-oak.localhost is free.")
    sizes = [take(page, "operator-onboard")]
    page.get_by_role("button", name="Create tenant").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Alder & Oak is live", timeout=30_000)
    sizes.append(take(page, "operator-onboarding"))
    page.goto(demo.url("ops"))
    return [*sizes, take(page, "operator-tenants"), take(page, "operator-tenants-dark", dark=True)]


def organization(page: Page, demo: RunningDemo) -> list[int]:
    """What an organization works with."""
    sizes = [take(page, "org-home")]
    page.goto(demo.url("northwind", "/campaigns/"))
    sizes += [take(page, "org-campaigns"), take(page, "org-campaigns-dark", dark=True)]
    page.goto(demo.url("northwind", "/audit/?object_type=campaign"))
    page.locator(".entry summary").first.click()
    return [*sizes, take(page, "org-audit")]


def access(page: Page, demo: RunningDemo) -> list[int]:
    """People, the role matrix with a change that is not saved, a shared campaign and the question why."""
    page.goto(demo.url("northwind", "/people/"))
    sizes = [take(page, "org-people")]
    page.goto(demo.url("northwind", "/access/"))
    page.get_by_role("gridcell").get_by_role("button", name=re.compile("^See assets, Agency partner:")).click()
    sizes.append(take(page, "org-roles"))
    page.goto(demo.url("northwind", "/campaigns/"))
    page.get_by_role("link", name="Solo season").click()
    page.get_by_role("link", name="Share", exact=True).click()
    page.get_by_role("link", name="Why may or may not Noor Haddad?").first.click()
    expect(page.get_by_role("dialog", name="Explain access")).to_contain_text("Yes, Noor Haddad may")
    return [*sizes, take(page, "org-explain-dark", dark=True)]


def marketing(page: Page, demo: RunningDemo) -> list[int]:
    """What marketers look at all day: the board, a campaign's creatives, the library, the catalog in pictures."""
    page.goto(demo.url("northwind", "/campaigns/?view=board"))
    sizes = [take(page, "campaigns-board-dark", dark=True)]
    page.goto(demo.url("northwind", "/campaigns/?view=calendar"))
    sizes.append(take(page, "campaigns-calendar"))
    page.goto(demo.url("northwind", "/campaigns/"))
    page.get_by_role("link", name="Winter layers", exact=True).first.click()
    page.get_by_role("link", name="Creatives", exact=True).click()
    page.wait_for_load_state("networkidle")
    sizes.append(take(page, "campaign-creatives"))
    page.goto(demo.url("northwind", "/assets/"))
    sizes.append(take(page, "assets"))
    page.goto(demo.url("northwind", "/catalog/?view=grid"))
    return [*sizes, take(page, "catalog")]


def imported(page: Page, demo: RunningDemo) -> list[int]:
    """The report of an import, with the rows that were not taken."""
    page.goto(demo.url("juniper", "/imports/"))
    page.locator("tbody th a").first.click()
    expect(page.get_by_text(re.compile("^Imported in "))).to_be_visible()
    return [take(page, "org-import")]


def signed_in(browser: Browser, email: str, url: str) -> Page:
    """Return a page of somebody's own browser, opened at `url` after the sign-in."""
    page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="en", timezone_id="Europe/Berlin")
    page.goto(url)
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(content.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(url)
    return page


def take(page: Page, name: str, *, dark: bool = False) -> int:
    """Write one picture; return its size in bytes."""
    page.evaluate("theme => { document.documentElement.dataset.theme = theme }", "dark" if dark else "light")
    page.evaluate("document.fonts.ready.then(() => scrollTo(0, 0))")
    path = FOLDER / f"{name}.png"
    picture = page.screenshot(path=path, animations="disabled", caret="hide")
    print(f"{path.relative_to(ROOT)}  {len(picture):,} bytes", flush=True)
    return len(picture)


if __name__ == "__main__":
    sys.exit(main())
