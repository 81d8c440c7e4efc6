"""A marketer's day: from a new campaign to one that runs, found again, moved, changed with others, brought back."""

import os
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, FilePayload, Locator, Page, expect
from psycopg import sql

from ops.demo.running import RunningDemo
from tests.browser.complaints import Complaints
from tests.browser.people import ADMIN, MARKETER, OTHER_ADMIN, VIEWER, Journey, open_as
from tests.console_org.test_creatives import picture
from tests.databases import conninfo

MANY = 10_000


def test_a_new_campaign_is_live_in_four_steps(demo: RunningDemo, page: Page) -> None:
    journey = Journey(page)
    open_as(page, ADMIN, demo.url("northwind", "/campaigns/"))
    journey.start_again()

    page.get_by_role("link", name="New campaign").click()
    page.get_by_label("Name", exact=True).fill("First snow, live")
    page.get_by_label("Objective").select_option("traffic")
    page.get_by_label("Meta").focus()
    page.keyboard.press("Space")
    page.get_by_label("Budget is").select_option("daily")
    page.get_by_label("Budget optional").fill("50")
    page.get_by_label("Currency").fill("EUR")
    page.get_by_label("Headline").fill("Warm to minus twenty")
    page.get_by_label("Final URL").fill("https://northwind.example/shop")
    page.get_by_label("Upload a picture").set_input_files(boots())
    page.get_by_role("button", name="Create", exact=True).click()
    expect(toast(page)).to_have_text("First snow, live was created.")
    expect(page.get_by_role("region", name="Launch checklist")).to_contain_text("Ready")
    page.get_by_role("button", name="Start", exact=True).click()

    expect(toast(page)).to_have_text("First snow, live is running.")
    expect(page.locator(".page-title")).to_contain_text("Running")
    journey.report("new campaign to live")
    assert len(journey.screens) <= 4
    assert journey.clicks <= 4


@pytest.fixture
def crowded(demo: RunningDemo) -> Iterator[None]:
    """Ten thousand campaigns more; nobody made them, so no trigger records them."""
    name = f"{settings.DATABASES['owner']['NAME']}_browser"
    with psycopg.connect(conninfo("owner", name), autocommit=True) as connection:
        [schema, owner] = connection.execute(
            "SELECT o.schema_name, u.id FROM tenants_organization o, tenants_user u"
            " WHERE o.slug = 'juniper' AND u.email = %s",
            [OTHER_ADMIN],
        ).fetchone() or ("", "")
        table = sql.Identifier(schema, "campaigns_campaign")
        connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table))
        connection.execute(
            sql.SQL(
                "INSERT INTO {} (id, row_version, owner_id, name, created_at, updated_at)"
                " SELECT uuidv7(), 1, %s, 'Crowd ' || n, now() - interval '1 year', now() - interval '1 year'"
                " FROM generate_series(1, %s) n"
            ).format(table),
            [owner, MANY],
        )
        connection.execute(sql.SQL("ANALYZE {}").format(table))
        yield
        connection.execute(sql.SQL("DELETE FROM {} WHERE name LIKE 'Crowd %'").format(table))
        connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(table))


def test_a_campaign_among_ten_thousand_is_two_steps_away(demo: RunningDemo, page: Page, crowded: None) -> None:
    open_as(page, OTHER_ADMIN, demo.url("juniper", "/campaigns/"))

    expect(page.locator("tbody tr")).to_have_count(50)
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Filter campaigns")).to_be_focused()
    page.keyboard.type("crowd 7351")

    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody th")).to_contain_text("Crowd 7351")


def test_a_card_is_dragged_and_a_refused_launch_says_why(demo: RunningDemo, page: Page) -> None:
    create(page, demo, "Dragged")
    page.goto(demo.url("northwind", "/campaigns/?view=board&q=Dragged"))
    card = page.locator(".board-card", has_text="Dragged")

    card.drag_to(page.locator('.board-column[data-status="active"]'))
    expect(toast(page)).to_contain_text("Dragged: It can't start yet:")
    expect(page.locator('.board-column[data-status="draft"] .board-card')).to_have_count(1)

    card.locator("summary").focus()
    page.keyboard.press("Enter")
    card.get_by_role("button", name="Archive").focus()
    page.keyboard.press("Enter")
    expect(toast(page)).to_have_text("Dragged is archived.")


def test_a_bar_moves_by_mouse_and_by_keyboard(demo: RunningDemo, page: Page) -> None:
    create(page, demo, "Moved", starts="2030-05-06T10:00", ends="2030-05-08T10:00")
    page.goto(demo.url("northwind", "/campaigns/?view=calendar&at=2030-05-01&q=Moved"))
    bar = page.locator(".bar-item", has_text="Moved")

    bar.focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(toast(page)).to_have_text("Moved starts 7 May 2030, 10:00 (Europe/Berlin).")
    bar.drag_to(page.locator('[data-day="2030-05-16"]'), source_position={"x": 20, "y": 8})
    expect(toast(page)).to_have_text("Moved starts 16 May 2030, 10:00 (Europe/Berlin).")


