"""What is typed survives: a killed tab, another device, a lost connection, somebody else who saves meanwhile."""

import os
import signal
import time
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from ops.demo.running import RunningDemo
from tests.browser.complaints import Complaints
from tests.browser.people import ADMIN, MARKETER, open_as

SEED = 20261123
MOMENTS = 20
LONGEST_LOSS = 2.0
LETTERS = "abcdefghijklmnopqrstuvwxyz "
DRAFTS = "Object.keys(localStorage).filter((name) => name.startsWith('draft:')).length"
KEPT = """
async (id) => {
  const [slot] = Object.keys(localStorage).filter((name) => name.endsWith(id));
  const listed = await (await fetch(`/api/v1/drafts?kind=product&key=${id}`)).json();
  if (!listed.items.length) return [JSON.parse(localStorage.getItem(slot)), null];
  const sent = await (await fetch(`/api/v1/drafts/product/${id}`)).json();
  return [JSON.parse(localStorage.getItem(slot)), sent.body];
}
"""
SIGN_OUT_SLOWLY = """
() => {
  document.addEventListener("submit", (event) => event.preventDefault(), { once: true });
  document.querySelector("[data-sign-out]").requestSubmit();
}
"""
NEW = "async () => (await (await fetch('/api/v1/drafts?kind=product&key=new')).json()).items"

type NewContext = Callable[..., BrowserContext]


def test_a_tab_killed_at_random_moments_loses_at_most_two_seconds_of_typing(
    demo: RunningDemo, page: Page, context: BrowserContext, browser: Browser
) -> None:
    random = Random(SEED)
    edit = new_product(page, demo, "Killed")
    typed: list[tuple[float, str]] = []
    page.goto(edit)
    for _moment in range(MOMENTS):
        page.get_by_label("Description").press("Control+End")
        until = time.monotonic() + random.uniform(0.05, 1.2)
        while time.monotonic() < until:
            letter = random.choice(LETTERS)
            page.keyboard.type(letter)
            typed.append((time.monotonic(), letter))
        kill_tabs(browser)
        killed = time.monotonic()
        page.close()

        page = context.new_page()
        page.goto(edit)
        kept, sent = kept_of(page, edit)
        whole = "".join(letter for _at, letter in typed)
        assert whole.startswith(kept)
        assert kept.startswith(sent)
        lost_since = killed - typed[len(kept)][0] if len(kept) < len(typed) else 0.0
        assert lost_since <= LONGEST_LOSS
        page.get_by_role("button", name="Restore").click()
        expect(page.get_by_label("Description")).to_have_value(kept)
        del typed[len(kept) :]


