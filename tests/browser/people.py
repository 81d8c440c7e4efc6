"""People at their browsers: signing in, and the ways that several journeys share."""

import re
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Cookie, Page, expect

from ops.demo import content
from ops.demo.northwind import NORTHWIND
from ops.demo.running import RunningDemo

OPERATOR = content.OPERATOR.email
ADMIN = NORTHWIND.admin.email
MARKETER = "ana@northwind.example"
VIEWER = "leo@northwind.example"
OTHER_ADMIN = content.JUNIPER_ADMIN.email
PASSWORD = content.PASSWORD
# Of those who signed in once, by address and host.
_sessions: dict[tuple[str, str], list[Any]] = {}


class Journey:
    """Counts what a person does on a page: documents that are shown, and presses of the mouse.

    Redirects show nothing. Fields are reached with Tab, as a hurried person does.
    """

    def __init__(self, page: Page) -> None:
        self.screens: list[str] = []
        self.clicks = 0
        page.on("domcontentloaded", lambda shown: self.screens.append(shown.url))
        page.expose_function("pressed", self._pressed)
        page.add_init_script("addEventListener('pointerdown', () => window.pressed(), true)")

    def start_again(self) -> None:
        """Count from here."""
        self.screens.clear()
        self.clicks = 0

    def report(self, name: str) -> None:
        """Print the figures, for people who run with -s."""
        print(f"\n{name}: {len(self.screens)} screens, {self.clicks} clicks")

    def _pressed(self) -> None:
        self.clicks += 1


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """Fill in the sign-in form that the page shows."""
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def open_as(page: Page, email: str, url: str) -> None:
    """Go to an address as this person: with the session of an earlier test, or signing in on the way."""
    known = (email, urlsplit(url).netloc)
    page.context.add_cookies(_sessions.get(known, []))
    page.goto(url)
    if page.url != url:
        sign_in(page, email)
        page.wait_for_url(url)
        _sessions[known] = [_kept(cookie) for cookie in page.context.cookies() if cookie["name"] == "__Host-session"]


def _kept(cookie: Cookie) -> dict[str, Any]:
    # Not with its domain: a cookie with such a name belongs to exactly one host.
    return {
        "name": cookie["name"],
        "value": cookie["value"],
        "url": f"https://{cookie['domain']}/",
        "secure": True,
        "httpOnly": True,
        "sameSite": "Lax",
    }


def new_slug() -> str:
    """An address nobody has."""
    return f"alder-{secrets.token_hex(3)}"


def fill_onboarding(page: Page, slug: str, name: str = "Alder & Oak") -> None:
    """Fill in the form that onboards an organization; its first admin is mira@<slug>.example."""
    page.get_by_role("region", name="Organization").get_by_label("Name").fill(name)
    page.get_by_label("Address").fill(slug)
    page.get_by_label("Time zone").select_option("Europe/Berlin")
    page.get_by_label(re.compile("^Team")).check()
    admin = page.get_by_role("region", name="First admin")
    admin.get_by_label("E-mail").fill(f"mira@{slug}.example")
    admin.get_by_label("Name").fill("Mira Alder")


def onboard(page: Page, demo: RunningDemo, slug: str) -> str:
    """Onboard an organization as an operator who is signed in; return the link of the first admin's invitation."""
    page.goto(demo.url("ops", "/tenants/new/"))
    fill_onboarding(page, slug)
    page.get_by_role("button", name="Create tenant").click()
    return invitation_link(page)


def invitation_link(page: Page) -> str:
    """Wait until the organization is live and return the link that the page shows."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Alder & Oak is live", timeout=20_000)
    return page.get_by_role("region", name="Invitation link").locator(".copy-text").inner_text()


def accept(page: Page, link: str) -> None:
    """Open an invitation and set a password."""
    page.goto(link)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Accept invitation").click()


def at_a_new_organization(demo: RunningDemo, page: Page, new_context: Callable[..., BrowserContext]) -> str:
    """Onboard an organization whose first admin comes in on `page`; return its address."""
    slug, desk = new_slug(), new_context().new_page()
    open_as(desk, OPERATOR, demo.url("ops"))
    accept(page, onboard(desk, demo, slug))
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, Mira")
    return slug
