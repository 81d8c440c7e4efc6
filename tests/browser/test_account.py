"""My account in a real browser: profile, picture, password and address, and the way back from a forgotten password."""

import quopri
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from ops.demo.running import RunningDemo
from tests.browser.complaints import Complaints
from tests.browser.people import PASSWORD, at_a_new_organization, sign_in
from tests.browser.test_screens import flaws

NEW = "another-long-enough-password"


def mailed_link(demo: RunningDemo, email: str, path: str) -> str:
    """Wait for a letter to `email` with a link to `path`; return the newest one."""
    until = time.monotonic() + 15
    while time.monotonic() < until:
        for file in sorted(demo.outbox.glob("*.log"), reverse=True):
            letter = quopri.decodestring(file.read_bytes()).decode()
            link = re.search(rf"http://\S+{path}[\w-]{{43}}/", letter)
            if link and f"To: {email}" in letter:
                return link[0]
        time.sleep(0.1)
    raise AssertionError(f"no link to {path} was mailed to {email}")


def drawing(folder: Path) -> Path:
    """A picture to show."""
    file = folder / "me.png"
    Image.linear_gradient("L").convert("RGB").save(file)
    return file


def test_a_person_looks_after_their_profile(
    demo: RunningDemo, page: Page, new_context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    slug = at_a_new_organization(demo, page, new_context)
    page.get_by_role("button", name="Account menu").click()
    page.get_by_role("link", name="Your account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Profile")

    page.locator("input[type=file]").set_input_files(drawing(tmp_path))
    page.get_by_role("button", name="Save picture").click()
    expect(page.get_by_text("Your picture is saved.")).to_be_visible()
    page.get_by_label("Name").fill("Mira Sol")
    page.get_by_label("Time zone").select_option("Asia/Tokyo")
    page.get_by_label("Theme").select_option(label="Dark")
    page.get_by_role("button", name="Save profile").click()
    expect(page.get_by_text("Your profile is saved.")).to_be_visible()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"

    page.goto(demo.url(slug))
    picture = page.get_by_role("button", name="Account menu").locator("img")
    assert picture.evaluate("image => image.complete && image.naturalWidth") == 256
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.goto(demo.url(slug, "/campaigns/new/"))
    expect(page.get_by_text("Clock of Asia/Tokyo.").first).to_be_visible()


def test_the_button_stands_above_the_accounts_theme_until_that_changes(
    demo: RunningDemo, page: Page, new_context: Callable[..., BrowserContext]
) -> None:
    at_a_new_organization(demo, page, new_context)
    page.goto(demo.url("", "/account/"))

    def theme() -> str:
        return str(page.evaluate("document.documentElement.dataset.theme"))

    def choose(label: str) -> None:
        page.get_by_label("Theme").select_option(label=label)
        page.get_by_role("button", name="Save profile").click()
        expect(page.get_by_text("Your profile is saved.")).to_be_visible()

    choose("Dark")
    page.get_by_role("button", name="Switch between light and dark").click()
    assert theme() == "light"
    page.reload()
    assert theme() == "light"
    choose("Light")
    choose("Dark")
    assert theme() == "light"
    page.get_by_role("button", name="Switch between light and dark").click()
    assert theme() == "dark"
    choose("Light")
    assert theme() == "light"


def test_a_forgotten_password_is_set_anew_by_mail(
    demo: RunningDemo, page: Page, new_context: Callable[..., BrowserContext], complaints: Complaints
) -> None:
    email = f"mira@{at_a_new_organization(demo, page, new_context)}.example"
    other = new_context().new_page()

    other.goto(demo.url("", "/sign-in/"))
    other.get_by_role("link", name="Forgot your password?").click()
    other.get_by_label("E-mail").fill(email)
    other.get_by_role("button", name="Mail me a link").click()
    expect(other.locator("main")).to_contain_text(f"If {email} has an account")
    link = mailed_link(demo, email, "/password/reset/")
    other.goto(link)
    assert other.url == demo.url("", "/password/reset/open/")
    complaints.expect(422, "/password/reset/open/")
    other.get_by_label("New password", exact=True).fill("short")
    other.get_by_label("New password again").fill("short")
    other.get_by_role("button", name="Set password").click()
    expect(other.get_by_role("alert")).to_be_focused()
    other.get_by_label("New password", exact=True).fill(NEW)
    other.get_by_label("New password again").fill(NEW)
    other.get_by_role("button", name="Set password").click()
    expect(other.get_by_text("Your password is set.")).to_be_visible()
    sign_in(other, email, NEW)
    expect(other.get_by_role("heading", level=1)).to_have_text("Welcome, Mira")

    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    complaints.expect(410, "/password/reset/open/")
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("This link was used or has expired")


def test_an_address_and_a_password_are_changed(
    demo: RunningDemo, page: Page, new_context: Callable[..., BrowserContext]
) -> None:
    slug = at_a_new_organization(demo, page, new_context)
    new = f"sol@{slug}.example"

    page.goto(demo.url("", "/account/email/"))
    page.get_by_label("New e-mail").fill(new)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Mail me a link").click()
    expect(page.get_by_text(f"A link was mailed to {new}")).to_be_visible()
    page.goto(mailed_link(demo, new, "/account/email/confirm/"))
    expect(page.get_by_role("heading", level=2)).to_have_text(f"Use {new} from now on?")
    page.get_by_role("button", name="Change the address").click()
    expect(page.get_by_text(f"You sign in as {new}")).to_be_visible()

    page.get_by_role("link", name="Password", exact=True).click()
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill(NEW)
    page.get_by_label("New password again").fill(NEW)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("Your password is changed.")).to_be_visible()
    page.goto(demo.url(slug, "/people/"))
    expect(page.get_by_role("main")).to_contain_text(new)