def test_a_conflict_is_settled_field_by_field(
    demo: RunningDemo, page: Page, new_context: NewContext, complaints: Complaints
) -> None:
    edit = new_product(page, demo, "Tea", brand="Leaf")
    page.goto(edit)
    page.get_by_label("Name").fill("Green tea")
    page.get_by_label("Description").fill("Loose leaves")

    other = new_context().new_page()
    open_as(other, ADMIN, edit)
    other.get_by_label("Name").fill("Black tea")
    other.get_by_label("Brand").fill("Northern Leaf")
    save(other)
    expect(other.get_by_role("heading", level=1)).to_have_text("Black tea")

    complaints.expect(409, "/catalog/.+/edit/")
    save(page)
    panel = page.get_by_role("region", name="Changed by you and by somebody else")
    expect(panel.locator("tbody tr")).to_have_count(1)
    assert panel.locator("tbody tr").locator("th, td").all_inner_texts() == ["Name", "Tea", "Green tea", "Black tea"]
    expect(panel.locator("[data-taken]")).to_contain_text("Brand")
    expect(page.get_by_label("Brand")).to_have_value("Northern Leaf")
    expect(page.get_by_label("Description")).to_have_value("Loose leaves")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Green tea")
    panel.get_by_role("radio", name="Name: Theirs").check()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Black tea")
    panel.get_by_role("button", name="Done").click()

    save(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Black tea")
    page.goto(edit)
    expect(page.get_by_label("Brand")).to_have_value("Northern Leaf")
    expect(page.get_by_label("Description")).to_have_value("Loose leaves")
    nothing_offered(page)


def test_without_a_connection_everything_stays_on_the_device_and_goes_out_later(
    demo: RunningDemo, page: Page, context: BrowserContext, complaints: Complaints
) -> None:
    edit = new_product(page, demo, "Offline")
    page.goto(edit)
    page.get_by_label("Description").fill("before")
    expect(state(page)).to_have_attribute("data-state", "saved")
    expect(page.locator("[data-spoken]")).to_contain_text("Draft saved")
    second = context.new_page()
    second.goto(edit)
    expect(state(second)).to_have_attribute("data-state", "paused")
    second.close()

    context.set_offline(True)
    page.get_by_label("Description").fill("on the train")
    expect(state(page)).to_have_attribute("data-state", "offline")
    expect(page.locator("[data-spoken]")).to_have_text("Offline: your changes are kept on this device")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(state(page)).to_have_attribute("data-state", "offline")
    expect(page.get_by_label("Description")).to_have_value("on the train")

    context.set_offline(False)
    expect(state(page)).to_have_attribute("data-state", "saved", timeout=10_000)
    save(page)
    page.goto(edit)
    expect(page.get_by_label("Description")).to_have_value("on the train")
    nothing_offered(page)
    complaints.heard = [text for text in complaints.heard if "ERR_INTERNET_DISCONNECTED" not in text]


def test_what_is_not_there_yet_is_taken_up_on_another_device(
    demo: RunningDemo, page: Page, context: BrowserContext, new_context: NewContext, complaints: Complaints
) -> None:
    new = demo.url("northwind", "/catalog/new/")
    open_as(page, MARKETER, new)
    page.get_by_label("Name", exact=True).fill("Half a thought")
    expect(state(page)).to_have_attribute("data-state", "saved")
    page.close()

    phone = new_context().new_page()
    open_as(phone, MARKETER, new)
    expect(phone.locator("draft-offer")).to_contain_text("on another device.")
    phone.get_by_role("button", name="Restore").click()
    expect(phone.get_by_label("Name", exact=True)).to_have_value("Half a thought")
    expect(state(phone)).to_have_attribute("data-state", "saved")
    save(phone)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Half a thought")
    assert phone.evaluate(NEW) == []

    desk = context.new_page()
    desk.goto(new)
    nothing_offered(desk)
    desk.get_by_label("Name", exact=True).fill("Another")
    expect(state(desk)).to_have_attribute("data-state", "saved")
    assert desk.evaluate(DRAFTS) == 1
    desk.reload()
    expect(desk.locator("draft-offer")).to_contain_text("on this device.")
    desk.get_by_role("button", name="Discard").click()
    nothing_offered(desk)
    desk.get_by_label("Name", exact=True).fill("Private")
    desk.get_by_role("button", name="Account menu").click()
    with desk.expect_navigation():
        desk.get_by_role("button", name="Sign out").click()
    complaints.expect(410, "/sign-in/used/")
    desk.goto(demo.url("northwind", "/sign-in/used/"))
    assert desk.evaluate(DRAFTS) == 0


def test_a_form_is_saved_though_the_answer_about_its_draft_cant_be_read(demo: RunningDemo, page: Page) -> None:
    edit = new_product(page, demo, "Unreadable")
    page.goto(edit)
    page.route("**/api/v1/drafts/product/*", lambda route: route.fulfill(content_type="text/html", body="<p>Hello"))
    page.get_by_label("Description").fill("kept")
    expect(state(page)).to_have_attribute("data-state", "offline")

    save(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("Unreadable")
    expect(page.get_by_text("kept", exact=True)).to_be_visible()


def test_a_shared_device_keeps_no_draft_of_others_and_none_after_signing_out(demo: RunningDemo, page: Page) -> None:
    edit = new_product(page, demo, "Shared")
    page.evaluate("localStorage.setItem('draft:here:somebody-else:product/new-1', '{}')")
    page.goto(edit)
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.includes('somebody-else'))") == []
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/v1/drafts/product/*", hold)
    with page.expect_request("**/api/v1/drafts/product/*"):
        page.get_by_label("Description").fill("private")
    assert page.evaluate(DRAFTS) > 0

    page.evaluate(SIGN_OUT_SLOWLY)
    saved = {"saved_at": "2026-11-23T12:00:00Z", "object_version": None}
    with page.expect_response("**/api/v1/drafts/product/*"):
        held[0].fulfill(json=saved)
    page.get_by_label("Description").press("x")
    page.evaluate("document.querySelector('auto-save').sending")

    assert page.evaluate(DRAFTS) == 0


@pytest.fixture
def context(new_context: NewContext) -> BrowserContext:
    """A browser that stays when its tabs go."""
    return new_context()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def new_product(page: Page, demo: RunningDemo, name: str, **values: str) -> str:
    """Make a product; return the address of its form."""
    open_as(page, MARKETER, demo.url("northwind", "/catalog/new/"))
    page.get_by_label("Name", exact=True).fill(name)
    for field, value in values.items():
        page.get_by_label(field.title()).fill(value)
    save(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    return f"{page.url}edit/"


def save(page: Page) -> None:
    """Send the form and wait for what comes back."""
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()


def state(page: Page) -> Locator:
    return page.locator("auto-save")


def nothing_offered(page: Page) -> None:
    """No draft is on offer, once the element has looked."""
    page.wait_for_function("document.querySelector('auto-save').looked")
    page.evaluate("document.querySelector('auto-save').looked")
    expect(page.locator("draft-offer")).to_be_hidden()


def kept_of(page: Page, edit: str) -> tuple[str, str]:
    """What this device, and what the server, has kept of the description."""
    stored: Any = page.evaluate(KEPT, edit.split("/")[-3])
    here, there = ("" if body is None else str(body["fields"]["description"]) for body in stored)
    return here, there


def kill_tabs(browser: Browser) -> None:
    """End the processes of all tabs without a word, as a crash or the system does."""
    devtools = browser.new_browser_cdp_session()
    for process in devtools.send("SystemInfo.getProcessInfo")["processInfo"]:
        if process["type"] == "renderer":
            os.kill(process["id"], signal.SIGKILL)
    devtools.detach()