def test_many_are_looked_at_changed_and_taken_back(demo: RunningDemo, page: Page) -> None:
    for name in ("Bulk one", "Bulk two"):
        create(page, demo, name)
    page.goto(demo.url("northwind", "/campaigns/?q=Bulk"))

    page.get_by_label("Choose all on this page").check()
    expect(page.locator(".bulk-count")).to_have_text("2 chosen")
    page.get_by_label("What to do with them").select_option("archive")
    page.get_by_role("button", name="Look at what changes").click()
    expect(page.get_by_role("region", name="What changes").locator("tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Archive").click()
    expect(page.locator("tbody .status")).to_have_text(["Archived", "Archived"])
    page.get_by_role("button", name="Undo").click()
    expect(toast(page)).to_have_text("2 campaigns are as they were.")


def test_a_marketer_makes_changes_trashes_and_restores_a_campaign(demo: RunningDemo, page: Page) -> None:
    open_as(page, MARKETER, demo.url("northwind", "/campaigns/"))
    page.get_by_role("link", name="New campaign").click()
    fill(page, "First snow", budget="1200")
    expect(toast(page)).to_have_text("First snow was created.")
    expect(page.get_by_role("heading", level=1)).to_have_text("First snow")
    expect(fact(page, "Budget")).to_have_text("1,200.00 EUR")

    page.get_by_role("link", name="Schedule & budget").click()
    page.get_by_label("Budget optional").fill("1500.50")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(fact(page, "Budget")).to_have_text("1,500.50 EUR")
    address = page.url.partition("?")[0]

    page.get_by_role("button", name="Trash…").click()
    page.get_by_role("dialog").get_by_role("button", name="Put in the trash").click()
    expect(toast(page)).to_have_text("The campaign is in the trash.")
    expect(page.get_by_role("link", name="First snow", exact=True)).to_have_count(0)
    page.get_by_role("navigation", name="State").get_by_role("link", name="Trash").click()
    page.get_by_role("button", name="Restore First snow", exact=True).click()
    expect(toast(page)).to_have_text("The campaign is back.")
    assert page.url == address

    page.get_by_role("link", name="History").click()
    told = page.locator(".entry-what").all_inner_texts()
    assert len(told) == 4
    assert all(line.startswith("Ana Ruiz ") and line.endswith(" First snow") for line in told)
    page.get_by_role("link", name="Revision 2").click()
    expect(page.get_by_role("region", name="What revision 2 changed").locator("ins")).to_have_text("1,500.50 EUR")
    page.get_by_role("link", name="Revision 1").click()
    page.get_by_role("button", name="Restore revision 1").click()
    expect(fact(page, "Budget")).to_have_text("1,200.00 EUR")


def test_a_stale_change_shows_the_conflict_and_keeps_what_was_typed(
    demo: RunningDemo, page: Page, context: BrowserContext, complaints: Complaints
) -> None:
    create(page, demo, "Two tabs")
    other = context.new_page()
    other.goto(page.url)
    other.get_by_label("Objective").select_option("traffic")
    other.get_by_role("button", name="Save", exact=True).click()
    expect(fact(other, "Objective")).to_have_text("Traffic")

    complaints.expect(409, r"/campaigns/[^/]+/edit/")
    page.get_by_label("Name").fill("Two tabs, late")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("main").get_by_role("alert")).to_contain_text("Somebody saved this meanwhile")
    expect(page.get_by_label("Name")).to_have_value("Two tabs, late")
    other.reload()
    expect(other.get_by_role("heading", level=1)).to_have_text("Two tabs")

    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Two tabs, late")


def test_a_page_of_another_role_is_refused_with_who_can_grant_it(
    demo: RunningDemo, page: Page, complaints: Complaints
) -> None:
    open_as(page, VIEWER, demo.url("northwind"))
    expect(page.get_by_role("navigation", name="Main").get_by_role("link", name="Imports")).to_have_count(0)
    complaints.expect(403, "/imports/")
    page.goto(demo.url("northwind", "/imports/"))
    expect(page.locator("main")).to_contain_text("import:run")
    expect(page.locator("main")).to_contain_text("Roles that hold it here: Owner, Admin.")


def test_the_find_box_answers_without_loading_the_page(demo: RunningDemo, page: Page) -> None:
    open_as(page, MARKETER, demo.url("northwind", "/campaigns/"))
    loads: list[str] = []
    page.on("domcontentloaded", lambda shown: loads.append(shown.url))
    page.get_by_role("searchbox", name="Filter campaigns").press_sequentially("solo")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody th")).to_contain_text("Solo season")
    expect(page.locator("#live")).to_have_text("1 campaign shown")
    assert page.url.endswith("/campaigns/?q=solo&view=list")
    assert loads == []


def create(page: Page, demo: RunningDemo, name: str, *, starts: str = "", ends: str = "") -> None:
    """Make a draft as the marketer, who is signed in by the first one."""
    address = demo.url("northwind", "/campaigns/new/")
    page.goto(address)
    if page.get_by_label("Password").count():
        open_as(page, MARKETER, address)
    page.get_by_label("Name", exact=True).fill(name)
    if starts:
        page.get_by_label("Starts").fill(starts)
        page.get_by_label("Ends").fill(ends)
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def boots() -> FilePayload:
    """A picture to upload that no other test has."""
    colour = f"#{os.urandom(3).hex()}"
    return {"name": "boots.png", "mimeType": "image/png", "buffer": picture(colour).read()}


def fill(page: Page, name: str, *, budget: str) -> None:
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Budget optional").fill(budget)
    page.get_by_label("Currency").fill("EUR")
    page.get_by_role("button", name="Create", exact=True).click()


def fact(page: Page, label: str) -> Locator:
    return page.locator("dt", has_text=label).locator("xpath=following-sibling::dd[1]")


def toast(page: Page) -> Locator:
    return page.locator(".toast p")