def test_the_screens_of_the_account(
    demo: RunningDemo,
    page: Page,
    new_context: Callable[..., BrowserContext],
    complaints: Complaints,
    tmp_path: Path,
) -> None:
    email = f"mira@{at_a_new_organization(demo, page, new_context)}.example"
    other = new_context().new_page()

    def visit() -> Iterator[str]:
        page.goto(demo.url("", "/account/"))
        yield "profile"
        page.locator("input[type=file]").set_input_files(drawing(tmp_path))
        page.get_by_role("button", name="Save picture").click()
        expect(page.get_by_role("button", name="Remove picture")).to_be_visible()
        yield "profile with a picture"
        complaints.expect(422, "/account/")
        page.get_by_label("Name").fill("")
        page.get_by_role("button", name="Save profile").click()
        expect(page.get_by_role("alert")).to_be_focused()
        yield "profile that was refused"
        complaints.expect(422, "/account/picture/")
        page.get_by_role("button", name="Save picture").click()
        expect(page.get_by_role("alert")).to_be_focused()
        yield "picture that was refused"
        page.goto(demo.url("", "/account/password/"))
        yield "password"
        complaints.expect(422, "/account/password/")
        page.get_by_role("button", name="Change password").click()
        expect(page.get_by_role("alert")).to_be_focused()
        yield "password that was refused"
        page.goto(demo.url("", "/account/email/"))
        page.get_by_label("New e-mail").fill(f"new-{email}")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Mail me a link").click()
        expect(page.get_by_text("A link was mailed to")).to_be_visible()
        yield "address that waits"
        page.goto(mailed_link(demo, f"new-{email}", "/account/email/confirm/"))
        yield "address to confirm"
        page.context.clear_cookies(name="__Host-new-email")
        complaints.expect(410, "/account/email/confirm/open/")
        page.reload()
        yield "link to a new address that is gone"

    def visit_without() -> Iterator[str]:
        other.goto(demo.url("", "/password/"))
        yield "forgotten password"
        other.get_by_label("E-mail").fill(email)
        other.get_by_role("button", name="Mail me a link").click()
        expect(other.locator("main")).to_contain_text("is on its way")
        yield "link on its way"
        other.goto(mailed_link(demo, email, "/password/reset/"))
        yield "new password"
        other.context.clear_cookies(name="__Host-reset")
        complaints.expect(410, "/password/reset/open/")
        other.reload()
        yield "link to a new password that is gone"

    assert flaws(page, visit()) == []
    assert flaws(other, visit_without()) == []
