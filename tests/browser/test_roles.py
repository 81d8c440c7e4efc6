"""The role matrix in a real browser: by keyboard, by mouse, saved, previewed, and when somebody was faster."""

import os
import re
import secrets
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from ops.demo.running import RunningDemo
from tests.browser.complaints import Complaints
from tests.browser.people import ADMIN, open_as
from tests.browser.test_screens import AXE, LOOK, RULES, WIDTH

NO_ACCESS = "\N{EN DASH}"


def cell(page: Page, permission: str, role: str) -> Locator:
    """A cell that can be changed, by the sentence that names it."""
    return page.get_by_role("gridcell").get_by_role("button", name=re.compile(f"^{permission}, {role}:"))


def make_role(page: Page, name: str, source: str = "Marketer") -> None:
    """Make a role in the dialog."""
    page.get_by_role("button", name="New role").click()
    dialog = page.get_by_role("dialog", name="New role")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Start from").select_option(label=source)
    dialog.get_by_role("button", name="Create role").click()
    expect(page.get_by_role("columnheader", name=re.compile(name))).to_be_visible()


def shoot(page: Page, name: str) -> None:
    """Keep a picture where SCREENSHOTS names a folder, for people who want to look."""
    if "SCREENSHOTS" in os.environ:
        page.screenshot(path=Path(os.environ["SCREENSHOTS"]) / f"{name}.png")


@pytest.fixture
def matrix(demo: RunningDemo, page: Page) -> tuple[Page, str]:
    """The matrix with a role of its own."""
    open_as(page, ADMIN, demo.url("northwind", "/access/"))
    name = f"Agency {secrets.token_hex(2)}"
    make_role(page, name)
    return page, name


def test_cells_change_with_keys_alone_and_are_saved(matrix: tuple[Page, str]) -> None:
    page, role = matrix
    keys = page.keyboard
    expect(page.get_by_role("grid", name="Permissions by role")).to_be_visible()
    expect(page.get_by_role("button", name="Save changes")).to_be_hidden()

    cell(page, "See campaigns", role).focus()
    keys.press("a")
    expect(cell(page, "See campaigns", role)).to_have_text("All")
    keys.press("ArrowDown")
    expect(cell(page, "Create campaigns", role)).to_be_focused()
    keys.press("n")
    keys.press("ArrowDown")
    keys.press("Space")
    expect(cell(page, "Change campaigns", role)).to_have_text("All")
    keys.press("o")
    expect(page.get_by_text("3 unsaved changes")).to_be_visible()
    shoot(page, "matrix-draft")

    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("3 changes are saved.")).to_be_visible()
    expect(cell(page, "See campaigns", role)).to_have_text("All")
    expect(cell(page, "Create campaigns", role)).to_have_text(NO_ACCESS)
    expect(page.get_by_role("button", name="Save changes")).to_be_hidden()


def test_the_mouse_goes_round_and_the_drawer_tells_who_is_concerned(matrix: tuple[Page, str]) -> None:
    page, role = matrix
    button = cell(page, "See campaigns", role)
    expect(button).to_have_text("Team")

    words = []
    for _click in range(4):
        button.click()
        words.append(button.inner_text())
    assert words == ["All", NO_ACCESS, "Own", "Team"]
    expect(page.get_by_role("button", name="Save changes")).to_be_hidden()

    button.click()
    expect(page.locator("#impact-summary")).to_have_text("0 people gain or lose access.")
    page.get_by_role("button", name="Preview impact").click()
    drawer = page.get_by_role("dialog", name="Who gains or loses access")
    expect(drawer).to_contain_text("Nobody has these roles now")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(button).to_have_text("All")
    page.get_by_role("link", name="Discard").click()
    expect(cell(page, "See campaigns", role)).to_have_text("Team")


