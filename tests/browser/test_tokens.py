"""A program gets its token: made, copied, rotated while it works on, revoked."""

import json
import shlex
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

from playwright.sync_api import Page, expect

from ops.demo.running import RunningDemo
from tests.browser.complaints import Complaints
from tests.browser.people import ADMIN, open_as
from tests.browser.test_screens import flaws

NAME = "Nightly report"


def called(command: str, demo: RunningDemo) -> Any:
    """What the copied curl line answers; names below localhost are no business of Python's resolver."""
    program, _flag, header, url = shlex.split(command)
    name, _colon, value = header.partition(": ")
    path = url.partition(f":{demo.port}")[2]
    request = Request(f"http://127.0.0.1:{demo.port}{path}", headers={name: value, "Host": f"localhost:{demo.port}"})
    with urlopen(request, timeout=10) as answer:
        assert (program, url) == ("curl", demo.url("", "/api/v1/me"))
        return json.load(answer)


def command_on(page: Page) -> str:
    field = page.locator("copy-field").filter(has=page.get_by_role("button", name="Copy curl command"))
    field.get_by_role("button").click()
    expect(field).to_have_attribute("copied", "")
    copied: str = page.evaluate("navigator.clipboard.readText()")
    return copied


def test_a_token_is_made_copied_rotated_and_revoked(demo: RunningDemo, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_as(page, ADMIN, demo.url("northwind", "/tokens/"))
    page.get_by_role("link", name="New token").click()
    page.get_by_label("Name").fill(NAME)
    page.get_by_role("group", name="Campaigns").get_by_label("See campaigns").check()
    page.get_by_role("button", name="Create token").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{NAME} is ready")
    first = command_on(page)
    assert called(first, demo)["permissions"] == {"campaign:view": "all"}

    page.get_by_role("link", name="Done").click()
    page.get_by_role("button", name=f"Rotate {NAME}").click()
    page.get_by_role("dialog").get_by_label("The present secret keeps working for").select_option("7 days")
    page.get_by_role("dialog").get_by_role("button", name="Rotate", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{NAME} has a new secret")
    second = command_on(page)
    assert first != second
    assert called(first, demo)["token_id"] == called(second, demo)["token_id"]

    page.get_by_role("link", name="Done").click()
    row = page.get_by_role("row", name=NAME)
    expect(row).to_contain_text("former secret ends")
    row.get_by_role("button", name=f"Revoke {NAME}").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke", exact=True).click()
    expect(page.get_by_role("row", name=NAME)).to_contain_text("Revoked")
    expect(page.get_by_role("button", name=f"Rotate {NAME}")).to_have_count(0)


def test_the_screens_of_tokens(demo: RunningDemo, page: Page, complaints: Complaints) -> None:
    def visit() -> Iterator[str]:
        page.goto(demo.url("northwind", "/tokens/new/"))
        yield "a new token"
        complaints.expect(422, "/tokens/new/")
        page.get_by_role("button", name="Create token").click()
        expect(page.get_by_role("alert")).to_be_visible()
        yield "a refused token"
        page.get_by_label("Name").fill("Looked at")
        for label in ("See campaigns", "Create campaigns", "See products", "Read the change log"):
            page.get_by_label(label).check()
        page.get_by_role("button", name="Create token").click()
        yield "its secret"
        page.goto(demo.url("northwind", "/tokens/"))
        page.locator("details summary", has_text="1 more").first.click()
        yield "tokens"
        page.get_by_role("button", name="Rotate Looked at").click()
        yield "a rotation"
        page.get_by_role("dialog").get_by_role("button", name="Rotate", exact=True).click()
        yield "a new secret"

    open_as(page, ADMIN, demo.url("northwind"))
    assert flaws(page, visit()) == []