def test_the_drawer_names_people_and_counts_their_objects(demo: RunningDemo, page: Page) -> None:
    open_as(page, ADMIN, demo.url("northwind", "/access/"))
    cell(page, "See campaigns", "Agency partner").focus()
    page.keyboard.press("a")
    expect(page.locator("#impact-summary")).to_have_text("1 person gains or loses access.")

    page.get_by_role("button", name="Preview impact").click()

    drawer = page.get_by_role("dialog", name="Who gains or loses access")
    expect(drawer).to_contain_text("See campaigns")
    expect(drawer).to_contain_text(re.compile(r"gains \d+ objects?"))
    shoot(page, "impact-people")


def test_a_cell_that_knows_no_such_reach_stays(matrix: tuple[Page, str]) -> None:
    page, role = matrix
    button = cell(page, "Invite people", role)
    button.focus()

    page.keyboard.press("t")
    expect(page.locator("#live")).to_have_text("This can not be chosen here.")
    expect(button).to_have_text(NO_ACCESS)
    page.keyboard.press("a")
    expect(button).to_have_text("All")


def test_one_cell_is_reached_with_tab_and_locked_ones_with_arrows(matrix: tuple[Page, str]) -> None:
    page, role = matrix
    cell(page, "Create campaigns", role).focus()

    page.keyboard.press("Home")
    locked = page.locator("td:focus")
    expect(locked).to_have_attribute("aria-readonly", "true")
    page.keyboard.press("ArrowUp")
    expect(locked).to_have_text("All")
    page.keyboard.press("End")
    expect(page.locator("tbody tr td:last-child button:focus")).to_be_visible()
    assert page.locator("table [tabindex='0']").count() == 1


def test_somebody_who_was_faster_is_named_and_the_draft_stays(
    matrix: tuple[Page, str], demo: RunningDemo, complaints: Complaints
) -> None:
    page, role = matrix
    second = page.context.new_page()
    second.goto(demo.url("northwind", "/access/"))
    cell(page, "Change campaigns", role).click()
    cell(second, "Create campaigns", role).click()
    second.get_by_role("button", name="Save changes").click()
    expect(second.get_by_text("1 change is saved.")).to_be_visible()

    complaints.expect(412, "/access/")
    page.get_by_role("button", name="Save changes").click()

    expect(page.get_by_role("alert")).to_contain_text(f"Mira Lindqvist changed {role}")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(cell(page, "Change campaigns", role)).to_have_text("All")
    expect(cell(page, "Create campaigns", role)).to_have_text("All")
    expect(page.get_by_text("1 unsaved change")).to_be_visible()
    shoot(page, "matrix-conflict")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("1 change is saved.")).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_are_accessible_in_both_themes(matrix: tuple[Page, str], demo: RunningDemo, width: int) -> None:
    page, role = matrix
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(demo.url("northwind", "/teams/"))
    page.get_by_role("button", name="New team").click()
    name = f"Team {secrets.token_hex(2)}"
    page.get_by_role("dialog").get_by_label("Name").fill(name)
    page.get_by_role("dialog").get_by_role("button", name="Create team").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.get_by_label("Person").select_option(index=1)
    page.get_by_role("button", name="Add to team").click()
    expect(page.get_by_text("They are in the team now.")).to_be_visible()
    look(page, f"team-{width}")
    page.goto(demo.url("northwind", "/teams/"))
    look(page, f"teams-{width}")

    page.goto(demo.url("northwind", "/access/"))
    page.get_by_role("link", name=role).click()
    look(page, f"role-{width}")
    page.goto(demo.url("northwind", "/access/"))
    cell(page, "Change campaigns", role).click()
    expect(page.locator("#impact-summary")).to_have_text("0 people gain or lose access.")
    look(page, f"matrix-{width}")
    page.get_by_role("button", name="Preview impact").click()
    expect(page.get_by_role("dialog")).to_contain_text("Nobody has these roles now")
    look(page, f"impact-{width}")


def look(page: Page, name: str) -> None:
    """Nothing that axe complains about in either theme, nothing wider than the window."""
    page.evaluate(AXE)
    for theme, rules in RULES.items():
        assert page.evaluate(LOOK, [theme, rules]) == []
        assert page.evaluate(WIDTH) <= page.viewport_size["width"]  # type: ignore[index]
        shoot(page, f"{name}-{theme}")
